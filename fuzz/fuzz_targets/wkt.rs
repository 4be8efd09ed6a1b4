//! Well-known text of geometries, as the only cell of a table.
#![no_main]

use atalaya::formats::table::{self, Dialect, Place};
use atalaya_fuzz::{look_at, wanted};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let table = format!("geom\n\"{}\"\n", text.replace('"', "\"\""));
    let place = Place { x: None, y: None, wkt: Some("geom") };
    look_at(table::read(table.as_bytes(), place, Dialect::default(), &wanted()));
});
