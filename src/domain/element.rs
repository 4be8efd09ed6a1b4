//! Kinds of exposed elements: the groups of CENEPRED's SIGRID report.
//!
//! The codes are SIGRID's ids of layers, so that a table of ours reads like one of theirs.
//! Kinds that SIGRID has no layer for have a word and no code.

macro_rules! elements {
    ($($(#[$doc:meta])* $name:ident = $word:literal $(, $code:literal)*;)*) => {
        /// What kind of thing is exposed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ElementType { $($(#[$doc])* $name,)* }

        impl ElementType {
            /// Every kind, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Words and codes, each with its kind.
            pub const NAMES: &'static [(&'static str, Self)] =
                &[$(($word, Self::$name), $(($code, Self::$name),)*)*];

            /// The word in project files and tables.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// SIGRID's codes; none where it has no such layer.
            #[must_use]
            pub fn codes(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($code),*],)* }
            }

            /// Key of its name in the catalogues.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => concat!("element.", $word),)* }
            }
        }
    };
}

elements! {
    /// Populated centres.
    PopulatedCentres = "populated_centres", "2110002";
    /// City blocks with their people and dwellings.
    Blocks = "blocks", "2100300", "2100400";
    /// Health facilities.
    Health = "health", "2020000";
    /// Schools.
    Education = "education", "2030000";
    /// Resources to respond with: fire stations, police, stores.
    Response = "response", "2040000";
    /// Prisons.
    Prisons = "prisons", "2050000";
    /// Ports, aerodromes and terminals.
    Transport = "transport", "2060100";
    /// Railway.
    Railway = "railway", "2060200";
    /// Roads.
    Roads = "roads", "2060300";
    /// Other infrastructure.
    OtherInfrastructure = "other_infrastructure", "2060400";
    /// Transmission lines.
    PowerLines = "power_lines", "2070101";
    /// Hydroelectric plants.
    HydroPlants = "hydro_plants", "2070102";
    /// Thermal plants.
    ThermalPlants = "thermal_plants", "2070103";
    /// Water and sewer works.
    Sanitary = "sanitary", "2070200";
    /// Wells, dams and intakes.
    WaterWorks = "water_works", "2080100";
    /// Canals.
    Canals = "canals", "2080200";
    /// Reservoirs.
    Reservoirs = "reservoirs", "2080300";
    /// Works of prevention.
    Prevention = "prevention", "2080400";
    /// Refineries of hydrocarbons.
    Refineries = "refineries", "2090100";
    /// Hydrocarbon outlets.
    FuelStations = "fuel_stations", "2090200";
    /// Plants of supply.
    FuelDepots = "fuel_depots", "2090300";
    /// Bottling plants of liquefied gas.
    GasBottling = "gas_bottling", "2090400";
    /// Pipelines.
    Pipelines = "pipelines", "2090500";
    /// Industrial plants, parks and lots.
    Industry = "industry";
    /// Crops and groves.
    Crops = "crops";
    /// Heritage sites.
    Heritage = "heritage";
    /// Green areas.
    GreenAreas = "green_areas";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_name_means_one_kind() {
        let names: BTreeSet<&str> = ElementType::NAMES.iter().map(|(n, _)| *n).collect();
        assert_eq!(names.len(), ElementType::NAMES.len());
        let blocks = ElementType::NAMES.iter().filter(|(_, k)| *k == ElementType::Blocks);
        assert_eq!(blocks.count(), 3);
        assert_eq!(ElementType::Health.codes(), ["2020000"]);
        assert!(ElementType::Crops.codes().is_empty());
    }
}
