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
        let Some((low, high)) = row.quantity.range else { continue };
        let format = numbers::of_measure(&row.measure);
        let cell = json!([
            format.write(low),
            format.write(high),
            u8::from(row.quantity.is_undecidable())
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
    json!({
        "value": value.write(row.value),
        "low": value.write(row.value_low),
        "high": value.write(row.value_high),
        "qualifier": row.qualifier,
        "standard": Format::Shortest.write(row.standard),
        "gap": numbers::of_gap(method).write(row.gap),
        "meets": row.meets,
        "period": row.period,
        "source": row.source,
    })
}
