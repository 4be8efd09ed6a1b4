//! Pages that keep what the library takes for granted.
//!
//! In: the pages of a column as the library reads them. Out: the same, or an error where a
//! broken page would make it stop the program: values that point into a dictionary that
//! never came, levels that are longer than their page, and counts for which the library
//! would make room before it looks whether there are so many values.

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

/// The pages of one column that is not repeated.
pub(super) struct CheckedPages {
    pages: Box<dyn PageReader>,
    has_levels: bool,
    /// Rows of the row group, so that no page can have more values.
    rows: u64,
    has_dictionary: bool,
}

impl CheckedPages {
    pub(super) fn new(pages: Box<dyn PageReader>, has_levels: bool, rows: u64) -> Self {
        Self { pages, has_levels, rows, has_dictionary: false }
    }

    fn check(&mut self, page: &Page) -> std::result::Result<(), &'static str> {
        let encoding = match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                // Whatever the type, a value takes a byte at least.
                if u64::from(*num_values) > buf.len() as u64 {
                    return Err("a dictionary of more values than bytes");
                }
                let is_second = std::mem::replace(&mut self.has_dictionary, true);
                return if is_second { Err("a second dictionary") } else { Ok(()) };
            }
            Page::DataPage { buf, encoding, def_level_encoding, .. } => {
                let levels = if self.has_levels {
                    check_levels(buf, *def_level_encoding)?
                } else {
                    0
                };
                check_counts(&buf[levels..], *encoding, page.num_values())?;
                *encoding
            }
            Page::DataPageV2 {
                buf,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let levels =
                    u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                // The library adds the two as they are.
                if levels > buf.len() as u64 || levels > u64::from(u32::MAX) {
                    return Err("levels longer than their page");
                }
                let first = usize::try_from(levels).unwrap_or(usize::MAX);
                check_counts(&buf[first..], *encoding, page.num_values())?;
                *encoding
            }
        };
        if u64::from(page.num_values()) > self.rows {
            return Err("more values than rows");
        }
        let needs_dictionary =
            matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
        if needs_dictionary && !self.has_dictionary {
            return Err("values without their dictionary");
        }
        Ok(())
    }
}

/// Levels have their length in front; the old encoding without one is not read. How many
/// bytes they take with it.
fn check_levels(
    page: &[u8],
    encoding: Encoding,
) -> std::result::Result<usize, &'static str> {
    if encoding != Encoding::RLE {
        return Err("levels in an encoding that is not read");
    }
    let (length, rest) = page.split_first_chunk().ok_or("a page without levels")?;
    usize::try_from(i32::from_le_bytes(*length))
        .ok()
        .filter(|length| *length <= rest.len())
        .map(|length| 4 + length)
        .ok_or("levels longer than their page")
}

/// Text in the delta encodings begins with one run of lengths or two, each with its count.
fn check_counts(
    values: &[u8],
    encoding: Encoding,
    most: u32,
) -> std::result::Result<(), &'static str> {
    let runs = match encoding {
        Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        Encoding::DELTA_BYTE_ARRAY => 2,
        _ => return Ok(()),
    };
    let mut rest = values;
    for _ in 0..runs {
        rest = delta_run(rest, most.into()).ok_or("lengths that cannot be")?;
    }
    Ok(())
}

/// What follows a run of numbers in the delta encoding; `None` if it is broken or has
/// more than so many numbers.
fn delta_run(bytes: &[u8], most: u64) -> Option<&[u8]> {
    let (block, bytes) = varint(bytes)?;
    let (per_block, bytes) = varint(bytes)?;
    let (count, bytes) = varint(bytes)?;
    let (_first, mut bytes) = varint(bytes)?;
    let per_piece = block.checked_div(per_block).filter(|size| *size > 0)?;
    if count > most {
        return None;
    }
    let mut left = count.saturating_sub(1);
    while left > 0 {
        let (_least, rest) = varint(bytes)?;
        let (widths, mut rest) =
            rest.split_at_checked(usize::try_from(per_block).ok()?)?;
        for width in widths {
            if left == 0 {
                break;
            }
            let size = per_piece.checked_mul(u64::from(*width))? / 8;
            // The last piece may be cut short where its values end.
            let size = usize::try_from(size).ok()?.min(rest.len());
            rest = &rest[size..];
            left = left.saturating_sub(per_piece);
        }
        bytes = rest;
    }
    Some(bytes)
}

