//! What the integration tests share: worlds in a temporary folder, the program run on
//! them, tables read back, and what must hold of every output folder.
//!
//! Nothing here calls the library: the tests see what a user sees.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test crate uses its own part of this module"
)]

mod promises;
mod sums;
mod worlds;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub(crate) use promises::broken_promises;
pub(crate) use sums::fixed_by;
pub(crate) use worlds::{
    EAST, NORTH, World, collection, feature, point, polygon, position, rect, ring,
};

/// The six levels as tables name them, worst first.
pub(crate) const LEVELS: [&str; 6] =
    ["very_high", "high", "medium", "low", "none", "not_studied"];

/// The tables of the contract: name, columns in order, how many of them are the key.
const TABLES: [(&str, &str, &str); 8] = [
    (
        "exposure",
        "territory,hazard,level,layer,measure",
        "territory,territory_name,hazard,level,layer,measure,unit,value,low,high,total",
    ),
    (
        "deficits",
        "territory,deficit",
        "territory,territory_name,deficit,kind,period,people,value,value_low,value_high,\
         qualifier,unit,standard,gap,shortfall,shortfall_unit,meets,source,\
         denominator_source,gap_low,gap_high,standard_id,standard_source,\
         standard_legal_status,standard_edition,standard_date,shortfall_low,\
         shortfall_high",
    ),
    (
        "deficit_in_hazard",
        "territory,deficit,hazard,level",
        "territory,deficit,hazard,level,people",
    ),
    (
        "facilities_in_hazard",
        "service,facility,hazard",
        "service,facility,territory,hazard,level,people_nearest,next_distance_m",
    ),
    (
        "hazards",
        "hazard,level",
        "hazard,level,hazard_kind,within_m,accuracy_m,resolvable,in_any,valid_from,valid_to,\
         in_force,status,source",
    ),
    (
        "balance",
        "hazard,layer,measure",
        "hazard,layer,measure,whole,parts,difference,tolerance,closes",
    ),
    (
        "indicators",
        "indicator,ref_area,time_period,source",
        "ref_area,ref_area_system,indicator,time_period,obs_value,value_low,value_high,\
         qualifier,unit_measure,obs_status,target,gap,denominator_value,\
         denominator_source,method,method_version,boundary_source,source,comment,\
         target_id,target_source,target_legal_status,target_edition",
    ),
    ("findings", "", "code,severity,layer,feature,message,area_before_m2,area_after_m2"),
];

/// The tables of a project with the section `[risk]`, and of no other.
const RISK_TABLES: [(&str, &str, &str); 3] = [
    (
        "risk",
        "feature,hazard",
        "feature,territory,hazard,level,hazard_value,hazard_class,social,economic,\
         environmental,vulnerability_value,vulnerability_class,risk_value,risk_class,people,\
         why,standing",
    ),
    (
        "risk_summary",
        "territory,hazard,risk_class,why",
        "territory,territory_name,hazard,risk_class,why,features,people,total_features,\
         total_people,standing",
    ),
    (
        "risk_weights",
        "matrix,item",
        "matrix,item,weight,consistency_ratio,threshold,standing",
    ),
];

/// The key columns of a table; none for the findings.
pub(crate) fn key_of(table: &str) -> Vec<&'static str> {
    TABLES
        .iter()
        .chain(&RISK_TABLES)
        .filter(|(name, key, _)| *name == table && !key.is_empty())
        .flat_map(|(_, key, _)| key.split(','))
        .collect()
}

// ---------------------------------------------------------------- the program

/// What a run of the program left on its streams.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Exit code; -1 if it was killed.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `atalaya` with these arguments in this folder, in no particular locale.
pub(crate) fn atalaya(folder: &Path, arguments: &[&str]) -> Ran {
    let output = assert_cmd::cargo::cargo_bin_cmd!("atalaya")
        .current_dir(folder)
        .env_remove("LANG")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .args(arguments)
        .output()
        .expect("the binary of this package can be started");
    let ran = Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    };
    assert!(!ran.stderr.contains("panicked"), "panic on {arguments:?}:\n{}", ran.stderr);
    ran
}

/// Runs a project for its tables only, quietly, in English.
pub(crate) fn run_tables(project: &Path, out: &Path, more: &[&str]) -> Ran {
    let (project, out) = (project.display().to_string(), out.display().to_string());
    let mut arguments = vec!["run", project.as_str(), "--out", out.as_str()];
    arguments.extend(["--only", "tables", "--quiet", "--lang", "en"]);
    arguments.extend(more);
    atalaya(Path::new("."), &arguments)
}

// ------------------------------------------------------------------ the tables

/// One row, by column.
pub(crate) type Row = BTreeMap<String, String>;

/// A table as read.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Reads a CSV file.
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(&text)
    }

    /// Reads a table of an output folder.
    pub(crate) fn of(out: &Path, name: &str) -> Self {
        Self::read(&out.join("tables").join(format!("{name}.csv")))
    }

    /// Reads CSV text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header: Vec<String> =
            reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let rows = reader
            .records()
            .map(|record| {
                let record = record.expect("a row as long as the header");
                header.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
            })
            .collect();
        Self { header, rows }
    }

    /// The rows that agree with all of these cells.
    pub(crate) fn find(&self, cells: &[(&str, &str)]) -> Vec<&Row> {
        let agrees = |row: &&Row| {
            cells.iter().all(|(column, value)| {
                row.get(*column).is_some_and(|found| same_cell(value, found))
            })
        };
        self.rows.iter().filter(agrees).collect()
    }

    /// The number in a cell of the only row with this key.
    pub(crate) fn number(&self, cells: &[(&str, &str)], column: &str) -> f64 {
        let found = self.find(cells);
        assert_eq!(found.len(), 1, "rows with {cells:?}");
        let text = &found[0][column];
        text.parse().unwrap_or_else(|_| panic!("{column} of {cells:?} is `{text}`"))
    }
}

/// A decimal number without needless zeros; `None` if it is not one.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let sign = if text.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// Whether a cell is what a test expects: `*` is anything, `~1.5` is 1.5 to a part in 10⁹,
/// numbers are equal whether or not they are padded with zeros, all else is equal as text.
pub(crate) fn same_cell(expected: &str, actual: &str) -> bool {
    if let Some(Ok(about)) = expected.strip_prefix('~').map(str::parse::<f64>) {
        let close = |value: f64| (value - about).abs() <= 1e-9 * about.abs();
        return actual.parse().is_ok_and(close);
    }
    let equal_numbers =
        || canonical(expected).is_some_and(|e| Some(e) == canonical(actual));
    expected == "*" || expected == actual || equal_numbers()
}

// ------------------------------------------------------------------- the files

/// Every file under a folder: path with `/`, and bytes.
pub(crate) fn files_under(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("found below it");
                let name = name.to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).expect("a readable file"));
            }
        }
    }
    found
}

/// The tables of an output folder as bytes.
pub(crate) fn tables_of(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let tables = files_under(&out.join("tables"));
    assert_eq!(tables.len(), TABLES.len(), "{:?}", tables.keys());
    tables
}
