//! The stages of the job, for whoever keeps the time.

/// A stage of the job. What it is called, for people, stands in the catalogues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Layers are read and validated.
    Read,
    /// Features are projected to the grid of the working CRS and mended, in one pass.
    Project,
    /// Layers are given their roles: the study area is prepared.
    Prepare,
    /// The index over the edges of territories and hazard zones is built.
    Index,
    /// The nearest facilities are looked for.
    Access,
    /// Features are split by what they lie in, and added up.
    Overlay,
    /// Indicators, deficits and whatever else follows from the sums.
    Measure,
    /// Maps are drawn.
    Draw,
    /// The page to look into the results is made.
    View,
    /// Results are written.
    Write,
}

impl Stage {
    /// The name in the manifest and the catalogues.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Project => "project",
            Self::Prepare => "prepare",
            Self::Index => "index",
            Self::Access => "access",
            Self::Overlay => "overlay",
            Self::Measure => "measure",
            Self::Draw => "maps",
            Self::View => "viewer",
            Self::Write => "write",
        }
    }
}

/// Whoever is told which stage begins; the one before is over then, and may begin again later.
pub trait Stages {
    /// A stage begins.
    fn begin(&mut self, stage: Stage);
}

/// Nobody keeps the time.
impl Stages for () {
    fn begin(&mut self, _stage: Stage) {}
}
