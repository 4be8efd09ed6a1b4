//! Geometry as well-known binary (OGC 06-103r4, §8), little-endian, in metres.
//!
//! In: prepared features. Out: bytes. Areas and lines are always of the multi kind, so that
//! a layer has one type.

use super::grid::{Layer, polygons};
use crate::geometry::{Dimension, GridPoint, ShapeRef};

/// Codes of the geometry types.
const POINT: u32 = 1;
const LINE: u32 = 2;
const POLYGON: u32 = 3;
const MULTI: u32 = 3;

/// Name of the geometry type of a layer, as GeoJSON and GeoPackage spell it.
pub(super) fn type_name(layer: &Layer<'_>) -> &'static str {
    match layer.dimension {
        Dimension::Area => "MultiPolygon",
        Dimension::Line => "MultiLineString",
        Dimension::Point if layer.has_many_points() => "MultiPoint",
        Dimension::Point => "Point",
    }
}

/// One feature; `None` if it has no part. `is_multi` says whether points are of the multi
/// kind too.
pub(super) fn render(shape: ShapeRef<'_>, is_multi: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(32 + 16 * shape.points().len());
    let first = *shape.points().first()?;
    match shape.dimension() {
        Dimension::Area => {
            let polygons = polygons(shape);
            head(&mut out, POLYGON + MULTI, Some(polygons.len()));
            for polygon in polygons {
                head(&mut out, POLYGON, Some(polygon.len()));
                for ring in polygon {
                    count(&mut out, ring.len() + 1);
                    ring.iter().chain(ring.first()).for_each(|&p| point(&mut out, p));
                }
            }
        }
        Dimension::Line => {
            head(&mut out, LINE + MULTI, Some(shape.parts().len()));
            for (_, line) in shape.parts() {
                head(&mut out, LINE, Some(line.len()));
                for &p in line {
                    point(&mut out, p);
                }
            }
        }
        Dimension::Point if is_multi => {
            head(&mut out, POINT + MULTI, Some(shape.points().len()));
            for &p in shape.points() {
                head(&mut out, POINT, None);
                point(&mut out, p);
            }
        }
        Dimension::Point => {
            head(&mut out, POINT, None);
            point(&mut out, first);
        }
    }
    Some(out)
}

fn head(out: &mut Vec<u8>, kind: u32, members: Option<usize>) {
    out.push(1);
    out.extend(kind.to_le_bytes());
    if let Some(members) = members {
        count(out, members);
    }
}

fn count(out: &mut Vec<u8>, members: usize) {
    let members =
        u32::try_from(members).expect("prepared shapes count their points in u32");
    out.extend(members.to_le_bytes());
}

fn point(out: &mut Vec<u8>, point: GridPoint) {
    for coordinate in point.meters() {
        out.extend(coordinate.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;
    use geo::{Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};

    fn line(points: &[(f64, f64)]) -> LineString<f64> {
        points.iter().map(|(x, y)| (260_000.0 + x, 8_040_000.0 + y)).collect()
    }

    #[test]
    fn another_writer_makes_the_same_bytes() {
        let square = |x: f64, s: f64| {
            line(&[(x, 0.0), (x + s, 0.0), (x + s, s), (x, s), (x, 0.0)])
        };
        let hole = [(20.0, 30.0), (30.0, 30.0), (30.0, 20.0), (20.0, 20.0), (20.0, 30.0)];
        let expected: [(Dimension, Geometry<f64>); 3] = [
            (
                Dimension::Area,
                MultiPolygon(vec![
                    Polygon::new(square(0.0, 100.0), vec![line(&hole)]),
                    Polygon::new(square(200.0, 50.0), vec![]),
                ])
                .into(),
            ),
            (
                Dimension::Line,
                MultiLineString(vec![
                    line(&[(0.0, 0.0), (100.0, 0.0), (100.0, 50.0)]),
                    line(&[(200.0, 0.0), (200.0, 90.0)]),
                ])
                .into(),
            ),
            (Dimension::Point, Point::new(260_005.0, 8_040_007.0).into()),
        ];
        for (dimension, geometry) in expected {
            let mut bytes = Vec::new();
            let options = ::wkb::writer::WriteOptions::default();
            ::wkb::writer::write_geometry(&mut bytes, &geometry, &options).unwrap();
            let layer = sample::layer(dimension);
            assert_eq!(render(layer.shapes.get(0), false).unwrap(), bytes);
        }
    }

    #[test]
    fn a_feature_without_parts_has_no_geometry() {
        let mut shapes = crate::geometry::Shapes::default();
        shapes.end_feature(Dimension::Area);
        assert_eq!(render(shapes.get(0), false), None);
    }
}
