//! CSV: the first byte says how the table is declared, the others are the table.
#![no_main]

use atalaya::formats::table::{self, Dialect, Place};
use atalaya_fuzz::{look_at, wanted};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else { return };
    let of = |all: &[Option<&'static str>], shift: u8| {
        all[usize::from(choice >> shift & 3) % all.len()]
    };
    let dialect = Dialect {
        delimiter: of(&[None, Some(";"), Some("tab")], 0),
        decimal: of(&[None, Some(",")], 2),
        encoding: of(&[None, Some("latin-1"), Some("utf-16le")], 4),
    };
    let place = if choice & 0x40 == 0 {
        Place { x: Some("x"), y: Some("y"), wkt: None }
    } else {
        Place { x: None, y: None, wkt: Some("geom") }
    };
    look_at(table::read(text, place, dialect, &wanted()));
    let _ = table::rows(text, dialect, &wanted());
});
