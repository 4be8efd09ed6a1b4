//! Bytes packed (zlib) as the files of maps hold them, with memory that is kept from one to the next: a
//! compressor takes a quarter of a megabyte, and a run packs hundreds of pieces.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

/// What is packed, and so how much effort it is worth.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// The rows of a PNG: at 3 files shrink by a twenty-fifth, at 6 by a tenth, and take a fifth
    /// more of the time, and more than twice of it.
    Rows,
    /// A stream of a PDF: the effort of 6 makes them a sixteenth smaller in six times the time,
    /// which was the most of a page with a million shapes.
    Stream,
}

impl Kind {
    /// Effort, of 9.
    fn effort(self) -> u32 {
        match self {
            Self::Rows => 2,
            Self::Stream => 3,
        }
    }
}

/// A compressor and room for what it makes.
struct Packer {
    deflate: Compress,
    packed: Vec<u8>,
}

impl Packer {
    fn new(kind: Kind) -> Self {
        let deflate = Compress::new(Compression::new(kind.effort()), true);
        Self { deflate, packed: vec![0; 1 << 16] }
    }

    fn pack(&mut self, bytes: &[u8]) -> &[u8] {
        let Self { deflate, packed } = self;
        deflate.reset();
        loop {
            let [done, written] =
                [deflate.total_in(), deflate.total_out()].map(|n| n as usize);
            let (rest, room) = (&bytes[done..], &mut packed[written..]);
            let status = deflate.compress(rest, room, FlushCompress::Finish);
            match status.expect("nothing fails in memory") {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => packed.resize(packed.len() * 2, 0),
            }
        }
        &packed[..deflate.total_out() as usize]
    }
}

thread_local! {
    static PACKERS: RefCell<[Option<Packer>; 2]> = const { RefCell::new([const { None }; 2]) };
}

/// Packs bytes and hands them on.
pub(super) fn packed<T>(bytes: &[u8], kind: Kind, to: impl FnOnce(&[u8]) -> T) -> T {
    PACKERS.with_borrow_mut(|packers| {
        let packer = packers[kind as usize].get_or_insert_with(|| Packer::new(kind));
        to(packer.pack(bytes))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        ZlibDecoder::new(packed).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn what_was_packed_before_changes_nothing() {
        // The second has no pattern and needs more room than there is at first.
        let plain: Vec<u8> = (0..5000).map(|i| (i % 13) as u8).collect();
        let mixed = (0..200_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
        let mixed: Vec<u8> = mixed.collect();
        for kind in [Kind::Rows, Kind::Stream] {
            let first = packed(&plain, kind, <[u8]>::to_vec);
            assert_eq!(unpacked(&first), plain);
            assert!(first.len() < plain.len() / 10);
            assert_eq!(unpacked(&packed(&mixed, kind, <[u8]>::to_vec)), mixed);
            assert_eq!(packed(&plain, kind, <[u8]>::to_vec), first);
            assert!(unpacked(&packed(&[], kind, <[u8]>::to_vec)).is_empty());
        }
    }
}
