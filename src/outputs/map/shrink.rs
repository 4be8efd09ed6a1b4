//! Compresses the rows of a page of flat colours as PNG has them.
//!
//! In: opaque pixels. Out: a zlib stream (RFC 1950, 1951) of rows of red, green and blue after a
//! byte that says that the row is not filtered. A page is mostly runs of one colour and pieces of
//! the row above, so those are tried first, pixel by pixel and not byte by byte, and what was
//! seen elsewhere after that: files are no larger than those of a general compressor, which took
//! the most of drawing a sheet.

use std::ops::Range;

use super::huffman::{self, Bits, Code};

/// A pixel; the fourth byte is the same in all.
pub(super) type Pixel = [u8; 4];

/// Longest match, pixels: 258 bytes.
const LONGEST: usize = 86;
/// Farthest match, bytes.
const FARTHEST: usize = 1 << 15;
/// Beyond this a single pixel is written rather than pointed at, bytes.
const FAR: usize = 1 << 9;
/// Of the pixels of a match so many are noted: where others are found that begin with them.
const NOTED: usize = 4;
/// Bits of the number of a place in the table of pixels seen.
const TABLE_BITS: u32 = 14;
/// What a block holds before its codes are told.
const BLOCK: usize = 1 << 15;

/// The number of the code that ends a block.
const END: usize = 256;
/// The code of the shortest match.
const FIRST_LENGTH: usize = 257;

/// The stream of rows of so many pixels.
pub(super) fn zlib(pixels: &[Pixel], wide: usize) -> Vec<u8> {
    let mut out = Bits::new(vec![0x78, 0x01]);
    let mut seen = vec![[0; 2]; 1 << TABLE_BITS];
    let mut block = Block::new();
    let mut sum = Adler { low: 1, high: 0 };
    for row in 0..pixels.len().checked_div(wide).unwrap_or(0) {
        block.push(Token::Filter);
        sum.high += sum.low;
        let (start, end) = (row * wide, (row + 1) * wide);
        let mut line = Line { pixels, seen: &mut seen, wide, row, start, end };
        line.pack(&mut block, &mut sum);
        sum = sum.reduced();
        if block.tokens.len() >= BLOCK {
            block.write(&mut out, false);
        }
    }
    block.write(&mut out, true);
    let mut bytes = out.finish();
    bytes.extend(((sum.high << 16 | sum.low) as u32).to_be_bytes());
    bytes
}

/// Sums over all bytes (RFC 1950), to be reduced before they overflow.
#[derive(Clone, Copy)]
struct Adler {
    low: u64,
    high: u64,
}

impl Adler {
    fn reduced(self) -> Self {
        Self { low: self.low % 65_521, high: self.high % 65_521 }
    }

    /// Adds a pixel.
    fn add(&mut self, [r, g, b, _]: Pixel) {
        let [r, g, b] = [r, g, b].map(u64::from);
        self.high += 3 * (self.low + r) + 2 * g + b;
        self.low += r + g + b;
    }

    /// Adds a pixel so many times.
    fn add_run(&mut self, [r, g, b, _]: Pixel, count: usize) {
        let [r, g, b] = [r, g, b].map(u64::from);
        let (all, n) = (r + g + b, count as u64);
        // The first byte counts once more for each byte after it, and so on.
        self.high += 3 * n * self.low + 3 * all * (n * (n + 1) / 2) - n * (g + 2 * b);
        self.low += n * all;
    }
}

/// Pixels seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Match {
    /// Bytes back.
    back: u16,
    /// Pixels.
    count: u8,
}

impl Match {
    fn of(back: usize, count: usize) -> Self {
        Self { back: back as u16, count: count as u8 }
    }

    /// Bits that it saves, more or less: those of its distance, of 16 at the most, go off.
    fn gain(self) -> u32 {
        12 * u32::from(self.count) + 16 - self.back.ilog2()
    }
}

/// A row to be packed, with all pixels before it.
struct Line<'a> {
    pixels: &'a [Pixel],
    /// By two pixels, where they were seen last and before that: one more than their number.
    seen: &'a mut [[u32; 2]],
    wide: usize,
    row: usize,
    /// Numbers of its first pixel and of the one after its last.
    start: usize,
    end: usize,
}

