#![expect(clippy::type_complexity, reason = "a table of cases reads best as one")]

use super::*;
use crate::config::Localized;
use crate::domain::{Explain as _, Source, Status};
use crate::formats::geojson;
use std::path::Path;

fn layer(join: JoinSettings) -> LayerSettings {
    LayerSettings {
        id: "blocks".to_owned(),
        title: Localized { es: String::new(), en: String::new() },
        path: "blocks.geojson".into(),
        declared_path: "blocks.geojson".to_owned(),
        crs: None,
        towgs84: None,
        read: crate::config::ReadSettings::default(),
        id_field: None,
        source: Source::default(),
        accuracy: None,
        status: Status::Undeclared,
        notes: None,
        territory: None,
        hazard: None,
        exposure: None,
        service: None,
        context: None,
        join: Some(join),
    }
}

fn settings(path: &Path) -> JoinSettings {
    JoinSettings {
        path: path.to_owned(),
        declared_path: "people.csv".to_owned(),
        key: "ubigeo".to_owned(),
        to: "code".to_owned(),
        fields: [("people", "population"), ("label", "name")]
            .map(|(name, column)| (name.to_owned(), column.to_owned()))
            .into(),
        delimiter: Some(";".to_owned()),
        decimal: Some(",".to_owned()),
        encoding: None,
    }
}

fn features(codes: &[&str]) -> Parsed {
    let features: Vec<String> = codes
            .iter()
            .map(|code| {
                format!(
                    r#"{{"type":"Feature","geometry":null,"properties":{{"code":{code},"x":1}}}}"#
                )
            })
            .collect();
    let text =
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    let wanted = Wanted::new(["code", "people", "label", "x"].map(str::to_owned));
    geojson::read(text.as_bytes(), &wanted).unwrap()
}

fn join(
    table: &str,
    parsed: &mut Parsed,
    change: impl FnOnce(&mut JoinSettings),
) -> (Result<JoinedTable, Vec<String>>, Findings) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, table).unwrap();
    let mut settings = settings(&path);
    change(&mut settings);
    let fields = [WantedField {
        field: "people".to_owned(),
        key: String::new(),
        purpose: Purpose::Amount,
    }];
    let mut findings = Findings::default();
    let layer = layer(settings.clone());
    let outcome = add_fields(&layer, &settings, &fields, parsed, &mut findings);
    let outcome = outcome.map_err(|troubles| {
        troubles
            .into_iter()
            .map(|(key, trouble)| {
                let (owner, path) = ("blocks".to_owned(), "people.csv".to_owned());
                let place = None;
                let error = super::super::LayerError { owner, path, trouble, place };
                assert!(error.hint().is_some());
                format!("{key}: {error}")
            })
            .collect()
    });
    (outcome, findings)
}

const TABLE: &str =
    "ubigeo;name;population\n080301;Ilo;1380,6\n 7 ;Siete;12\n9;Nadie;1\n;Total;99\n";

#[test]
fn columns_are_joined_by_trimmed_codes() {
    let mut parsed = features(&["\"080301 \"", "7", "\"x\"", "null", "7"]);
    let (table, findings) = join(TABLE, &mut parsed, |_| {});
    let table = table.unwrap();
    assert_eq!((table.rows, table.rows_matched), (4, 2));
    let text = |text: &str| Value::Text(text.into());
    let (number, null) = (Value::Number, Value::Null);
    assert_eq!(
        parsed.data.columns["people"],
        [number(1380.6), number(12.0), null.clone(), null.clone(), number(12.0)]
    );
    assert_eq!(
        parsed.data.columns["label"],
        [text("Ilo"), text("Siete"), null.clone(), null, text("Siete")]
    );
    assert!(parsed.missing.is_empty());
    let told: Vec<(Code, String, String)> = findings
        .as_slice()
        .iter()
        .map(|f| (f.code, f.feature.clone(), f.values[0].1.clone()))
        .collect();
    let of =
        |code, feature: &str, value: &str| (code, feature.to_owned(), value.to_owned());
    assert_eq!(
        told,
        [
            of(Code::CodeReadFromNumber, "", "2"),
            of(Code::RowWithoutFeature, "", "9"),
            of(Code::RowWithoutFeature, "", "–"),
            of(Code::RowOfSeveralFeatures, "", "1"),
            of(Code::FeatureWithoutRow, "#3", "x"),
            of(Code::FeatureWithoutRow, "#4", "–"),
        ]
    );
}

