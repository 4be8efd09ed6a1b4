//! Atalaya's command line. The library does the work, [`atalaya::cli`] speaks to people.

use std::process::ExitCode;

fn main() -> ExitCode {
    atalaya::cli::main(std::env::args_os())
}
