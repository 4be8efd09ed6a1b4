//! What the headers of pages ask for, looked at before the library believes it.
//!
//! In: a file and one column of a row group. Out: nothing, or an error where a page would
//! take more memory than its bytes can be worth. The library makes room for as many bytes
//! as a header says, up to two gigabytes, and unpacks GZIP and Brotli without any limit.
//!
//! Headers are in Thrift's compact protocol (Parquet, *File Format*, "Page headers").

use std::io::{self, Read};

use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;

use super::column::broken;
use crate::formats::{FormatError, Problem};

/// Most bytes that a page may have when it is unpacked.
const MAX_PAGE: u64 = 256 << 20;
/// Bytes below which no ratio is suspicious.
const ALWAYS_FINE: u64 = 16 << 20;
/// How many bytes may come out for one that goes in, beyond that.
const MAX_RATIO: u64 = 250;
/// Structures within structures that are still followed.
const MAX_DEPTH: u8 = 16;

/// Sizes that a page header states.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    unpacked: i64,
    packed: i64,
    /// Bytes of levels, which newer pages never pack.
    levels: i64,
    is_plain: bool,
    /// Bytes of the header itself.
    length: u64,
}

/// Looks at every page of a column.
///
/// # Errors
///
/// The column lies outside the file, a header cannot be read, or a page is too big.
pub(super) fn check<R: ChunkReader>(
    file: &R,
    column: &ColumnChunkMetaData,
) -> Result<(), FormatError> {
    let first = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let (at, length) = (u64::try_from(first), u64::try_from(column.compressed_size()));
    let (Ok(mut at), Ok(length)) = (at, length) else {
        return Err(broken("a column before the file"));
    };
    let end = at.saturating_add(length);
    if end > file.len() {
        return Err(broken("a column beyond the file"));
    }
    while at < end {
        let reader = file.get_read(at).map_err(broken)?;
        let header = header(reader.take(end - at)).map_err(broken)?;
        at += header.length;
        let size = u64::try_from(header.packed).unwrap_or(u64::MAX);
        if size > end.saturating_sub(at) {
            return Err(broken("a page beyond its column"));
        }
        check_size(&header, size)?;
        let page = file.get_read(at).map_err(broken)?;
        check_unpacked(page.take(size), &header, column.compression())?;
        at += size;
    }
    Ok(())
}

fn check_size(header: &Header, packed: u64) -> Result<(), FormatError> {
    let unpacked = u64::try_from(header.unpacked).unwrap_or(u64::MAX);
    let most = packed.saturating_mul(MAX_RATIO).clamp(ALWAYS_FINE, MAX_PAGE);
    if unpacked > most {
        return Err(FormatError::whole(Problem::ParquetTooBig));
    }
    Ok(())
}

/// Unpacks, without keeping it, what the library would unpack without a limit.
fn check_unpacked(
    mut page: impl Read,
    header: &Header,
    packing: Compression,
) -> Result<(), FormatError> {
    let is_limited = !matches!(packing, Compression::GZIP(_) | Compression::BROTLI(_));
    if is_limited || header.is_plain {
        return Ok(());
    }
    let levels = u64::try_from(header.levels).unwrap_or_default();
    io::copy(&mut (&mut page).take(levels), &mut io::sink())?;
    let expected =
        u64::try_from(header.unpacked).unwrap_or_default().saturating_sub(levels);
    // Nothing is packed where nothing is expected.
    if expected == 0 {
        return Ok(());
    }
    let unpacked = match packing {
        Compression::GZIP(_) => count(flate2::read::MultiGzDecoder::new(page), expected),
        _ => count(brotli::Decompressor::new(page, 1 << 16), expected),
    };
    match unpacked.map_err(broken)? {
        bytes if bytes > expected => Err(FormatError::whole(Problem::ParquetTooBig)),
        _ => Ok(()),
    }
}

/// How many bytes come, or one more than expected.
fn count(reader: impl Read, expected: u64) -> io::Result<u64> {
    io::copy(&mut reader.take(expected.saturating_add(1)), &mut io::sink())
}

