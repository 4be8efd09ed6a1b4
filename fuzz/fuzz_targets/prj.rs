//! Well-known text of reference systems, as in `.prj` files, and proj strings.
#![no_main]

use atalaya::layers::crs::recognise;
use atalaya_fuzz as _;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(recognised) = recognise(text) {
        let _ = recognised.is_nameless();
        let _ = recognised.with_shift(None);
    }
});
