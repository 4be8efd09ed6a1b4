//! A tiny world for the tests of this stage and of the outputs: two districts, two hazards,
//! one layer of blocks, one of clinics. Its geometry is empty: nothing here measures.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::{
    Better, Citation, DeficitKind, DeficitSettings, ExposureRole, FailOn, LayerSettings,
    Localized, ReadSettings, Settings, Units,
};
use crate::domain::{Digest, Measure, Quantity, Source, Status, TerritoryCode, Validity};
use crate::domain::{Level, Level::High};
use crate::geometry::{
    Dimension, ExposureLayer, GridPoint, HazardLayer, InputRecord, Prepared,
    ServiceLayer, Shapes, StudyArea, Territory,
};

use crate::layers::PartRole;

use crate::analysis::{
    BalanceRow, DeficitRow, ExposureRow, FacilityRow, InHazardRow, Measurements,
};

/// Rectangles in metres, one a feature: x, y, width, height.
pub(crate) fn rectangles(all: &[[i64; 4]]) -> Shapes {
    let mut shapes = Shapes::default();
    for &[x, y, w, h] in all {
        let at = |x: i64, y: i64| GridPoint::new(x * 1_000_000, y * 1_000_000);
        let ring = [at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)];
        shapes.push_part(PartRole::Shell, ring);
        shapes.end_feature(Dimension::Area);
    }
    shapes
}

fn both(text: &str) -> Localized {
    Localized { es: text.to_owned(), en: text.to_owned() }
}

fn prepared(id: &str, status: Status, title: &str, date: &str) -> Prepared {
    let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Prepared {
        id: id.to_owned(),
        title: both(id),
        shapes: Arc::default(),
        ids: Arc::default(),
        accuracy_m: None,
        status,
        source: Source { title: stated(title), date: stated(date), ..Source::default() },
    }
}

fn hazard(id: &str, status: Status, in_any: bool) -> HazardLayer {
    HazardLayer {
        layer: prepared(id, status, "", ""),
        kind: id.to_owned(),
        in_any,
        levels: Vec::new(),
        bands: Vec::new(),
        study_area: None,
        zones: Vec::new(),
        inner: None,
        outer: None,
        validity: Validity::default(),
        in_force: None,
    }
}

fn input(layer: &str, path: &str) -> InputRecord {
    InputRecord {
        layer: layer.to_owned(),
        path: path.to_owned(),
        format: "GeoJSON".to_owned(),
        digest: Digest::of(path.as_bytes()),
        bytes: 6,
        modified: None,
        crs: Some("EPSG:4326".to_owned()),
        crs_evidence: "rfc7946",
        operation: "+proj=longlat -> +proj=utm +zone=19 +south".to_owned(),
        datum_operations: Vec::new(),
        features_read: 3,
        features_kept: 2,
        vertices: 8,
    }
}

/// The study area of the tiny world.
pub(crate) fn area() -> StudyArea {
    let territory = |code: &str, name: &str| Territory {
        code: TerritoryCode::new(code).unwrap(),
        name: name.to_owned(),
        people: None,
    };
    StudyArea {
        epsg: 32719,
        territories: vec![
            territory("180301", "Ilo"),
            territory("180302", "El Algarrobal, valle"),
        ],
        territory_layer: prepared(
            "districts",
            Status::Official,
            "Límites distritales",
            "2023-01-01",
        ),
        territory_partition: Arc::default(),
        territory_union: Shapes::default(),
        hazards: vec![
            hazard("flood", Status::Official, false),
            hazard("tsunami", Status::Reference, true),
        ],
        exposures: vec![ExposureLayer {
            layer: prepared("blocks", Status::Synthetic, "Manzanas", "2017-10-22"),
            people: None,
            sums: Vec::new(),
            growth: None,
            attributes: BTreeMap::new(),
            lost: Vec::new(),
        }],
        services: vec![ServiceLayer {
            layer: prepared("clinics", Status::Official, "RENIPRESS", "2021"),
            kind: "health".to_owned(),
            capacity: None,
            dissolved: Shapes::default(),
        }],
        contexts: Vec::new(),
        tables: Vec::new(),
        inputs: vec![input("blocks", "blocks.geojson"), input("", "reported.csv")],
        grid_scale_ppm: (-398.25, 12.5),
    }
}

