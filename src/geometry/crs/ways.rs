//! One way for all layers that come from one reference system.

use std::rc::Rc;

use super::{Crs, CrsTrouble, Transform};
use crate::domain::ReferenceSystem;
use crate::domain::crs::Shift;

/// The ways to one working CRS, each prepared once.
#[derive(Debug)]
pub struct Ways<'a> {
    target: &'a Crs,
    known: Vec<(ReferenceSystem, Option<Shift>, Rc<Transform<'a>>)>,
}

impl<'a> Ways<'a> {
    /// No way yet.
    #[must_use]
    pub fn to(target: &'a Crs) -> Self {
        Self { target, known: Vec::new() }
    }

    /// The way from `source`, as [`Transform::with_shift`] gives it.
    ///
    /// # Errors
    ///
    /// As [`Crs::new`].
    pub fn from(
        &mut self,
        source: &ReferenceSystem,
        shift: Option<Shift>,
    ) -> Result<Rc<Transform<'a>>, CrsTrouble> {
        let mut known = self.known.iter();
        if let Some((.., way)) = known.find(|(s, by, _)| s == source && *by == shift) {
            return Ok(Rc::clone(way));
        }
        let way = Rc::new(Transform::with_shift(source, shift, self.target)?);
        self.known.push((source.clone(), shift, Rc::clone(&way)));
        Ok(way)
    }
}
