//! Territories: the units that results are given for.

/// Code of the union of all territories.
pub const TOTAL: &str = "_T";
/// Code of what lies in none of them.
pub const OUTSIDE: &str = "_X";

/// The code of a territory: text, so that leading zeros are kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TerritoryCode(String);

impl TerritoryCode {
    /// Makes a code from trimmed text; `None` if nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the code is one of the two that the tables keep for themselves.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0 == TOTAL || self.0 == OUTSIDE
    }
}

impl std::fmt::Display for TerritoryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
