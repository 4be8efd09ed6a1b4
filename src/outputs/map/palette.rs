//! The colours of a page, numbered: what a PNG with a palette holds.
//!
//! In: the pixels of a page. Out: a number for each pixel and the colour of each number, or none
//! where 256 colours would spoil the page. A page with no more colours than that keeps all of
//! them. On others the colours that cover most of the plain areas are kept as they are
//! ([`PLAIN`]), and so all that a legend explains; the other numbers are dealt out, from the most
//! frequent colour on, to those that no numbered one is near. What is near grows with the
//! numbers that are taken, up to [`FARTHEST`]. Every colour without a number, which are the
//! mixtures along the edges of letters and lines, becomes the nearest that has one.
//!
//! All is counted in whole numbers and ties are broken by the colour, so that the same page has
//! the same palette anywhere.

use rustc_hash::FxHashMap;

use super::brush::Pixel;
use super::outline::Area;

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];

/// Numbers that a pixel of one byte can have.
const MOST: usize = 256;
/// How many colours of plain areas are kept as they are.
const PLAIN: usize = 96;
/// A page with more colours than this shows a photograph, and is not worth the search.
const TOO_MANY: usize = 1 << 16;
/// How far a colour may be from the one that stands for it, as the sum of the differences of
/// its three channels: a sixteenth of each, as much as one step of coverage at an edge between
/// black and white.
pub(super) const FARTHEST: u8 = 48;

/// How much a picture may change, as the mean over its pixels of what [`FARTHEST`] bounds: one of
/// each channel. An emblem of flat colours changes less, one with shades twice as much.
const PICTURE_MEAN: u32 = 3;

/// Memory that one page leaves to the next.
#[derive(Default)]
pub(super) struct Memory {
    /// The rows of the page as a PNG has them: for each a zero, which says that no filter is at
    /// work, and its pixels.
    rows: Vec<u8>,
    runs: Vec<Run>,
    /// Where the runs of a row end.
    ends: Vec<u32>,
    book: Book,
}

/// Pixels of one colour side by side.
#[derive(Clone, Copy)]
struct Run {
    /// Its place among the tallies.
    colour: u32,
    length: u32,
}

/// How often a colour occurs.
struct Tally {
    colour: Rgb,
    /// Its pixels.
    count: u32,
    /// Those that have it at their left too.
    plain: u32,
}

impl Memory {
    /// Forgets the page before; `None` where there is no memory for the rows of one of so many
    /// pixels.
    pub(super) fn begin(&mut self, wide: usize, high: usize) -> Option<()> {
        self.runs.clear();
        self.book.clear();
        self.rows.clear();
        let bytes = wide.checked_mul(3)?.checked_add(1)?.checked_mul(high)?;
        self.rows.try_reserve_exact(bytes).ok()
    }

    /// Finds the runs of rows and tallies their colours, in the order in which they are met:
    /// the next rows of the page, of so many pixels each.
    pub(super) fn add(&mut self, pixels: &[Pixel], wide: usize) {
        let Self { runs, ends, book, .. } = self;
        for row in pixels.chunks_exact(wide) {
            find_ends(row, ends);
            let mut start = 0;
            runs.extend(ends.iter().map(|end| {
                let length = end - start;
                let colour = book.count(row[start as usize], length);
                start = *end;
                Run { colour, length }
            }));
        }
    }

    /// Numbers the colours of the page and writes its rows in numbers; `None` where 256 colours
    /// are too few for it, or for one of the pictures on it.
    pub(super) fn number(&mut self, wide: usize, pictures: &[Area]) -> Option<Vec<Rgb>> {
        let Self { rows, runs, book: Book { tallies, .. }, .. } = self;
        if tallies.len() > TOO_MANY {
            return None;
        }
        let (colours, numbers) = numbered(tallies)?;
        let apart = |tally: &Tally, number: &u8| {
            let colour = colours[usize::from(*number)];
            let pairs = tally.colour.into_iter().zip(colour);
            pairs.map(|(a, b)| u64::from(a.abs_diff(b))).sum()
        };
        let apart: Vec<u64> =
            tallies.iter().zip(&numbers).map(|(a, b)| apart(a, b)).collect();
        let is_kept = |area: &Area| change(runs, &apart, wide, *area) <= PICTURE_MEAN;
        if !pictures.iter().all(is_kept) {
            return None;
        }
        write_numbers(rows, runs, &numbers, wide);
        Some(colours)
    }

