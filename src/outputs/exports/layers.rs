//! The result layers: territories with their indicators, hazard zones, exposed features.
//!
//! In: study area, measurements and the rows feature by feature. Out: [`Layer`]s, rounded as
//! the tables are. Zones are cut by worse ones here, so that none covers another; no figure
//! is computed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::grid::{Field, Grid, Kind, Layer, Value};
use super::names::Names;
use crate::analysis::{DeficitRow, ExposureRow, FeatureRow, LayerFeatures};
use crate::config::Suppression;
use crate::domain::{Level, Measure, Message, OUTSIDE, Status};
use crate::geometry::overlay::{
    self, Polygon, Rule, difference, push_feature, rings_of, rings_of_shapes,
    total_double_area,
};
use crate::geometry::{
    Amounts, Dimension, ExposureLayer, HazardLayer, Shapes, StudyArea,
};
use crate::indicators::Method;
use crate::outputs::WriteJob;
use crate::outputs::numbers::{self, METERS, PEOPLE, RATIO};

/// Most fields of the territories: beyond it, only people are given by hazard and level.
const MOST_FIELDS: usize = 1000;

/// Makes all result layers: territories, then hazards, then exposed features.
pub(super) fn make_all<'a>(job: &WriteJob<'a>) -> Vec<Layer<'a>> {
    let area = job.area;
    let mut layers = vec![territories(job)];
    layers.extend(area.hazards.par_iter().map(zones).collect::<Vec<_>>());
    for features in job.features {
        let found = area.exposures.iter().find(|e| e.layer.id == features.layer);
        let rule = job.settings.suppression.as_ref();
        layers.extend(found.map(|exposure| exposed(area, exposure, features, rule)));
    }
    layers.into_iter().flat_map(Layer::by_dimension).collect()
}

/// Collects the fields of a layer with names that every format can hold.
struct Fields {
    names: Names,
    all: Vec<Field>,
}

impl Fields {
    fn new() -> Self {
        Self { names: Names::new(), all: Vec::new() }
    }

    fn add(&mut self, name: &str, short: &str, kind: Kind, unit: &str, about: Message) {
        self.all.push(Field {
            name: self.names.long(name),
            short: self.names.short(short),
            kind,
            unit: unit.to_owned(),
            description: about,
        });
    }

    fn text(&mut self, name: &str, key: &'static str) {
        self.add(name, name, Kind::Text, "", Message::new(key));
    }
}

/// Two letters or fewer for a level, for short names.
fn short_level(level: Level) -> &'static str {
    match level {
        Level::VeryHigh => "vh",
        Level::High => "h",
        Level::Medium => "m",
        Level::Low => "l",
        Level::None => "n",
        Level::NotStudied => "ns",
    }
}

/// The worst status of some layers: that of what is made of them.
fn worst(all: impl IntoIterator<Item = Status>) -> Status {
    all.into_iter().max().unwrap_or(Status::Undeclared)
}

fn hazard_status(area: &StudyArea) -> impl Iterator<Item = Status> + '_ {
    area.hazards.iter().map(|hazard| hazard.layer.status)
}

// ---- territories -----------------------------------------------------------------------

/// One row a territory: its land after overlaps went to the lower code, and its figures.
fn territories<'a>(job: &WriteJob<'a>) -> Layer<'a> {
    let area = job.area;
    let status = worst(
        hazard_status(area)
            .chain(area.exposures.iter().map(|exposure| exposure.layer.status))
            .chain(area.services.iter().map(|service| service.layer.status))
            .chain([area.territory_layer.status]),
    );
    let mut fields = Fields::new();
    fields.text("code", "exports.field.code");
    fields.text("name", "exports.field.name");
    fields.text("status", "exports.field.status");
    let has_people = area.territories.iter().any(|t| t.people.is_some());
    if has_people {
        let about = Message::new("exports.field.people_official");
        fields.add(
            "people_official",
            "people_off",
            Kind::Number(PEOPLE),
            "people",
            about,
        );
    }
    let mut rows: Vec<Vec<Value<'a>>> = Vec::new();
    for territory in &area.territories {
        let mut row = vec![
            Value::text(territory.code.as_str()),
            Value::text(territory.name.as_str()),
            Value::text(status.id()),
        ];
        if has_people {
            row.push(Value::number(PEOPLE, territory.people));
        }
        rows.push(row);
    }
    add_deficits(job, &mut fields, &mut rows);
    add_exposure(job, &mut fields, &mut rows);
    Layer {
        name: "territories".to_owned(),
        title: Message::new("exports.layer.territories"),
        status,
        dimension: Dimension::Area,
        shapes: Cow::Borrowed(&area.territory_partition),
        grid: Grid { fields: fields.all, rows },
        level_field: None,
    }
}

