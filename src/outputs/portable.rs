//! Names of files that every system can hold, so that a folder of results can be copied.
//!
//! In: paths inside a folder of results. Out: nothing, or the first name that Windows, macOS
//! or Linux would refuse, change, or take for another one.

use std::collections::BTreeMap;

use super::error::OutputError;

/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Devices that have a number.
const NUMBERED: [&str; 2] = ["com", "lpt"];
/// Characters that Windows has no place for in a name.
const FORBIDDEN: [char; 8] = ['<', '>', ':', '"', '\\', '|', '?', '*'];
/// Longest name, bytes and UTF-16 units alike.
const LONGEST: usize = 255;

/// Refuses names that a system cannot hold, and two that differ only in case.
///
/// # Errors
///
/// [`OutputError::UnsafeName`].
pub(super) fn ensure_all<'a>(
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), OutputError> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for path in paths {
        let is_good = path.split('/').all(is_portable);
        let is_other = seen.insert(path.to_lowercase(), path).is_some();
        if !is_good || is_other {
            return Err(OutputError::UnsafeName { name: path.to_owned() });
        }
    }
    Ok(())
}

/// Whether one name of a file or folder can be held everywhere.
pub(super) fn is_portable(name: &str) -> bool {
    let is_shown = |c: char| !c.is_control() && !FORBIDDEN.contains(&c);
    !name.is_empty()
        && !name.starts_with('.')
        && !name.ends_with(['.', ' '])
        && name.len() <= LONGEST
        && name.chars().all(is_shown)
        && !is_device(name)
}

/// Windows takes `aux.png` for the device too.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_numbered = NUMBERED.iter().any(|device| {
        let rest = stem.strip_prefix(device);
        rest.is_some_and(|rest| {
            let mut digits = rest.chars();
            let one = digits.next();
            digits.next().is_none()
                && one.is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c))
        })
    });
    DEVICES.contains(&stem.as_str()) || is_numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_system_refuses_are_told_from_the_others() {
        let long = "a".repeat(256);
        let bad = [
            "",
            ".",
            "..",
            ".hidden",
            "a:b",
            "a\\b",
            "what?",
            "x.",
            "x ",
            "CON",
            "aux.png",
            "Nul.tar.gz",
            "com1",
            "LPT9.csv",
            "com²",
            "a\u{7}b",
            "conout$",
            &long,
        ];
        for name in bad {
            assert!(!is_portable(name), "{name:?}");
        }
        let good =
            ["año 2026.csv", "console.txt", "com10", "common", "auxiliar", "x.y.z"];
        for name in good {
            assert!(is_portable(name), "{name:?}");
        }
    }

    #[test]
    fn two_names_that_differ_in_case_only_are_one_name() {
        let clash = |paths: &[&str]| ensure_all(paths.iter().copied()).is_err();
        assert!(clash(&["maps/Ñandú.png", "maps/ñandÚ.png"]));
        assert!(clash(&["maps/a.png", "aux/a.png"]));
        assert!(!clash(&["maps/a.png", "tables/a.png", "maps/a.svg"]));
    }
}
