//! Pair kerning from a font's `GPOS` table, which `ab_glyph` does not read.
//!
//! In: the bytes of a TrueType font. Out: the distance by which two neighbouring
//! glyphs move together. Noto Sans has no old `kern` table, so without this
//! "AV" and "To" would gape. Only horizontal pair adjustment (lookup type 2 of
//! the `kern` feature) is read; a damaged table gives no kerning.

use std::collections::HashMap;

/// Kerning of one font, in font units.
#[derive(Debug, Default)]
pub(super) struct Kerning {
    subtables: Vec<Pairs>,
}

#[derive(Debug)]
enum Pairs {
    Single(Singles),
    Classes {
        /// The row of each glyph; [`NO_CLASS`] of those that this table says nothing about.
        first: Vec<u16>,
        /// The column of each glyph.
        second: Vec<u16>,
        seconds: usize,
        values: Vec<i16>,
    },
}

const NO_CLASS: u16 = u16::MAX;

/// Single pairs in order, and where those of each first glyph start: texts are measured so
/// often that looking glyphs up in a map took a tenth of the time of a sheet.
#[derive(Debug)]
struct Singles {
    starts: Vec<u32>,
    pairs: Vec<(u16, i16)>,
}

impl Singles {
    /// Of the same pair the last value counts.
    fn of(mut all: Vec<((u16, u16), i16)>) -> Self {
        all.reverse();
        all.sort_by_key(|(pair, _)| *pair);
        all.dedup_by_key(|(pair, _)| *pair);
        let glyphs = all.last().map_or(0, |((first, _), _)| usize::from(*first) + 1);
        let mut starts = vec![0; glyphs + 1];
        for ((first, _), _) in &all {
            starts[usize::from(*first) + 1] += 1;
        }
        for glyph in 0..glyphs {
            starts[glyph + 1] += starts[glyph];
        }
        let pairs = all.into_iter().map(|((_, second), value)| (second, value)).collect();
        Self { starts, pairs }
    }

    fn of_pair(&self, first: u16, second: u16) -> Option<i16> {
        let first = usize::from(first);
        let range =
            *self.starts.get(first)? as usize..*self.starts.get(first + 1)? as usize;
        let own = &self.pairs[range];
        own.binary_search_by_key(&second, |pair| pair.0).ok().map(|at| own[at].1)
    }
}

/// Classes by glyph, those that no glyph of the table has where there is none.
fn by_glyph(classes: &HashMap<u16, u16>, none: u16) -> Vec<u16> {
    let glyphs = classes.keys().max().map_or(0, |last| usize::from(*last) + 1);
    let of =
        |glyph: usize| u16::try_from(glyph).ok().and_then(|g| classes.get(&g).copied());
    (0..glyphs).map(|glyph| of(glyph).unwrap_or(none)).collect()
}

impl Kerning {
    pub(super) fn read(font: &[u8]) -> Self {
        let font = Bytes(font);
        Self { subtables: read_gpos(font).unwrap_or_default() }
    }

    /// What is added to the advance of `first` before `second`.
    pub(super) fn of(&self, first: u16, second: u16) -> i16 {
        for pairs in &self.subtables {
            match pairs {
                Pairs::Single(singles) => {
                    if let Some(value) = singles.of_pair(first, second) {
                        return value;
                    }
                }
                Pairs::Classes { first: firsts, second: class2, seconds, values } => {
                    let row = firsts.get(usize::from(first)).copied();
                    if let Some(row) = row.filter(|row| *row != NO_CLASS) {
                        let column =
                            class2.get(usize::from(second)).copied().unwrap_or(0);
                        let at = usize::from(row) * seconds + usize::from(column);
                        return values.get(at).copied().unwrap_or(0);
                    }
                }
            }
        }
        0
    }
}

#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn u16(self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes(self.0.get(at..at + 2)?.try_into().ok()?))
    }

    fn i16(self, at: usize) -> Option<i16> {
        Some(i16::from_be_bytes(self.0.get(at..at + 2)?.try_into().ok()?))
    }

    fn size(self, at: usize) -> Option<usize> {
        self.u16(at).map(usize::from)
    }

    fn from(self, at: usize) -> Option<Bytes<'a>> {
        Some(Bytes(self.0.get(at..)?))
    }
}

