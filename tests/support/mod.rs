//! What the integration tests share: worlds in a temporary folder, the program run on
//! them, tables read back, and what must hold of every output folder.
//!
//! Nothing here calls the library: the tests see what a user sees.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::Digest as _;
use tempfile::TempDir;

/// East of the origin of the tests' small worlds, EPSG:32719.
pub(crate) const EAST: i64 = 250_000;
/// North of it.
pub(crate) const NORTH: i64 = 8_050_000;
/// The six levels as tables name them, worst first.
pub(crate) const LEVELS: [&str; 6] =
    ["very_high", "high", "medium", "low", "none", "not_studied"];

/// The tables of the contract: name, columns in order, how many of them are the key.
const TABLES: [(&str, &str, &str); 6] = [
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
         denominator_source",
    ),
    (
        "deficit_in_hazard",
        "territory,deficit,hazard,level",
        "territory,deficit,hazard,level,people",
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
         denominator_source,method,method_version,boundary_source,source,comment",
    ),
    ("findings", "", "code,severity,layer,feature,message,area_before_m2,area_after_m2"),
];

/// The key columns of a table; none for the findings.
pub(crate) fn key_of(table: &str) -> Vec<&'static str> {
    TABLES
        .iter()
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
    // Codes such as 010 are text: only a number with a fraction may be padded.
    expected == "*" || expected == actual || equal_numbers()
}

// ---------------------------------------------- what holds of every output folder

/// Everything that the contract says of any output folder of `--only tables` and that is
/// broken in this one.
pub(crate) fn broken_promises(out: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, key, columns) in TABLES {
        let path = out.join("tables").join(format!("{name}.csv"));
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

/// The six tables of an output folder as bytes.
pub(crate) fn tables_of(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let tables = files_under(&out.join("tables"));
    assert_eq!(tables.len(), TABLES.len(), "{:?}", tables.keys());
    tables
}

// ------------------------------------------------------------------- small worlds

/// A project in a temporary folder of its own.
pub(crate) struct World {
    folder: TempDir,
}

impl World {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().expect("a temporary folder") }
    }

    /// The smallest world in which everything is right: two districts of 100 m x 100 m
    /// side by side, one zone over half of the first, one block in each, one post, one
    /// deficit.
    pub(crate) fn tiny() -> Self {
        let world = Self::empty();
        world.write("project.toml", TINY_PROJECT);
        let square = |x: f64| rect(x, 0.0, x + 100.0, 100.0);
        world.layer(
            "districts",
            &[
                feature("t1", r#""code":"01","name":"One""#, &square(0.0)),
                feature("t2", r#""code":"02","name":"Two""#, &square(100.0)),
            ],
        );
        world.layer(
            "flood",
            &[feature("z1", r#""nivel":"high""#, &rect(0.0, 0.0, 50.0, 100.0))],
        );
        world.layer(
            "blocks",
            &[
                feature("b1", r#""population":100"#, &rect(20.0, 20.0, 80.0, 80.0)),
                feature("b2", r#""population":40"#, &rect(120.0, 20.0, 180.0, 80.0)),
            ],
        );
        world.layer("posts", &[feature("f1", "", &point(50.0, 50.0))]);
        world
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("the temporary folder can be written");
    }

    /// Writes a layer `<id>.geojson`.
    pub(crate) fn layer(&self, id: &str, features: &[String]) {
        self.write(&format!("{id}.geojson"), &collection(features));
    }

    /// Replaces a piece of the project file, which must be there.
    pub(crate) fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.project()).expect("a project file");
        assert!(text.contains(from), "`{from}` is not in the project file");
        self.write("project.toml", &text.replacen(from, to, 1));
    }

    /// Adds to the end of the project file.
    pub(crate) fn add(&self, more: &str) {
        let text = fs::read_to_string(self.project()).expect("a project file");
        self.write("project.toml", &format!("{text}\n{more}"));
    }

    /// A file of this world.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its project file.
    pub(crate) fn project(&self) -> PathBuf {
        self.file("project.toml")
    }

    /// Where it writes.
    pub(crate) fn out(&self) -> PathBuf {
        self.file("out")
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The line of the project file (1-based) that holds this text first.
    pub(crate) fn line_of(&self, text: &str) -> usize {
        let project = fs::read_to_string(self.project()).expect("a project file");
        1 + project
            .lines()
            .position(|line| line.contains(text))
            .unwrap_or_else(|| panic!("no line with `{text}`"))
    }

    /// Runs it for its tables.
    pub(crate) fn run(&self, more: &[&str]) -> Ran {
        run_tables(&self.project(), &self.out(), more)
    }
}

const TINY_PROJECT: &str = r#"[project]
id = "tiny"
title = "Tiny"
working_crs = "EPSG:32719"
territories = "districts"
locale = "es"
fail_on = "error"

[layers.districts]
path = "districts.geojson"
crs = "EPSG:32719"

[layers.districts.territory]
code = "code"
name = "name"

[layers.flood]
path = "flood.geojson"
crs = "EPSG:32719"

[layers.flood.hazard]
kind = "flood"
level = "nivel"

[layers.blocks]
path = "blocks.geojson"
crs = "EPSG:32719"

[layers.blocks.exposure]
people = "population"

[layers.posts]
path = "posts.geojson"
crs = "EPSG:32719"

[layers.posts.service]
kind = "health"

[deficits.health]
kind = "access"
service = "posts"
people = "blocks"
within_m = 60.0
standard = 1.0

[outputs]
directory = "out"
"#;

/// A position, metres from the origin, as GeoJSON to the micrometre.
pub(crate) fn position(x: f64, y: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "the origin is a small integer")]
    let (east, north) = (EAST as f64 + x, NORTH as f64 + y);
    format!("[{east:.6},{north:.6}]")
}

/// A closed ring as GeoJSON.
pub(crate) fn ring(points: &[(f64, f64)]) -> String {
    let closed = points.iter().chain(points.first());
    let all: Vec<String> = closed.map(|&(x, y)| position(x, y)).collect();
    format!("[{}]", all.join(","))
}

/// A polygon without holes.
pub(crate) fn polygon(points: &[(f64, f64)]) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{}]}}"#, ring(points))
}

/// A rectangle from its lower left to its upper right corner.
pub(crate) fn rect(x0: f64, y0: f64, x1: f64, y1: f64) -> String {
    polygon(&[(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
}

/// A point.
pub(crate) fn point(x: f64, y: f64) -> String {
    format!(r#"{{"type":"Point","coordinates":{}}}"#, position(x, y))
}

/// A feature with an id, the inside of its properties object and its geometry.
pub(crate) fn feature(id: &str, properties: &str, geometry: &str) -> String {
    format!(
        r#"{{"type":"Feature","id":"{id}","properties":{{{properties}}},"geometry":{geometry}}}"#
    )
}

/// A feature collection, one feature a line.
pub(crate) fn collection(features: &[String]) -> String {
    let all = features.join(",\n");
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{all}\n]}}\n")
}