    /// The rows as they were written last: for each a zero, which says that no filter is at work,
    /// and its pixels.
    pub(super) fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Writes the rows of the page in three channels.
    pub(super) fn write_colours(&mut self, wide: usize) {
        let Self { rows, runs, book: Book { tallies, .. }, .. } = self;
        rows.clear();
        let mut left = 0;
        for run in runs {
            if left == 0 {
                rows.push(0);
                left = wide;
            }
            let (at, length) = (rows.len(), run.length as usize);
            rows.resize(at + 3 * length, 0);
            rows[at..].as_chunks_mut().0.fill(tallies[run.colour as usize].colour);
            left -= length;
        }
    }
}

/// Finds each pixel that is not like its left neighbour, and the end of the row.
fn find_ends(row: &[Pixel], ends: &mut Vec<u32>) {
    let number = |pixel: &Pixel| u32::from_ne_bytes(*pixel);
    let (left, right) = (&row[..row.len() - 1], &row[1..]);
    let (left_chunks, left_rest) = left.as_chunks::<16>();
    let (right_chunks, right_rest) = right.as_chunks::<16>();
    ends.clear();
    for (i, (left, right)) in left_chunks.iter().zip(right_chunks).enumerate() {
        let pairs = || left.iter().zip(right);
        // All at once, without a call: most are alike.
        if pairs().fold(0, |all, (a, b)| all | (number(a) ^ number(b))) == 0 {
            continue;
        }
        // One bit a pixel: to follow bits costs less than to guess where a run ends.
        let mut bits = pairs()
            .enumerate()
            .fold(0, |bits, (i, (a, b))| bits | u32::from(a != b) << i);
        while bits != 0 {
            ends.push(i as u32 * 16 + bits.trailing_zeros() + 1);
            bits &= bits - 1;
        }
    }
    let done = left_chunks.len() * 16;
    for (i, (left, right)) in left_rest.iter().zip(right_rest).enumerate() {
        if left != right {
            ends.push((done + i) as u32 + 1);
        }
    }
    ends.push(row.len() as u32);
}

/// The mean change of the pixels of an area, rounded up; `apart` says for each tally how much its
/// colour changes.
fn change(runs: &[Run], apart: &[u64], wide: usize, area: Area) -> u32 {
    let (mut row, mut left, mut sum) = (0, 0, 0);
    for run in runs {
        let right = left + run.length as usize;
        if (area.top..area.bottom).contains(&row) {
            let shared = right.min(area.right).saturating_sub(left.max(area.left));
            sum += shared as u64 * apart[run.colour as usize];
        }
        (row, left) = if right == wide { (row + 1, 0) } else { (row, right) };
    }
    let count = (area.width() * area.height()).max(1) as u64;
    sum.div_ceil(count) as u32
}

/// Colours and where their tallies are.
#[derive(Default)]
struct Book {
    tallies: Vec<Tally>,
    places: FxHashMap<u32, u32>,
    /// Those that were looked up last, by a few bits of the colour.
    recent: Vec<(u32, u32)>,
}

impl Book {
    const RECENT_BITS: u32 = 12;

    /// Forgets all colours.
    fn clear(&mut self) {
        self.tallies.clear();
        self.places.clear();
        self.recent.clear();
        // No pixel is black and clear.
        self.recent.resize(1 << Self::RECENT_BITS, (0, 0));
    }

    /// Counts a run of pixels; returns where the tally of their colour is.
    #[inline]
    fn count(&mut self, pixel: Pixel, length: u32) -> u32 {
        let key = u32::from_le_bytes(pixel);
        let slot = (key.wrapping_mul(0x9E37_79B1) >> (32 - Self::RECENT_BITS)) as usize;
        if self.recent[slot].0 != key {
            self.recent[slot] = (key, self.place(pixel));
        }
        let place = self.recent[slot].1;
        let tally = &mut self.tallies[place as usize];
        tally.count += length;
        tally.plain += length - 1;
        place
    }

