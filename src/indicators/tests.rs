use super::sample::{area, deficit, exposure, measurements, settings};
use super::*;
use crate::domain::{Level, Measure, Quantity};

fn only(rows: Vec<IndicatorRow>) -> IndicatorRow {
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows.into_iter().next().unwrap()
}

fn of_exposure(row: ExposureRow) -> IndicatorRow {
    let one = Measurements { exposure: vec![row], ..Measurements::default() };
    only(compute(&area(), &one, &settings()))
}

fn of_deficit(row: DeficitRow) -> IndicatorRow {
    let one = Measurements { deficits: vec![row], ..Measurements::default() };
    only(compute(&area(), &one, &settings()))
}

#[test]
fn an_exposure_figure_carries_its_whole_its_date_and_its_sources() {
    let mut row = exposure("180301", "tsunami", Level::VeryHigh, Measure::People, 12.5);
    row.quantity = Some(Quantity { value: 12.5, range: Some((10.0, 20.0)) });
    let made = of_exposure(row);
    assert_eq!(made.indicator, "exposure.tsunami.very_high.blocks.people");
    assert_eq!(&*made.ref_area_system, "INEI");
    assert_eq!(&*made.time_period, "2017");
    assert_eq!((made.value, made.low, made.high), (Some(12.5), Some(10.0), Some(20.0)));
    assert_eq!((made.target, made.gap), (None, None));
    assert_eq!(made.denominator, Some(100.0));
    assert_eq!(&*made.denominator_source, "blocks.population_2017");
    assert_eq!(&*made.boundary_source, "Límites distritales, 2023-01-01");
    assert_eq!(&*made.source, "Manzanas, 2017-10-22; tsunami");
    let comment =
        "status=synthetic; blocks=synthetic; districts=official; tsunami=reference";
    assert_eq!(&*made.comment, comment);
    assert_eq!(made.status, ObsStatus::Estimated);
}

#[test]
fn the_worst_of_any_rests_on_the_hazards_that_take_part() {
    let made = of_exposure(exposure("_T", "any", Level::High, Measure::Area, 1.0));
    assert_eq!(
        &*made.source, "Manzanas, 2017-10-22; tsunami",
        "flood says in_any = false"
    );
    assert_eq!(&*made.denominator_source, "blocks");
    let sum = Measure::Sum("dwellings".into());
    let made = of_exposure(exposure("_T", "any", Level::High, sum, 1.0));
    assert_eq!(&*made.denominator_source, "blocks.viviendas");
}

#[test]
fn official_layers_give_normal_values() {
    let mut area = area();
    area.exposures[0].layer.status = Status::Official;
    let row = exposure("_T", "flood", Level::High, Measure::Area, 1.0);
    let one = Measurements { exposure: vec![row], ..Measurements::default() };
    let made = only(compute(&area, &one, &settings()));
    assert_eq!(made.status, ObsStatus::Normal);
    assert!(made.comment.starts_with("status=official; "));
}

#[test]
fn a_deficit_says_what_kind_of_value_it_has() {
    let with_people = |kind, id| DeficitRow { people: Some(5.0), ..deficit(id, kind) };
    let water = || deficit("water_hours", "reported");
    let (low, high) = (Some(0.0), Some(0.5));
    let cases = [
        ("stated", DeficitRow { value: Some(16.27), ..water() }, ObsStatus::Normal),
        (
            "stated as about",
            DeficitRow { value: Some(16.0), qualifier: "~".into(), ..water() },
            ObsStatus::Estimated,
        ),
        (
            "only a bound",
            DeficitRow { value_high: high, qualifier: "<".into(), ..water() },
            ObsStatus::Bound,
        ),
        ("only a lower end", DeficitRow { value_low: low, ..water() }, ObsStatus::Bound),
        ("no row in the table", water(), ObsStatus::NotReported),
        (
            "units not reported",
            with_people("people_per_unit", "serenos"),
            ObsStatus::NotReported,
        ),
        (
            "no units at all",
            DeficitRow {
                shortfall: Some(1.0),
                ..with_people("people_per_unit", "serenos")
            },
            ObsStatus::Missing,
        ),
        ("nobody to serve", deficit("access", "access"), ObsStatus::Missing),
        (
            "synthetic blocks",
            DeficitRow { value: Some(0.5), ..deficit("access", "access") },
            ObsStatus::Estimated,
        ),
    ];
    for (case, row, expected) in cases {
        assert_eq!(of_deficit(row).status, expected, "{case}");
    }
}

#[test]
fn a_deficit_names_its_layers_and_a_reported_one_no_boundary() {
    let row = DeficitRow { source: "clinics".to_owned(), ..deficit("access", "access") };
    let made = of_deficit(row);
    assert_eq!(made.indicator, "deficit.access");
    assert_eq!(&*made.source, "RENIPRESS, 2021");
    assert_eq!(
        &*made.comment,
        "status=synthetic; blocks=synthetic; clinics=official; districts=official"
    );
    assert_eq!(&*made.boundary_source, "Límites distritales, 2023-01-01");
    assert_eq!((made.target, &*made.time_period), (Some(24.0), "2017"));

    let row =
        DeficitRow { source: "EPS Ilo".to_owned(), ..deficit("water_hours", "reported") };
    let made = of_deficit(row);
    assert_eq!((&*made.source, &*made.comment), ("EPS Ilo", ""));
    assert_eq!(&*made.boundary_source, "");
}

#[test]
fn rows_are_sorted_by_key_in_byte_order() {
    let rows = compute(&area(), &measurements(), &settings());
    let keys: Vec<_> =
        rows.iter().map(|r| (r.indicator.as_str(), r.ref_area.as_str())).collect();
    let expected = [
        ("deficit.water_hours", "180301"),
        ("exposure.tsunami.high.blocks.area", "180301"),
        ("exposure.tsunami.high.blocks.people", "_T"),
        ("exposure.tsunami.none.blocks.area", "180301"),
    ];
    assert_eq!(keys, expected);
}
