//! KML as programs and people write it.

use super::*;
use crate::formats::collector::parts_of;
use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

const FIELDS: [&str; 4] = ["name", "description", "nivel", "pob"];

fn read_text(text: &str) -> Result<Parsed, FormatError> {
    read(text.as_bytes(), &Wanted::new(FIELDS.map(str::to_owned)))
}

fn kml(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>{body}</Document></kml>"
    )
}

fn ring(text: &str) -> String {
    format!("<LinearRing><coordinates>{text}</coordinates></LinearRing>")
}

const OUTER: &str = "0,0 9,0 9,9 0,0";
const INNER: &str = "5,1 6,1 6,2 5,1";

#[test]
fn every_geometry_is_read() {
    use PartRole::{Hole, Line, Point, Shell};
    let polygon = |holes: &str| {
        format!(
            "<Polygon>{holes}<outerBoundaryIs>{}</outerBoundaryIs></Polygon>",
            ring(OUTER)
        )
    };
    let hole = format!("<innerBoundaryIs>{}</innerBoundaryIs>", ring(INNER));
    let point = "<Point><coordinates>1,2,5</coordinates></Point>";
    let line = "<LineString><coordinates>1,2 3,4</coordinates></LineString>";
    let both = format!(
        "<MultiGeometry><MultiGeometry>{point}</MultiGeometry>{line}</MultiGeometry>"
    );
    let cases = [
        (point.to_owned(), vec![(Point, 1)], true),
        (line.to_owned(), vec![(Line, 2)], false),
        (ring(OUTER), vec![(Line, 4)], false),
        (polygon(&hole), vec![(Shell, 4), (Hole, 4)], false),
        (polygon(&hole.repeat(2)), vec![(Shell, 4), (Hole, 4), (Hole, 4)], false),
        (both, vec![(Point, 1), (Line, 2)], true),
        ("<Point><coordinates/></Point>".to_owned(), vec![], false),
    ];
    for (geometry, expected, has_height) in cases {
        let text = kml(&format!("<Placemark id=\"a\">{geometry}</Placemark>"));
        let parsed = read_text(&text).unwrap();
        let parts: Vec<_> =
            parts_of(&parsed, 0).into_iter().map(|(role, at)| (role, at.len())).collect();
        assert_eq!(parts, expected, "{geometry}");
        let feature = parsed.data.features.of(0);
        assert_eq!((feature.is_null, feature.has_height), (false, has_height));
        assert_eq!(parsed.crs, Some(CrsStatement::Epsg(4326)));
        assert_eq!(parsed.data.ids.of(0), "a");
    }
}

#[test]
fn fields_are_read_from_all_their_places() {
    let text =
        kml("<Schema name=\"s\"><SimpleField type=\"int\" name=\"pob\"/></Schema>\
         <name>the document</name>\
         <Folder><name>a folder</name><Placemark>\
         <name> Pe\u{f1}\u{f3}n &amp; &#241; &nbsp;</name>\
         <description><![CDATA[<b>x</b>]]></description>\
         <ExtendedData><Data name=\"nivel\"><displayName>d</displayName>\
         <value>alto</value></Data><SchemaData><SimpleData name=\"pob\">12</SimpleData>\
         </SchemaData></ExtendedData></Placemark>\
         <Placemark><ExtendedData><Data name=\"nivel\"><value></value></Data>\
         <Data name=\"pob\"><value>x</value></Data></ExtendedData></Placemark></Folder>");
    let parsed = read_text(&text).unwrap();
    let text = |text: &str| Value::Text(text.into());
    let expected = [
        ("name", [text("Peñón & ñ &nbsp;"), Value::Null]),
        ("description", [text("<b>x</b>"), Value::Null]),
        ("nivel", [text("alto"), Value::Null]),
        ("pob", [Value::Number(12.0), text("x")]),
    ];
    for (name, values) in expected {
        assert_eq!(parsed.data.columns[name], values, "{name}");
    }
    assert_eq!(parsed.fields_seen, ["description", "name", "nivel", "pob"]);
    assert!(parsed.data.features.iter().all(|feature| feature.is_null));
    assert!(parsed.data.ids.iter().eq(["#1", "#2"]));
}