/// A number in groups of seven bits, the lowest first.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let length = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
    let (own, rest) = bytes.split_at(length);
    let add = |number: u64, byte: &u8| (number << 7) | u64::from(byte & 0x7F);
    Some((own.iter().rev().fold(0, add), rest))
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            let general = |what: &'static str| ParquetError::General(what.to_owned());
            self.check(page).map_err(general)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pages(Vec<Page>);

    impl Iterator for Pages {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            (!self.0.is_empty()).then(|| Ok(self.0.remove(0)))
        }
    }

    impl PageReader for Pages {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            self.next().transpose()
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn dictionary() -> Page {
        let (buf, num_values, encoding) = (vec![].into(), 0, Encoding::PLAIN);
        Page::DictionaryPage { buf, num_values, encoding, is_sorted: false }
    }

    fn data(bytes: &[u8], encoding: Encoding, def_level_encoding: Encoding) -> Page {
        Page::DataPage {
            buf: bytes.to_vec().into(),
            num_values: 1,
            encoding,
            def_level_encoding,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }
    }

    fn data_v2(levels: u32) -> Page {
        Page::DataPageV2 {
            buf: vec![0; 8].into(),
            num_values: 1,
            encoding: Encoding::PLAIN,
            num_nulls: 0,
            num_rows: 1,
            def_levels_byte_len: levels,
            rep_levels_byte_len: 0,
            is_compressed: false,
            statistics: None,
        }
    }

    #[test]
    #[expect(deprecated, reason = "files of old programs have that encoding")]
    fn pages_that_would_stop_the_program_are_errors() {
        use Encoding::{BIT_PACKED, PLAIN, RLE, RLE_DICTIONARY};
        let levels = [2, 0, 0, 0, 1, 1];
        let too_long = [3, 0, 0, 0, 1, 1];
        let negative = [255, 255, 255, 255, 1, 1];
        let cases = [
            (vec![data(&levels, PLAIN, RLE)], true),
            (vec![data(&too_long, PLAIN, RLE)], false),
            (vec![data(&negative, PLAIN, RLE)], false),
            (vec![data(&levels[..3], PLAIN, RLE)], false),
            (vec![data(&levels, PLAIN, BIT_PACKED)], false),
            (vec![data(&levels, RLE_DICTIONARY, RLE)], false),
            (vec![dictionary(), data(&levels, RLE_DICTIONARY, RLE)], true),
            (vec![dictionary(), dictionary()], false),
            (vec![data_v2(8)], true),
            (vec![data_v2(9)], false),
            (
                vec![Page::DictionaryPage {
                    buf: vec![0; 3].into(),
                    num_values: 4,
                    encoding: PLAIN,
                    is_sorted: false,
                }],
                false,
            ),
        ];
        for (at, (pages, expected)) in cases.into_iter().enumerate() {
            let mut pages = CheckedPages::new(Box::new(Pages(pages)), true, 1);
            assert_eq!(pages.all(|page| page.is_ok()), expected, "case {at}");
        }
    }

    #[test]
    fn a_page_has_no_more_values_than_there_are_rows() {
        let pages = || Box::new(Pages(vec![data(&[], Encoding::PLAIN, Encoding::RLE)]));
        assert!(CheckedPages::new(pages(), false, 1).all(|page| page.is_ok()));
        assert!(CheckedPages::new(pages(), false, 0).all(|page| page.is_err()));
    }

    #[test]
    fn lengths_are_counted_before_there_is_room_for_them() {
        // Blocks of 128 in 4 pieces, 3 numbers, the first 2 (zigzag); then one block: its
        // least difference, four widths, and one piece of 32 numbers of one bit.
        let run = [0x80, 0x01, 4, 3, 4, 0, 1, 0, 0, 0, 9, 9, 9, 9, 77];
        assert_eq!(delta_run(&run, 3), Some(&[77][..]));
        assert_eq!(delta_run(&run, 2), None);
        // Two thousand millions of them.
        let many = [0x80, 0x01, 4, 0x80, 0xA8, 0xD6, 0xB9, 0x07, 4];
        let encoding = Encoding::DELTA_LENGTH_BYTE_ARRAY;
        assert!(check_counts(&many, encoding, 3).is_err());
        assert!(check_counts(&run, encoding, 3).is_ok());
        let two = [&run[..14], &many[..]].concat();
        assert!(check_counts(&two, Encoding::DELTA_BYTE_ARRAY, 3).is_err());
        let no_pieces = [0x80, 0x01, 0, 3, 4];
        assert_eq!(delta_run(&no_pieces, 3), None);
    }
}