/// Four fields a deficit: value, gap, shortfall and whether the standard is met.
fn add_deficits<'a>(
    job: &WriteJob<'a>,
    fields: &mut Fields,
    rows: &mut [Vec<Value<'a>>],
) {
    let found: BTreeMap<(&str, &str), &DeficitRow> = job
        .measurements
        .deficits
        .iter()
        .map(|row| ((row.deficit.as_str(), row.territory.as_str()), row))
        .collect();
    let mut ids: Vec<&str> = found.keys().map(|(deficit, _)| *deficit).collect();
    ids.dedup();
    for (at, id) in ids.into_iter().enumerate() {
        let of = |code: &str| found.get(&(id, code)).copied();
        let some = found.range((id, "")..).next().map(|(_, row)| *row);
        let some = some.expect("the id comes from a row");
        let method = Method::of_deficit(some.kind);
        let formats = [
            ("value", numbers::of_value(method), some.unit.as_str()),
            ("gap", numbers::of_gap(method), some.unit.as_str()),
            ("shortfall", numbers::of_shortfall(method), some.shortfall_unit.as_str()),
        ];
        let keys = [
            "exports.field.deficit_value",
            "exports.field.deficit_gap",
            "exports.field.deficit_shortfall",
        ];
        let short = |part: &str| {
            let part: String = part.chars().take(5).collect();
            format!("d{}_{part}", at + 1)
        };
        for ((part, format, unit), key) in formats.into_iter().zip(keys) {
            let about = Message::new(key).with("deficit", id);
            let name = format!("{id}_{part}");
            fields.add(&name, &short(part), Kind::Number(format), unit, about);
        }
        let about = Message::new("exports.field.deficit_meets").with("deficit", id);
        fields.add(&format!("{id}_meets"), &short("meets"), Kind::Claim, "", about);
        for (row, territory) in rows.iter_mut().zip(&job.area.territories) {
            let found = of(territory.code.as_str());
            row.push(Value::number(formats[0].1, found.and_then(|r| r.value)));
            row.push(Value::number(formats[1].1, found.and_then(|r| r.gap)));
            row.push(Value::number(formats[2].1, found.and_then(|r| r.shortfall)));
            row.push(Value::claim(found.and_then(|r| r.meets)));
        }
    }
}

/// By exposure layer and measure, people first: the total, then each level of each hazard.
fn add_exposure<'a>(
    job: &WriteJob<'a>,
    fields: &mut Fields,
    rows: &mut [Vec<Value<'a>>],
) {
    let exposure = &job.measurements.exposure;
    let key = |row: &'a ExposureRow| {
        let level = row.level.index();
        (&*row.layer, &row.measure, &*row.hazard, level, &*row.territory)
    };
    let found: BTreeMap<_, &ExposureRow> = exposure.iter().map(|r| (key(r), r)).collect();
    let mut measures: Vec<(&str, &Measure)> =
        exposure.iter().map(|row| (&*row.layer, &row.measure)).collect();
    measures.sort_by_key(|(layer, measure)| {
        (**measure != Measure::People, *layer, (*measure).clone())
    });
    measures.dedup();
    let mut hazards: Vec<&str> =
        job.area.hazards.iter().map(|hazard| hazard.layer.id.as_str()).collect();
    hazards.push("any");
    let layers: BTreeMap<&str, usize> =
        job.area.exposures.iter().zip(1..).map(|(e, at)| (&*e.layer.id, at)).collect();
    for (layer, measure) in measures {
        let more = 1 + hazards.len() * Level::ALL.len();
        if *measure != Measure::People && fields.all.len() + more > MOST_FIELDS {
            break;
        }
        let at = layers.get(layer).copied().unwrap_or(0);
        let letter = measure.id().chars().next().unwrap_or('s');
        let kind = kind_of(measure);
        let value = |row: Option<&&ExposureRow>,
                     pick: fn(&ExposureRow) -> Option<f64>| {
            let value = row.and_then(|row| pick(row));
            match kind {
                Kind::Number(format) => Value::number(format, value),
                _ => Value::whole(value),
            }
        };
        let about = |key: &'static str| {
            Message::new(key).with("layer", layer).with("measure", measure.id())
        };
        let total = format!("{layer}_{}_total", measure.id());
        let short = format!("e{at}{letter}_total");
        fields.add(&total, &short, kind, measure.unit(), about("exports.field.total"));
        for (row, territory) in rows.iter_mut().zip(&job.area.territories) {
            let code = territory.code.as_str();
            row.push(value(found.get(&(layer, measure, "any", 0, code)), |r| r.total));
        }
        for (number, hazard) in hazards.iter().enumerate() {
            for level in Level::ALL {
                let name = format!("{layer}_{}_{hazard}_{}", measure.id(), level.id());
                let short =
                    format!("e{at}{letter}h{}_{}", number + 1, short_level(level));
                let about = about("exports.field.exposure")
                    .with("hazard", hazard)
                    .with("level", level.id());
                fields.add(&name, &short, kind, measure.unit(), about);
                for (row, territory) in rows.iter_mut().zip(&job.area.territories) {
                    let code = territory.code.as_str();
                    let found =
                        found.get(&(layer, measure, *hazard, level.index(), code));
                    row.push(value(found, ExposureRow::value));
                }
            }
        }
    }
}