#[test]
fn what_is_no_shape_is_trouble_of_its_feature() {
    let inner =
        format!("<Polygon><innerBoundaryIs>{}</innerBoundaryIs></Polygon>", ring(INNER));
    let cases = [
        ("<gx:Track><gx:coord>1 2 3</gx:coord></gx:Track>", Reason::NotAShape),
        ("<Model/>", Reason::NotAShape),
        (&inner, Reason::EmptyShell),
        ("<Point><coordinates>1</coordinates></Point>", Reason::ShortPosition),
        ("<Point><coordinates>a,b</coordinates></Point>", Reason::CoordinateNotANumber),
    ];
    for (geometry, reason) in cases {
        let text = kml(&format!("\n<Placemark>\n{geometry}</Placemark>"));
        let parsed = read_text(&text).unwrap();
        let [trouble] = parsed.troubles.as_slice() else { panic!("{geometry}") };
        assert_eq!((trouble.reason, trouble.kept), (reason, Some(0)));
        assert_eq!(trouble.position.line, 3);
    }
}

#[test]
fn links_are_told_and_alone_are_an_error() {
    let link = "<NetworkLink><Link><href>x.kml</href></Link></NetworkLink>";
    let error = read_text(&kml(link)).unwrap_err();
    assert_eq!(error.problem, Problem::OnlyLinks);
    let parsed = read_text(&kml(&format!("<Placemark/>{link}"))).unwrap();
    assert_eq!(parsed.remarks[0].code, Code::LinksIgnored);
    assert_eq!(read_text(&kml("")).unwrap().rows, 0);
}

#[test]
fn what_is_not_kml_is_an_error() {
    let deep = format!("<kml>{}", "<a>".repeat(100_000));
    let cases: [(&str, Problem); 9] = [
        ("<html><body/></html>", Problem::NotKml),
        ("<?xml version=\"1.0\"?>", Problem::NotKml),
        ("<kml><Document>", Problem::UnexpectedEnd),
        ("<kml><Document></kml>", Problem::BrokenXml),
        ("<kml><Docum", Problem::BrokenXml),
        (&deep, Problem::DeepXml),
        ("<?xml version=\"1.0\" encoding=\"utf-99\"?><kml/>", Problem::UnknownEncoding),
        (
            "<!DOCTYPE lolz [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><html>&b;</html>",
            Problem::NotKml,
        ),
        ("<", Problem::BrokenXml),
    ];
    for (text, problem) in cases {
        let shown = &text[..text.len().min(60)];
        assert_eq!(read_text(text).unwrap_err().problem, problem, "{shown}");
    }
    let wanted = Wanted::new(FIELDS.map(str::to_owned));
    let latin = |label: &str| {
        let head =
            format!("<?xml version=\"1.0\" encoding=\"{label}\"?><kml><Placemark><name>");
        [head.as_bytes(), b"a\xF1o</name></Placemark></kml>"].concat()
    };
    let error = read(latin("UTF-8").as_slice(), &wanted).unwrap_err();
    assert_eq!(error.problem, Problem::NotUtf8);
    let parsed = read(latin("ISO-8859-1").as_slice(), &wanted).unwrap();
    assert_eq!(parsed.data.columns["name"], [Value::Text("año".into())]);
}

#[test]
fn entities_of_a_document_type_are_not_expanded() {
    let text = "<!DOCTYPE k [<!ENTITY b \"boom\">]><kml><Placemark><name>&b;</name></Placemark></kml>";
    let parsed = read_text(text).unwrap();
    assert_eq!(parsed.data.columns["name"], [Value::Text("&b;".into())]);
}

#[test]
fn no_cut_does_harm() {
    let text = kml(&format!(
        "<Placemark id=\"&lt;\"><name>a&amp;<![CDATA[b]]></name><Polygon><outerBoundaryIs>{}\
         </outerBoundaryIs></Polygon></Placemark>",
        ring(OUTER)
    ));
    for end in 0..text.len() {
        assert!(read_text(&text[..end]).is_err(), "{end}");
    }
    assert!(read_text(&text).is_ok());
}

#[test]
fn an_archive_holds_one_document_or_says_which() {
    let archive = |names: &[&str]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(kml("<Placemark/>").as_bytes()).unwrap();
        }
        Archive::open(writer.finish().unwrap()).unwrap()
    };
    let cases = [
        (&["doc.kml", "files/b.kml"][..], None, Ok(1)),
        (&["mapa.KML", "i.png"], None, Ok(1)),
        (&["a.kml", "b.kml"], None, Err(Problem::SeveralLayers)),
        (&["a.kml", "b.kml"], Some("b"), Ok(1)),
        (&["a.kml"], Some("c"), Err(Problem::UnknownLayer)),
        (&["a.txt"], None, Err(Problem::NothingInArchive)),
    ];
    for (names, layer, expected) in cases {
        let options =
            ReadOptions { layer: layer.map(str::to_owned), ..ReadOptions::default() };
        let mut archive = archive(names);
        let found = read_archive(&mut archive, &Wanted::default(), &options);
        let found = found.map(|parsed| parsed.rows).map_err(|error| error.problem);
        assert_eq!(found, expected, "{names:?}");
    }
}
