use super::*;
use crate::analysis::{FeatureRow, LayerFeatures};
use crate::domain::{Findings, Level};
use crate::geometry::{Shapes, Zone};
use crate::indicators::{self, sample};
use crate::outputs::Products;

/// Rectangles in metres from a corner near Ilo, one a feature: x, y, width, height.
fn rectangles(all: &[[i64; 4]]) -> Shapes {
    let moved = all.iter().map(|&[x, y, w, h]| [260_000 + x, 8_040_000 + y, w, h]);
    sample::rectangles(&moved.collect::<Vec<_>>())
}

/// Two territories, one hazard whose zones overlap, two blocks.
fn area() -> StudyArea {
    let mut area = sample::area();
    area.territory_partition = rectangles(&[[0, 0, 100, 100], [100, 0, 100, 100]]).into();
    area.territory_layer.shapes = area.territory_partition.clone();
    area.hazards[0].zones = vec![
        Zone { level: Level::VeryHigh, shapes: rectangles(&[[0, 0, 200, 20]]) },
        Zone {
            level: Level::High,
            shapes: rectangles(&[[0, 0, 120, 40], [80, 10, 120, 30]]),
        },
        Zone { level: Level::Low, shapes: rectangles(&[[10, 10, 10, 10]]) },
    ];
    area.hazards.truncate(1);
    let blocks = &mut area.exposures[0];
    blocks.layer.shapes = rectangles(&[[90, 10, 40, 40], [300, 300, 10, 10]]).into();
    blocks.layer.ids = std::sync::Arc::new(["b1", "b2"].iter().collect());
    blocks.people = Some(vec![Some(12.345_67), None].into());
    area
}

/// Runs something on a job with these formats.
fn with_job<T>(exports: &[ExportFormat], act: impl FnOnce(&WriteJob<'_>) -> T) -> T {
    let area = area();
    let mut settings = sample::settings();
    settings.exports = exports.to_vec();
    let measurements = sample::measurements();
    let features = crate::analysis::features(&area);
    let findings = Findings::default();
    act(&WriteJob {
        indicators: &indicators::compute(&area, &measurements, &settings),
        settings: &settings,
        area: &area,
        measurements: &measurements,
        findings: &findings,
        features: &features,
        locale: Locale::Es,
        maps: &[],
        records: &[],
        more: &[],
        only: Products::ALL,
        options: &[],
        created: None,
        stage_seconds: &[],
        writing_since: None,
    })
}

fn files(exports: &[ExportFormat]) -> Vec<File> {
    with_job(exports, |job| {
        let made =
            tables::make_all(job.area, job.measurements, job.indicators, job.findings);
        make_all(job, &made).unwrap()
    })
}

fn layer_named<T>(name: &str, act: impl FnOnce(&Layer<'_>) -> T) -> T {
    with_job(&[], |job| {
        let layers = layers::make_all(job);
        act(layers.iter().find(|layer| layer.name == name).expect("it was made"))
    })
}

fn cell(layer: &Layer<'_>, row: usize, field: &str) -> String {
    let at = layer.grid.fields.iter().position(|f| f.name == field);
    let at = at.unwrap_or_else(|| panic!("{} has no {field}", layer.name));
    layer.grid.rows[row][at].written(layer.grid.fields[at].kind).into_owned()
}

#[test]
fn zones_are_dissolved_and_cut_by_worse_ones() {
    layer_named("zones_flood", |layer| {
        let rows: Vec<[String; 3]> = (0..layer.grid.rows.len())
            .map(|row| ["level", "rank", "area_m2"].map(|field| cell(layer, row, field)))
            .collect();
        // 200 × 20; 200 × 20 more above it; the low zone is covered by the worst.
        let expected = [["very_high", "1", "4000.00"], ["high", "2", "4000.00"]];
        assert_eq!(rows, expected.map(|row| row.map(str::to_owned)));
        assert_eq!(layer.shapes.len(), 2);
        let areas: Vec<f64> =
            layer.shapes.iter().map(crate::geometry::ShapeRef::area_m2).collect();
        assert_eq!(areas, [4000.0, 4000.0]);
    });
}

#[test]
fn territories_carry_their_figures_and_unknown_is_empty() {
    layer_named("territories", |layer| {
        assert_eq!(cell(layer, 0, "code"), "180301");
        assert_eq!(cell(layer, 0, "water_hours_value"), "16.27");
        assert_eq!(cell(layer, 0, "water_hours_gap"), "7.73");
        assert_eq!(cell(layer, 0, "water_hours_meets"), "false");
        assert_eq!(cell(layer, 1, "water_hours_value"), "");
        // The worst status of all that the row rests on.
        assert_eq!(cell(layer, 0, "status"), "synthetic");
        assert!(layer.grid.fields.iter().all(|field| field.short.len() <= 10));
    });
}

#[test]
fn exposed_features_carry_worst_level_shares_and_territory() {
    layer_named("exposed_blocks", |layer| {
        let expected = [
            ("id", "b1", "b2"),
            ("territory", "180302", "_X"),
            ("people", "12.3457", ""),
            ("area_m2", "1600.00", "100.00"),
            ("flood_level", "very_high", "none"),
            ("flood_very_high", "0.250000", "0.000000"),
            ("flood_high", "0.500000", "0.000000"),
            ("flood_none", "0.250000", "1.000000"),
        ];
        for (field, first, second) in expected {
            assert_eq!(cell(layer, 0, field), first, "{field}");
            assert_eq!(cell(layer, 1, field), second, "{field}");
        }
        assert_eq!(layer.level_field.as_deref(), Some("any_level"));
    });
}

#[test]
fn the_same_job_gives_the_same_bytes_in_every_format() {
    let formats: Vec<ExportFormat> =
        ExportFormat::ALL.into_iter().filter(|f| f.lacking_feature().is_none()).collect();
    let (one, two) = (files(&formats), files(&formats));
    let names = |files: &[File]| files.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&two));
    for ((name, a), (_, b)) in one.iter().zip(&two) {
        assert!(a == b, "{name} differs");
    }
    for expected in [
        "datapackage.json",
        "exports/csv/zones_flood.csv",
        "exports/fgb/exposed_blocks.fgb",
        "exports/geojson/territories.geojson",
        "exports/ilo.xlsx",
        "exports/shp/territories.cpg",
        "exports/shp/territories_fields.csv",
        "tables/territories.csv",
    ] {
        assert!(names(&one).iter().any(|name| name == expected), "{expected} is missing");
    }
}

