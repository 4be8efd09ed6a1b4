//! The vocabulary: plain values that every stage speaks in.
//!
//! Nothing here touches a file, runs an algorithm or knows a language. Words
//! follow the UNDRR terminology (UN A/71/644, 2016): see `ARCHITECTURE.md`.

pub mod crs;
pub mod element;
pub mod finding;
pub mod level;
pub mod measure;
pub mod message;
pub mod provenance;
pub mod stage;
pub mod territory;
pub mod units;
pub mod validity;

pub use crs::ReferenceSystem;
pub use element::ElementType;
pub use finding::{Code, Finding, Findings, Severity};
pub use level::Level;
pub use measure::{Doubt, DoubtRange, Measure, Quantity};
pub use message::{Explain, Message, Place};
pub use provenance::{Digest, Source, Status};
pub use stage::{Stage, Stages};
pub use territory::{OUTSIDE, TOTAL, TerritoryCode};
pub use units::{Meters, People, Share, SquareMeters};
pub use validity::Validity;
