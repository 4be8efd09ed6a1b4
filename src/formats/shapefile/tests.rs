//! Shapefiles written byte by byte, and what is made of them.

use std::io::Cursor;

use super::*;
use crate::formats::Reason;
use crate::formats::collector::parts_of;
use crate::layers::{PartRole, Value};

/// The members of a shapefile in memory.
#[derive(Default, Clone)]
struct Set(Vec<(Member, Vec<u8>)>);

impl Members for Set {
    fn open(&mut self, member: Member) -> Result<Option<impl Read>, FormatError> {
        let found = self.0.iter().find(|(known, _)| *known == member);
        Ok(found.map(|(_, bytes)| Cursor::new(bytes.clone())))
    }
}

impl Set {
    fn with(mut self, member: Member, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.push((member, bytes.into()));
        self
    }

    fn read(&mut self, fields: &[&str]) -> Result<Parsed, FormatError> {
        self.read_with(fields, &ReadOptions::default())
    }

    fn read_with(
        &mut self,
        fields: &[&str],
        options: &ReadOptions,
    ) -> Result<Parsed, FormatError> {
        let wanted = Wanted::new(fields.iter().map(|&field| field.to_owned()));
        read(self, &wanted, options)
    }
}

fn bytes_of<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    parts.concat()
}

