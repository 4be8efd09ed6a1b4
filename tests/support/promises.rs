//! What the contract promises of every output folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::Digest as _;

use super::{LEVELS, RISK_TABLES, TABLES, Table, canonical, files_under};

/// Everything that the contract says of any output folder of `--only tables` and that is
/// broken in this one.
pub(crate) fn broken_promises(out: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    let file = |name: &str| out.join("tables").join(format!("{name}.csv"));
    let risk = RISK_TABLES.into_iter().filter(|(name, ..)| file(name).exists());
    for (name, key, columns) in TABLES.into_iter().chain(risk) {
        let path = file(name);
        let Ok(bytes) = fs::read(&path) else {
            broken.push(format!("no tables/{name}.csv"));
            continue;
        };
        check_bytes(name, &bytes, &mut broken);
        let table = Table::read(&path);
        if table.header.join(",") != columns {
            broken.push(format!("{name}: columns {}", table.header.join(",")));
            continue;
        }
        check_order(name, key, &table, &mut broken);
        check_cells(name, &table, &mut broken);
    }
    if broken.is_empty() {
        check_exposure(&Table::of(out, "exposure"), &mut broken);
        check_balance(out, &mut broken);
        check_deficits(out, &mut broken);
        check_manifest(out, &mut broken);
    }
    broken
}

fn check_bytes(name: &str, bytes: &[u8], broken: &mut Vec<String>) {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        broken.push(format!("{name}: starts with a BOM"));
    }
    if bytes.contains(&b'\r') {
        broken.push(format!("{name}: has a carriage return"));
    }
    if bytes.last() != Some(&b'\n') {
        broken.push(format!("{name}: does not end its last line"));
    }
}

fn check_order(name: &str, key: &str, table: &Table, broken: &mut Vec<String>) {
    if key.is_empty() {
        return;
    }
    let keys: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| key.split(',').map(|column| row[column].as_str()).collect())
        .collect();
    for pair in keys.windows(2) {
        if pair[0] >= pair[1] {
            broken.push(format!("{name}: {:?} stands before {:?}", pair[0], pair[1]));
        }
    }
}

fn check_cells(name: &str, table: &Table, broken: &mut Vec<String>) {
    for row in &table.rows {
        for (column, cell) in row {
            let word = cell.to_ascii_lowercase();
            let odd = ["nan", "inf", "-inf", "infinity", "null", "-"];
            let minus_zero = canonical(cell).is_some_and(|n| {
                n.starts_with('-') && n[1..].trim_matches('0').is_empty()
            });
            if odd.contains(&word.as_str()) || minus_zero {
                broken.push(format!("{name}: {column} is `{cell}`"));
            }
        }
        let whole = |column: &str, allowed: &[&str]| {
            row.get(column).is_none_or(|cell| allowed.contains(&cell.as_str()))
        };
        if !whole("qualifier", &["", "<", ">", "~"])
            || !whole("severity", &["note", "warning", "error"])
            || !whole("meets", &["", "true", "false"])
            || !whole("closes", &["true", "false"])
            || !whole("level", &LEVELS)
            || !whole("obs_status", &["A", "E", "P", "B", "M", "L", "Q", "U"])
        {
            broken.push(format!("{name}: a word out of its list in {row:?}"));
        }
    }
}

fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// Digits after the point that rule 11 allows.
fn allowed_decimals(measure: &str) -> usize {
    match measure {
        "features" => 0,
        "area" | "length" => 2,
        "people" => 4,
        _ => 6,
    }
}

/// Half a unit in the last place of one printed figure.
fn half_step(measure: &str) -> f64 {
    match measure {
        "features" => 0.0,
        "area" | "length" => 0.005,
        _ => 0.000_05,
    }
}

