//! Codes of as few bits as often as they are used, as deflate has them (RFC 1951).
//!
//! In: how often each symbol occurs. Out: canonical codes of limited length, and a stream of
//! bits, the first bit in the lowest place.

/// Bits that follow each other, the first in the lowest place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Code {
    bits: u32,
    count: u32,
}

impl Code {
    /// A number of so many bits.
    pub(super) fn of(bits: usize, count: u32) -> Self {
        Self { bits: bits as u32, count }
    }

    /// Two after each other, of no more than 32 bits together.
    pub(super) fn then(self, next: Self) -> Self {
        Self { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// Bytes that are filled bit by bit.
pub(super) struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    /// Goes on after some bytes.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, open: 0, count: 0 }
    }

    /// Adds up to 32 bits.
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        self.open |= bits << self.count;
        self.count += count;
        if self.count >= 32 {
            self.bytes.extend_from_slice(&(self.open as u32).to_le_bytes());
            self.open >>= 32;
            self.count -= 32;
        }
    }

    /// Adds a code.
    pub(super) fn code(&mut self, code: Code) {
        self.put(u64::from(code.bits), code.count);
    }

    /// The bytes; the last one is filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rest = self.open.to_le_bytes();
        self.bytes.extend_from_slice(&rest[..self.count.div_ceil(8) as usize]);
        self.bytes
    }
}

/// The code of each symbol by how often it occurs; empty for those that do not.
pub(super) fn codes(counts: &[u32], limit: usize) -> Vec<Code> {
    let lengths = lengths(counts, limit);
    let mut next = vec![0u32; limit + 2];
    for length in lengths.iter().filter(|length| **length > 0) {
        next[length + 1] += 1;
    }
    for length in 1..=limit {
        next[length + 1] = (next[length + 1] + next[length]) << 1;
    }
    let code = |length: usize| {
        if length == 0 {
            return Code::default();
        }
        let bits = next[length];
        next[length] += 1;
        // Codes are written from their highest bit.
        let count = length as u32;
        Code { bits: bits.reverse_bits() >> (32 - count), count }
    };
    lengths.into_iter().map(code).collect()
}

/// How many bits the code of each symbol has.
fn lengths(counts: &[u32], limit: usize) -> Vec<usize> {
    let mut used: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] > 0).collect();
    used.sort_by_key(|at| counts[*at]);
    let mut lengths = vec![0; counts.len()];
    let mut by_length = limited(&depths(used.iter().map(|at| counts[*at])), limit);
    // The rarest have the longest.
    let mut length = limit;
    for at in used {
        while by_length[length] == 0 {
            length -= 1;
        }
        by_length[length] -= 1;
        lengths[at] = length;
    }
    lengths
}

/// How deep each leaf of the tree lies whose leaves come in order of their counts.
fn depths(counts: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut weights: Vec<u64> = counts.map(u64::from).collect();
    let leaves = weights.len();
    if leaves < 2 {
        return vec![1; leaves];
    }
    let mut parents = vec![0; 2 * leaves - 1];
    let (mut leaf, mut joint) = (0, leaves);
    for new in leaves..2 * leaves - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            // The lighter of the next leaf and the next node that was made.
            let is_leaf =
                leaf < leaves && (joint >= new || weights[leaf] <= weights[joint]);
            let at = if is_leaf { &mut leaf } else { &mut joint };
            weight += weights[*at];
            parents[*at] = new;
            *at += 1;
        }
        weights.push(weight);
    }
    let mut depths = vec![0; 2 * leaves - 1];
    for node in (0..2 * leaves - 2).rev() {
        depths[node] = depths[parents[node]] + 1;
    }
    depths.truncate(leaves);
    depths
}