fn kind_of(measure: &Measure) -> Kind {
    match measure {
        Measure::Features => Kind::Whole,
        other => Kind::Number(numbers::of_measure(other)),
    }
}

// ---- hazard zones ----------------------------------------------------------------------

/// One feature a level, worst first: the union of its polygons without what is worse.
fn zones(hazard: &HazardLayer) -> Layer<'_> {
    let mut shapes = Shapes::default();
    let mut rows = Vec::new();
    let mut worse: Vec<Polygon> = Vec::new();
    for zone in &hazard.zones {
        let union = overlay::union(rings_of_shapes(&zone.shapes), Rule::NonZero);
        let own = difference(rings_of(&union), rings_of(&worse));
        worse = overlay::union(rings_of(&worse).chain(rings_of(&union)), Rule::NonZero);
        if own.is_empty() {
            continue;
        }
        push_feature(&mut shapes, &own);
        let area_m2 = overlay::area_m2(total_double_area(&own));
        rows.push(vec![
            Value::text(hazard.layer.id.as_str()),
            Value::text(hazard.kind.as_str()),
            Value::text(zone.level.id()),
            Value::Whole(i64::try_from(zone.level.index()).unwrap_or(0) + 1),
            Value::number(METERS, area_m2),
            Value::text(hazard.layer.status.id()),
        ]);
    }
    let mut fields = Fields::new();
    fields.text("hazard", "exports.field.hazard");
    fields.text("kind", "exports.field.kind");
    fields.text("level", "exports.field.level");
    let rank = Message::new("exports.field.rank");
    fields.add("rank", "rank", Kind::Whole, "", rank);
    let about = Message::new("exports.field.zone_area");
    fields.add("area_m2", "area_m2", Kind::Number(METERS), "m2", about);
    fields.text("status", "exports.field.status");
    Layer {
        name: format!("zones_{}", hazard.layer.id),
        title: Message::new("exports.layer.zones").with("hazard", &hazard.layer.id),
        status: hazard.layer.status,
        dimension: Dimension::Area,
        shapes: Cow::Owned(shapes),
        grid: Grid { fields: fields.all, rows },
        level_field: Some("level".to_owned()),
    }
}

// ---- exposed features ------------------------------------------------------------------