impl Line<'_> {
    fn pack(&mut self, block: &mut Block, sum: &mut Adler) {
        let mut at = self.start;
        while at < self.end {
            let run = self.run(at);
            if run >= LONGEST || run > 0 && at + run == self.end {
                sum.add_run(self.pixels[at], run);
                for done in (0..run).step_by(LONGEST) {
                    block.push(Token::Match(Match::of(3, LONGEST.min(run - done))));
                }
                at += run;
                continue;
            }
            let found = self.best(at, run);
            self.note(at);
            let Some(found) = found else {
                block.push(Token::Pixel(self.pixels[at]));
                sum.add(self.pixels[at]);
                at += 1;
                continue;
            };
            block.push(Token::Match(found));
            let after = at + usize::from(found.count);
            self.pixels[at..after].iter().for_each(|pixel| sum.add(*pixel));
            if found.back > 3 {
                (at + 1..after.min(at + NOTED)).for_each(|at| self.note(at));
            }
            at = after;
        }
    }

    /// How many pixels from one on are the same as the one before it in the row.
    fn run(&self, at: usize) -> usize {
        if at == self.start || self.pixels[at] != self.pixels[at - 1] {
            return 0;
        }
        alike(&self.pixels[at - 1..self.end - 1], &self.pixels[at..self.end])
    }

    /// The best match of those tried.
    fn best(&self, at: usize, run: usize) -> Option<Match> {
        let here = &self.pixels[at..self.end.min(at + LONGEST)];
        let mut best = (run > 0).then(|| Match::of(3, run.min(LONGEST)));
        if run >= here.len() {
            return best;
        }
        if self.row > 0 {
            let back = 3 * self.wide + 1;
            best = self.better(best, here, at - self.wide..self.start, back);
        }
        if best.is_some() {
            return best;
        }
        for from in self.slot(at).map_or([0; 2], |slot| self.seen[slot]) {
            let Some(from) = from.checked_sub(1) else { break };
            // What crosses the end of its row lies a byte farther.
            let row = (from / self.wide as u32) as usize;
            let from = from as usize;
            let back = 3 * (at - from) + self.row - row;
            best = self.better(best, here, from..(row + 1) * self.wide, back);
        }
        best
    }

    /// The better of a match and one with pixels in a row before.
    fn better(
        &self,
        best: Option<Match>,
        here: &[Pixel],
        there: Range<usize>,
        back: usize,
    ) -> Option<Match> {
        let there = &self.pixels[there];
        // Only what is longer is worth a look.
        let least = best.map_or(0, |best| usize::from(best.count));
        let is_longer = here[0] == there[0] && there.get(least) == here.get(least);
        if back > FARTHEST || !is_longer {
            return best;
        }
        let count = alike(there, here);
        let found = Match::of(back, count);
        let is_worth = count > 1 || back <= FAR;
        if is_worth && best.is_none_or(|best| found.gain() > best.gain()) {
            return Some(found);
        }
        best
    }

    /// The place of a pixel and the next in the table.
    fn slot(&self, at: usize) -> Option<usize> {
        let [a, b] =
            self.pixels.get(at..at + 2)?.as_array::<2>()?.map(u32::from_le_bytes);
        let both = u64::from(a) << 32 | u64::from(b);
        Some((both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - TABLE_BITS)) as usize)
    }

    fn note(&mut self, at: usize) {
        if let Some(slot) = self.slot(at) {
            let [last, _] = self.seen[slot];
            self.seen[slot] = [at as u32 + 1, last];
        }
    }
}

/// How many pixels are the same at the start of two rows.
fn alike(a: &[Pixel], b: &[Pixel]) -> usize {
    let mut same = 0;
    // Most are told apart by their first pixels; long ones are compared piece by piece.
    if a.len() >= 32 && b.len() >= 32 && a[..4] == b[..4] {
        let (a, b) = (a.as_chunks::<32>().0, b.as_chunks::<32>().0);
        same = a.iter().zip(b).take_while(|(a, b)| a == b).count() * 32;
    }
    let rest = a[same..].iter().zip(&b[same..]);
    same + rest.take_while(|(a, b)| a == b).count()
}

/// What a stream is made of.
#[derive(Clone, Copy)]
enum Token {
    /// The byte before a row.
    Filter,
    /// The three bytes of a pixel.
    Pixel(Pixel),
    /// Bytes seen before.
    Match(Match),
}

/// Tokens that share their codes.
struct Block {
    tokens: Vec<Token>,
    /// How often each code of bytes and lengths is used.
    lengths: [u32; 286],
    /// How often each code of distances is used.
    distances: [u32; 30],
}

impl Block {
    fn new() -> Self {
        let tokens = Vec::with_capacity(BLOCK + BLOCK / 4);
        Self { tokens, lengths: [0; 286], distances: [0; 30] }
    }

    fn push(&mut self, token: Token) {
        match token {
            Token::Filter => self.lengths[0] += 1,
            Token::Pixel([r, g, b, _]) => {
                for byte in [r, g, b] {
                    self.lengths[usize::from(byte)] += 1;
                }
            }
            Token::Match(found) => {
                self.lengths[length_code(usize::from(found.count) * 3).0] += 1;
                self.distances[distance_code(usize::from(found.back)).0] += 1;
            }
        }
        self.tokens.push(token);
    }

