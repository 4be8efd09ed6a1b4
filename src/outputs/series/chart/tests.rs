//! Tests of the charts of a series.

#![allow(clippy::float_cmp, reason = "places worked out by hand are exact")]

use super::*;

#[test]
fn steps_are_round_and_few() {
    for (most, expected) in
        [(0.67, 0.2), (75.0, 20.0), (1.0, 0.2), (3600.0, 1000.0), (0.0, 1.0)]
    {
        let step = step_of(most);
        assert!((step - expected).abs() < 1e-9, "{most}: {step}");
    }
}

/// A series of one line, of years with value, low and high end.
fn series(years: &[[&str; 4]], more: &[(&str, &str)]) -> Series {
    let observations =
        years.iter().enumerate().map(|(at, [period, value, low, high])| {
            let own = [
                ("time_period", *period),
                ("obs_value", *value),
                ("value_low", *low),
                ("value_high", *high),
            ];
            let cells = own.iter().chain(more);
            let cells = cells.map(|(key, cell)| ((*key).to_owned(), (*cell).to_owned()));
            let (cells, breaks) = (cells.collect(), Vec::new());
            Observation { run: at + 1, cells, segment: Some(1), breaks }
        });
    let line = Line {
        indicator: "deficit.water".to_owned(),
        ref_area: TOTAL.to_owned(),
        observations: observations.collect(),
    };
    Series { members: Vec::new(), lines: vec![line] }
}

fn words_of(scene: &Scene) -> Vec<String> {
    use crate::outputs::map::scene::Item;
    let texts = scene.items.iter().filter_map(|item| match item {
        Item::Text(text) => Some(text.text.clone()),
        _ => None,
    });
    texts.collect()
}

/// Strokes of ranges.
fn ranges_of(scene: &Scene) -> Vec<Vec<Path>> {
    use crate::outputs::map::scene::Item;
    let strokes = scene.items.iter().filter_map(|item| match item {
        Item::Stroke(s) if (s.width_mm - RANGE_MM).abs() < 1e-6 => Some(s.paths.clone()),
        _ => None,
    });
    strokes.collect()
}

/// Lines and signs of a chart of three years, the middle one with this value.
fn drawn(middle: &str) -> (usize, usize) {
    use crate::outputs::map::scene::Item;
    let years =
        [["2007", "40", "", ""], ["2012", middle, "", ""], ["2017", "50", "", ""]];
    let series = series(&years, &[]);
    let charts = all(&series, Locale::En);
    let own = Paint::solid(Colour::hex(COLOURS[0]));
    let items = || charts[0].scene.items.iter();
    let is_line =
        |item: &&Item| matches!(item, Item::Stroke(s) if (s.width_mm - 0.5).abs() < 1e-6);
    let is_sign = |item: &&Item| matches!(item, Item::Fill(fill) if fill.paint == own);
    (items().filter(is_line).count(), items().filter(is_sign).count())
}

#[test]
fn ranges_are_drawn_and_the_axis_holds_them() {
    let years =
        [["2007", "40", "30", "90"], ["2012", "", "5", "8"], ["2017", "50", "", ""]];
    let series = series(&years, &[]);
    let scene = &all(&series, Locale::En)[0].scene;
    let ranges = ranges_of(scene);
    // One for the value and one for the interval that has none; each of three strokes.
    assert_eq!(ranges.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    // From 0 to 100 in steps of 20 the axis is high enough for 90; 60 of 100 is the range.
    let words = words_of(scene);
    assert!(words.iter().any(|word| word == "100"), "{words:?}");
    let heights =
        ranges.iter().map(|paths| paths[0].points[0][1] - paths[0].points[1][1]);
    let heights: Vec<f32> = heights.collect();
    assert!((heights[0] / heights[1] - 20.0).abs() < 0.01, "{heights:?}");
    assert!(scene.description.contains("range of the figure"), "{}", scene.description);
}

#[test]
fn shares_are_in_percent_and_nothing_else_is() {
    let years = [["2007", "0.4", "", ""], ["2017", "0.95", "", ""]];
    let labels = |method| {
        let series = series(&years, &[("method", method), ("unit_measure", "1")]);
        words_of(&all(&series, Locale::Es)[0].scene)
    };
    let shares = labels("deficit.access");
    for label in ["0\u{202f}%", "20\u{202f}%", "100\u{202f}%"] {
        assert!(shares.iter().any(|word| word == label), "{label}: {shares:?}");
    }
    assert!(labels("deficit.reported").iter().all(|word| !word.contains('%')));
}

#[test]
fn runs_of_one_year_are_named_and_stand_apart() {
    let years = [["2007", "4", "", ""], ["2017", "4", "", ""], ["2017", "5", "", ""]];
    let mut series = series(&years, &[]);
    let member = crate::outputs::series::Member {
        project: "plan".to_owned(),
        settings_sha256: "abc".to_owned(),
        territories: BTreeMap::new(),
        settings: serde_json::Value::Null,
    };
    series.members = vec![member.clone(), member.clone(), member];
    let words = words_of(&all(&series, Locale::En)[0].scene);
    for run in ["R1", "R2", "R3"] {
        assert!(words.iter().any(|word| word == run), "{run}: {words:?}");
    }
    assert!(words.iter().any(|word| word.starts_with("R2: plan")), "{words:?}");
    let inner = Rect::new(0.0, 0.0, 60.0, 10.0);
    let places = in_time(&[2007.0, 2017.0, 2017.0], inner);
    assert_eq!(places, [0.0, 53.0, 60.0]);
    assert_eq!(in_time(&[2017.0, 2017.0], inner), [26.5, 33.5]);
}

#[test]
fn no_line_goes_over_what_is_missing() {
    // A sign each, and one beside the name at the end.
    assert_eq!([drawn("45"), drawn("0"), drawn("")], [(1, 4), (1, 4), (0, 3)]);
}

#[test]
fn periods_are_years_and_parts_of_them() {
    assert_eq!(year("2017"), Some(2017.0));
    assert_eq!(year("2017-07-01"), Some(2017.5));
    assert_eq!(year("sin fecha"), None);
}
