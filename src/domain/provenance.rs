//! Where data come from and how far they can be trusted.

use serde::Serialize;

/// Who published a layer or a figure, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Source {
    /// Title of the data set.
    pub title: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Reference date of the data, `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Where it can be found.
    pub url: Option<String>,
    /// Licence under which it may be used.
    pub licence: Option<String>,
}

/// What a layer may be used for; printed on every product made from it.
///
/// The order is that of trust, best first; a product has the worst status of
/// the layers it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Issued by the authority in charge.
    Official,
    /// Drawn or compiled from sources, good for orientation.
    Reference,
    /// Made up in a plausible way, to be replaced.
    Synthetic,
    /// The project does not say.
    Undeclared,
}

impl Status {
    /// The name in tables, project files and catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Reference => "reference",
            Self::Synthetic => "synthetic",
            Self::Undeclared => "undeclared",
        }
    }
}

/// SHA-256 of some bytes, as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Digest(String);

impl Digest {
    /// Computes the digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_raw(&Self::raw(bytes))
    }

    /// Computes the 32 raw bytes of the digest of `bytes`.
    #[must_use]
    pub fn raw(bytes: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        sha2::Sha256::digest(bytes).to_vec()
    }

    /// Takes over the 32 raw bytes of a finished SHA-256.
    #[must_use]
    pub fn from_raw(raw: &[u8]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(raw.len() * 2);
        for byte in raw {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The hexadecimal text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
