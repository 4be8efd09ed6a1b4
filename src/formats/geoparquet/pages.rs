//! Pages that keep what the library takes for granted.
//!
//! In: the pages of a column as the library reads them. Out: the same, or an error where a
//! broken page would make it stop the program: values that point into a dictionary that
//! never came, and levels that are longer than their page.

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

/// The pages of one column that is not repeated.
pub(super) struct CheckedPages {
    pages: Box<dyn PageReader>,
    has_levels: bool,
    has_dictionary: bool,
}

impl CheckedPages {
    pub(super) fn new(pages: Box<dyn PageReader>, has_levels: bool) -> Self {
        Self { pages, has_levels, has_dictionary: false }
    }

    fn check(&mut self, page: &Page) -> std::result::Result<(), &'static str> {
        let encoding = match page {
            Page::DictionaryPage { .. } => {
                let is_second = std::mem::replace(&mut self.has_dictionary, true);
                return if is_second { Err("a second dictionary") } else { Ok(()) };
            }
            Page::DataPage { buf, encoding, def_level_encoding, .. } => {
                if self.has_levels {
                    check_levels(buf, *def_level_encoding)?;
                }
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
                *encoding
            }
        };
        let needs_dictionary =
            matches!(encoding, Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY);
        if needs_dictionary && !self.has_dictionary {
            return Err("values without their dictionary");
        }
        Ok(())
    }
}

/// Levels have their length in front; the old encoding without one is not read.
fn check_levels(
    page: &[u8],
    encoding: Encoding,
) -> std::result::Result<(), &'static str> {
    if encoding != Encoding::RLE {
        return Err("levels in an encoding that is not read");
    }
    let (length, rest) = page.split_first_chunk().ok_or("a page without levels")?;
    let fits = usize::try_from(i32::from_le_bytes(*length))
        .is_ok_and(|length| length <= rest.len());
    if fits { Ok(()) } else { Err("levels longer than their page") }
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
        ];
        for (at, (pages, expected)) in cases.into_iter().enumerate() {
            let mut pages = CheckedPages::new(Box::new(Pages(pages)), true);
            assert_eq!(pages.all(|page| page.is_ok()), expected, "case {at}");
        }
    }
}
