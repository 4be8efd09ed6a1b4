//! Layers as ESRI Shapefiles (ESRI white paper, July 1998), each with a legend of its fields.
//!
//! In: layers. Out: `exports/shp/<layer>` with `.shp`, `.shx`, `.dbf`, `.prj`, `.cpg`, and
//! `<layer>_fields.csv`: short name, long name and unit. Shells run clockwise here, holes
//! against the clock. What the format cannot hold is told in `docs/exports.md`.

use super::dbf;
use super::grid::{Layer, polygons};
use super::{Context, File, OutputError, failed};
use crate::config::ExportFormat;
use crate::geometry::{Dimension, GridPoint, ShapeRef};

/// Codes of the kinds of shape.
const NULL: i32 = 0;
const POINT: i32 = 1;
const LINE: i32 = 3;
const POLYGON: i32 = 5;
const MULTI_POINT: i32 = 8;
/// Bytes of the header of both files.
const HEADER: usize = 100;

pub(super) fn make(context: &Context<'_>) -> Result<Vec<File>, OutputError> {
    let prj = super::reference(context, ExportFormat::Shapefile)?.esri_wkt();
    let mut files = Vec::new();
    for layer in &context.layers {
        let error = failed(ExportFormat::Shapefile);
        let too_large = || error(&format_args!("{}: > 2 GB", layer.name));
        let (shp, shx) = shapes(layer).ok_or_else(too_large)?;
        let dbf = dbf::render(&layer.grid, context.date).ok_or_else(too_large)?;
        let file =
            |ending: &str, bytes| (format!("exports/shp/{}{ending}", layer.name), bytes);
        files.extend([
            file(".shp", shp),
            file(".shx", shx),
            file(".dbf", dbf),
            file(".prj", prj.clone().into_bytes()),
            file(".cpg", b"UTF-8".to_vec()),
            file("_fields.csv", dbf::legend(&layer.grid)),
        ]);
    }
    Ok(files)
}

/// The `.shp` and the `.shx`; `None` if they would not fit into the format.
fn shapes(layer: &Layer<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let is_multi_point = layer.has_many_points();
    let kind = match layer.dimension {
        Dimension::Area => POLYGON,
        Dimension::Line => LINE,
        Dimension::Point if is_multi_point => MULTI_POINT,
        Dimension::Point => POINT,
    };
    let (mut shp, mut shx) = (vec![0; HEADER], vec![0; HEADER]);
    for (number, shape) in (1i32..).zip(layer.shapes.iter()) {
        let content = content(shape, kind);
        let length = words(content.len())?;
        shx.extend(words(shp.len())?.to_be_bytes());
        shx.extend(length.to_be_bytes());
        shp.extend(number.to_be_bytes());
        shp.extend(length.to_be_bytes());
        shp.extend(content);
    }
    let extent = layer.extent().unwrap_or_default();
    write_header(&mut shp, kind, extent)?;
    write_header(&mut shx, kind, extent)?;
    Some((shp, shx))
}

/// A length in the format's words of two bytes.
fn words(bytes: usize) -> Option<i32> {
    i32::try_from(bytes / 2).ok().filter(|words| *words < i32::MAX / 2)
}

fn write_header(file: &mut [u8], kind: i32, extent: [f64; 4]) -> Option<()> {
    let length = words(file.len())?;
    file[0..4].copy_from_slice(&9994i32.to_be_bytes());
    file[24..28].copy_from_slice(&length.to_be_bytes());
    file[28..32].copy_from_slice(&1000i32.to_le_bytes());
    file[32..36].copy_from_slice(&kind.to_le_bytes());
    for (at, side) in extent.into_iter().enumerate() {
        file[36 + 8 * at..44 + 8 * at].copy_from_slice(&side.to_le_bytes());
    }
    Some(())
}

/// What a record holds after its header.
fn content(shape: ShapeRef<'_>, kind: i32) -> Vec<u8> {
    let Some((low, high)) = shape.bounds() else { return NULL.to_le_bytes().to_vec() };
    let mut out = kind.to_le_bytes().to_vec();
    if kind == POINT {
        push_point(&mut out, low);
        return out;
    }
    push_point(&mut out, low);
    push_point(&mut out, high);
    if kind == MULTI_POINT {
        push_count(&mut out, shape.points().len());
        shape.points().iter().for_each(|&point| push_point(&mut out, point));
        return out;
    }
    let parts: Vec<Vec<GridPoint>> = if kind == POLYGON {
        polygons(shape).into_iter().flatten().map(turned_and_closed).collect()
    } else {
        shape.parts().map(|(_, line)| line.to_vec()).collect()
    };
    push_count(&mut out, parts.len());
    push_count(&mut out, parts.iter().map(Vec::len).sum());
    let mut first = 0;
    for part in &parts {
        push_count(&mut out, first);
        first += part.len();
    }
    parts.iter().flatten().for_each(|&point| push_point(&mut out, point));
    out
}

/// The ring in the other direction, its first point repeated at the end.
fn turned_and_closed(ring: &[GridPoint]) -> Vec<GridPoint> {
    let first = ring.first().copied();
    first.into_iter().chain(ring.iter().rev().copied()).collect::<Vec<_>>()
}

fn push_point(out: &mut Vec<u8>, point: GridPoint) {
    for coordinate in point.meters() {
        out.extend(coordinate.to_le_bytes());
    }
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    let count =
        i32::try_from(count).expect("prepared shapes count their points in 31 bits");
    out.extend(count.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;
    use ::shapefile::{PolygonRing, Shape, ShapeReader};
    use std::io::Cursor;

    fn read(dimension: Dimension) -> Vec<Shape> {
        let (shp, shx) = shapes(&sample::layer(dimension)).unwrap();
        let reader = ShapeReader::with_shx(Cursor::new(shp), Cursor::new(shx)).unwrap();
        reader.read().unwrap()
    }

    #[test]
    fn another_reader_gets_the_same_shapes_back() {
        let areas = read(Dimension::Area);
        let Shape::Polygon(area) = &areas[0] else { panic!("no polygon") };
        let rings: Vec<(bool, usize)> = area
            .rings()
            .iter()
            .map(|ring| (matches!(ring, PolygonRing::Outer(_)), ring.points().len()))
            .collect();
        assert_eq!(rings, [(true, 5), (false, 5), (true, 5)]);
        assert_eq!((area.bbox().max.x, area.bbox().max.y), (260_250.0, 8_040_100.0));
        assert_eq!(areas.len(), 2);
        let lines = read(Dimension::Line);
        let Shape::Polyline(line) = &lines[0] else { panic!("no line") };
        assert_eq!(line.parts().iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
        let points = read(Dimension::Point);
        let Shape::Point(point) = &points[0] else { panic!("no point") };
        assert_eq!((point.x, point.y), (260_005.0, 8_040_007.0));
    }

    #[test]
    fn a_feature_without_a_place_is_a_null_shape() {
        let mut layer = sample::layer(Dimension::Area);
        layer.shapes.to_mut().end_feature(Dimension::Area);
        let (shp, shx) = shapes(&layer).unwrap();
        let reader = ShapeReader::with_shx(Cursor::new(shp), Cursor::new(shx)).unwrap();
        assert!(matches!(reader.read().unwrap()[2], Shape::NullShape));
    }
}
