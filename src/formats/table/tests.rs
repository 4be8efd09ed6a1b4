use super::*;
use crate::formats::collector::parts_of;
use crate::layers::PartRole;

const XY: Place<'static> = Place { x: Some("x"), y: Some("y"), wkt: None };
const SPANISH: Dialect<'static> =
    Dialect { delimiter: Some(";"), decimal: Some(","), encoding: None };

fn wanted(fields: &[&str]) -> Wanted {
    Wanted::new(fields.iter().map(|field| (*field).to_owned()))
}

fn parse(
    text: &str,
    place: Place<'_>,
    dialect: Dialect<'_>,
) -> Result<Parsed, FormatError> {
    read(text.as_bytes(), place, dialect, &wanted(&["code", "people"]))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn rows_become_features() {
    let parsed = parse(
        "code,x,y,people\n080301,1.5,-2,12\n,3,4,\"\"\nc,,,7.5\n",
        XY,
        Dialect::default(),
    )
    .unwrap();
    assert_eq!(parts_of(&parsed, 0), [(PartRole::Point, vec![[1.5, -2.0]])]);
    assert_eq!(parts_of(&parsed, 1), [(PartRole::Point, vec![[3.0, 4.0]])]);
    assert!(parsed.data.features.of(2).is_null);
    assert_eq!(parsed.data.columns["code"], [text("080301"), Value::Null, text("c")]);
    assert_eq!(parsed.data.columns["people"], [text("12"), Value::Null, text("7.5")]);
    assert!(parsed.data.ids.iter().eq(["#1", "#2", "#3"]));
    assert_eq!(parsed.fields_seen, ["code", "people", "x", "y"]);
    assert_eq!((parsed.rows, parsed.crs), (3, None));
    assert!(parsed.missing.is_empty() && parsed.troubles.is_empty());
}

#[test]
fn a_decimal_comma_counts_where_it_is_declared() {
    let parsed = parse("code;x;y;people\n01;-71,5;2;1380,6\n", XY, SPANISH).unwrap();
    assert_eq!(parts_of(&parsed, 0), [(PartRole::Point, vec![[-71.5, 2.0]])]);
    assert_eq!(parsed.data.columns["people"], [text("1380.6")]);
    assert_eq!(parsed.data.columns["code"], [text("01")]);
}

#[test]
fn a_geometry_may_be_text() {
    let place = Place { wkt: Some("geom"), ..Place::default() };
    let parsed = parse(
        "code,geom\na,\"LINESTRING(1 2,3 4)\"\nb,nothing\nc,\n",
        place,
        Dialect::default(),
    )
    .unwrap();
    assert_eq!(parts_of(&parsed, 0), [(PartRole::Line, vec![[1.0, 2.0], [3.0, 4.0]])]);
    let [trouble] = parsed.troubles.as_slice() else { panic!() };
    assert_eq!((trouble.reason, trouble.row, trouble.kept), (Reason::BadWkt, 2, Some(1)));
    assert_eq!(trouble.position.line, 3);
    assert_eq!(parsed.missing, ["people"]);
}

#[test]
fn single_bad_places_are_troubles() {
    let parsed =
        parse("x,y\n1,2\n1,\n1 380,2\n\"1,5\",2\n", XY, Dialect::default()).unwrap();
    let told: Vec<_> = parsed.troubles.iter().map(|t| (t.row, t.reason)).collect();
    assert_eq!(
        told,
        [
            (2, Reason::ShortPosition),
            (3, Reason::CoordinateNotANumber),
            (4, Reason::CoordinateNotANumber),
        ]
    );
}

#[test]
fn what_is_not_as_declared_is_told() {
    let plain = Dialect::default();
    let cases: [(&str, Place<'_>, Dialect<'_>, Problem, Option<&str>); 16] = [
        ("", XY, plain, Problem::Empty, None),
        (
            "code;x;y\na;1;2\n",
            XY,
            plain,
            Problem::SemicolonDelimited,
            Some("2 × ;, 0 × ,"),
        ),
        ("code\tx\ty\n", XY, plain, Problem::TabDelimited, Some("2 × tab, 0 × ,")),
        ("code,x,y\n", XY, SPANISH, Problem::CommaDelimited, Some("2 × ,, 0 × ;")),
        ("code|x|y\n", XY, plain, Problem::BarDelimited, Some("2 × |, 0 × ,")),
        ("x,y\n\"-71,5\",2\n", XY, plain, Problem::DecimalComma, Some("-71,5")),
        ("x;y\n-71.5;2\n", XY, SPANISH, Problem::DecimalPoint, Some("-71.5")),
        ("x;y;people\n1;2;1.380\n", XY, SPANISH, Problem::DecimalPoint, Some("1.380")),
        ("x,y,a,x\n", XY, plain, Problem::RepeatedColumn, Some("x")),
        ("lon,y\n", XY, plain, Problem::MissingColumn, Some("x ∉ {lon, y}")),
        ("x,y\n", Place::default(), plain, Problem::NoPlace, Some("x, y")),
        ("x,y\n", Place { y: None, ..XY }, plain, Problem::NoPlace, Some("x, y")),
        ("x,y\n", Place { wkt: Some("x"), ..XY }, plain, Problem::TwoPlaces, None),
        ("x,y\n1,2,3\n", XY, plain, Problem::RaggedRow, Some("3 ≠ 2")),
        (
            "x,y\n",
            XY,
            Dialect { delimiter: Some("||"), ..plain },
            Problem::BadDelimiter,
            Some("||"),
        ),
        (
            "x,y\n",
            XY,
            Dialect { decimal: Some("'"), ..plain },
            Problem::BadDecimal,
            Some("'"),
        ),
    ];
    for (text, place, dialect, problem, found) in cases {
        let error = parse(text, place, dialect).unwrap_err();
        assert_eq!((error.problem, error.found.as_deref()), (problem, found), "{text:?}");
    }
    let error = parse("x,y\n1,2\n\n3\n", XY, plain).unwrap_err();
    assert_eq!(error.position.unwrap().line, 4);
}

#[test]
fn rows_without_place_are_read_by_name() {
    let table = "code;n;people\na;x;1,5\n\n\"b\nc\";y;\n";
    let rows =
        rows(table.as_bytes(), SPANISH, &wanted(&["people", "code", "no"])).unwrap();
    assert_eq!(rows.lines, [2, 4]);
    assert_eq!(rows.names, ["code", "n", "people"]);
    assert_eq!(
        rows.columns,
        [Some(vec![text("a"), text("b\nc")]), None, Some(vec![text("1.5"), Value::Null])]
    );
}
