//! The section `[risk]` of the project file as written, and nothing about its meaning.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::error::ConfigError;
use super::options::Text;
use super::read::{At, Optional, Read, Required, table, wrong_type};
use super::tree::{Node, Value};

table! {
    /// Vulnerability and risk by CENEPRED's method. It does not replace an EVAR.
    pub struct RiskTable {
        /// Id of the exposure layer whose features get a risk.
        pub layer: Required<String>,
        /// Who made the study, for people.
        pub source: Optional<Text>,
        /// Descriptor weights, worst first: the id of a matrix, or numbers. Default: CENEPRED's 0.503, 0.260, 0.134, 0.068, 0.035.
        pub scale: Optional<Scale>,
        /// Pairwise comparisons, by id.
        pub matrices: Optional<BTreeMap<String, At<MatrixTable>>>,
        /// What features are judged by, by id.
        pub factors: Optional<BTreeMap<String, At<FactorTable>>>,
        /// The hazards to assess, by the id of their layer.
        pub hazards: Required<BTreeMap<String, At<AssessedTable>>>,
        /// What makes the features vulnerable.
        pub vulnerability: Required<VulnerabilityTable>,
        /// Lower limits of the levels. Default: those that CENEPRED prints.
        pub limits: Optional<LimitsTable>,
    }

    /// Items compared two by two (analytic hierarchy process).
    pub struct MatrixTable {
        /// What is compared, in the order of the rows; not needed for descriptors.
        pub items: Optional<Vec<At<String>>>,
        /// Rows of the whole matrix, or of its upper triangle with the diagonal: numbers, or fractions such as `"1/3"`.
        pub pairs: Required<Vec<At<Vec<At<Ratio>>>>>,
    }

    /// How the values of a field become descriptors: exactly one of `classes`, `at_least` and `at_most`.
    pub struct FactorTable {
        /// Title for people. Default: the id.
        pub title: Optional<Text>,
        /// Field of the layer.
        pub field: Required<String>,
        /// Field that the first is divided by, so that shares can be judged.
        pub per: Optional<String>,
        /// Values by descriptor, worst first; several values in a list of their own.
        pub classes: Optional<Vec<At<Values>>>,
        /// Limits from high to low: a value of at least the first has the worst descriptor.
        pub at_least: Optional<Vec<At<f64>>>,
        /// Limits from low to high: a value of at most the first has the worst descriptor.
        pub at_most: Optional<Vec<At<f64>>>,
        /// Its descriptor weights, worst first. Default: those of the section.
        pub scale: Optional<Scale>,
        /// Who sets the classes.
        pub source: Optional<Text>,
    }

    /// How the value of a hazard is made up.
    pub struct AssessedTable {
        /// Weights of `level`, the level of the hazard, and of factors. Default: `level` alone.
        pub weights: Optional<Weighting>,
    }

    /// Dimensions of vulnerability: whichever are known.
    pub struct VulnerabilityTable {
        /// Weights of the dimensions. Needed where there are several.
        pub weights: Optional<Weighting>,
        /// People.
        pub social: Optional<DimensionTable>,
        /// Goods and activities.
        pub economic: Optional<DimensionTable>,
        /// Natural resources.
        pub environmental: Optional<DimensionTable>,
    }

    /// What a dimension is made up of: whichever are known.
    pub struct DimensionTable {
        /// Weights of the components. Needed where there are several.
        pub weights: Optional<Weighting>,
        /// Factors of exposure (exposición) and their weights.
        pub exposure: Optional<Weighting>,
        /// Factors of fragility (fragilidad) and their weights.
        pub fragility: Optional<Weighting>,
        /// Factors of resilience (resiliencia) and their weights.
        pub resilience: Optional<Weighting>,
    }

    /// Lower limits of very high, high and medium; what is below is low.
    pub struct LimitsTable {
        /// Of hazard values. Default: 0.260, 0.134, 0.068.
        pub hazard: Optional<Vec<At<f64>>>,
        /// Of vulnerability values. Default: 0.260, 0.134, 0.068.
        pub vulnerability: Optional<Vec<At<f64>>>,
        /// Of risk values. Default: 0.068, 0.018, 0.005.
        pub risk: Optional<Vec<At<f64>>>,
    }
}

/// Descriptor weights: the id of a matrix, or numbers, worst first.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Scale {
    /// Those of a matrix.
    Matrix(String),
    /// As given.
    Given(Vec<At<f64>>),
}

impl Read for Scale {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::List(_) => Vec::read(node, key, errors).map(Self::Given),
            _ => String::read(node, key, errors).map(Self::Matrix),
        }
    }
}

/// Weights by name: the id of a matrix whose items bear the names, or numbers.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Weighting {
    /// Those of a matrix.
    Matrix(String),
    /// As given.
    Given(BTreeMap<String, At<f64>>),
}

impl Read for Weighting {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::Table(_) => BTreeMap::read(node, key, errors).map(Self::Given),
            _ => String::read(node, key, errors).map(Self::Matrix),
        }
    }
}

/// One value of a field, or several.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum Values {
    /// One.
    One(String),
    /// Several of the same descriptor.
    Many(Vec<At<String>>),
}

impl Read for Values {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        match node.value {
            Value::List(_) => Vec::read(node, key, errors).map(Self::Many),
            _ => String::read(node, key, errors).map(Self::One),
        }
    }
}

/// A comparison: a number, or a fraction such as `"1/3"`.
#[derive(Debug, Clone, Copy)]
pub struct Ratio(pub f64);

impl Read for Ratio {
    fn read(node: &Node, key: &str, errors: &mut Vec<ConfigError>) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            return f64::read(node, key, errors).map(Self);
        };
        let parsed = match text.split_once('/') {
            Some((over, under)) => number(over).zip(number(under)).map(|(a, b)| a / b),
            None => number(text),
        };
        let ratio = parsed.filter(|ratio| ratio.is_finite());
        if ratio.is_none() {
            wrong_type(node, key, "@config.type.ratio", errors);
        }
        ratio.map(Self)
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

impl JsonSchema for Ratio {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["number", "string"] })
    }
}
