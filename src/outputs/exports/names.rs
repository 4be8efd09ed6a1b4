//! Names of fields that every format can hold: unique without regard to case, and short
//! ones of ten ASCII characters for Shapefiles.
//!
//! In: wished names in order. Out: names, the same for the same wishes.

use std::collections::BTreeSet;

/// Names that a format or a program keeps for itself.
const RESERVED: [&str; 6] = ["fid", "ogc_fid", "geom", "geometry", "rowid", "shape"];
/// Longest name of a field in a Shapefile's table.
const SHORT: usize = 10;

/// Gives out names, each once.
#[derive(Debug)]
pub(super) struct Names {
    long: BTreeSet<String>,
    short: BTreeSet<String>,
}

impl Names {
    pub(super) fn new() -> Self {
        let reserved: BTreeSet<String> =
            RESERVED.iter().map(|&name| name.to_owned()).collect();
        Self { long: reserved.clone(), short: reserved }
    }

    /// The wished name, or it with the first free number behind it.
    pub(super) fn long(&mut self, wish: &str) -> String {
        free(&mut self.long, wish, usize::MAX)
    }

    /// At most ten of the letters `a` to `z`, digits and `_`; numbered where taken.
    pub(super) fn short(&mut self, wish: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let wish: String = wish.to_lowercase().chars().map(plain).collect();
        free(&mut self.short, &wish, SHORT)
    }
}

fn free(taken: &mut BTreeSet<String>, wish: &str, longest: usize) -> String {
    let cut = |length: usize| -> String { wish.chars().take(length).collect() };
    let mut name = cut(longest);
    let mut number = 2;
    while !taken.insert(name.to_lowercase()) {
        let suffix = format!("_{number}");
        name = cut(longest - suffix.len()) + &suffix;
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_without_regard_to_case() {
        let mut names = Names::new();
        let given = ["people", "People", "geom", "a_b", "a_b", "a_b"];
        let long: Vec<String> = given.iter().map(|wish| names.long(wish)).collect();
        assert_eq!(long, ["people", "People_2", "geom_2", "a_b", "a_b_2", "a_b_3"]);
    }

    #[test]
    fn short_names_have_ten_plain_characters() {
        let mut names = Names::new();
        let given = ["viviendas_ñandú", "viviendas_otras", "FID", "a-b"];
        let short: Vec<String> = given.iter().map(|wish| names.short(wish)).collect();
        assert_eq!(short, ["viviendas_", "vivienda_2", "fid_2", "a_b"]);
        for _ in 0..20 {
            assert!(names.short("viviendas_").len() <= SHORT);
        }
    }
}