#[test]
fn the_data_package_names_its_tables_with_size_digest_and_keys() {
    let files = files(&[ExportFormat::Csv, ExportFormat::DataPackage]);
    let get = |path: &str| &files.iter().find(|(name, _)| name == path).unwrap().1;
    let package: serde_json::Value =
        serde_json::from_slice(get("datapackage.json")).unwrap();
    assert_eq!(package["name"], "ilo");
    assert_eq!(package["title"], "Provincia de Ilo");
    let resources = package["resources"].as_array().unwrap();
    let named = |name: &str| resources.iter().find(|r| r["name"] == name).unwrap();
    for resource in resources {
        let path = resource["path"].as_str().unwrap();
        assert!(!path.starts_with('/') && !path.contains(".."), "{path}");
        if let Some((_, bytes)) = files.iter().find(|(name, _)| name == path) {
            assert_eq!(resource["bytes"], bytes.len());
            let digest = crate::domain::Digest::of(bytes);
            assert_eq!(resource["hash"], format!("sha256:{}", digest.as_str()));
        }
    }
    let exposure = &named("exposure")["schema"];
    assert_eq!(exposure["primaryKey"][4], "measure");
    assert_eq!(exposure["missingValues"], serde_json::json!([""]));
    assert_eq!(exposure["foreignKeys"][0]["reference"]["resource"], "territories");
    assert_eq!(exposure["fields"][3]["constraints"]["enum"][5], "not_studied");
    let exposed = &named("csv-exposed_blocks-csv")["schema"];
    assert_eq!(exposed["foreignKeys"][0]["fields"], "territory");
    assert_eq!(
        String::from_utf8(get("tables/territories.csv").clone()).unwrap(),
        "territory,territory_name,part\n180301,Ilo,territory\n\
         180302,\"El Algarrobal, valle\",territory\n_T,_T,total\n_X,_X,outside\n"
    );
}

#[test]
fn dates_are_those_of_the_newest_data() {
    assert_eq!(Date::newest(&area()).text(), "2023-01-01");
    let cases = [
        ("2019", Some("2019-01-01")),
        ("2019-07", Some("2019-07-01")),
        ("2019-07-31", Some("2019-07-31")),
        ("ayer", None),
    ];
    for (text, expected) in cases {
        assert_eq!(Date::parse(text).map(Date::text).as_deref(), expected);
    }
}

#[test]
fn a_system_that_cannot_be_described_is_refused_early() {
    let mut settings = sample::settings();
    settings.working_epsg = 3857;
    settings.exports = vec![ExportFormat::GeoJson, ExportFormat::FlatGeobuf];
    assert!(ensure_possible(&settings).is_ok());
    settings.exports.push(ExportFormat::Shapefile);
    let error = ensure_possible(&settings).unwrap_err();
    assert!(error.to_string().contains("EPSG:3857"), "{error}");
    assert!(need_features(&settings));
    settings.exports = vec![ExportFormat::Xlsx, ExportFormat::DataPackage];
    assert!(!need_features(&settings));
}

#[test]
fn field_names_stay_apart_when_ids_run_together() {
    let mut area = area();
    let mut other = area.hazards[0].clone();
    other.layer.id = "flood_very".to_owned();
    area.hazards.push(other);
    // `flood` at `very_high` and `flood_very` at `high` wish for the same name.
    let features = crate::analysis::features(&area);
    let settings = sample::settings();
    let measurements = sample::measurements();
    let job = WriteJob {
        indicators: &[],
        settings: &settings,
        area: &area,
        measurements: &measurements,
        findings: &Findings::default(),
        features: &features,
        locale: Locale::En,
        maps: &[],
        records: &[],
        more: &[],
        only: Products::ALL,
        options: &[],
        created: None,
        stage_seconds: &[],
        writing_since: None,
    };
    let layers = layers::make_all(&job);
    let exposed = layers.iter().find(|layer| layer.name == "exposed_blocks").unwrap();
    let mut names: Vec<&str> =
        exposed.grid.fields.iter().map(|field| field.name.as_str()).collect();
    assert!(names.contains(&"flood_very_high") && names.contains(&"flood_very_high_2"));
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// The rows of [`FeatureRow`] are those of the layer; a shorter list would misplace them.
#[test]
fn every_feature_has_a_row() {
    let area = area();
    let features: Vec<LayerFeatures> = crate::analysis::features(&area);
    let rows: &[FeatureRow] = &features[0].rows;
    assert_eq!(rows.len(), area.exposures[0].layer.shapes.len());
}
