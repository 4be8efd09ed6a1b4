//! How time and memory grow with the size of the job:
//! `cargo run --example growth -- target/release/atalaya FOLDER [MOST]`.
//!
//! Runs the program given, without maps, on made-up towns, and writes `growth.csv` and
//! `growth.svg` into the folder. Three rows of runs: more blocks (up to MOST, 1,000,000 if it is not
//! said; 10,000,000 make 4 GB of layers), more districts, more vertices in the hazard zones.
//! Seconds and peak memory are those that each run's manifest tells.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

#[path = "../benches/town/mod.rs"]
mod town;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use plotters::prelude::*;
use plotters::style::register_font;
use town::Town;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What a run took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Of whatever grows in its row.
    size: f64,
    seconds: f64,
    megabytes: f64,
}

/// Runs in which one thing grows.
struct Row {
    id: &'static str,
    title: &'static str,
    costs: Vec<Cost>,
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let program = PathBuf::from(arguments.next().ok_or("which program?")?);
    let folder = PathBuf::from(arguments.next().ok_or("into which folder?")?);
    let most: usize = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    // Before all the runs, which take minutes.
    std::fs::create_dir_all(&folder)?;
    let rows = measure(&program, most)?;
    std::fs::write(folder.join("growth.csv"), table(&rows))?;
    draw(&folder.join("growth.svg"), &rows)
}

/// Runs all towns, in the order of their sizes.
fn measure(program: &Path, most: usize) -> Outcome<Vec<Row>> {
    let base = Town { side: 316, districts: 2, vertices: 1000 };
    let mut blocks = Vec::new();
    for side in [100, 316, 1000, 3162] {
        if side * side <= most {
            blocks.push(cost(program, side * side, Town { side, ..base })?);
        }
    }
    let mut districts = Vec::new();
    for n in [2, 6, 15, 45] {
        districts.push(cost(program, n * n, Town { districts: n, ..base })?);
    }
    let mut vertices = Vec::new();
    for n in [84, 834, 8334, 83_334] {
        vertices.push(cost(program, 12 * n, Town { vertices: n, ..base })?);
    }
    Ok(vec![
        Row { id: "blocks", title: "manzanas", costs: blocks },
        Row { id: "districts", title: "distritos", costs: districts },
        Row { id: "vertices", title: "vértices de las zonas", costs: vertices },
    ])
}

/// Makes a town, runs it and reads what that took.
fn cost(program: &Path, size: usize, town: Town) -> Outcome<Cost> {
    let folder = tempfile::tempdir()?;
    let project = town.write(folder.path())?;
    // What the system still has to write of the town is not the run's doing.
    for file in std::fs::read_dir(folder.path())? {
        std::fs::File::open(file?.path())?.sync_all()?;
    }
    let out = folder.path().join("out");
    let mut run = Command::new(program);
    run.arg("run").arg(&project).arg("--out").arg(&out);
    run.args(["--only", "tables", "--quiet", "--cache", "off"]);
    let status = run.status()?;
    if !status.success() {
        return Err(format!("the run of {town:?} failed").into());
    }
    let manifest = std::fs::read(out.join("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)?;
    let clock = &manifest["clock"];
    let stages = clock["stage_seconds"].as_object().ok_or("a clock without stages")?;
    let seconds = stages.values().filter_map(serde_json::Value::as_f64).sum();
    let bytes = clock["peak_memory_bytes"].as_f64().unwrap_or(f64::NAN);
    let cost = Cost { size: count(size), seconds, megabytes: bytes / 1e6 };
    println!("{town:?}: {:.2} s, {:.0} MB", cost.seconds, cost.megabytes);
    Ok(cost)
}

fn count(size: usize) -> f64 {
    u32::try_from(size).map_or(f64::INFINITY, f64::from)
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from("row,size,seconds,peak_mb\n");
    for row in rows {
        for Cost { size, seconds, megabytes } in &row.costs {
            let line = format!("{},{size:.0},{seconds:.3},{megabytes:.0}\n", row.id);
            text.push_str(&line);
        }
    }
    text
}

/// One panel a row, both axes by powers of ten, with a line that grows as n log n.
fn draw(path: &Path, rows: &[Row]) -> Outcome<()> {
    let font = notosans::REGULAR_TTF;
    register_font("sans-serif", FontStyle::Normal, font)
        .map_err(|_invalid| "the font cannot be read")?;
    let root = SVGBackend::new(path, (960, 340)).into_drawing_area();
    root.fill(&WHITE)?;
    for (panel, row) in root.split_evenly((1, rows.len())).iter().zip(rows) {
        draw_row(panel, row)?;
    }
    root.present()?;
    Ok(())
}

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw_row(panel: &Panel<'_>, row: &Row) -> Outcome<()> {
    let (Some(first), Some(last)) = (row.costs.first(), row.costs.last()) else {
        return Ok(());
    };
    let lowest = row.costs.iter().map(|cost| cost.seconds).fold(f64::INFINITY, f64::min);
    let highest = row.costs.iter().map(|cost| cost.seconds).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(panel)
        .caption(row.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(
            (first.size / 1.5..last.size * 1.5).log_scale(),
            (lowest / 2.0..highest * 3.0).log_scale(),
        )?;
    let size = |value: &f64| format!("{value:.0}");
    chart
        .configure_mesh()
        .x_label_formatter(&size)
        .y_label_formatter(&|value| seconds(*value))
        .light_line_style(TRANSPARENT)
        .y_desc("segundos")
        .label_style(("sans-serif", 13))
        .draw()?;
    let reference = (0..=200).map(|step| {
        let size = first.size * (last.size / first.size).powf(f64::from(step) / 200.0);
        let growth = size * size.ln() / (first.size * first.size.ln());
        (size, first.seconds * growth)
    });
    let reference = reference.take_while(|(_, seconds)| *seconds <= highest * 3.0);
    chart.draw_series(DashedLineSeries::new(reference, 4, 4, BLACK.mix(0.5).into()))?;
    let points = row.costs.iter().map(|cost| (cost.size, cost.seconds));
    chart.draw_series(LineSeries::new(points.clone(), BLUE.stroke_width(2)))?;
    chart.draw_series(points.map(|at| Circle::new(at, 4, BLUE.filled())))?;
    Ok(())
}

/// Seconds for an axis; only one, two and five of each power of ten are told.
fn seconds(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let digits = text.replace(['0', '.'], "");
    if ["1", "2", "5"].contains(&digits.as_str()) {
        text.replace('.', ",")
    } else {
        String::new()
    }
}
