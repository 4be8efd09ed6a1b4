//! The header that `GeoPackage` puts in front of the well-known binary of a geometry.

use crate::formats::Reason;

/// The geometry in a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blob<'a> {
    /// Whether the header says that it is empty.
    pub(super) is_empty: bool,
    /// Which reference system it says it is in.
    pub(super) srs_id: i32,
    /// Its well-known binary.
    pub(super) wkb: &'a [u8],
}

/// Takes the header off.
pub(super) fn split(bytes: &[u8]) -> Result<Blob<'_>, Reason> {
    const ENVELOPES: [usize; 5] = [0, 32, 48, 48, 64];
    const IS_LITTLE: u8 = 1;
    const IS_EMPTY: u8 = 1 << 4;
    const IS_EXTENDED: u8 = 1 << 5;
    let (&[b'G', b'P', 0, flags, a, b, c, d], rest) =
        bytes.split_first_chunk::<8>().ok_or(Reason::BrokenGeometry)?
    else {
        return Err(Reason::BrokenGeometry);
    };
    if flags & IS_EXTENDED != 0 {
        // A type of some extension, in an encoding that only the extension knows.
        return Err(Reason::WrongGeometryType);
    }
    let srs = [a, b, c, d];
    let srs_id = if flags & IS_LITTLE == 0 {
        i32::from_be_bytes(srs)
    } else {
        i32::from_le_bytes(srs)
    };
    let envelope = ENVELOPES.get(usize::from(flags >> 1 & 0b111));
    let wkb = envelope.and_then(|size| rest.get(*size..));
    let wkb = wkb.ok_or(Reason::BrokenGeometry)?;
    Ok(Blob { is_empty: flags & IS_EMPTY != 0, srs_id, wkb })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_every_kind_are_taken_off() {
        let cases = [
            (0b0000_0000, 0, Ok((false, 0x0102_0304))),
            (0b0000_0001, 0, Ok((false, 0x0403_0201))),
            (0b0000_0011, 32, Ok((false, 0x0403_0201))),
            (0b0000_0101, 48, Ok((false, 0x0403_0201))),
            (0b0000_0111, 48, Ok((false, 0x0403_0201))),
            (0b0000_1001, 64, Ok((false, 0x0403_0201))),
            (0b0001_0001, 0, Ok((true, 0x0403_0201))),
            (0b0000_1011, 64, Err(Reason::BrokenGeometry)),
            (0b0000_1001, 32, Err(Reason::BrokenGeometry)),
            (0b0010_0001, 0, Err(Reason::WrongGeometryType)),
        ];
        for (flags, envelope, expected) in cases {
            let mut bytes = vec![b'G', b'P', 0, flags, 1, 2, 3, 4];
            bytes.resize(8 + envelope, 0xAA);
            bytes.push(7);
            let found = split(&bytes);
            if let Ok(blob) = &found {
                assert_eq!(blob.wkb, [7], "{flags:#b}");
            }
            let found = found.map(|blob| (blob.is_empty, blob.srs_id));
            assert_eq!(found, expected, "{flags:#b}");
        }
        for odd in [&b""[..], b"GP\0", b"GX\0\x01\0\0\0\0", b"GP\x01\x01\0\0\0\0"] {
            assert_eq!(split(odd).unwrap_err(), Reason::BrokenGeometry);
        }
    }
}
