//! A shift between a datum and WGS 84 as it is applied to a layer.

use crate::domain::crs::{Operation, Shift};

/// A datum operation on the way of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The operation of the table; `None` if somebody gave the parameters.
    pub operation: Option<&'static Operation>,
    /// Parameters from the datum to WGS 84.
    pub shift: Shift,
    /// Whether it is applied backwards: from WGS 84 to the datum.
    pub is_inverse: bool,
}

impl Applied {
    pub(super) fn of(operation: &'static Operation) -> Self {
        Self { operation: Some(operation), shift: operation.shift, is_inverse: false }
    }

    pub(super) fn by_hand(shift: Shift) -> Self {
        Self { operation: None, shift, is_inverse: false }
    }

    pub(super) fn inverted(self) -> Self {
        Self { is_inverse: true, ..self }
    }

    /// Accuracy, m; `None` if nobody states it.
    #[must_use]
    pub fn accuracy_m(&self) -> Option<f64> {
        self.operation.map(|operation| operation.accuracy_m)
    }

    /// Whether a box of degrees lies in its area of use; unknown areas hold everything.
    #[must_use]
    pub fn covers(&self, [west, south, east, north]: [f64; 4]) -> bool {
        self.operation.is_none_or(|operation| {
            let area = operation.area;
            west >= area[0] && south >= area[1] && east <= area[2] && north <= area[3]
        })
    }
}

impl std::fmt::Display for Applied {
    /// `EPSG:1208 PSAD56 to WGS 84 (8), accuracy 16 m`, or `towgs84=…`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inverse = if self.is_inverse { "inverse of " } else { "" };
        match self.operation {
            Some(Operation { code, name, accuracy_m, .. }) => {
                write!(f, "{inverse}EPSG:{code} {name}, accuracy {accuracy_m} m")
            }
            None => write!(f, "{inverse}towgs84={}", self.shift),
        }
    }
}

/// The accuracy of several operations in a row, m: the root of the sum of squares of those
/// that are known. `None` if none is.
#[must_use]
pub fn accuracy_of(steps: &[Applied]) -> Option<f64> {
    let squares = steps.iter().filter_map(Applied::accuracy_m).map(|m| m * m);
    squares.reduce(|a, b| a + b).map(f64::sqrt)
}
