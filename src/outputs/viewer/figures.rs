//! What the tables print, for the page to show beside its own sums: ranges and deficits.

use serde_json::{Map, Value, json};

use super::ViewerJob;
use crate::analysis::DeficitRow;
use crate::domain::Level;
use crate::indicators::Method;
use crate::outputs::numbers::{self, Format};

/// Ends of the ranges by layer, measure, territory and hazard: for each level low and high as
/// printed, and 1 where the figure cannot be decided; null without a range.
pub(super) fn ranges(job: &ViewerJob<'_>) -> Value {
    let mut all = Map::new();
    for row in &job.measurements.exposure {
        let told = row.told().and_then(|quantity| quantity.range);
        let Some((low, high)) = told else { continue };
        let format = numbers::of_measure(&row.measure);
        let cell = json!([
            format.write(low),
            format.write(high),
            u8::from(row.is_undecidable())
        ]);
        let mut at = &mut all;
        for key in [&row.layer, row.measure.id(), &row.territory] {
            at = within(at, key);
        }
        let levels = at
            .entry(&row.hazard)
            .or_insert_with(|| Value::Array(vec![Value::Null; Level::ALL.len()]));
        levels[row.level.index()] = cell;
    }
    Value::Object(all)
}

/// What the tables print of the measures that the project's rule protects, by layer, measure,
/// territory and hazard: the six levels and the whole, null where hidden; `None` without a rule.
pub(super) fn cells_of_tables(job: &ViewerJob<'_>) -> Option<Value> {
    let rule = job.settings.suppression.as_ref()?;
    let mut all = Map::new();
    for row in job.measurements.exposure.iter().filter(|r| rule.protects(&r.measure)) {
        let format = numbers::of_measure(&row.measure);
        let printed = |amount: Option<f64>| amount.map(|amount| format.write(amount));
        let mut at = &mut all;
        for key in [&row.layer, row.measure.id(), &row.territory] {
            at = within(at, key);
        }
        let nothing = || Value::Array(vec![Value::Null; Level::ALL.len() + 1]);
        let cells = at.entry(&row.hazard).or_insert_with(nothing);
        cells[row.level.index()] = printed(row.value()).into();
        cells[Level::ALL.len()] = printed(row.total).into();
    }
    Some(Value::Object(all))
}

fn within<'m>(map: &'m mut Map<String, Value>, key: &str) -> &'m mut Map<String, Value> {
    let inner = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    inner.as_object_mut().expect("it was made as an object")
}

/// The deficits with a row for each territory, as printed.
pub(super) fn deficits(job: &ViewerJob<'_>) -> Value {
    let each = job.settings.deficits.iter().map(|deficit| {
        let rows = job.measurements.deficits.iter();
        let rows: Vec<&DeficitRow> =
            rows.filter(|row| row.deficit == deficit.id).collect();
        let unit = rows.first().map_or("", |row| row.unit.as_str());
        let cells = rows.iter().map(|row| (row.territory.clone(), cells(row)));
        json!({
            "id": deficit.id,
            "title": {"es": deficit.title.es, "en": deficit.title.en},
            "unit": unit,
            "rows": Value::Object(cells.collect()),
        })
    });
    Value::Array(each.collect())
}

fn cells(row: &DeficitRow) -> Value {
    let method = Method::of_deficit(row.kind);
    let value = numbers::of_value(method);
    let mut cells = json!({
        "value": value.write(row.value),
        "low": value.write(row.value_low),
        "high": value.write(row.value_high),
        "qualifier": row.qualifier,
        "standard": Format::Shortest.write(row.standard),
        "gap": numbers::of_gap(method).write(row.gap),
        "meets": row.meets,
        "period": row.period,
        "source": row.source,
    });
    if row.is_hidden {
        cells["hidden"] = true.into();
    }
    cells
}