/// How many codes there are of each length, none longer than allowed.
fn limited(depths: &[usize], limit: usize) -> Vec<usize> {
    let mut by_length = vec![0; limit + 1];
    for depth in depths {
        by_length[(*depth).min(limit)] += 1;
    }
    let shares = by_length.iter().enumerate().skip(1);
    let mut total: usize = shares.map(|(length, count)| count << (limit - length)).sum();
    // Cut codes take more than there is: shorter ones give way, one by one.
    while total > 1 << limit {
        let giving = (1..limit).rev().find(|length| by_length[*length] > 0);
        let giving = giving.expect("not all codes are as long as allowed");
        by_length[limit] -= 1;
        by_length[giving] -= 1;
        by_length[giving + 1] += 2;
        total -= 1;
    }
    by_length
}

/// In this order the lengths of the codes for lengths are written.
const ORDER: [usize; 19] =
    [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes two sets of codes as the head of a block tells them: by their lengths.
pub(super) fn write_codes(out: &mut Bits, lengths: &[Code], distances: &[Code]) {
    let used = |codes: &[Code], least: usize| {
        codes
            .iter()
            .rposition(|code| code.count > 0)
            .map_or(least, |at| least.max(at + 1))
    };
    let (first, second) = (used(lengths, 257), used(distances, 1));
    let all: Vec<u32> =
        lengths[..first].iter().chain(&distances[..second]).map(|c| c.count).collect();
    let steps = steps(&all);
    let mut counts = [0; 19];
    for (symbol, _) in &steps {
        counts[*symbol] += 1;
    }
    let codes = codes(&counts, 7);
    let told =
        ORDER.iter().rposition(|at| codes[*at].count > 0).map_or(4, |at| (at + 1).max(4));
    for (number, count) in [(first - 257, 5), (second - 1, 5), (told - 4, 4)] {
        out.put(number as u64, count);
    }
    for at in &ORDER[..told] {
        out.put(u64::from(codes[*at].count), 3);
    }
    for (symbol, extra) in steps {
        out.code(codes[symbol].then(extra));
    }
}

/// Lengths as symbols: itself, the last one again (16) or zeros (17, 18), and what follows it.
fn steps(all: &[u32]) -> Vec<(usize, Code)> {
    let mut steps = Vec::new();
    for run in all.chunk_by(|a, b| a == b) {
        let length = run[0] as usize;
        let mut left = run.len();
        if length > 0 {
            steps.push((length, Code::default()));
            left -= 1;
        }
        while left > 0 {
            let (symbol, least, most, bits) = match (length, left) {
                (0, 11..) => (18, 11, 138, 7),
                (0, 3..) => (17, 3, 10, 3),
                (1.., 3..) => (16, 3, 6, 2),
                _ => (length, 1, 1, 0),
            };
            let count = left.min(most);
            steps.push((symbol, Code::of(count - least, bits)));
            left -= count;
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_symbols_have_long_codes() {
        // By hand: 1 and 2 join to 3, with 3 to 6, with 7 to 13.
        assert_eq!(lengths(&[7, 1, 0, 3, 2], 15), [1, 3, 0, 2, 3]);
        assert_eq!(lengths(&[0, 9], 15), [0, 1]);
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
    }

    #[test]
    fn no_code_is_longer_than_allowed_and_all_fit() {
        // Each as often as all before it: the tree is as deep as it can be.
        let counts: Vec<u32> = (0..24).map(|i| 1 << i).collect();
        for limit in [5, 7, 15] {
            let lengths = lengths(&counts, limit);
            let share = |length: &usize| 1.0 / (1u64 << length) as f64;
            let total: f64 = lengths.iter().map(share).sum();
            assert!(total <= 1.0 && lengths.iter().all(|l| *l <= limit), "{lengths:?}");
            assert!(lengths.is_sorted_by(|a, b| a >= b), "{lengths:?}");
        }
    }

    #[test]
    fn codes_are_canonical() {
        // RFC 1951, 3.2.2: lengths 3, 3, 3, 3, 3, 2, 4, 4 have these codes.
        let told = [0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111];
        let codes = codes(&[8, 8, 8, 8, 8, 16, 4, 4], 15);
        for (code, told) in codes.iter().zip(told) {
            assert_eq!(code.bits.reverse_bits() >> (32 - code.count), told);
        }
    }
}
