//! Writes a made-up town to measure on: `cargo run --example town -- FOLDER [SIDE [DISTRICTS
//! [VERTICES]]]`, with SIDE × SIDE blocks (default 100), DISTRICTS × DISTRICTS districts (default 2)
//! and twelve hazard zones of VERTICES vertices (default 1000). Prints the path of its project.

#![expect(clippy::print_stdout, reason = "an example tells what it does")]

#[path = "../benches/town/mod.rs"]
mod town;

use std::error::Error;
use std::path::PathBuf;

use town::Town;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let mut number =
        |default: usize| arguments.next().map_or(Ok(default), |text| text.parse());
    let town =
        Town { side: number(100)?, districts: number(2)?, vertices: number(1000)? };
    std::fs::create_dir_all(&folder)?;
    println!("{}", town.write(&folder)?.display());
    Ok(())
}
