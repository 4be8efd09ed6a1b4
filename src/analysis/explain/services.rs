//! What explanations ask of a service, worked out when it is first asked for and kept.
//!
//! In: a service and the planes of the study area. Out: where its facilities and areas lie and
//! whose nearest ones they are.

use std::ops::Range;
use std::sync::OnceLock;

use super::RawTerm;
use crate::analysis::access;
use crate::analysis::deficit::Basis;
use crate::analysis::facilities::{self, people_layer};
use crate::analysis::fixed::Fixed;
use crate::analysis::planes::{Class, Planes};
use crate::config::Settings;
use crate::geometry::mosaic::Scratch;
use crate::geometry::{Dimension, ExposureLayer, ServiceLayer, StudyArea};

/// The nearest facility of each feature of a layer, and how far it is.
type NearestOf<'a> = (&'a ExposureLayer, access::Found);

/// A service taken apart.
pub(super) struct Served<'a> {
    pub(super) service: &'a ServiceLayer,
    classes: OnceLock<Vec<Option<Class>>>,
    nearest: OnceLock<Option<NearestOf<'a>>>,
    areas: OnceLock<Areas>,
    units: OnceLock<Vec<Units>>,
}

/// The areas of a service by territory.
struct Areas {
    /// Row of each area, and what of it lies in each territory.
    parts: Vec<(usize, Vec<(usize, Fixed)>)>,
    /// By territory, overlaps counted once.
    union: Vec<Fixed>,
}

/// The units of one feature: row, how many, and the share in each territory.
type Units = (usize, f64, Vec<(usize, f64)>);

impl<'a> Served<'a> {
    pub(super) fn new(service: &'a ServiceLayer) -> Self {
        Self {
            service,
            classes: OnceLock::new(),
            nearest: OnceLock::new(),
            areas: OnceLock::new(),
            units: OnceLock::new(),
        }
    }

    /// What each facility counts as.
    pub(super) fn classes(&self, planes: &Planes) -> &[Option<Class>] {
        self.classes.get_or_init(|| facilities::classes(planes, self.service))
    }

    /// The layer whose people are meant, and the nearest facility of each of its features;
    /// `None` if no layer tells.
    pub(super) fn nearest(
        &self,
        area: &'a StudyArea,
        settings: &Settings,
    ) -> Option<&NearestOf<'a>> {
        let find = || {
            let layer = people_layer(area, settings, &self.service.layer.id)?;
            Some((layer, access::distances(layer, self.service)))
        };
        self.nearest.get_or_init(find).as_ref()
    }

    /// The area of each feature in some territories, and of all of them with overlaps counted
    /// once.
    pub(super) fn areas(
        &self,
        basis: &Basis<'_>,
        territories: &Range<usize>,
    ) -> (Vec<RawTerm>, Fixed) {
        let areas = self.areas.get_or_init(|| Areas::of(self.service, basis));
        let term = |(row, parts): &(usize, Vec<(usize, Fixed)>)| {
            let inside = parts.iter().filter(|(t, _)| territories.contains(t));
            let amount: Fixed = inside.map(|(_, area)| *area).sum();
            let share = amount.get() / self.service.layer.shapes.get(*row).area_m2();
            let feature = self.service.layer.ids.of(*row).into_owned();
            RawTerm { feature, row: None, share: Some(share), amount }
        };
        let terms = areas.parts.iter().map(term).collect();
        (terms, areas.union[territories.clone()].iter().copied().sum())
    }

    /// The units of each feature in some territories.
    pub(super) fn units(
        &self,
        basis: &Basis<'_>,
        territories: &Range<usize>,
    ) -> Vec<RawTerm> {
        let units = self.units.get_or_init(|| self.split_units(basis));
        let term = |(row, amount, shares): &Units| {
            let (mut share, mut sum) = (0.0, Fixed::ZERO);
            for (_, part) in shares.iter().filter(|(t, _)| territories.contains(t)) {
                share += part;
                sum += Fixed::of(amount * part);
            }
            let feature = self.service.layer.ids.of(*row).into_owned();
            RawTerm { feature, row: None, share: Some(share), amount: sum }
        };
        units.iter().map(term).collect()
    }

    fn split_units(&self, basis: &Basis<'_>) -> Vec<Units> {
        let capacity = self.service.capacity.as_ref();
        let mut scratch = Scratch::default();
        let shapes = self.service.layer.shapes.iter().enumerate();
        let split = shapes.filter_map(|(row, shape)| {
            let amount = capacity.map_or(Some(1.0), |all| all.of(row))?;
            Some((row, amount, basis.shares(shape, capacity.is_some(), &mut scratch)))
        });
        split.collect()
    }
}

impl Areas {
    fn of(service: &ServiceLayer, basis: &Basis<'_>) -> Self {
        let mut scratch = Scratch::default();
        let shapes = service.layer.shapes.iter().enumerate();
        let areas = shapes.filter(|(_, shape)| shape.dimension() == Dimension::Area);
        let parts = areas.map(|(row, shape)| {
            let parts = basis.planes.mosaic.split_area(shape, &mut scratch);
            let inside = parts.into_iter().filter_map(|(planes, area_m2)| {
                Some((basis.planes.territory(&planes)?, Fixed::of(area_m2)))
            });
            (row, inside.collect())
        });
        Self { parts: parts.collect(), union: basis.areas(service) }
    }
}
