//! ZIP archives of shapefiles or KML, from any bytes.
#![no_main]

use std::io::Cursor;

use atalaya::formats::archive::Archive;
use atalaya::formats::{ReadOptions, kml, shapefile};
use atalaya_fuzz::{look_at, wanted};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(mut archive) = Archive::open(Cursor::new(data)) else { return };
    let options = ReadOptions::default();
    if shapefile::is_in(&archive) {
        look_at(shapefile::read_archive(&mut archive, &wanted(), &options));
    }
    if kml::is_in(&archive) {
        look_at(kml::read_archive(&mut archive, &wanted(), &options));
    }
});
