//! Well-known binary, from any bytes.
#![no_main]

use atalaya_fuzz as _;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(parts) = atalaya::formats::wkb::parts(data) {
        let positions: usize = parts.iter().map(|(_, positions)| positions.len()).sum();
        assert!(positions * 16 <= data.len(), "more positions than bytes");
    }
});
