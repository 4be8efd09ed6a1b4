//! How long explanations take: rows drawn by lot, each explained after one measuring of the whole
//! project, and some asked for as the command does, which measures what the figure rests on.
//!
//! ```text
//! cargo run --release --example explain_times -- layers/ilo.toml
//! ```

use std::path::PathBuf;
use std::time::Instant;

use atalaya::analysis::explain::{End, Explainer};
use atalaya::config;
use atalaya::outputs::explain::{Known, explain};
use atalaya::outputs::figure;
use atalaya::pipeline::{self, Measured, Stage, Watch};

const ROWS: usize = 100;
const COMMANDS: usize = 20;

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

fn known<'a>(settings: &'a config::Settings, measured: &'a Measured) -> Known<'a> {
    let Measured { area, measurements, findings } = measured;
    Known { settings, area, measurements, findings }
}

/// Numbers from 0 up to `below`, the same each time.
fn lot(below: usize) -> impl Iterator<Item = usize> {
    let mut state = 20_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    })
}

#[expect(clippy::print_stdout, reason = "an example says what it found")]
fn tell(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let most = times.last().copied().unwrap_or_default();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{what}: {} rows, median {middle:.1} ms, longest {most:.1} ms", times.len());
}

fn main() {
    let project = std::env::args_os().nth(1).map(PathBuf::from);
    let project = project.unwrap_or_else(|| "layers/ilo.toml".into());
    let settings = config::load(&project, &[]).expect("a good project");
    let measured = pipeline::measure(&settings, &Nobody).expect("good layers");
    let known = known(&settings, &measured);
    let rows: Vec<figure::Row<'_>> = figure::all(known).collect();
    let explainer = Explainer::new(&measured.area, &settings);
    let mut times = Vec::new();
    for at in lot(rows.len()).take(ROWS) {
        let began = Instant::now();
        let told = explain(known, &explainer, rows[at], End::Value);
        times.push(began.elapsed().as_secs_f64() * 1e3);
        assert!(told.is_some(), "{} has no explanation", rows[at].name());
    }
    tell("after the run", times);
    let mut times = Vec::new();
    for at in lot(rows.len()).skip(ROWS).take(COMMANDS) {
        let name = rows[at].name();
        let began = Instant::now();
        let basis = pipeline::explain::measure_for(settings.clone(), &name, &Nobody)
            .expect("good layers");
        let known = basis.known();
        let (row, end) = figure::find(&name, known).expect("a figure");
        let told = explain(known, &basis.explainer(), row, end);
        times.push(began.elapsed().as_secs_f64() * 1e3);
        assert!(told.is_some(), "{name} has no explanation");
    }
    tell("asked for alone, layers read again", times);
}