/// Bytes one by one, counted.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Counted<R> {
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.inner.read_exact(&mut byte)?;
        self.count += 1;
        Ok(byte[0])
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(io::Error::from(io::ErrorKind::InvalidData))
    }

    fn signed(&mut self) -> io::Result<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut (&mut self.inner).take(bytes), &mut io::sink())?;
        self.count += passed;
        if passed < bytes { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Calls `each` with the number and type of every field of a structure.
    fn fields(
        &mut self,
        each: &mut dyn FnMut(&mut Self, i64, u8) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut last = 0;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Ok(());
            }
            last = match byte >> 4 {
                0 => self.signed()?,
                step => i64::wrapping_add(last, step.into()),
            };
            each(self, last, byte & 0x0F)?;
        }
    }

    /// Passes over a value of a type.
    fn skip(&mut self, kind: u8, depth: u8) -> io::Result<()> {
        if depth == MAX_DEPTH {
            return Err(io::ErrorKind::InvalidData.into());
        }
        match kind {
            // True and false are types of their own.
            1 | 2 => Ok(()),
            3 => self.byte().map(|_| ()),
            4..=6 => self.number().map(|_| ()),
            7 => self.pass(8),
            8 => {
                let length = self.number()?;
                self.pass(length)
            }
            9 | 10 => self.skip_list(depth),
            12 => self.fields(&mut |this, _, kind| this.skip(kind, depth + 1)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn skip_list(&mut self, depth: u8) -> io::Result<()> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 0x0F { self.number()? } else { (byte >> 4).into() };
        for _ in 0..count {
            match byte & 0x0F {
                // In a list each of them is a byte, so that every value takes one.
                1 | 2 => self.pass(1)?,
                kind => self.skip(kind, depth + 1)?,
            }
        }
        Ok(())
    }
}

/// Number of the type of 32-bit integers, and of structures.
const INT: u8 = 5;
const STRUCT: u8 = 12;

/// Reads a header from the start of a reader.
fn header(reader: impl Read) -> io::Result<Header> {
    let mut header = Header::default();
    let mut reader = Counted { inner: reader, count: 0 };
    reader.fields(&mut |reader, field, kind| {
        match (field, kind) {
            (2, INT) => header.unpacked = reader.signed()?,
            (3, INT) => header.packed = reader.signed()?,
            // A data page of the second version.
            (8, STRUCT) => reader.fields(&mut |reader, field, kind| {
                match (field, kind) {
                    (5 | 6, INT) => {
                        header.levels = header.levels.saturating_add(reader.signed()?);
                    }
                    (7, 1 | 2) => header.is_plain = kind == 2,
                    _ => reader.skip(kind, 1)?,
                }
                Ok(())
            })?,
            _ => reader.skip(kind, 0)?,
        }
        Ok(())
    })?;
    header.length = reader.count;
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of the second version, put together by hand: type 3, 1000 bytes from 40,
    /// levels of 2 and 3 bytes, not packed, with statistics in between.
    const BY_HAND: [u8; 29] = [
        0x15, 0x06, 0x15, 0xD0, 0x0F, 0x15, 0x50, // 1: 3, 2: 1000, 3: 40
        0x5C, // 8: structure
        0x15, 0x02, 0x15, 0x00, 0x15, 0x02, 0x15, 0x00, // 1 to 4: counts, encoding
        0x15, 0x04, 0x15, 0x06, 0x12, // 5: 2, 6: 3, 7: false
        0x1C, 0x18, 0x02, b'a', b'b', 0x00, // 8: structure with 1: two bytes
        0x00, 0x00, // the end of the header is the last of these
    ];

    #[test]
    fn a_header_is_read() {
        let header = header(&BY_HAND[..]).unwrap();
        let expected =
            Header { unpacked: 1000, packed: 40, levels: 5, is_plain: true, length: 29 };
        assert_eq!(header, expected);
        for cut in 0..BY_HAND.len() {
            assert!(super::header(&BY_HAND[..cut]).is_err(), "{cut}");
        }
    }

    #[test]
    fn sizes_beyond_measure_are_errors() {
        let fits = |packed: u64, unpacked: i64| {
            check_size(&Header { unpacked, ..Header::default() }, packed).is_ok()
        };
        assert!(fits(10, 16 << 20) && !fits(10, (16 << 20) + 1));
        assert!(fits(1 << 20, 250 << 20) && !fits(1 << 20, (250 << 20) + 1));
        assert!(fits(1 << 30, 256 << 20) && !fits(1 << 30, (256 << 20) + 1));
        assert!(!fits(1 << 20, i32::MAX.into()) && !fits(1, -1));
    }

    #[test]
    fn gzip_that_gives_more_than_it_says_is_an_error() {
        use std::io::Write as _;
        let level = flate2::Compression::fast();
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
        writer.write_all(&[7; 1000]).unwrap();
        let page = writer.finish().unwrap();
        let packing = Compression::GZIP(parquet::basic::GzipLevel::default());
        let check = |unpacked| {
            check_unpacked(&page[..], &Header { unpacked, ..Header::default() }, packing)
        };
        assert!(check(1000).is_ok());
        assert_eq!(check(999).unwrap_err().problem, Problem::ParquetTooBig);
    }

    #[test]
    fn lists_and_depth_are_bounded() {
        // A list of 2^60 booleans and one of structures within structures.
        let mut endless = vec![0x49, 0xF1];
        endless.extend([0xFF; 8]);
        endless.push(0x0F);
        assert!(header(&endless[..]).is_err());
        let deep = vec![0x1C; 1000];
        assert!(header(&deep[..]).is_err());
    }
}
