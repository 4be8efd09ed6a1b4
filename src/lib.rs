//! Atalaya: who and what stands in the way of which hazard, and who goes without which service.
//!
//! The pipeline, in the order in which data flow:
//!
//! 1. [`config`] reads the project file into settings, or says all that is wrong with it;
//! 2. [`layers`] reads the files through [`formats`], checks fields, keeps digests;
//! 3. [`geometry`] brings all to one CRS and grid, mends, dissolves, indexes: a study area;
//!    [`doctor`] tells of a file, and of the layers of a run, what may be wrong with them;
//! 4. [`analysis`] measures exposure, access, deficits and the balance;
//! 5. [`indicators`] makes tables of them;
//! 6. [`outputs`] writes tables, manifest and maps, whole or not at all.
//!
//! [`domain`] holds the words they share, [`i18n`] the sentences for people, and
//! [`pipeline`] alone sees all stages.

pub mod analysis;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod formats;
pub mod geometry;
pub mod i18n;
pub mod indicators;
pub mod layers;
pub mod outputs;
pub mod pipeline;
