//! The same layer in every format gives the same bytes of `tables/exposure.csv`.
//!
//! `cargo run --release --example format_equality [POLYGONS [FOLDER]]` makes a layer of so
//! many polygons (200,000 if nothing is said), writes it in every format that is read, runs
//! a project on each, and compares the tables byte for byte. The files stay in the folder
//! if one is named. Exit code 0 if all are equal.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a report to read")]

mod layer;
mod writers;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use atalaya::i18n::Locale;
use atalaya::outputs::Products;
use atalaya::pipeline::{self, Options, Stage, Watch};

/// Polygons of the layer, unless an argument says otherwise.
const POLYGONS: usize = 200_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Silent;

impl Watch for Silent {
    fn stage(&self, _stage: Stage) {}
}

fn main() -> ExitCode {
    match compare_all() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn compare_all() -> Outcome<bool> {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(Ok(POLYGONS), |count| count.parse())?;
    let temporary = tempfile::tempdir()?;
    let named = arguments.next();
    let folder = named.as_deref().map_or(temporary.path(), Path::new);
    fs::create_dir_all(folder)?;
    let blocks = layer::blocks(count);
    layer::write_surroundings(folder, count)?;
    println!("{count} polygons, {} positions", layer::positions(&blocks));
    let mut first: Option<Vec<u8>> = None;
    let mut all_equal = true;
    for format in writers::FORMATS {
        (format.write)(&folder.join(format.file), &blocks)?;
        let started = Instant::now();
        let table = exposure(folder, format.file, format.keys)?;
        let is_equal = first.as_ref().is_none_or(|first| *first == table);
        all_equal &= is_equal;
        let verdict = if is_equal { "equal" } else { "DIFFERENT" };
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{:24} {:>8} bytes  {verdict}  {seconds:.1} s",
            format.file,
            table.len()
        );
        first.get_or_insert(table);
    }
    Ok(all_equal)
}

/// The table that a project with the layer in this file gives.
fn exposure(folder: &Path, file: &str, keys: &str) -> Outcome<Vec<u8>> {
    let project = folder.join("project.toml");
    fs::write(&project, layer::project(file, keys))?;
    let settings = pipeline::open(&project, &[])?;
    let only = Products { tables: true, ..Products::NONE };
    let options = Options { locale: Locale::En, only, date: None, scenarios: false };
    pipeline::run(&settings, &options, &Silent)?;
    let table = fs::read(settings.output_directory.join("tables/exposure.csv"))?;
    fs::remove_dir_all(&settings.output_directory)?;
    Ok(table)
}
