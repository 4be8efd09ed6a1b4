//! Draws the layers of the example project: `cargo run --example make_ilo_layers [DIR]`.
//!
//! In: the facts in `ilo/facts.rs` and `ilo/districts.rs`, each with its source.
//! Out: the GeoJSON files of `layers/` (or of DIR), the same bytes every time.
//! What is drawn and not surveyed is said in `layers/sources.md`.

use std::path::PathBuf;
use std::process::ExitCode;

mod ilo;

fn main() -> ExitCode {
    let directory = std::env::args_os().nth(1).map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("layers"),
        PathBuf::from,
    );
    for (name, text) in ilo::draw() {
        if std::fs::write(directory.join(name), text).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
