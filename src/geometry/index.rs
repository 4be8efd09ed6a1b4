//! stub
use super::{GridPoint, Shapes};
/// Nearest.
#[derive(Debug)]
pub struct Nearest;
impl Nearest {
    /// New.
    #[must_use]
    pub fn new(_: &Shapes) -> Self {
        Self
    }
    /// To.
    #[must_use]
    pub fn to(&self, _: GridPoint) -> Option<(usize, f64)> {
        None
    }
}
