use super::*;
use crate::config::Citation;
use crate::domain::{Code, Level, Measure, Quantity};
use crate::geometry::{Shapes, Zone};
use crate::indicators::sample::{area, deficit, exposure, measurements, settings};

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The lines after the header.
fn lines(bytes: Vec<u8>) -> Vec<String> {
    text(bytes).lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn exposure_is_sorted_by_key_and_rounded_by_unit() {
    let area = area();
    let mut people =
        exposure("180301", "tsunami", Level::High, Measure::People, 1.0 / 3.0);
    people.quantity = Some(Quantity { value: 1.0 / 3.0, range: Some((0.0, 2.0 / 3.0)) });
    let sum = Measure::Sum("dwellings".into());
    let rows = [
        exposure("_X", "tsunami", Level::High, Measure::Area, 1.0),
        exposure("180302", "tsunami", Level::VeryHigh, Measure::Length, 2.0 / 3.0),
        exposure("180302", "tsunami", Level::High, Measure::Features, 7.0),
        exposure("180302", "tsunami", Level::NotStudied, sum, 0.25),
        exposure("_T", "tsunami", Level::High, Measure::Area, -0.001),
        people,
    ];
    let expected = "\
territory,territory_name,hazard,level,layer,measure,unit,value,low,high,total
180301,Ilo,tsunami,high,blocks,people,people,0.3333,0.0000,0.6667,100.0000
180302,\"El Algarrobal, valle\",tsunami,high,blocks,features,1,7,,,100
180302,\"El Algarrobal, valle\",tsunami,not_studied,blocks,dwellings,1,0.2500,,,100.0000
180302,\"El Algarrobal, valle\",tsunami,very_high,blocks,length,m,0.67,,,100.00
_T,_T,tsunami,high,blocks,area,m2,0.00,,,100.00
_X,_X,tsunami,high,blocks,area,m2,1.00,,,100.00
";
    assert_eq!(text(super::exposure(&Names::of(&area), &rows)), expected);
}

#[test]
fn fields_are_compared_one_by_one_and_not_as_joined_text() {
    // As joined text `a b,…` would come before `a,…`: a space is less than a comma.
    let rows = [
        exposure("a b", "h", Level::High, Measure::Area, 1.0),
        exposure("a", "h", Level::High, Measure::Area, 1.0),
        exposure("Z", "h", Level::High, Measure::Area, 1.0),
        exposure("ñ", "h", Level::High, Measure::Area, 1.0),
    ];
    let area = area();
    let codes: Vec<String> = lines(super::exposure(&Names::of(&area), &rows))
        .iter()
        .map(|line| line.split(',').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["Z", "a", "a b", "ñ"]);
}

#[test]
fn texts_are_quoted_by_rfc_4180_and_only_where_needed() {
    let cases = [
        ("EPS Ilo", "EPS Ilo"),
        ("a,b", "\"a,b\""),
        ("dijo \"no\"", "\"dijo \"\"no\"\"\""),
        ("dos\nlíneas", "\"dos\nlíneas\""),
        ("un\rretorno", "\"un\rretorno\""),
        ("ñandú; 9 m²", "ñandú; 9 m²"),
    ];
    for (source, quoted) in cases {
        let row =
            DeficitRow { source: source.to_owned(), ..deficit("water", "reported") };
        let written = text(deficits(&Names::of(&area()), &[row]));
        assert!(written.ends_with(&format!(",{quoted},,,,,,,,,,\n")), "{written}");
    }
}

#[test]
fn every_kind_of_deficit_has_its_own_decimals() {
    let full = |id: &str, kind, unit: &str| DeficitRow {
        people: Some(3.0),
        value: Some(2.78),
        value_low: Some(2.0),
        gap: Some(24.0 - 16.27),
        shortfall: Some(10.0),
        shortfall_unit: unit.to_owned(),
        meets: Some(false),
        standard: Some(9.0),
        gap_high: Some(7.73),
        citation: Citation {
            id: "s".to_owned(),
            source: "a, b".to_owned(),
            ..Citation::default()
        },
        ..deficit(id, kind)
    };
    let rows = [
        full("a", "area_per_person", "m2"),
        full("b", "access", "people"),
        full("c", "people_per_unit", "units"),
        full("d", "reported", ""),
        deficit("e", "reported"),
    ];
    let expected = [
        "180301,Ilo,a,area_per_person,2017,3.0000,2.780000,2.000000,,,h/day,9,7.730000,10.00,m2,false,,,,7.730000,s,\"a, b\",,,,,",
        "180301,Ilo,b,access,2017,3.0000,2.780000,2.000000,,,h/day,9,7.730000,10.0000,people,false,,,,7.730000,s,\"a, b\",,,,,",
        "180301,Ilo,c,people_per_unit,2017,3.0000,2.780000,2.000000,,,h/day,9,7.730000,10,units,false,,,,7.730000,s,\"a, b\",,,,,",
        "180301,Ilo,d,reported,2017,3.0000,2.78,2,,,h/day,9,7.73,10,,false,,,,7.73,s,\"a, b\",,,,,",
        "180301,Ilo,e,reported,2017,,,,,,h/day,24,,,,,,,,,,,,,,,",
    ];
    assert_eq!(lines(deficits(&Names::of(&area()), &rows)), expected);
}

#[test]
fn facilities_are_sorted_and_what_is_not_known_is_empty() {
    let row =
        |facility: &str, hazard: &str, people_nearest, next_distance_m| FacilityRow {
            service: "posts".to_owned(),
            facility: facility.to_owned(),
            territory: "180301".to_owned(),
            hazard: hazard.to_owned(),
            level: Level::VeryHigh,
            people_nearest,
            is_hidden: false,
            next_distance_m,
        };
    let rows = [
        row("9", "flood", Some(2.0 / 3.0), Some(1.005)),
        row("10", "slide", None, None),
        row("10", "flood", Some(0.0), None),
    ];
    let expected = [
        "posts,10,180301,flood,very_high,0.0000,",
        "posts,10,180301,slide,very_high,,",
        "posts,9,180301,flood,very_high,0.6667,1.00",
    ];
    assert_eq!(lines(facilities_in_hazard(&rows)), expected);
}

#[test]
fn a_band_that_reaches_no_further_than_the_accuracy_is_marked() {
    let mut hazards = area().hazards;
    let tsunami = hazards.iter_mut().find(|h| h.layer.id == "tsunami").unwrap();
    tsunami.bands = vec![
        (100.0, Level::VeryHigh),
        (200.0, Level::High),
        (300.0, Level::High),
        (300.5, Level::Low),
    ];
    tsunami.layer.accuracy_m = Some(vec![50.0, 300.0].into());
    let zone = |level| Zone { level, shapes: Shapes::default() };
    tsunami.zones = [Level::VeryHigh, Level::High, Level::Low].map(zone).to_vec();
    tsunami.validity.to = Some("2022-05".to_owned());
    tsunami.in_force = Some(false);
    let expected = [
        "tsunami,high,tsunami,300,300,false,true,,2022-05,false,reference,",
        "tsunami,low,tsunami,300.5,300,true,true,,2022-05,false,reference,",
        "tsunami,very_high,tsunami,100,300,false,true,,2022-05,false,reference,",
    ];
    assert_eq!(lines(super::hazards(&hazards)), expected);
    // Drawn zones have no reach, and without an accuracy nobody knows.
    let tsunami = hazards.iter_mut().find(|h| h.layer.id == "tsunami").unwrap();
    tsunami.bands.clear();
    assert!(
        lines(super::hazards(&hazards))[0].starts_with("tsunami,high,tsunami,,300,,")
    );
    let tsunami = hazards.iter_mut().find(|h| h.layer.id == "tsunami").unwrap();
    (tsunami.bands, tsunami.layer.accuracy_m) = (vec![(300.0, Level::High)], None);
    assert!(
        lines(super::hazards(&hazards))[0].starts_with("tsunami,high,tsunami,300,,,")
    );
}

#[test]
fn the_balance_is_written_in_full() {
    let row = |measure, whole, parts, tolerance| {
        BalanceRow::new(("tsunami", "blocks", measure), (whole, parts), tolerance)
    };
    let rows = [
        row(Measure::People, 74_649.0, 74_649.0, 7.464_9e-5),
        row(Measure::Features, 3.0, 2.0, 0.0),
        row(Measure::Area, 0.5, 0.5 + f64::EPSILON, 5e-10),
    ];
    let written = lines(balance(&rows));
    // 2^-52, without an exponent.
    let difference = "0.0000000000000002220446049250313";
    let area = "tsunami,blocks,area,0.5,0.5000000000000002";
    assert_eq!(written[0], format!("{area},{difference},0.0000000005,true"));
    assert_eq!(written[1], "tsunami,blocks,features,3,2,-1,0,false");
    assert_eq!(written[2], "tsunami,blocks,people,74649,74649,0,0.000074649,true");
}

#[test]
fn findings_are_english_and_sorted_by_code_layer_feature() {
    let findings = [
        Finding::about(Code::EmptyLayer, "z"),
        Finding::about(Code::SelfIntersection, "blocks").feature("#10").areas(2.0, 1.5),
        Finding::about(Code::SelfIntersection, "blocks").feature("#9"),
        Finding::about(Code::SelfIntersection, "areas").feature("x,y"),
    ];
    let written = lines(findings_table(&findings));
    let starts = [
        "G003,warning,areas,\"x,y\",",
        "G003,warning,blocks,#10,",
        "G003,warning,blocks,#9,",
        "L009,warning,z,,",
    ];
    for (line, start) in written.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(written[1].ends_with(",2.00,1.50"), "{}", written[1]);
    assert!(written[2].ends_with(",,"), "{}", written[2]);
}

#[test]
fn indicators_carry_method_and_status() {
    let rows = crate::indicators::compute(&area(), &measurements(), &settings());
    let written = lines(indicators_table(&rows));
    assert_eq!(
        written[0],
        "180301,INEI,deficit.water_hours,2017,16.27,,,,h/day,A,24,7.73,,,\
         deficit.reported,1,,\"EPS Ilo, \"\"Memoria\"\" 2016\",,,,,"
    );
    assert_eq!(
        written[2],
        "_T,INEI,exposure.tsunami.high.blocks.people,2017,12.5000,,,,people,E,,,100.0000,\
         blocks.population_2017,exposure.people,1,\"Límites distritales, 2023-01-01\",\
         \"Manzanas, 2017-10-22; tsunami\",\
         status=synthetic; blocks=synthetic; districts=official; tsunami=reference,,,,"
    );
}

#[test]
fn every_table_has_its_header_even_without_rows() {
    let nothing = (Measurements::default(), Findings::default());
    let tables = make_all(&area(), &nothing.0, &[], &nothing.1);
    let headers: Vec<(&str, String)> =
        tables.into_iter().map(|table| (table.name, text(table.bytes))).collect();
    let line = |columns: &[&str]| format!("{}\n", columns.join(","));
    let expected = [
        ("balance.csv", line(&BALANCE)),
        ("deficit_in_hazard.csv", line(&DEFICIT_IN_HAZARD)),
        ("deficits.csv", line(&DEFICITS)),
        ("exposure.csv", line(&EXPOSURE)),
        ("facilities_in_hazard.csv", line(&FACILITIES_IN_HAZARD)),
        ("findings.csv", line(&FINDINGS)),
        ("hazards.csv", line(&HAZARDS)),
        ("indicators.csv", line(&INDICATORS)),
    ];
    assert_eq!(headers, expected);
}