fn read_gpos(font: Bytes<'_>) -> Option<Vec<Pairs>> {
    let tables = font.size(4)?;
    let record = (0..tables)
        .map(|i| 12 + 16 * i)
        .find(|&at| font.0.get(at..at + 4) == Some(b"GPOS"))?;
    let offset = (font.size(record + 8)? << 16) | font.size(record + 10)?;
    let gpos = font.from(offset)?;
    let features = gpos.from(gpos.size(6)?)?;
    let lookups = gpos.from(gpos.size(8)?)?;
    let mut indices = Vec::new();
    for i in 0..features.size(0)? {
        let record = 2 + 6 * i;
        if features.0.get(record..record + 4)? != b"kern" {
            continue;
        }
        let feature = features.from(features.size(record + 4)?)?;
        for j in 0..feature.size(2)? {
            indices.push(feature.size(4 + 2 * j)?);
        }
    }
    indices.sort_unstable();
    indices.dedup();
    let mut pairs = Vec::new();
    for index in indices {
        let lookup = lookups.from(lookups.size(2 + 2 * index)?)?;
        if lookup.u16(0)? != 2 {
            continue;
        }
        for j in 0..lookup.size(4)? {
            pairs.push(read_pairs(lookup.from(lookup.size(6 + 2 * j)?)?)?);
        }
    }
    Some(pairs)
}

/// Offset of the horizontal advance in a value record, if it has one, and the record's size.
fn record(format: u16) -> (Option<usize>, usize) {
    let advance = (format & 4 != 0).then(|| 2 * (format & 3).count_ones() as usize);
    (advance, 2 * format.count_ones() as usize)
}

fn read_pairs(table: Bytes<'_>) -> Option<Pairs> {
    let covered = coverage(table.from(table.size(2)?)?)?;
    let (advance, size1) = record(table.u16(4)?);
    let (_, size2) = record(table.u16(6)?);
    let value = |at: usize| advance.and_then(|a| table.i16(at + a)).unwrap_or(0);
    if table.u16(0)? == 1 {
        let mut values = Vec::new();
        for (i, &first) in covered.iter().enumerate() {
            let at = table.size(10 + 2 * i)?;
            for j in 0..table.size(at)? {
                let pair = at + 2 + j * (2 + size1 + size2);
                values.push(((first, table.u16(pair)?), value(pair + 2)));
            }
        }
        return Some(Pairs::Single(Singles::of(values)));
    }
    let classes = classes(table.from(table.size(8)?)?)?;
    let second = self::classes(table.from(table.size(10)?)?)?;
    let (firsts, seconds) = (table.size(12)?, table.size(14)?);
    let values = (0..firsts * seconds).map(|i| value(16 + i * (size1 + size2))).collect();
    let first: HashMap<u16, u16> = covered
        .into_iter()
        .map(|glyph| (glyph, classes.get(&glyph).copied().unwrap_or(0)))
        .collect();
    let (first, second) = (by_glyph(&first, NO_CLASS), by_glyph(&second, 0));
    Some(Pairs::Classes { first, second, seconds, values })
}

fn coverage(table: Bytes<'_>) -> Option<Vec<u16>> {
    let count = table.size(2)?;
    let mut glyphs = Vec::new();
    for i in 0..count {
        if table.u16(0)? == 1 {
            glyphs.push(table.u16(4 + 2 * i)?);
        } else {
            glyphs.extend(table.u16(4 + 6 * i)?..=table.u16(6 + 6 * i)?);
        }
    }
    Some(glyphs)
}

fn classes(table: Bytes<'_>) -> Option<HashMap<u16, u16>> {
    let mut classes = HashMap::new();
    if table.u16(0)? == 1 {
        let start = table.u16(2)?;
        for i in 0..table.u16(4)? {
            classes.insert(start.checked_add(i)?, table.u16(6 + 2 * usize::from(i))?);
        }
    } else {
        for i in 0..table.size(2)? {
            let at = 4 + 6 * i;
            for glyph in table.u16(at)?..=table.u16(at + 2)? {
                classes.insert(glyph, table.u16(at + 4)?);
            }
        }
    }
    Some(classes)
}