    #[inline(never)]
    fn place(&mut self, pixel: Pixel) -> u32 {
        let tallies = &mut self.tallies;
        *self.places.entry(u32::from_le_bytes(pixel)).or_insert_with(|| {
            let [r, g, b, _] = pixel;
            tallies.push(Tally { colour: [r, g, b], count: 0, plain: 0 });
            tallies.len() as u32 - 1
        })
    }
}

/// The colours that get a number, and the number of each tally.
fn numbered(tallies: &[Tally]) -> Option<(Vec<Rgb>, Vec<u8>)> {
    // What comes first is less: the most pixels, then the least colour.
    let key = |pixels: u32, [r, g, b]: Rgb| {
        u64::from(u32::MAX - pixels) << 32 | u64::from(u32::from_be_bytes([0, r, g, b]))
    };
    let keys = |tally: &Tally| [tally.plain, tally.count].map(|n| key(n, tally.colour));
    let mut order: Vec<[u64; 2]> = tallies.iter().map(keys).collect();
    if order.len() > PLAIN {
        order.select_nth_unstable_by_key(PLAIN, |keys| keys[0]);
        order[PLAIN..].sort_unstable_by_key(|keys| keys[1]);
    }
    order[..PLAIN.min(tallies.len())].sort_unstable_by_key(|keys| keys[0]);
    let palette = Palette::of(&order, true).or_else(|| Palette::of(&order, false))?;
    let numbers = tallies.iter().map(|tally| palette.nearest(tally.colour).1).collect();
    Some((palette.colours(), numbers))
}

/// Colours by channel, so that many are compared at a time.
struct Palette {
    channels: [[u8; MOST]; 3],
    count: usize,
}

impl Palette {
    /// The first colours, and each of the others that none before it is near to; `None` if there
    /// are too many. Unless it is `growing` what is near is the farthest from the start.
    fn of(order: &[[u64; 2]], growing: bool) -> Option<Self> {
        let mut palette = Self { channels: [[0; MOST]; 3], count: 0 };
        let all = order.len() <= MOST;
        for (i, [key, _]) in order.iter().enumerate() {
            let [.., r, g, b] = key.to_be_bytes();
            let taken = palette.count.saturating_sub(PLAIN) * usize::from(FARTHEST);
            let near = if growing { (taken / (MOST - PLAIN)) as u8 } else { FARTHEST };
            if all || i < PLAIN || palette.nearest([r, g, b]).0 > near {
                palette.add([r, g, b])?;
            }
        }
        Some(palette)
    }

    fn add(&mut self, colour: Rgb) -> Option<()> {
        if self.count == MOST {
            return None;
        }
        // Those that are free are like the last: of equals the first is taken.
        for (channel, value) in self.channels.iter_mut().zip(colour) {
            channel[self.count..].fill(value);
        }
        self.count += 1;
        Some(())
    }

    /// How far the nearest colour is, and its number.
    fn nearest(&self, colour: Rgb) -> (u8, u8) {
        let mut distances = [0_u8; MOST];
        for (channel, value) in self.channels.iter().zip(colour) {
            for (distance, other) in distances.iter_mut().zip(channel) {
                // As `abs_diff`, but in lanes of one byte.
                let apart = value.max(*other) - value.min(*other);
                *distance = distance.saturating_add(apart);
            }
        }
        let least = distances.iter().fold(u8::MAX, |a, b| a.min(*b));
        let number = memchr::memchr(least, &distances);
        (least, number.unwrap_or_default() as u8)
    }

    fn colours(&self) -> Vec<Rgb> {
        let [r, g, b] = &self.channels;
        (0..self.count).map(|i| [r[i], g[i], b[i]]).collect()
    }
}