#[test]
fn a_join_that_cannot_be_is_an_error() {
    let one = "\"080301\"";
    let cases: [(&str, fn(&mut JoinSettings), &[&str]); 6] = [
        (
            "ubigeo;name;population\n1;a;1\n2;b;2\n 1;c;3\n",
            |_| {},
            &["key: `blocks`: people.csv, line 4: the code `1` is already on line 2."],
        ),
        (
            TABLE,
            |join| join.key = "UBIGEO".to_owned(),
            &["key: `blocks`: the table people.csv has no column `UBIGEO`; did you \
                  mean `ubigeo`? Those there are: ubigeo, name, population."],
        ),
        (
            TABLE,
            |join| {
                join.fields.insert("x".to_owned(), "zzz".to_owned());
            },
            &[
                "fields: `blocks`: the layer has a field `x` already, and the table \
                     people.csv would take its place.",
                "fields: `blocks`: the table people.csv has no column `zzz`; those \
                     there are: ubigeo, name, population.",
            ],
        ),
        (
            "ubigeo;name;population\n80301;a;1\n",
            |_| {},
            &["to: `blocks`: no code of the table people.csv is in the field `code` \
                  of the layer; the table has codes like `80301`, the layer like `080301`."],
        ),
        (
            "ubigeo;name;population\n",
            |_| {},
            &["path: `blocks`: the table people.csv has no rows."],
        ),
        (
            "ubigeo,name,population\n1,2,3\n",
            |_| {},
            &["path: `blocks`: people.csv: the first line has commas and not the \
                  delimiter that is expected: 2 × ,, 0 × ;."],
        ),
    ];
    for (table, change, expected) in cases {
        let (outcome, _) = join(table, &mut features(&[one]), change);
        assert_eq!(outcome.unwrap_err(), expected, "{table:?}");
    }
}

#[test]
fn many_rows_without_counterpart_end_in_a_count() {
    let codes: Vec<String> = (0..LISTED + 5).map(|code| format!("\"f{code}\"")).collect();
    let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    codes.push("\"t0\"");
    let rows: Vec<String> =
        (0..LISTED + 4).map(|code| format!("t{code};a;1\n")).collect();
    let table = format!("ubigeo;name;population\n{}", rows.concat());
    let (outcome, findings) = join(&table, &mut features(&codes), |_| {});
    assert_eq!(outcome.unwrap().rows_matched, 1);
    let counts = [Code::RowWithoutFeature, Code::FeatureWithoutRow].map(|code| {
        let all: Vec<_> = findings.as_slice().iter().filter(|f| f.code == code).collect();
        let last = all.last().unwrap();
        (all.len(), last.values.iter().find(|(name, _)| *name == "count").cloned())
    });
    let more = |count: &str| Some(("count", count.to_owned()));
    assert_eq!(counts, [(LISTED + 1, more("3")), (LISTED + 1, more("5"))]);
}

#[test]
fn repeated_codes_end_in_a_count() {
    let rows = "1;a;1\n".repeat(REPEATED_LISTED + 4);
    let table = format!("ubigeo;name;population\n{rows}");
    let (outcome, _) = join(&table, &mut features(&["\"1\""]), |_| {});
    let told = outcome.unwrap_err();
    assert_eq!(told.len(), REPEATED_LISTED + 1);
    assert!(told.last().unwrap().contains("3 more"), "{told:?}");
}
