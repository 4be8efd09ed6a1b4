//! Writes scenes as PDF 1.7: vectors, searchable text, embedded subsets of the face.
//!
//! In: scenes in page millimetres. Out: pages ([`page`]), and documents made of them
//! ([`document`]): one a sheet, and one of all sheets. A page is rendered once and goes into
//! both. Nothing in a document tells time or machine, so the same scenes give the same bytes.

mod content;
mod document;
mod faces;

pub use content::{Page, page};
pub use document::{About, atlas, document};

#[cfg(test)]
mod tests;
