//! The doctor for layers: what a file is, where it lies, and what may be wrong with it.
//!
//! In: the path of a file and, if there is a project, its territories ([`Ground`]). Out: an
//! [`Examination`], which the command line says in a language and [`json`] gives to
//! programs; and [`findings`], the same suspicions about the layers of a run. Nothing is
//! changed and nothing is guessed silently: every proposal comes with what it rests on.
//!
//! [`examine`] goes through the file once for its geometries and then for its fields, a
//! few at a time, so that memory does not grow with their number. What judges knows no
//! words: `names` read names, `numbers` numbers, `place` coordinates, `codes` codes.

mod codes;
mod columns;
mod coordinates;
mod datum;
mod delimited;
mod departments;
mod examine;
pub mod findings;
mod ground;
pub mod json;
mod names;
mod numbers;
mod place;
pub mod report;
mod shape;
mod suspicion;
mod table;

pub use examine::examine;
pub use ground::Ground;
pub use report::{Examination, Sheet};
pub use suspicion::{Kind, Suspicion};
