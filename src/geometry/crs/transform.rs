//! The way from the CRS of a file to the working CRS.

use std::sync::OnceLock;

use proj4rs::Proj;

use super::lattice::{Lattice, Patch, Way};
use super::operation::Applied;
use super::{AreaOfUse, Crs, CrsTrouble, Fit, convert, wgs84};
use crate::domain::ReferenceSystem;
use crate::domain::crs::Shift;
use crate::geometry::grid::GridPoint;

/// Beyond this a coordinate is no metre of any planar CRS, but rubbish.
const LARGEST_PLANAR_M: f64 = 1e8;

/// Whether a place suits the working CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Inside the zone.
    Inside(GridPoint),
    /// Outside the zone but near it.
    AtEdge(GridPoint),
    /// Far outside the zone.
    Far,
    /// No place at all: not finite, out of range, or not to be projected.
    Nowhere,
}

/// The way from the CRS of a file to the working CRS.
#[derive(Debug)]
pub struct Transform<'a> {
    source: Crs,
    target: &'a Crs,
    degrees: Proj,
    /// Whether the file's coordinates are degrees.
    is_from_degrees: bool,
    lattice: OnceLock<Lattice>,
}

impl<'a> Transform<'a> {
    /// Prepares the way from `source` to `target`.
    ///
    /// # Errors
    ///
    /// As [`Crs::from_epsg`].
    pub fn new(
        source: impl Into<ReferenceSystem>,
        target: &'a Crs,
    ) -> Result<Self, CrsTrouble> {
        Self::with_shift(&source.into(), None, target)
    }

    /// The same; `shift` takes the place of the default operation of the source's datum.
    ///
    /// # Errors
    ///
    /// As [`Crs::new`].
    pub fn with_shift(
        source: &ReferenceSystem,
        shift: Option<Shift>,
        target: &'a Crs,
    ) -> Result<Self, CrsTrouble> {
        let source = Crs::new(source, shift)?;
        let is_from_degrees = source.is_geographic();
        let (degrees, lattice) = (wgs84()?, OnceLock::new());
        Ok(Self { source, target, degrees, is_from_degrees, lattice })
    }