    /// Writes the block and starts another.
    fn write(&mut self, out: &mut Bits, is_last: bool) {
        self.lengths[END] = 1;
        // Some readers want two codes for distances at the least.
        for count in &mut self.distances[..2] {
            *count = (*count).max(1);
        }
        let lengths = huffman::codes(&self.lengths, 15);
        let distances = huffman::codes(&self.distances, 15);
        out.put(u64::from(is_last) | 2 << 1, 3);
        huffman::write_codes(out, &lengths, &distances);
        for token in &self.tokens {
            match *token {
                Token::Filter => out.code(lengths[0]),
                Token::Pixel([r, g, b, _]) => {
                    let [r, g, b] = [r, g, b].map(|byte| lengths[usize::from(byte)]);
                    out.code(r.then(g));
                    out.code(b);
                }
                Token::Match(found) => {
                    let (code, extra) = length_code(usize::from(found.count) * 3);
                    out.code(lengths[code].then(extra));
                    let (code, extra) = distance_code(usize::from(found.back));
                    out.code(distances[code].then(extra));
                }
            }
        }
        out.code(lengths[END]);
        self.tokens.clear();
        self.lengths.fill(0);
        self.distances.fill(0);
    }
}

/// The code of a length from 3 to 258 bytes, and what follows it.
fn length_code(bytes: usize) -> (usize, Code) {
    let above = bytes - 3;
    if bytes == 258 {
        return (285, Code::default());
    }
    if above < 8 {
        return (FIRST_LENGTH + above, Code::default());
    }
    // Four codes for each doubling.
    let extra = above.ilog2() - 2;
    let code = FIRST_LENGTH + 4 * extra as usize + (above >> extra);
    (code, Code::of(above & ((1 << extra) - 1), extra))
}

/// The code of a distance from 1 to 32768 bytes, and what follows it.
fn distance_code(bytes: usize) -> (usize, Code) {
    let above = bytes - 1;
    if above < 4 {
        return (above, Code::default());
    }
    // Two codes for each doubling.
    let extra = above.ilog2() - 1;
    let code = 2 * extra as usize + (above >> extra);
    (code, Code::of(above & ((1 << extra) - 1), extra))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    /// What a reader makes of a page: its rows.
    fn read(pixels: &[Pixel], wide: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let packed = zlib(pixels, wide);
        ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn rows(pixels: &[Pixel], wide: usize) -> Vec<u8> {
        let row = |row: &[Pixel]| {
            let bytes = row.iter().flat_map(|pixel| pixel[..3].to_vec());
            [0].into_iter().chain(bytes).collect::<Vec<u8>>()
        };
        pixels.chunks(wide).flat_map(row).collect()
    }

    /// Numbers without order, the same each time.
    fn noise() -> impl Iterator<Item = u32> {
        std::iter::successors(Some(1u32), |v| {
            Some(v.wrapping_mul(1_664_525) ^ 0x5bd1_e995)
        })
        .map(|v| v >> 8)
    }

    #[test]
    fn every_page_is_read_as_it_was() {
        let white = [255, 255, 255, 255];
        for wide in [1, 2, 3, 85, 86, 87, 258, 1000, 12_000] {
            let mut pages = vec![vec![white; wide * 3]];
            // Few colours, so that all kinds of matches occur; many, so that none does.
            for colours in [2, 3, 7, 1 << 24] {
                let mut numbers = noise();
                let mut page = Vec::new();
                while page.len() < wide * 40 {
                    let [_, r, g, b] = (numbers.next().unwrap() % colours)
                        .wrapping_mul(0x9e_3779)
                        .to_be_bytes();
                    let count = numbers.next().unwrap() % 200;
                    let count = if count < 150 { count % 4 + 1 } else { count };
                    page.extend(std::iter::repeat_n([r, g, b, 255], count as usize));
                    if page.len() > wide * 9 && count.is_multiple_of(16) {
                        let from = page.len() - wide * (count as usize % 8 + 1);
                        page.extend_from_within(from..page.len().min(from + wide));
                    }
                }
                page.truncate(wide * 40);
                pages.push(page);
            }
            for page in pages {
                assert!(read(&page, wide) == rows(&page, wide), "{wide}");
            }
        }
        assert_eq!(read(&[], 5), [0; 0]);
    }

    #[test]
    fn a_plain_page_takes_next_to_nothing() {
        let page = vec![[255, 255, 255, 255]; 1000 * 1000];
        assert!(zlib(&page, 1000).len() < 20_000);
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 1951, 3.2.5.
        let length = |bytes| length_code(bytes).0;
        assert_eq!(
            [3, 10, 11, 12, 13, 18, 19, 257, 258].map(length),
            [257, 264, 265, 265, 266, 268, 269, 284, 285]
        );
        let distance = |bytes| distance_code(bytes).0;
        assert_eq!(
            [1, 4, 5, 6, 7, 9, 24_577, 32_768].map(distance),
            [0, 3, 4, 4, 5, 6, 29, 29]
        );
        assert_eq!(length_code(12).1, Code::of(1, 1));
        assert_eq!(distance_code(24_580).1, Code::of(3, 13));
    }
}
