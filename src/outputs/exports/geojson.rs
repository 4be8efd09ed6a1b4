//! Layers as GeoJSON (RFC 7946): longitude and latitude on WGS 84, seven decimals (a
//! centimetre), shells counter-clockwise, one feature a line.
//!
//! In: layers on the grid. Out: `exports/geojson/<layer>.geojson`. Features that cross the
//! antimeridian are not cut: no working CRS of the program reaches it.

use std::fmt::Write as _;

use super::grid::{Layer, Value, polygons};
use super::{Context, File, OutputError, failed};
use crate::config::ExportFormat;
use crate::geometry::crs::{Crs, Transform};
use crate::geometry::{Dimension, GridPoint, ShapeRef};

/// Writes positions in degrees.
struct Degrees<'t>(Transform<'t>);

pub(super) fn make(context: &Context<'_>) -> Result<Vec<File>, OutputError> {
    let error = failed(ExportFormat::GeoJson);
    let unknown = || error(&format_args!("EPSG:{} -> EPSG:4326", context.job.area.epsg));
    let target = Crs::from_epsg(4326).map_err(|_unknown| unknown())?;
    let transform =
        Transform::new(context.job.area.epsg, &target).map_err(|_unknown| unknown())?;
    let degrees = Degrees(transform);
    let mut files = Vec::new();
    for layer in &context.layers {
        let text = render(layer, &degrees).ok_or_else(unknown)?;
        files
            .push((format!("exports/geojson/{}.geojson", layer.name), text.into_bytes()));
    }
    Ok(files)
}

fn render(layer: &Layer<'_>, degrees: &Degrees<'_>) -> Option<String> {
    let name = serde_json::Value::from(layer.name.as_str());
    let mut out =
        format!("{{\"type\":\"FeatureCollection\",\"name\":{name},\"features\":[\n");
    let is_multi_point = layer.has_many_points();
    for (at, (shape, row)) in layer.shapes.iter().zip(&layer.grid.rows).enumerate() {
        if at > 0 {
            out.push_str(",\n");
        }
        out.push_str("{\"type\":\"Feature\",\"properties\":{");
        for (i, (field, value)) in layer.grid.fields.iter().zip(row).enumerate() {
            let comma = if i == 0 { "" } else { "," };
            let name = serde_json::Value::from(field.name.as_str());
            let _ = write!(out, "{comma}{name}:{}", json(value));
        }
        out.push_str("},\"geometry\":");
        geometry(&mut out, shape, is_multi_point, degrees)?;
        out.push('}');
    }
    out.push_str("\n]}\n");
    Some(out)
}

fn json(value: &Value<'_>) -> serde_json::Value {
    match value {
        Value::Unknown => serde_json::Value::Null,
        Value::Text(text) => text.as_ref().into(),
        Value::Whole(number) => (*number).into(),
        Value::Number(number) => (*number).into(),
        Value::Claim(claim) => (*claim).into(),
    }
}

fn geometry(
    out: &mut String,
    shape: ShapeRef<'_>,
    is_multi_point: bool,
    degrees: &Degrees<'_>,
) -> Option<()> {
    let Some(&first) = shape.points().first() else {
        out.push_str("null");
        return Some(());
    };
    let (kind, coordinates) = match shape.dimension() {
        Dimension::Area => {
            let polygon = |rings: Vec<&[GridPoint]>| {
                let rings = rings.into_iter().map(|ring| degrees.ring(ring));
                rings.collect::<Option<Vec<_>>>().map(|rings| list(&rings))
            };
            let polygons = polygons(shape).into_iter().map(polygon);
            ("MultiPolygon", list(&polygons.collect::<Option<Vec<_>>>()?))
        }
        Dimension::Line => {
            let lines = shape.parts().map(|(_, line)| degrees.line(line));
            ("MultiLineString", list(&lines.collect::<Option<Vec<_>>>()?))
        }
        Dimension::Point if is_multi_point => {
            ("MultiPoint", degrees.line(shape.points())?)
        }
        Dimension::Point => ("Point", degrees.position(first)?),
    };
    let _ = write!(out, "{{\"type\":\"{kind}\",\"coordinates\":{coordinates}}}");
    Some(())
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(","))
}

impl Degrees<'_> {
    /// A ring, closed. Points that fall together are written once, unless too few were left.
    fn ring(&self, ring: &[GridPoint]) -> Option<String> {
        let mut all = self.positions(ring)?;
        let mut kept = all.clone();
        kept.dedup();
        if kept.len() > 1 && kept.first() == kept.last() {
            kept.pop();
        }
        if kept.len() >= 3 {
            all = kept;
        }
        all.extend(all.first().cloned());
        Some(list(&all))
    }

    fn line(&self, line: &[GridPoint]) -> Option<String> {
        Some(list(&self.positions(line)?))
    }

    fn positions(&self, points: &[GridPoint]) -> Option<Vec<String>> {
        points.iter().map(|&point| self.position(point)).collect()
    }

    fn position(&self, point: GridPoint) -> Option<String> {
        let [lon, lat] = self.0.project(point.meters())?;
        Some(format!("[{},{}]", decimal(lon), decimal(lat)))
    }
}

/// Degrees with seven decimals, zeros at the end left out.
fn decimal(degrees: f64) -> String {
    crate::outputs::numbers::Format::UpTo(7).write(degrees)
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;

    fn written(dimension: Dimension) -> serde_json::Value {
        let target = Crs::from_epsg(4326).unwrap();
        let degrees = Degrees(Transform::new(32719, &target).unwrap());
        let text = render(&sample::layer(dimension), &degrees).unwrap();
        // The crate that reads the program's own inputs must understand it too.
        text.parse::<geojson::GeoJson>().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn positions_are_degrees_and_rings_keep_the_right_hand_rule() {
        let json = written(Dimension::Area);
        let polygons = json["features"][0]["geometry"]["coordinates"].as_array().unwrap();
        assert_eq!(polygons.len(), 2);
        // PROJ 9.5: 260000 8040000 in EPSG:32719.
        assert_eq!(polygons[0][0][0], serde_json::json!([LON, LAT]));
        let twice_area = |ring: &serde_json::Value| -> f64 {
            let ring: Vec<[f64; 2]> = serde_json::from_value(ring.clone()).unwrap();
            assert_eq!(ring.first(), ring.last());
            ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum()
        };
        assert!(twice_area(&polygons[0][0]) > 0.0);
        assert!(twice_area(&polygons[0][1]) < 0.0);
    }

    const LON: f64 = -71.262_987_1;
    const LAT: f64 = -17.714_120_1;

    #[test]
    fn properties_have_their_types() {
        let json = written(Dimension::Point);
        assert_eq!(json["features"][0]["geometry"]["type"], "Point");
        let properties = &json["features"][0]["properties"];
        assert_eq!(properties["id"], "Peñón \"1\"");
        assert_eq!(properties["area_m2"], 12_400.5);
        assert_eq!(properties["features"], 3);
        assert_eq!(properties["meets"], true);
        assert!(json["features"][1]["properties"]["area_m2"].is_null());
        assert!(json.get("crs").is_none());
        let lines = written(Dimension::Line);
        let first = &lines["features"][0]["geometry"];
        assert_eq!(first["coordinates"][0].as_array().unwrap().len(), 3);
    }
}