fn ints(numbers: &[i32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn doubles(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

fn words(count: usize) -> [u8; 4] {
    u32::try_from(count / 2).unwrap().to_be_bytes()
}

fn header(kind: i32, length: usize) -> Vec<u8> {
    let mut header = vec![0; 100];
    header[..4].copy_from_slice(&MAGIC);
    header[24..28].copy_from_slice(&words(length));
    header[28..32].copy_from_slice(&1000i32.to_le_bytes());
    header[32..36].copy_from_slice(&kind.to_le_bytes());
    header
}

/// A `.shp` of some records, and the `.shx` for it.
fn shapes(kind: i32, records: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>) {
    let (mut body, mut index) = (Vec::new(), Vec::new());
    for (at, record) in records.iter().enumerate() {
        index.extend([words(100 + body.len()), words(record.len())].concat());
        body.extend(u32::try_from(at + 1).unwrap().to_be_bytes());
        body.extend(words(record.len()));
        body.extend(record);
    }
    let shp = bytes_of([&header(kind, 100 + body.len()), &body]);
    let shx = bytes_of([&header(kind, 100 + index.len()), &index]);
    (shp, shx)
}

fn point(x: f64, y: f64) -> Vec<u8> {
    bytes_of([&ints(&[1]), &doubles(&[x, y])])
}

/// A record of parts; `extra` follows the points.
fn poly(kind: i32, parts: &[&[[f64; 2]]], extra: &[f64]) -> Vec<u8> {
    let mut starts = Vec::new();
    let mut count = 0;
    for part in parts {
        starts.push(count);
        count += i32::try_from(part.len()).unwrap();
    }
    let points: Vec<f64> = parts.concat().concat();
    let sizes = ints(&[i32::try_from(parts.len()).unwrap(), count]);
    let body = bytes_of([&sizes, &ints(&starts), &doubles(&points), &doubles(extra)]);
    bytes_of([&ints(&[kind]), &doubles(&[0.0; 4]), &body])
}

/// A `.dbf`: fields as name, type, length, decimals; rows with their deletion mark.
fn table(language: u8, fields: &[(&[u8], u8, u8, u8)], rows: &[&[u8]]) -> Vec<u8> {
    let length = 1 + fields.iter().map(|field| u16::from(field.2)).sum::<u16>();
    let mut bytes = vec![0; 32];
    bytes[0] = 3;
    bytes[4..8].copy_from_slice(&u32::try_from(rows.len()).unwrap().to_le_bytes());
    let of_header = u16::try_from(33 + 32 * fields.len()).unwrap();
    bytes[8..10].copy_from_slice(&of_header.to_le_bytes());
    bytes[10..12].copy_from_slice(&length.to_le_bytes());
    bytes[29] = language;
    for (name, kind, length, decimals) in fields {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name);
        (field[11], field[16], field[17]) = (*kind, *length, *decimals);
        bytes.extend(field);
    }
    bytes.push(0x0D);
    for row in rows {
        assert_eq!(row.len(), usize::from(length), "{row:?}");
        bytes.extend(*row);
    }
    bytes.push(0x1A);
    bytes
}

/// As many points as rows, and the table.
fn points_with(table: Vec<u8>, rows: usize) -> Set {
    let records: Vec<Vec<u8>> = (0..rows).map(|_| point(1.0, 2.0)).collect();
    let (shp, shx) = shapes(1, &records);
    Set::default()
        .with(Member::Shapes, shp)
        .with(Member::Index, shx)
        .with(Member::Table, table)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn codes(parsed: &Parsed) -> Vec<Code> {
    parsed.remarks.iter().map(|remark| remark.code).collect()
}

const SQUARE: [[f64; 2]; 5] = [[0., 0.], [0., 9.], [9., 9.], [9., 0.], [0., 0.]];
const HOLE: [[f64; 2]; 5] = [[1., 1.], [2., 1.], [2., 2.], [1., 2.], [1., 1.]];

#[test]
fn every_kind_of_shape_is_read() {
    use PartRole::{Hole, Line, Point, Shell};
    type Parts = Vec<(PartRole, Vec<[f64; 2]>)>;
    let line: &[[f64; 2]] = &[[0., 0.], [1., 1.]];
    let z_point = bytes_of([&ints(&[11]), &doubles(&[1., 2., 3., -1e39])]);
    let m_point = bytes_of([&ints(&[21]), &doubles(&[1., 2., 7.])]);
    let multi = bytes_of([
        &ints(&[8]),
        &doubles(&[0.; 4]),
        &ints(&[2]),
        &doubles(&[1., 2., 3., 4.]),
    ]);
    let (x, y, z, w) = ([1., 2.], [3., 4.], [0., 0.], [1., 1.]);
    let cases: Vec<(i32, Vec<u8>, Parts, bool, u64)> = vec![
        (1, point(1., 2.), vec![(Point, vec![x])], false, 0),
        (11, z_point, vec![(Point, vec![x])], true, 0),
        (21, m_point, vec![(Point, vec![x])], false, 1),
        (8, multi, vec![(Point, vec![x]), (Point, vec![y])], false, 0),
        (3, poly(3, &[line, line], &[]), vec![(Line, vec![z, w]); 2], false, 0),
        (
            15,
            poly(15, &[&HOLE, &SQUARE], &[0.; 12]),
            vec![(Shell, SQUARE.to_vec()), (Hole, HOLE.to_vec())],
            true,
            0,
        ),
        (23, poly(23, &[line], &[0., 0., -1e39, 5.]), vec![(Line, vec![z, w])], false, 1),
        (23, poly(23, &[line], &[]), vec![(Line, vec![z, w])], false, 0),
        (13, poly(13, &[line], &[0., 0., 8., 9.]), vec![(Line, vec![z, w])], true, 0),
        (5, poly(5, &[], &[]), vec![], false, 0),
    ];
    for (kind, record, parts, has_height, measured) in cases {
        let (shp, shx) = shapes(kind, &[record, ints(&[0])]);
        let mut set = Set::default().with(Member::Shapes, shp).with(Member::Index, shx);
        let parsed = set.read(&[]).unwrap();
        assert_eq!(parts_of(&parsed, 0), parts, "{kind}");
        let flags: Vec<_> =
            parsed.data.features.iter().map(|f| (f.is_null, f.has_height)).collect();
        assert_eq!(flags, [(false, has_height), (true, false)], "{kind}");
        let is_measured = codes(&parsed).contains(&Code::MeasuresDropped);
        assert_eq!(is_measured, measured > 0, "{kind}");
        assert!(parsed.troubles.is_empty());
    }
}

#[test]
fn rings_that_run_the_wrong_way_round_are_told() {
    let mut turned = SQUARE;
    turned.reverse();
    let (shp, shx) =
        shapes(5, &[poly(5, &[&turned, &HOLE], &[]), poly(5, &[&SQUARE], &[])]);
    let mut set = Set::default().with(Member::Shapes, shp).with(Member::Index, shx);
    let parsed = set.read(&[]).unwrap();
    let roles: Vec<PartRole> = parsed.data.parts.iter().map(|(_, role)| role).collect();
    assert_eq!(roles, [PartRole::Shell, PartRole::Hole, PartRole::Shell]);
    assert_eq!(codes(&parsed), [Code::NoTable, Code::RingsTurned]);
    assert_eq!(parsed.remarks[1].values, [("count", "1".to_owned())]);
}

#[test]
fn values_are_read_by_their_type() {
    let fields: [(&[u8], u8, u8, u8); 8] = [
        (b"NAME", b'C', 6, 0),
        (b"CODE\0x", b'N', 7, 0),
        (b"SHARE", b'F', 8, 3),
        (b"IS_ON", b'L', 1, 0),
        (b"DATE", b'D', 8, 0),
        (b"COUNT", b'I', 4, 0),
        (b"BIG", b'N', 18, 0),
        (b"MEMO", b'M', 2, 0),
    ];
    let row = |[name, code, share, is_on, date, big]: [&str; 6], count: i32| {
        let head = format!(" {name:<6}{code:>7}{share:>8}{is_on:1}{date:<8}");
        [head.as_bytes(), &count.to_le_bytes(), format!("{big:>18}..").as_bytes()]
            .concat()
    };
    let rows = [
        row(["Ilo", "180301", "1.50000", "T", "20230131", "9007199254740993"], -5),
        row(["\0xx", "-7", "", "?", "", ""], 0),
        row([" a b", "*******", "********", " ", "00000000", "1,5"], 1),
        row(["x", "1e2", "1e999", "N", "2023-1-1", "+12.5"], 2),
    ];
    let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
    let mut set = points_with(table(0, &fields, &rows), 4);
    let names = ["NAME", "CODE", "SHARE", "IS_ON", "DATE", "COUNT", "BIG", "MEMO"];
    let parsed = set.read(&names).unwrap();
    let (null, number) = (Value::Null, Value::Number);
    let expected = [
        ("NAME", [text("Ilo"), null.clone(), text(" a b"), text("x")]),
        ("CODE", [number(180_301.), number(-7.), null.clone(), number(100.)]),
        ("SHARE", [number(1.5), null.clone(), null.clone(), text("1e999")]),
        ("IS_ON", [Value::Bool(true), null.clone(), null.clone(), Value::Bool(false)]),
        ("DATE", [text("2023-01-31"), null.clone(), null.clone(), text("2023-1-1")]),
        ("COUNT", [number(-5.), number(0.), number(1.), number(2.)]),
        ("BIG", [text("9007199254740993"), null, text("1,5"), number(12.5)]),
        ("MEMO", [Value::Other, Value::Other, Value::Other, Value::Other]),
    ];
    for (name, values) in expected {
        assert_eq!(parsed.data.columns[name], values, "{name}");
    }
    let lost: Vec<_> =
        parsed.remarks.iter().map(|r| (r.code, r.values[0].1.as_str())).collect();
    let overflow = Code::NumberOverflow;
    assert_eq!(lost, [(overflow, "CODE"), (overflow, "SHARE")]);
}

#[test]
fn deleted_rows_go_with_their_shapes() {
    let rows: [&[u8]; 3] = [b" a", b"*b", b" c"];
    let fields: [(&[u8], u8, u8, u8); 1] = [(b"N", b'C', 1, 0)];
    let records = [point(1., 0.), point(2., 0.), point(3., 0.)];
    let (shp, shx) = shapes(1, &records);
    let mut set = Set::default()
        .with(Member::Shapes, shp)
        .with(Member::Index, shx)
        .with(Member::Table, table(0, &fields, &rows));
    let parsed = set.read(&["N", "X"]).unwrap();
    assert_eq!(parsed.data.coords.all(), [[1., 0.], [3., 0.]]);
    assert_eq!(parsed.data.columns["N"], [text("a"), text("c")]);
    assert_eq!(parsed.data.columns["X"], [Value::Null, Value::Null]);
    assert!(parsed.data.ids.iter().eq(["#1", "#3"]));
    assert_eq!((parsed.rows, parsed.missing), (2, vec!["X".to_owned()]));
    assert_eq!(parsed.remarks[0].code, Code::DeletedRows);
}

#[test]
fn the_encoding_is_what_is_said_or_what_the_text_shows() {
    let latin: &[u8] = b" Pe\xF1\xF3n ";
    let utf8: &[u8] = " Peñó ".as_bytes();
    let dos: &[u8] = b" Pe\xA4\xA2n ";
    let project = Some("iso-8859-1");
    let cases = [
        // Language byte, .cpg, project, row, text, encoding.
        (0, None, None, latin, "Peñón", "windows-1252", "invalid_utf8"),
        (0, None, None, utf8, "Peñó", "UTF-8", "valid_utf8"),
        (0x57, None, None, utf8, "Peñó", "UTF-8", "valid_utf8"),
        (0x57, None, None, latin, "Peñón", "windows-1252", "invalid_utf8"),
        (0x03, None, None, latin, "Peñón", "windows-1252", "language_byte"),
        (0x02, None, None, dos, "Peñón", "CP850", "language_byte"),
        (0x02, Some("UTF-8"), None, utf8, "Peñó", "UTF-8", "cpg"),
        (0x02, Some("no such"), None, dos, "Peñón", "CP850", "language_byte"),
        (0x02, Some("UTF-8"), project, latin, "Peñón", "windows-1252", "project"),
    ];
    for (language, cpg, project, row, expected, encoding, evidence) in cases {
        let length = u8::try_from(row.len() - 1).unwrap();
        let fields: [(&[u8], u8, u8, u8); 1] = [(b"N", b'C', length, 0)];
        let mut set = points_with(table(language, &fields, &[row]), 1);
        if let Some(cpg) = cpg {
            set = set.with(Member::CodePage, cpg);
        }
        let encoding_key = project.map(str::to_owned);
        let options = ReadOptions { encoding: encoding_key, ..ReadOptions::default() };
        let parsed = set.read_with(&["N"], &options).unwrap();
        assert_eq!(parsed.data.columns["N"], [text(expected)], "{language} {cpg:?}");
        let [remark] = parsed.remarks.as_slice() else { panic!("{:?}", parsed.remarks) };
        assert_eq!(remark.code, Code::TextEncoding);
        let told: Vec<&str> =
            remark.values.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(told, [encoding, &format!("@finding.encoding.{evidence}")]);
    }
}

#[test]
fn text_that_shows_late_that_it_is_not_utf8_turns_what_came_before() {
    // Two letters of Windows-1252 that are one of UTF-8; then one that cannot be.
    let rows: [&[u8]; 3] = [b" a\xC3\xB1", b" abc", b" \xC3\xB1\xF1"];
    let fields: [(&[u8], u8, u8, u8); 2] = [(b"N", b'C', 2, 0), (b"O", b'C', 1, 0)];
    let mut set = points_with(table(0, &fields, &rows), 3);
    let parsed = set.read(&["N"]).unwrap();
    assert_eq!(parsed.data.columns["N"], [text("aÃ"), text("ab"), text("Ã±")]);
}

#[test]
fn a_letter_cut_in_two_by_the_width_is_dropped() {
    let fields: [(&[u8], u8, u8, u8); 1] = [(b"N", b'C', 4, 0)];
    let row: &[u8] = b" \xC3\xB1a\xC3";
    let parsed = points_with(table(0, &fields, &[row]), 1).read(&["N"]).unwrap();
    assert_eq!(parsed.data.columns["N"], [text("ña")]);
    // In text that is declared, what is broken in the middle is lost and told.
    let row: &[u8] = b" \xF1abc";
    let mut set =
        points_with(table(0, &fields, &[row]), 1).with(Member::CodePage, "65001");
    let parsed = set.read(&["N"]).unwrap();
    assert_eq!(codes(&parsed), [Code::TextEncoding, Code::DamagedText]);
}

#[test]
fn records_in_another_order_are_read_by_the_index() {
    let (shp, shx) = shapes(1, &[point(1., 0.), point(2., 0.)]);
    let mut turned = shx.clone();
    turned[100..108].copy_from_slice(&shx[108..116]);
    turned[108..116].copy_from_slice(&shx[100..108]);
    let mut set = Set::default().with(Member::Shapes, shp).with(Member::Index, turned);
    let parsed = set.read(&[]).unwrap();
    assert_eq!(parsed.data.coords.all(), [[2., 0.], [1., 0.]]);
}

#[test]
fn what_cannot_be_is_an_error() {
    let (shp, shx) = shapes(1, &[point(1., 2.), point(3., 4.)]);
    let fields: [(&[u8], u8, u8, u8); 1] = [(b"N", b'C', 1, 0)];
    let one_row = table(0, &fields, &[b" a"]);
    let set = |shp: &[u8]| Set::default().with(Member::Shapes, shp);
    let with_shx = |shx: &[u8]| set(&shp).with(Member::Index, shx);
    let mut far = shx.clone();
    far[108..112].copy_from_slice(&[0x7F; 4]);
    let mut wide = one_row.clone();
    wide[32 + 16] = 200;
    let patch = shapes(31, &[]).0;
    let patch_inside = shapes(5, &[poly(31, &[&SQUARE], &[])]).0;
    let unknown = shapes(7, &[]).0;
    let cases = [
        (set(&patch), Problem::MultiPatch),
        (set(&patch_inside), Problem::MultiPatch),
        (set(&unknown), Problem::NotShapefile),
        (set(b"\0\0\x27\x0A"), Problem::UnexpectedEnd),
        (set(&[0; 200]), Problem::NotShapefile),
        (set(&shp[..110]), Problem::UnexpectedEnd),
        (set(&shp[..130]), Problem::UnexpectedEnd),
        (Set::default(), Problem::NotShapefile),
        (with_shx(&shx[..110]), Problem::BrokenIndex),
        (with_shx(b"\0\0\x27\x0A"), Problem::BrokenIndex),
        (with_shx(&[0; 116]), Problem::BrokenIndex),
        (with_shx(&far), Problem::BrokenIndex),
        (with_shx(&shx).with(Member::Table, one_row.clone()), Problem::CountsDiffer),
        (set(&shp).with(Member::Table, one_row.clone()), Problem::CountsDiffer),
        (set(&shp).with(Member::Table, wide), Problem::BrokenTable),
        (set(&shp).with(Member::Table, [0; 40]), Problem::BrokenTable),
        (set(&shp).with(Member::Table, &one_row[..20]), Problem::UnexpectedEnd),
    ];
    for (at, (mut set, problem)) in cases.into_iter().enumerate() {
        assert_eq!(set.read(&["N"]).unwrap_err().problem, problem, "case {at}");
    }
}

#[test]
fn a_bad_record_is_trouble_of_its_feature() {
    let whole = poly(5, &[&SQUARE], &[]);
    let huge = [&whole[..36], &ints(&[i32::MAX, i32::MAX])[..]].concat();
    let negative = [&whole[..36], &ints(&[-1, -1])[..]].concat();
    let mut backwards = poly(5, &[&SQUARE, &HOLE], &[]);
    backwards[44..52].copy_from_slice(&ints(&[5, 0]));
    let mut late = whole.clone();
    late[44..48].copy_from_slice(&ints(&[1]));
    let cases = [
        (huge, Reason::BrokenGeometry),
        (negative, Reason::BrokenGeometry),
        (backwards, Reason::BrokenGeometry),
        (late, Reason::BrokenGeometry),
        (whole[..60].to_vec(), Reason::BrokenGeometry),
        (ints(&[1]), Reason::BrokenGeometry),
        (vec![], Reason::BrokenGeometry),
        (ints(&[2]), Reason::WrongGeometryType),
    ];
    for (record, reason) in cases {
        let (shp, _) = shapes(5, &[record, whole.clone()]);
        let parsed = Set::default().with(Member::Shapes, shp).read(&[]).unwrap();
        let [trouble] = parsed.troubles.as_slice() else { panic!("{reason:?}") };
        assert_eq!((trouble.reason, trouble.kept), (reason, Some(0)));
        assert_eq!(trouble.position, Position::of_byte(100));
        assert_eq!(parts_of(&parsed, 1).len(), 1);
    }
}

#[test]
fn no_cut_and_no_flipped_byte_does_harm() {
    let (shp, shx) = shapes(15, &[poly(15, &[&SQUARE, &HOLE], &[1.0; 24]), ints(&[0])]);
    let fields: [(&[u8], u8, u8, u8); 2] = [(b"N", b'C', 3, 0), (b"V", b'N', 3, 1)];
    let rows: [&[u8]; 2] = [b" abc1.5", b"*\xF1  ***"];
    let all = [
        (Member::Shapes, shp),
        (Member::Index, shx),
        (Member::Table, table(0, &fields, &rows)),
        (Member::CodePage, b"UTF-8".to_vec()),
    ];
    for broken in 0..all.len() {
        for at in 0..all[broken].1.len() {
            for change in [None, Some(0), Some(0xFF), Some(0x7F)] {
                let mut files = all.to_vec();
                match change {
                    Some(byte) => files[broken].1[at] = byte,
                    None => files[broken].1.truncate(at),
                }
                // Whether it is an error is for others to say; it must come back.
                let _ = Set(files).read(&["N", "V"]);
            }
        }
    }
}

#[test]
fn the_projection_is_handed_on() {
    let (shp, shx) = shapes(1, &[point(1., 2.)]);
    let set = Set::default().with(Member::Shapes, shp).with(Member::Index, shx);
    let wkt = "GEOGCS[\"GCS_WGS_1984\"]";
    let crs = |set: &mut Set| set.read(&[]).unwrap().crs;
    assert_eq!(crs(&mut set.clone()), None);
    assert_eq!(crs(&mut set.clone().with(Member::Projection, " \n")), None);
    let stated = Some(CrsStatement::Wkt(wkt.to_owned()));
    assert_eq!(
        crs(&mut set.with(Member::Projection, format!("\u{feff}{wkt}\r\n"))),
        stated
    );
}

#[test]
fn an_archive_holds_one_shapefile_or_says_which() {
    let names = |names: &[&str]| -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    };
    let problem = |found: Result<String, FormatError>| found.map_err(|e| e.problem);
    let cases = [
        (&["a/zones"][..], None, Ok("a/zones")),
        (&["a/zones", "b/roads"], Some("roads"), Ok("b/roads")),
        (&["a/zones", "b/zones"], Some("b/zones.shp"), Ok("b/zones")),
        (&["a/zones", "b/zones"], Some("zones"), Err(Problem::SeveralLayers)),
        (&["zones", "roads"], None, Err(Problem::SeveralLayers)),
        (&["zones"], Some("roads"), Err(Problem::UnknownLayer)),
        (&[], None, Err(Problem::NothingInArchive)),
    ];
    for (stems, layer, expected) in cases {
        let found = problem(choose(&names(stems), layer));
        assert_eq!(found, expected.map(str::to_owned), "{stems:?} {layer:?}");
    }
}