/// The settings of the tiny world.
pub(crate) fn settings() -> Settings {
    let blocks = LayerSettings {
        id: "blocks".to_owned(),
        title: both("blocks"),
        path: "blocks.geojson".into(),
        declared_path: "blocks.geojson".to_owned(),
        crs: None,
        towgs84: None,
        read: ReadSettings::default(),
        id_field: None,
        source: Source::default(),
        accuracy: None,
        status: Status::Synthetic,
        notes: None,
        territory: None,
        hazard: None,
        exposure: Some(ExposureRole {
            people: Some("population_2017".to_owned()),
            sums: BTreeMap::from([("dwellings".to_owned(), "viviendas".to_owned())]),
            growth: None,
            attributes: BTreeMap::new(),
            element_type: None,
        }),
        service: None,
        context: None,
        join: None,
    };
    let deficit = |id: &str, kind: DeficitKind, standard: f64| DeficitSettings {
        id: id.to_owned(),
        title: both(id),
        kind,
        standard: Some(standard),
        standard_source: None,
        citation: Citation::default(),
        period: None,
    };
    let reported = |indicator: &str| DeficitKind::Reported {
        table: "reported.csv".into(),
        indicator: indicator.to_owned(),
        better: Better::Higher,
    };
    let serenos = DeficitKind::PeoplePerUnit {
        units: Units::Reported {
            table: "reported.csv".into(),
            indicator: "serenos".into(),
        },
        people: Some("blocks".to_owned()),
    };
    let access = DeficitKind::Access {
        service: "clinics".to_owned(),
        people: "blocks".to_owned(),
        within_m: 1000.0,
    };
    Settings {
        id: "ilo".to_owned(),
        title: Localized { es: "Provincia de Ilo".into(), en: "Ilo Province".into() },
        working_epsg: 32719,
        territories: "districts".to_owned(),
        locale: None,
        fail_on: FailOn::Error,
        code_system: Some("INEI".to_owned()),
        author: None,
        reference_date: None,
        layers: vec![blocks],
        standards: None,
        contradictions: None,
        disputed: Vec::new(),
        deficits: vec![
            deficit("access", access, 1.0),
            deficit("serenos", serenos, 1000.0),
            deficit("water_hours", reported("water_hours"), 24.0),
        ],
        risk: None,
        output_directory: "outputs/ilo".into(),
        exports: Vec::new(),
        keep_inputs: None,
        scenarios: Vec::new(),
        overrides: Vec::new(),
        maps: crate::config::MapSettings::default(),
        doubts: crate::config::DoubtSettings::default(),
        suppression: None,
        file: "ilo.toml".into(),
        digest: Digest::of(b"settings"),
        places: BTreeMap::new(),
    }
}

/// One exposure figure of the blocks without a range.
pub(crate) fn exposure(
    territory: &str,
    hazard: &str,
    level: Level,
    measure: Measure,
    value: f64,
) -> ExposureRow {
    ExposureRow {
        territory: territory.to_owned(),
        hazard: hazard.to_owned(),
        level,
        has_level: true,
        layer: "blocks".to_owned(),
        measure,
        quantity: Some(Quantity { value, range: None }),
        doubts: Vec::new(),
        total: Some(100.0),
    }
}

/// One deficit with nothing known.
pub(crate) fn deficit(id: &str, kind: &'static str) -> DeficitRow {
    DeficitRow {
        territory: "180301".to_owned(),
        deficit: id.to_owned(),
        kind,
        period: "2017".to_owned(),
        people: None,
        value: None,
        value_low: None,
        value_high: None,
        doubts: Vec::new(),
        qualifier: String::new(),
        unit: "h/day".to_owned(),
        standard: Some(24.0),
        citation: Citation::default(),
        gap: None,
        gap_low: None,
        gap_high: None,
        shortfall: None,
        lacking: None,
        shortfall_unit: String::new(),
        meets: None,
        source: String::new(),
        denominator_source: String::new(),
        is_hidden: false,
    }
}

/// A few measurements, out of order on purpose.
pub(crate) fn measurements() -> Measurements {
    let water = DeficitRow {
        value: Some(16.27),
        gap: Some(24.0 - 16.27),
        meets: Some(false),
        source: "EPS Ilo, \"Memoria\" 2016".to_owned(),
        ..deficit("water_hours", "reported")
    };
    Measurements {
        exposure: vec![
            exposure("_T", "tsunami", High, Measure::People, 12.5),
            exposure("180301", "tsunami", Level::None, Measure::Area, 10.0),
            exposure("180301", "tsunami", High, Measure::Area, 2.005),
        ],
        disputed: Vec::new(),
        distances: Vec::new(),
        deficits: vec![water],
        risk: None,
        in_hazard: vec![InHazardRow {
            territory: "180301".to_owned(),
            deficit: "access".to_owned(),
            hazard: "tsunami".to_owned(),
            level: High,
            people: Some(3.25),
        }],
        facilities: vec![FacilityRow {
            service: "posts".to_owned(),
            facility: "2818".to_owned(),
            territory: "180301".to_owned(),
            hazard: "tsunami".to_owned(),
            level: High,
            people_nearest: Some(1.0 / 3.0),
            is_hidden: false,
            next_distance_m: None,
        }],
        balance: vec![BalanceRow::new(
            ("tsunami", "blocks", Measure::People),
            (100.0, 100.000_000_01),
            1e-7,
        )],
    }
}