fn check_exposure(table: &Table, broken: &mut Vec<String>) {
    // territory, hazard, layer, measure: its levels and values, and the total
    let mut groups: BTreeMap<[&str; 4], (BTreeSet<&str>, f64, f64)> = BTreeMap::new();
    for row in &table.rows {
        let cell = |column: &str| row[column].as_str();
        let number = |column: &str| cell(column).parse::<f64>();
        let (Ok(value), Ok(total)) = (number("value"), number("total")) else {
            broken.push(format!("exposure: not a number in {row:?}"));
            continue;
        };
        let measure = cell("measure");
        for column in ["value", "low", "high", "total"] {
            if decimals(cell(column)) > allowed_decimals(measure) {
                broken.push(format!("exposure: {column} too long in {row:?}"));
            }
        }
        match (number("low"), number("high")) {
            (Ok(low), Ok(high)) if low <= value && value <= high && low >= 0.0 => {}
            _ if cell("low").is_empty() && cell("high").is_empty() => {}
            _ => broken.push(format!("exposure: range of {row:?}")),
        }
        if total <= 0.0 {
            broken.push(format!("exposure: a row of a total of 0: {row:?}"));
        }
        let key = [cell("territory"), cell("hazard"), cell("layer"), measure];
        let group = groups.entry(key).or_insert((BTreeSet::new(), 0.0, total));
        group.0.insert(cell("level"));
        group.1 += value;
        #[expect(clippy::float_cmp, reason = "printed figures: the same text")]
        if group.2 != total {
            broken.push(format!("exposure: several totals of {key:?}"));
        }
    }
    // hazard, layer, measure: sum over territories, the total of _T
    let mut wholes: BTreeMap<[&str; 3], (f64, f64, usize)> = BTreeMap::new();
    for (key, (levels, sum, total)) in &groups {
        let step = half_step(key[3]);
        if levels.len() != 6 {
            broken.push(format!("exposure: {key:?} has levels {levels:?}"));
        }
        if (sum - total).abs() > 7.0 * step + 1e-9 * total {
            broken.push(format!(
                "exposure: levels of {key:?} add up to {sum}, not {total}"
            ));
        }
        let whole = wholes.entry([key[1], key[2], key[3]]).or_default();
        match key[0] {
            "_T" => whole.1 += total,
            "_X" => {}
            _ => (whole.0, whole.2) = (whole.0 + total, whole.2 + 1),
        }
    }
    for (key, (districts, total, count)) in &wholes {
        #[expect(clippy::cast_precision_loss, reason = "a handful of territories")]
        let step = half_step(key[2]) * (*count as f64 + 1.0);
        if (districts - total).abs() > step + 1e-9 * total {
            broken.push(format!("exposure: {key:?}: districts {districts}, _T {total}"));
        }
    }
}

fn check_balance(out: &Path, broken: &mut Vec<String>) {
    let exposure = Table::of(out, "exposure");
    for row in &Table::of(out, "balance").rows {
        let number = |column: &str| row[column].parse::<f64>().unwrap_or(f64::NAN);
        let (whole, tolerance) = (number("whole"), number("tolerance"));
        // What is not a number fails the comparison and so is broken, too.
        let is_close = number("difference").abs() <= tolerance;
        if row["closes"] != "true" || !is_close {
            broken.push(format!("balance does not close: {row:?}"));
        }
        let allowed = if row["measure"] == "features" { 0.0 } else { 1e-9 * whole };
        let step = half_step(&row["measure"]);
        let is_strict = tolerance <= allowed * 1.001 + 1e-15;
        if !is_strict {
            broken.push(format!("balance: tolerance of {row:?}"));
        }
        if row["measure"].starts_with("risk.") {
            continue; // Exposure knows nothing of it.
        }
        let mut found = 0.0;
        for territory in ["_T", "_X"] {
            let key = [
                ("territory", territory),
                ("hazard", &row["hazard"]),
                ("layer", &row["layer"]),
                ("measure", &row["measure"]),
                ("level", "none"),
            ];
            for row in exposure.find(&key) {
                found += row["total"].parse::<f64>().unwrap_or(f64::NAN);
            }
        }
        let is_whole = (found - whole).abs() <= 3.0 * step + allowed;
        if !is_whole {
            broken.push(format!("balance: _T + _X is {found} in {row:?}"));
        }
    }
}

fn check_deficits(out: &Path, broken: &mut Vec<String>) {
    let table = Table::of(out, "deficits");
    let all = |column: &str| -> BTreeSet<String> {
        table.rows.iter().map(|row| row[column].clone()).collect()
    };
    let (territories, deficits) = (all("territory"), all("deficit"));
    if table.rows.len() != territories.len() * deficits.len() {
        broken.push("deficits: a territory is missing in one".to_owned());
    }
    if !table.rows.is_empty() && !territories.contains("_T") {
        broken.push("deficits: no row of _T".to_owned());
    }
    for row in &table.rows {
        let negative = |column: &str| row[column].starts_with('-');
        if negative("gap") || negative("shortfall") {
            broken.push(format!("deficits: negative gap or shortfall: {row:?}"));
        }
        for column in ["value", "gap", "shortfall", "people", "value_low", "value_high"] {
            if decimals(&row[column]) > 6 {
                broken.push(format!("deficits: {column} too long in {row:?}"));
            }
        }
    }
    for row in &Table::of(out, "deficit_in_hazard").rows {
        if !row["people"].parse::<f64>().is_ok_and(|people| people > 0.0) {
            broken.push(format!("deficit_in_hazard: nobody in {row:?}"));
        }
    }
}

/// The manifest names every other file with its digest.
fn check_manifest(out: &Path, broken: &mut Vec<String>) {
    let Ok(text) = fs::read_to_string(out.join("manifest.json")) else {
        broken.push("no manifest.json".to_owned());
        return;
    };
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&text) {
        broken.push(format!("manifest.json: {error}"));
    }
    for (name, bytes) in files_under(out) {
        let listed =
            text.contains(&format!("\"{name}\"")) && text.contains(&sha256(&bytes));
        if name != "manifest.json" && !listed {
            broken.push(format!("manifest.json does not list {name} with its digest"));
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
