//! Hazard levels, in CENEPRED's four classes and the two that say "no zone here".

use serde::Serialize;

/// The level of a hazard at a place.
///
/// The order of the variants is the order of severity within one hazard:
/// a smaller value is worse. [`Level::NotStudied`] stands apart: it says that
/// nobody looked, not that nothing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Muy alto.
    VeryHigh,
    /// Alto.
    High,
    /// Medio.
    Medium,
    /// Bajo.
    Low,
    /// Studied, and in no zone.
    None,
    /// Outside the study area of the hazard.
    NotStudied,
}

impl Level {
    /// All six, worst first, as tables list them.
    pub const ALL: [Self; 6] = [
        Self::VeryHigh,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::None,
        Self::NotStudied,
    ];
    /// The four levels that a zone can have, worst first.
    pub const ZONES: [Self; 4] = [Self::VeryHigh, Self::High, Self::Medium, Self::Low];
    /// The order in which the worst of several hazards is chosen (`any`).
    pub const WORST_OF_ANY: [Self; 6] = [
        Self::VeryHigh,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::NotStudied,
        Self::None,
    ];

    /// The name used in tables and project files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::VeryHigh => "very_high",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::None => "none",
            Self::NotStudied => "not_studied",
        }
    }

    /// Position in [`Level::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Reads an English or Spanish name, whatever its case and separators.
    ///
    /// `not_studied` is not a level that a file may state, so it is not read.
    ///
    /// ```
    /// use atalaya::domain::Level;
    /// assert_eq!(Level::parse("Muy Alto"), Some(Level::VeryHigh));
    /// assert_eq!(Level::parse("moderate"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word: String = text
            .trim()
            .chars()
            .map(|c| if c == ' ' || c == '-' { '_' } else { c })
            .flat_map(char::to_lowercase)
            .collect();
        match word.as_str() {
            "very_high" | "muy_alto" | "muy_alta" => Some(Self::VeryHigh),
            "high" | "alto" | "alta" => Some(Self::High),
            "medium" | "medio" | "media" => Some(Self::Medium),
            "low" | "bajo" | "baja" => Some(Self::Low),
            "none" | "ninguno" | "ninguna" => Some(Self::None),
            _ => None,
        }
    }
}
