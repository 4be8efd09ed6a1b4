//! outputs

pub mod map;
