//! Ranges against draws: how much of what may be the case do `low` and `high` hold?
//!
//! Small worlds are made from a seed. In each, every dissolved edge of a hazard is drawn
//! 2,000 times, off by one normal offset with σ = accuracy / 1.96, and the figures of each
//! draw are worked out by intervals, without any of the program's geometry. Told are the
//! share of draws that the program's range holds, and how wide it is beside their central
//! 95 %.
//!
//! ```sh
//! cargo run --release --example range_draws -- 200 2000 7    # worlds, draws, seed
//! ```

#![allow(clippy::cast_precision_loss, reason = "some thousand figures")]
#![allow(clippy::print_stdout, reason = "it is what an example is for")]

mod draws;

use draws::{Kind, Outcome};

fn main() {
    let given: Vec<u64> =
        std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let at = |i: usize, usual: u64| given.get(i).copied().unwrap_or(usual);
    let (worlds, draws, seed) = (at(0, 120), at(1, 2000), at(2, 7));
    let outcomes = draws::run(seed, worlds, draws);
    println!("{worlds} worlds of each kind are {draws} draws; seed {seed}");
    println!("kind              figures  least held  mean held  one edge: widest, mean");
    let worst = outcomes.iter().min_by(|a, b| a.held.total_cmp(&b.held));
    for kind in Kind::ALL {
        let own: Vec<&Outcome> = outcomes.iter().filter(|one| one.kind == kind).collect();
        let least = own.iter().map(|one| one.held).fold(1.0, f64::min);
        let mean = own.iter().map(|one| one.held).sum::<f64>() / own.len() as f64;
        let ratios: Vec<f64> = own.iter().filter_map(|one| one.ratio()).collect();
        let widest = ratios.iter().copied().fold(0.0, f64::max);
        let usual = ratios.iter().sum::<f64>() / ratios.len().max(1) as f64;
        let widths = if ratios.is_empty() {
            "–".to_owned()
        } else {
            format!("{widest:.3}, {usual:.3} ({} figures)", ratios.len())
        };
        println!(
            "{:<17} {:>7}  {:>9.2} %  {:>7.2} %  {widths}",
            kind.name(),
            own.len(),
            least * 100.0,
            mean * 100.0
        );
    }
    if let Some(worst) = worst {
        println!("least held: {} ({})", worst.figure, worst.kind.name());
    }
}
