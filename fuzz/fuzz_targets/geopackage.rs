//! GeoPackages, from any bytes: SQLite wants a file, so each input becomes one.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use atalaya_fuzz::{look_at, wanted};

/// In memory where the system has such a folder.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("atalaya-fuzz-{}.gpkg", std::process::id()))
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    std::fs::write(&*FILE, data).expect("the folder can be written");
    look_at(atalaya::formats::geopackage::read(&FILE, None, &wanted()));
    std::fs::remove_file(&*FILE).expect("it was there");
});
