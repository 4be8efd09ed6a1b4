//! GeoParquet, from any bytes.
#![no_main]

use atalaya_fuzz::{look_at, wanted};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let file = bytes::Bytes::copy_from_slice(data);
    look_at(atalaya::formats::geoparquet::read(file, &wanted()));
});