/// Writes rows in numbers.
fn write_numbers(rows: &mut Vec<u8>, runs: &[Run], numbers: &[u8], wide: usize) {
    /// As many are written at a time; what is too much is written over.
    const STRIDE: usize = 16;
    let pixels: usize = runs.iter().map(|run| run.length as usize).sum();
    let size = pixels + pixels / wide;
    rows.resize(size + STRIDE, 0);
    let (mut at, mut left) = (0, 0);
    for run in runs {
        if left == 0 {
            rows[at] = 0;
            (at, left) = (at + 1, wide);
        }
        let length = run.length as usize;
        let number = numbers[run.colour as usize];
        rows[at..at + STRIDE].fill(number);
        if length > STRIDE {
            rows[at + STRIDE..at + length].fill(number);
        }
        (at, left) = (at + length, left - length);
    }
    rows.truncate(size);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(colours: &[Rgb]) -> Vec<Pixel> {
        colours.iter().map(|[r, g, b]| [*r, *g, *b, 255]).collect()
    }

    /// Numbers the colours of a page.
    fn indexed(
        pixels: &[Pixel],
        wide: usize,
        pictures: &[Area],
        memory: &mut Memory,
    ) -> Option<Vec<Rgb>> {
        memory.begin(wide, pixels.len() / wide).unwrap();
        // In two bands.
        let (above, below) = pixels.split_at(pixels.len() / wide / 2 * wide);
        memory.add(above, wide);
        memory.add(below, wide);
        memory.number(wide, pictures)
    }

    /// The colours that the numbers of a page stand for, and how many there are.
    fn shown(pixels: &[Pixel], wide: usize) -> Option<(Vec<Rgb>, usize)> {
        let mut memory = Memory::default();
        // Twice: nothing of the first page may be left.
        indexed(&page(&[[9; 3]; 64]), 8, &[], &mut memory)?;
        let colours = indexed(pixels, wide, &[], &mut memory)?;
        assert_eq!(memory.rows.len(), pixels.len() + pixels.len() / wide);
        let rows = memory.rows.chunks_exact(wide + 1);
        let numbers = rows.flat_map(|row| {
            assert_eq!(row[0], 0, "no filter");
            &row[1..]
        });
        Some((
            numbers.map(|number| colours[usize::from(*number)]).collect(),
            colours.len(),
        ))
    }

    fn apart(a: Rgb, b: Rgb) -> u32 {
        (0..3).map(|i| u32::from(a[i].abs_diff(b[i]))).sum()
    }

    #[test]
    fn rows_hold_the_numbers_of_their_pixels() {
        let [a, b, c] = [[200, 0, 0], [0, 200, 0], [0, 0, 200]];
        let pixels = page(&[a, b, a, c, c, b, a, b, a]);
        let mut memory = Memory::default();
        let colours = indexed(&pixels, 3, &[], &mut memory).unwrap();
        // One pixel of c is like its left neighbour; of the others the least colour is first.
        assert_eq!(colours, [c, b, a]);
        assert_eq!(memory.rows, [0, 2, 1, 2, 0, 0, 0, 1, 0, 2, 1, 2]);
    }

    #[test]
    fn as_many_colours_as_there_are_numbers_are_kept() {
        // In steps of one, which is near to anything.
        let greys: Vec<Rgb> = (0..=255).map(|v| [v; 3]).collect();
        assert_eq!(shown(&page(&greys), 16), Some((greys, 256)));
        // Runs of all lengths up to three rows of writing at a time.
        let runs: Vec<Rgb> =
            (1..=50).flat_map(|n| vec![[n, 0, 0]; usize::from(n)]).collect();
        assert_eq!(shown(&page(&runs), 75), Some((runs, 50)));
    }

    #[test]
    fn of_many_colours_the_plain_ones_stay_and_none_moves_far() {
        // 96 plain ones, and 1,000 mixtures that occur once.
        let plain = |i: usize| [3 * (i % 4) as u8, 2 * (i / 4) as u8, 7];
        let mixed = |i: usize| [i % 10, i / 10 % 10, i / 100].map(|v| (v * 16 + 5) as u8);
        let mut colours: Vec<Rgb> = (0..PLAIN).flat_map(|i| [plain(i); 2]).collect();
        colours.extend((0..1000).map(mixed));
        assert_eq!(colours.len(), 1192);
        let (shown, count) = shown(&page(&colours), 8).unwrap();
        assert!(count <= MOST);
        assert_eq!(shown[..192], colours[..192]);
        let moved = shown.iter().zip(&colours).map(|(a, b)| apart(*a, *b));
        assert!(moved.max().unwrap() <= u32::from(FARTHEST));
    }

    #[test]
    fn the_frequent_are_kept_rather_than_the_rare() {
        // 96 plain ones, then greys one step from the next: near to each other, but the first
        // of them to be dealt a number have it all.
        let mut colours: Vec<Rgb> =
            (0..PLAIN).flat_map(|i| [[250, i as u8, 0]; 2]).collect();
        let alone = |grey: u8, times: usize| {
            (0..times).flat_map(move |_| [[grey; 3], [250, 0, 0]])
        };
        colours.extend(
            (0..200).flat_map(|grey| alone(grey, if grey == 77 { 3 } else { 1 })),
        );
        let wide = colours.len();
        let (shown, _) = shown(&page(&colours), wide).unwrap();
        let pairs = || shown.iter().zip(&colours);
        assert!(pairs().any(|(shown, colour)| shown != colour), "297 colours");
        assert!(pairs().filter(|(_, colour)| **colour == [77; 3]).all(|(a, b)| a == b));
    }

    #[test]
    fn colours_that_256_cannot_stand_for_are_told() {
        // Every other place of a lattice of 25 in each channel: 50 from the next.
        let lattice = (0..1331).map(|i| [i % 11, i / 11 % 11, i / 121]);
        let colours: Vec<Rgb> = lattice
            .filter(|at| at.iter().sum::<usize>() % 2 == 0)
            .map(|at| at.map(|v| (v * 25) as u8))
            .collect();
        assert_eq!(colours.len(), 666);
        assert_eq!(shown(&page(&colours), 666), None);
        assert!(shown(&page(&colours[..256]), 256).is_some());
    }

    #[test]
    fn the_change_of_an_area_is_the_mean_of_its_pixels() {
        // Two rows of four; of the area's four pixels two are 3 and 2 off: 5 / 4, rounded up.
        let [white, one, two] =
            [(0, 2), (1, 1), (2, 1)].map(|(colour, length)| Run { colour, length });
        let apart = [0, 3, 2];
        let area = Area { left: 1, top: 0, right: 3, bottom: 2 };
        let runs = [one, two, white, two, white, one];
        assert_eq!(change(&runs, &apart, 4, area), 1);
        let runs = [white, one, two, one, white, two];
        assert_eq!(change(&runs, &apart, 4, area), 1);
        // The three of the first row and the two of the second.
        let runs = [white, two, one, one, two, white];
        assert_eq!(change(&runs, &apart, 4, area), 1);
        let left = Area { left: 0, right: 2, ..area };
        assert_eq!(change(&runs, &apart, 4, left), 2);
        assert_eq!(change(&runs, &apart, 4, Area { top: 1, bottom: 1, ..area }), 0);
    }

    #[test]
    fn a_page_is_written_in_its_colours_too() {
        let colours = [[1, 2, 3], [1, 2, 3], [7, 8, 9], [4, 5, 6]];
        let mut memory = Memory::default();
        indexed(&page(&colours), 2, &[], &mut memory).unwrap();
        memory.write_colours(2);
        assert_eq!(memory.rows(), [0, 1, 2, 3, 1, 2, 3, 0, 7, 8, 9, 4, 5, 6]);
    }

    #[test]
    fn a_page_beyond_memory_is_told() {
        assert!(Memory::default().begin(usize::MAX / 2, 3).is_none());
        assert!(Memory::default().begin(1 << 40, 1 << 21).is_none());
    }

    #[test]
    fn a_picture_with_shades_is_not_spoilt() {
        // Four pixels each of 96 plain colours above a picture of 64 by 64 shades.
        let mut colours: Vec<Rgb> =
            (0..PLAIN).flat_map(|i| [[i as u8, 255, 0]; 4]).collect();
        colours.extend((0..4096).map(|i| [(i % 64) as u8 * 4, (i / 64) as u8 * 4, 255]));
        let pixels = page(&colours);
        let picture = Area { left: 0, top: 6, right: 64, bottom: 70 };
        let plain = Area { bottom: 6, top: 0, ..picture };
        let numbered =
            |areas: &[Area]| indexed(&pixels, 64, areas, &mut Memory::default());
        assert!(numbered(&[]).is_some() && numbered(&[plain]).is_some());
        assert!(numbered(&[plain, picture]).is_none());
    }
}
