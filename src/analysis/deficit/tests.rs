use super::*;
use crate::config::Localized;
use crate::geometry::GridPoint;
use crate::layers::ReportedRow;

fn settings(standard: f64) -> DeficitSettings {
    let title = Localized { es: String::new(), en: String::new() };
    DeficitSettings {
        id: "d".to_owned(),
        title,
        kind: DeficitKind::Reported {
            table: "t.csv".into(),
            indicator: "i".to_owned(),
            better: Better::Higher,
        },
        standard: Some(standard),
        standard_source: None,
        citation: crate::config::Citation::default(),
        period: None,
    }
}

fn reported(
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    qualifier: &str,
) -> ReportedRow {
    ReportedRow {
        territory: TOTAL.to_owned(),
        indicator: "i".to_owned(),
        period: "2016".to_owned(),
        value,
        low,
        high,
        qualifier: qualifier.to_owned(),
        unit: "u".to_owned(),
        source: "s".to_owned(),
        is_preferred: true,
        reason: String::new(),
        denominator: String::new(),
        line: 2,
    }
}

fn filled(standard: f64, better: Better, row: &ReportedRow) -> DeficitRow {
    let mut filled = blank(&settings(standard), "reported", TOTAL.to_owned());
    fill_reported(&mut filled, row, better);
    filled
}

/// The three gaps of the plan 2019–2022: water hours, tuberculosis, anaemia.
#[test]
fn gaps_have_the_direction_that_is_good() {
    let cases = [
        (16.27, 24.0, Better::Higher, 7.73),
        (151.0, 27.0, Better::Lower, 124.0),
        (11.4, 4.9, Better::Lower, 6.5),
        (25.0, 24.0, Better::Higher, 0.0),
        (20.0, 27.0, Better::Lower, 0.0),
    ];
    for (value, standard, better, gap) in cases {
        let row = filled(standard, better, &reported(Some(value), None, None, ""));
        assert!((row.gap.unwrap() - gap).abs() < 1e-9, "{value} against {standard}");
        assert_eq!(row.meets, Some(gap == 0.0));
    }
}

#[test]
fn doubtful_figures_keep_their_doubt() {
    use Better::{Higher, Lower};
    let v = Some;
    #[rustfmt::skip]
    let cases = [
        // value, low, high, qualifier, standard, better -> value, low, high, meets
        ("below half", reported(v(0.5), None, None, "<"), 9.0, Higher, (None, None, v(0.5)), Some(false)),
        ("below, good", reported(v(0.5), None, None, "<"), 9.0, Lower, (None, None, v(0.5)), Some(true)),
        ("below more than the standard", reported(v(12.0), None, None, "<"), 9.0, Higher, (None, None, v(12.0)), None),
        ("below the standard itself", reported(v(9.0), None, None, "<"), 9.0, Higher, (None, None, v(9.0)), Some(false)),
        ("above", reported(v(10.0), None, None, ">"), 9.0, Higher, (None, v(10.0), None), Some(true)),
        ("above, bad", reported(v(9.0), None, None, ">"), 9.0, Lower, (None, v(9.0), None), Some(false)),
        ("interval across", reported(None, v(5.6), v(7.9), ""), 6.0, Lower, (None, v(5.6), v(7.9)), None),
        ("interval beyond", reported(None, v(5.6), v(7.9), ""), 5.0, Lower, (None, v(5.6), v(7.9)), Some(false)),
        ("range around a value", reported(v(8.0), v(7.0), v(10.0), "~"), 9.0, Higher, (v(8.0), v(7.0), v(10.0)), None),
    ];
    for (case, row, standard, better, ends, meets) in cases {
        let row = filled(standard, better, &row);
        assert_eq!((row.value, row.value_low, row.value_high), ends, "{case}");
        assert_eq!(row.meets, meets, "{case}");
    }
}

#[test]
fn units_that_are_lacking_are_whole() {
    let cases = [
        // people, units, standard -> value, gap, shortfall, meets
        (79_927.0, 40.0, 1000.0, Some(1998.175), Some(998.175), 40.0, Some(false)),
        (39_500.0, 40.0, 1000.0, Some(987.5), Some(0.0), 0.0, Some(true)),
        (500.0, 0.0, 1000.0, None, None, 1.0, Some(false)),
        (0.0, 0.0, 1000.0, None, None, 0.0, None),
        (1000.0, 1.0, 1000.0, Some(1000.0), Some(0.0), 0.0, Some(true)),
        // The dust of adding up parts is no person: 2 people need 2 units of 1, not 3.
        (
            2.000_000_000_001,
            2.0,
            1.0,
            Some(1.000_000_000_000_5),
            Some(0.0),
            0.0,
            Some(true),
        ),
        (
            250.000_000_000_01,
            1.0,
            50.0,
            Some(250.000_000_000_01),
            Some(200.000_000_000_01),
            4.0,
            Some(false),
        ),
        (2.001, 2.0, 1.0, Some(1.0005), Some(1.0005 - 1.0), 1.0, Some(false)),
    ];
    for (people, units, standard, value, gap, shortfall, meets) in cases {
        let mut row = blank(&settings(standard), "people_per_unit", TOTAL.to_owned());
        fill_ratio(&mut row, people, units);
        assert_eq!((row.value, row.gap), (value, gap), "{people} / {units}");
        assert_eq!(
            (row.shortfall, row.meets),
            (Some(shortfall), meets),
            "{people} / {units}"
        );
    }
}

#[test]
fn the_latest_period_is_taken_unless_one_is_asked_for() {
    let row = |period: &str, territory: &str| ReportedRow {
        period: period.to_owned(),
        territory: territory.to_owned(),
        ..reported(Some(1.0), None, None, "")
    };
    let table = ReportedTable {
        path: "t.csv".into(),
        digest: crate::domain::Digest::of(b""),
        bytes: 0,
        rows: vec![
            row("2014", "_T"),
            row("2018", "_T"),
            row("2016", "_T"),
            row("2020", "A"),
        ],
    };
    let found = |period| pick(&table, "i", "_T", period).map(|row| row.period.as_str());
    assert_eq!(found(None), Some("2018"));
    assert_eq!(found(Some("2014")), Some("2014"));
    assert_eq!(found(Some("1999")), None);
    assert_eq!(pick(&table, "other", "_T", None), None);
}

/// A thousand squares of 2 m side, 3 m from one to the next, so many that they are not taken apart
/// in one go: the border at 1500 m has 500 on its left.
#[test]
fn areas_of_many_features_add_up() {
    let m = |meters: i64| meters * 1_000_000;
    let squares = |all: &[(i64, i64)]| {
        let mut shapes = Shapes::default();
        for &(x, side) in all {
            let corners = [(x, 0), (x + side, 0), (x + side, side), (x, side)];
            let ring = corners.map(|(x, y)| GridPoint::new(m(x), m(y)));
            shapes.push_part(crate::layers::PartRole::Shell, ring);
            shapes.end_feature(Dimension::Area);
        }
        shapes
    };
    let mut area = crate::indicators::sample::area();
    area.territory_layer.shapes =
        std::sync::Arc::new(squares(&[(0, 1500), (1500, 5000)]));
    let settings = crate::indicators::sample::settings();
    let planes = &Planes::new(&area);
    let basis = Basis { area: &area, settings: &settings, planes, tallied: &[] };
    let greens: Vec<(i64, i64)> = (0..1000).map(|at| (at * 3, 2)).collect();
    let expected = [2000.0, 2000.0].map(Fixed::of);
    assert_eq!(basis.areas_of(&squares(&greens)), expected);
}
