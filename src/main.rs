//! Atalaya's command line. The library does the work, [`atalaya::cli`] speaks to people.

use std::env::args_os;
use std::process::{ExitCode, exit};

fn main() -> ExitCode {
    // Where no handler can be set, the system stops the program, and the next run clears up.
    let _ = ctrlc::set_handler(|| {
        atalaya::cli::stop(args_os());
        exit(atalaya::cli::STOPPED.into());
    });
    atalaya::cli::main(args_os())
}