/// One row a feature of an exposure layer: where it lies and at which levels.
fn exposed<'a>(
    area: &'a StudyArea,
    exposure: &'a ExposureLayer,
    features: &'a LayerFeatures,
    rule: Option<&Suppression>,
) -> Layer<'a> {
    // What few people are in is not told feature by feature.
    let is_told = |measure: &Measure| rule.is_none_or(|rule| !rule.protects(measure));
    let people = exposure.people.as_ref().filter(|_| is_told(&Measure::People));
    let sums = exposure.sums.iter();
    let sums: Vec<&(String, Amounts)> =
        sums.filter(|(name, _)| is_told(&Measure::Sum(name.clone()))).collect();
    let status = worst(
        hazard_status(area).chain([exposure.layer.status, area.territory_layer.status]),
    );
    let shapes = &exposure.layer.shapes;
    let (has_area, has_length) =
        (shapes.has(Dimension::Area), shapes.has(Dimension::Line));
    let mut fields = Fields::new();
    let names = sums.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    exposed_fields(&mut fields, people.is_some(), &names, (has_area, has_length));
    let hazards = features.hazards.iter().zip(1..);
    let level_field = hazards.map(|(id, at)| level_fields(&mut fields, id, at)).last();
    let all = 0..shapes.len();
    let people = people.map(|people| people.some(all.clone()));
    let sums: Vec<_> = sums.iter().map(|(_, sum)| sum.some(all.clone())).collect();
    let ids = exposure.layer.ids.iter();
    let rows = features.rows.iter().zip(ids).enumerate().map(|(at, (row, id))| {
        let shape = shapes.get(at);
        let mut values = vec![Value::text(id)];
        values.extend(territory_of(area, row));
        values.push(Value::text(status.id()));
        if let Some(people) = &people {
            values.push(Value::number(PEOPLE, people.of(at)));
        }
        values.extend(sums.iter().map(|sum| Value::number(PEOPLE, sum.of(at))));
        if has_area {
            let is_area = shape.dimension() == Dimension::Area;
            values.push(Value::number(METERS, is_area.then(|| shape.area_m2())));
        }
        if has_length {
            let is_line = shape.dimension() == Dimension::Line;
            values.push(Value::number(METERS, is_line.then(|| shape.length_m())));
        }
        for levels in &row.hazards {
            values.push(Value::text(levels.worst.id()));
            values.extend(levels.shares.map(|share| Value::number(RATIO, share)));
        }
        values
    });
    let rows = rows.collect();
    Layer {
        name: format!("exposed_{}", exposure.layer.id),
        title: Message::new("exports.layer.exposed").with("layer", &exposure.layer.id),
        status,
        dimension: Dimension::Area,
        shapes: Cow::Borrowed(shapes),
        grid: Grid { fields: fields.all, rows },
        level_field,
    }
}

/// Code and name of the territory of a feature.
fn territory_of<'a>(area: &'a StudyArea, row: &FeatureRow) -> [Value<'a>; 2] {
    let found = row.territory.map(|at| &area.territories[at]);
    let (code, name) = match found {
        Some(territory) => (territory.code.as_str(), territory.name.as_str()),
        None => (OUTSIDE, OUTSIDE),
    };
    [Value::text(code), Value::text(name)]
}

/// The fields of an exposed feature before those by hazard.
fn exposed_fields(
    fields: &mut Fields,
    has_people: bool,
    sums: &[&str],
    (has_area, has_length): (bool, bool),
) {
    fields.text("id", "exports.field.id");
    fields.text("territory", "exports.field.territory");
    fields.add(
        "territory_name",
        "terr_name",
        Kind::Text,
        "",
        Message::new("exports.field.territory_name"),
    );
    fields.text("status", "exports.field.status");
    if has_people {
        let about = Message::new("exports.field.people");
        fields.add("people", "people", Kind::Number(PEOPLE), "people", about);
    }
    for &name in sums {
        let about = Message::new("exports.field.sum").with("name", name);
        fields.add(name, name, Kind::Number(PEOPLE), "1", about);
    }
    if has_area {
        let about = Message::new("exports.field.area");
        fields.add("area_m2", "area_m2", Kind::Number(METERS), "m2", about);
    }
    if has_length {
        let about = Message::new("exports.field.length");
        fields.add("length_m", "length_m", Kind::Number(METERS), "m", about);
    }
}

/// The fields of one hazard; gives the name of that with the worst level.
fn level_fields(fields: &mut Fields, hazard: &str, number: usize) -> String {
    let short = |end: &str| format!("h{number}_{end}");
    let about = Message::new("exports.field.worst").with("hazard", hazard);
    fields.add(&format!("{hazard}_level"), &short("level"), Kind::Text, "", about);
    let level_field = fields.all[fields.all.len() - 1].name.clone();
    for level in Level::ALL {
        let about = Message::new("exports.field.share")
            .with("hazard", hazard)
            .with("level", level.id());
        let name = format!("{hazard}_{}", level.id());
        let kind = Kind::Number(RATIO);
        fields.add(&name, &short(short_level(level)), kind, "share", about);
    }
    level_field
}
