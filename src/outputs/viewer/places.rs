//! Degrees for the places of the page.
//!
//! The page has no projection library: it gets longitude and latitude at the nodes of a
//! lattice and interpolates between four nodes a side by cubic polynomials (Lagrange). For the
//! curvature of a planar system on cells of some kilometres that is far below a centimetre.

use serde_json::{Value, json};

use super::pack::Sections;
use crate::geometry::crs::{Crs, Transform};
use crate::outputs::map::extent::Extent;

/// Nodes a side.
const NODES: u32 = 17;

/// The lattice for a box and the margin around it; null where the system gives no degrees.
pub(super) fn lattice(epsg: u32, extent: Extent, sections: &mut Sections) -> Value {
    let Extent { min: low, max: high } = reach(extent);
    let step = [0, 1].map(|i: usize| (high[i] - low[i]) / f64::from(NODES - 1));
    let Some(nodes) = nodes(epsg, low, step) else { return Value::Null };
    let lon = sections.f64s(nodes.iter().map(|node| node[0]));
    let lat = sections.f64s(nodes.iter().map(|node| node[1]));
    json!({"nodes": NODES, "low": low, "step": step, "lon": lon, "lat": lat})
}

/// A box with the margin around it, on whole metres.
pub(super) fn reach(extent: Extent) -> Extent {
    let margin = (extent.side() * 0.1).max(500.0);
    let Extent { min, max } = extent.padded(margin);
    Extent { min: min.map(f64::floor), max: max.map(f64::ceil) }
}

fn nodes(epsg: u32, low: [f64; 2], step: [f64; 2]) -> Option<Vec<[f64; 2]>> {
    let crs = Crs::from_epsg(epsg).ok()?;
    let transform = Transform::new(epsg, &crs).ok()?;
    let mut all = Vec::new();
    for row in 0..NODES {
        for column in 0..NODES {
            let x = low[0] + f64::from(column) * step[0];
            let y = low[1] + f64::from(row) * step[1];
            let [lon, lat] = transform.degrees_of([x, y])?;
            let is_sound = lon.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0;
            all.push(is_sound.then_some([lon, lat])?);
        }
    }
    Some(all)
}