    /// Whether the file's coordinates are in the working CRS already.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.source.system == self.target.system && !self.shifts_datum()
    }

    fn shifts_datum(&self) -> bool {
        let (from, to) = (&self.source, self.target);
        from.datum != to.datum || from.datum.is_none() || from.applied != to.applied
    }

    /// The datum operations on the way, in their order: to WGS 84 and from there.
    ///
    /// Empty where both are on one datum and by the same parameters.
    #[must_use]
    pub fn steps(&self) -> Vec<Applied> {
        if !self.shifts_datum() {
            return Vec::new();
        }
        let there = self.source.applied.clone();
        let back = self.target.applied.clone().map(Applied::inverted);
        there.into_iter().chain(back).collect()
    }

    /// Longitude and latitude on WGS 84 of a place of the working CRS, degrees.
    #[must_use]
    pub fn degrees_of(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        convert(&self.target.proj, &self.degrees, at)
    }

    /// Whether the file's coordinates are degrees.
    #[must_use]
    pub fn is_from_degrees(&self) -> bool {
        self.is_from_degrees
    }

    /// What is done, for the manifest: `identity`, or the two proj strings after the codes of
    /// the datum operations.
    #[must_use]
    pub fn operation(&self) -> String {
        if self.is_identity() {
            return "identity".to_owned();
        }
        let steps = self.steps();
        let way = format!("{} -> {}", self.source.definition, self.target.definition);
        let words = steps.iter().map(ToString::to_string).chain([way]);
        words.collect::<Vec<_>>().join("; ")
    }

    /// Projects a coordinate pair, degrees or metres, to metres of the working CRS.
    ///
    /// `None` if it is not finite, out of range, or cannot be projected.
    #[must_use]
    pub fn project(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        if !self.is_possible(at) {
            return None;
        }
        if self.is_identity() {
            return Some(at);
        }
        convert(&self.source.proj, &self.target.proj, at)
    }

    /// Projects what is to be snapped: degrees to a zone by the [`Lattice`], which differs
    /// from [`Self::project`] by less than a tenth of the grid's step.
    fn project_for_grid(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        match self.lattice() {
            Some(lattice) => lattice.project(at, self),
            None => self.project(at),
        }
    }

    fn lattice(&self) -> Option<&Lattice> {
        let is_smooth = matches!(self.target.area, AreaOfUse::Zone { .. });
        (is_smooth && self.is_from_degrees())
            .then(|| self.lattice.get_or_init(Lattice::new))
    }

    /// Whether a pair may be a coordinate of the source CRS at all.
    #[must_use]
    pub fn is_possible(&self, [x, y]: [f64; 2]) -> bool {
        // NaN fails all comparisons.
        if self.is_from_degrees() {
            x.abs() <= 180.0 && y.abs() <= 90.0
        } else {
            x.abs() <= LARGEST_PLANAR_M && y.abs() <= LARGEST_PLANAR_M
        }
    }

    /// For one coordinate pair after another.
    #[must_use]
    pub fn placer(&self) -> Placer<'_> {
        Placer { transform: self, patch: None }
    }

    /// Places a coordinate pair on the grid of the working CRS; many by a [`Placer`].
    #[must_use]
    pub fn place(&self, at: [f64; 2]) -> Placed {
        if !self.is_possible(at) {
            return Placed::Nowhere;
        }
        let fit = self.fit(at);
        if fit == Fit::Far {
            return Placed::Far;
        }
        let place = self.project_for_grid(at).and_then(|[x, y]| GridPoint::snap(x, y));
        match (place, fit) {
            (None, _) => Placed::Nowhere,
            (Some(place), Fit::AtEdge) => Placed::AtEdge(place),
            (Some(place), _) => Placed::Inside(place),
        }
    }

    fn fit(&self, at: [f64; 2]) -> Fit {
        if self.is_from_degrees() {
            if self.source.is_absurd(at[0], at[1]) {
                return Fit::Far;
            }
            return self.target.judge(at[0], at[1]);
        }
        if self.is_identity() && self.target.is_plainly_inside(at) {
            return Fit::Inside;
        }
        // What cannot be turned into degrees lies outside every zone.
        let Some([lon, lat]) = convert(&self.source.proj, &self.degrees, at) else {
            return Fit::Far;
        };
        if self.source.is_absurd(lon, lat) {
            return Fit::Far;
        }
        match self.target.judge(lon, lat) {
            // Beyond its reach the inverse may answer nonsense: there and back must agree.
            fit @ (Fit::Inside | Fit::AtEdge) => {
                match convert(&self.degrees, &self.source.proj, [lon, lat]) {
                    Some([x, y]) if (x - at[0]).hypot(y - at[1]) < 1.0 => fit,
                    _ => Fit::Far,
                }
            }
            Fit::Far => Fit::Far,
        }
    }

    /// Whether a pair lies far outside the area of use of the file's own CRS.
    #[must_use]
    pub fn is_outside_source(&self, at: [f64; 2]) -> bool {
        let degrees = if self.is_from_degrees() {
            Some(at)
        } else {
            convert(&self.source.proj, &self.degrees, at)
        };
        degrees.is_some_and(|[lon, lat]| self.source.is_absurd(lon, lat))
    }

    /// Whether a pair that does not fit would fit with its two numbers swapped.
    #[must_use]
    pub fn is_swapped(&self, [x, y]: [f64; 2]) -> bool {
        matches!(self.place([y, x]), Placed::Inside(_) | Placed::AtEdge(_))
    }

    /// Whether a pair outside the range of degrees could be metres.
    #[must_use]
    pub fn looks_like_meters(&self, [x, y]: [f64; 2]) -> bool {
        self.is_from_degrees()
            && (x.abs() > 180.0 || y.abs() > 90.0)
            && x.abs() <= LARGEST_PLANAR_M
            && y.abs() <= LARGEST_PLANAR_M
    }

    /// Whether a pair declared as metres could be degrees.
    #[must_use]
    pub fn looks_like_degrees(&self, [x, y]: [f64; 2]) -> bool {
        !self.is_from_degrees() && x.abs() <= 180.0 && y.abs() <= 90.0
    }
}

impl Way for Transform<'_> {
    fn exact(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        self.project(at)
    }

    fn is_plain(&self, at: [f64; 2]) -> bool {
        self.is_possible(at) && self.fit(at) == Fit::Inside
    }
}

/// Places one coordinate pair after another: as [`Transform::place`], but quicker where
/// neighbours lie near each other, as those of rings and lines do.
#[derive(Debug)]
pub struct Placer<'t> {
    transform: &'t Transform<'t>,
    /// The cell of the pair before, if nothing in it needs a closer look.
    patch: Option<&'t Patch>,
}

impl<'t> Placer<'t> {
    /// The way that it goes.
    #[must_use]
    pub fn transform(&self) -> &'t Transform<'t> {
        self.transform
    }

    /// Places a coordinate pair on the grid of the working CRS.
    #[inline]
    #[must_use]
    pub fn place(&mut self, at: [f64; 2]) -> Placed {
        match self.place_near(at) {
            Some(place) => Placed::Inside(place),
            None => self.place_anew(at),
        }
    }

    #[inline]
    fn place_near(&self, at: [f64; 2]) -> Option<GridPoint> {
        let [x, y] = self.patch?.project(at)?;
        GridPoint::snap(x, y)
    }

    fn place_anew(&mut self, at: [f64; 2]) -> Placed {
        let placed = self.transform.place(at);
        if matches!(placed, Placed::Inside(_))
            && let Some(lattice) = self.transform.lattice()
        {
            let patch = lattice.patch(at, self.transform);
            self.patch = patch.filter(|patch| patch.is_plain());
        }
        placed
    }
}
