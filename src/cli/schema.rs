//! `schema`: the JSON Schema of the project file, on stdout.

use super::error::CliError;
use super::{Failure, screen};
use crate::config;

pub(super) fn print() -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(&config::schema())
        .map_err(|error| CliError::Other { detail: error.to_string() })?;
    screen::give(&format!("{text}\n"));
    Ok(0)
}
