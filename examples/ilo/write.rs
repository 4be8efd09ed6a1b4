//! Features as GeoJSON text: one a line, keys in the order given.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::plane::{LonLat, Ring, STEPS_PER_DEGREE, Utm, area};

/// A feature collection, one feature a line.
pub(super) fn collection(name: &str, features: &[Value]) -> String {
    let mut text =
        format!("{{\"type\":\"FeatureCollection\",\"name\":\"{name}\",\"features\":[\n");
    for (row, feature) in features.iter().enumerate() {
        let comma = if row + 1 == features.len() { "" } else { "," };
        writeln!(text, "{feature}{comma}").expect("writing to a string does not fail");
    }
    text.push_str("]}\n");
    text
}

/// A feature from properties in their order and a geometry.
pub(super) fn feature(
    properties: Vec<(&str, Value)>,
    kind: &str,
    coordinates: &Value,
) -> Value {
    let properties: Map<String, Value> =
        properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    json!({
        "type": "Feature",
        "properties": properties,
        "geometry": { "type": kind, "coordinates": coordinates },
    })
}

/// Degrees rounded to the files' grid.
pub(super) fn position(at: LonLat) -> Value {
    json!(at.map(|v| (v * STEPS_PER_DEGREE).round() / STEPS_PER_DEGREE))
}

/// A line's coordinates.
pub(super) fn line(points: &[LonLat]) -> Value {
    points.iter().map(|&p| position(p)).collect()
}

/// Coordinates of a polygon without holes: counter-clockwise and closed.
pub(super) fn polygon(utm: &Utm, ring: &Ring) -> Value {
    let mut points: Vec<LonLat> = ring.iter().map(|&p| utm.degrees(p)).collect();
    if area(ring) < 0.0 {
        points.reverse();
    }
    points.dedup();
    points.push(points[0]);
    json!([line(&points)])
}
