//! GeoJSON, from any bytes.
#![no_main]

use atalaya_fuzz::{look_at, wanted};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    look_at(atalaya::formats::geojson::read(data, &wanted()));
});
