//! Shapefiles. The first eight bytes are the lengths of `.shx`, `.dbf`, `.prj` and `.cpg`,
//! each of two bytes, little-endian; 0 says that there is no such file. Then come those
//! files, and the rest is the `.shp`.
#![no_main]

use std::io::Read;

use atalaya::formats::shapefile::{self, Member, Members};
use atalaya::formats::{FormatError, ReadOptions};
use atalaya_fuzz::{look_at, wanted};

struct Parts<'a>([Option<&'a [u8]>; 5]);

impl Members for Parts<'_> {
    fn open(&mut self, member: Member) -> Result<Option<impl Read>, FormatError> {
        let at = Member::ALL.iter().position(|known| *known == member);
        Ok(at.and_then(|at| self.0[at].take()))
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((lengths, mut rest)) = data.split_first_chunk::<8>() else { return };
    let mut parts = [None; 5];
    for (at, length) in lengths.chunks_exact(2).enumerate() {
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let (own, after) = rest.split_at(length.min(rest.len()));
        parts[at + 1] = (length > 0).then_some(own);
        rest = after;
    }
    parts[0] = Some(rest);
    look_at(shapefile::read(&mut Parts(parts), &wanted(), &ReadOptions::default()));
});
