//! Everything that the page reads, in one stream.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::layers::{Writer, localized};
use super::pack::Sections;
use super::shapes::Lattice;
use super::{ViewerJob, figures, places, sheets};
use crate::domain::{Level, Status};
use crate::geometry::{Prepared, Shapes, StudyArea};
use crate::i18n::{self, Locale};
use crate::outputs::map::extent::Extent;
use crate::outputs::map::scene::{Colour, HatchKind, Paint};
use crate::outputs::map::style;

/// Catalogue texts that the page needs, by the beginning of their keys.
const TOPICS: [&str; 5] =
    ["viewer.", "map.level.", "map.status.", "map.stamp.", "map.undecidable"];

/// The stream that a page carries.
pub(super) fn pack(job: &ViewerJob<'_>) -> Vec<u8> {
    let area = job.area;
    let ground = Extent::of(&area.territory_layer.shapes);
    let whole = all_shapes(area).filter_map(Extent::of).chain(ground);
    let whole = whole.reduce(Extent::union).unwrap_or(NOTHING);
    let ground = ground.unwrap_or(whole);
    let points = all_shapes(area).map(Shapes::vertex_count).sum();
    let lattice = Lattice::of(whole, points);
    let mut writer = Writer { job, lattice, sections: Sections::default() };
    let origin = lattice.origin;
    let relative = |e: Extent| {
        let x = [e.min[0] - origin[0], e.max[0] - origin[0]];
        let y = [e.min[1] - origin[1], e.max[1] - origin[1]];
        json!([x[0], y[0], x[1], y[1]])
    };
    let degrees = places::lattice(area.epsg, elements(area), &mut writer.sections);
    let mut model = json!({
        "format": 1,
        "project": project(job),
        "words": words(),
        "style": looks(),
        "frame": {
            "origin": origin,
            "step_m": lattice.step_m,
            "ground": relative(ground),
            "whole": relative(whole),
            "degrees": degrees,
        },
        "territories": area.territories.iter().map(|t| json!({
            "code": t.code.as_str(), "name": t.name,
        })).collect::<Value>(),
        "hazards": writer.hazards(),
        "layers": writer.others(),
        "access": writer.access(),
        "ranges": figures::ranges(job),
        "deficits": figures::deficits(job),
        "sheets": sheets::list(job.sheets),
    });
    if let Some(cells) = figures::cells_of_tables(job) {
        model["cells"] = cells;
    }
    writer.sections.into_stream(&model)
}

/// The box of the territories and of what is exposed.
pub(super) fn elements(area: &StudyArea) -> Extent {
    let ground = Extent::of(&area.territory_layer.shapes);
    let exposed = area.exposures.iter().filter_map(|e| Extent::of(&e.layer.shapes));
    exposed.chain(ground).reduce(Extent::union).unwrap_or(NOTHING)
}

/// Where nothing has a place.
const NOTHING: Extent = Extent { min: [0.0; 2], max: [1.0; 2] };

fn project(job: &ViewerJob<'_>) -> Value {
    let settings = job.settings;
    let status = prepared(job.area).map(|layer| layer.status).max();
    json!({
        "id": settings.id,
        "title": localized(&settings.title),
        "author": settings.author.as_ref().map(localized),
        "crs": format!("EPSG:{}", job.area.epsg),
        "grid_scale_ppm": [job.area.grid_scale_ppm.0, job.area.grid_scale_ppm.1],
        "code_system": settings.code_system,
        "reference_date": settings.reference_date,
        "settings_sha256": settings.digest.as_str(),
        "program": concat!("atalaya ", env!("CARGO_PKG_VERSION")),
        "date": job.date,
        "locale": job.locale.id(),
        "status": status.unwrap_or(Status::Undeclared).id(),
    })
}

fn words() -> Value {
    let of = |locale| {
        let all = i18n::catalogue(locale).iter();
        let wanted = all.filter(|(key, _)| TOPICS.iter().any(|t| key.starts_with(t)));
        let one = |(key, text): (&String, &Cow<'_, str>)| (key.clone(), (**text).into());
        Value::Object(wanted.map(one).collect::<Map<String, Value>>())
    };
    json!({"es": of(Locale::Es), "en": of(Locale::En)})
}

/// Colours and hatches of the maps, so that the page looks like them.
fn looks() -> Value {
    json!({
        "levels": Level::ALL.map(|level| paint(&style::level(level))),
        "edges": Level::ALL.map(|level| css(style::level_edge(level))),
        "land": css(style::LAND),
        "limit": css(style::LIMIT),
        "trace": css(style::TRACE),
    })
}

fn paint(paint: &Paint) -> Value {
    let hatch = paint.hatch.map(|hatch| {
        let (kind, angle) = match hatch.kind {
            HatchKind::Lines { angle } => ("lines", angle),
            HatchKind::Cross { angle } => ("cross", angle),
            HatchKind::Dots { angle } => ("dots", angle),
        };
        json!({
            "kind": kind,
            "angle": angle,
            "spacing_mm": hatch.spacing_mm,
            "width_mm": hatch.width_mm,
            "colour": css(hatch.colour),
        })
    });
    json!({"solid": paint.solid.map(css), "hatch": hatch})
}

pub(super) fn css(colour: Colour) -> String {
    let [r, g, b] = colour.rgb;
    if colour.alpha >= 1.0 {
        return format!("#{r:02x}{g:02x}{b:02x}");
    }
    format!("rgba({r},{g},{b},{})", colour.alpha)
}

/// Every layer that can be seen on the page.
fn prepared(area: &StudyArea) -> impl Iterator<Item = &Prepared> {
    let hazards = area.hazards.iter().map(|hazard| &hazard.layer);
    let exposures = area.exposures.iter().map(|exposure| &exposure.layer);
    let services = area.services.iter().map(|service| &service.layer);
    let contexts = area.contexts.iter().map(|context| &context.layer);
    let ground = std::iter::once(&area.territory_layer);
    ground.chain(hazards).chain(exposures).chain(services).chain(contexts)
}

/// Every collection of shapes that the page holds, about.
fn all_shapes(area: &StudyArea) -> impl Iterator<Item = &Shapes> {
    let zones = area.hazards.iter().flat_map(|h| h.zones.iter().map(|zone| &zone.shapes));
    let studied = area.hazards.iter().filter_map(|h| h.study_area.as_ref());
    prepared(area).map(|layer| &*layer.shapes).chain(zones).chain(studied)
}
