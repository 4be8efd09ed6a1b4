//! A stream that knows on which line it is, and how much was read at one go.

use std::io::{self, BufRead, Read};

/// Most bytes of one tag or one run of text.
const MAX_PIECE: u64 = 256 << 20;

/// Counts lines of what is consumed.
pub(super) struct Lines<R> {
    inner: R,
    /// 1-based line of the next byte.
    pub(super) line: u64,
    /// First byte of that line.
    pub(super) line_start: u64,
    consumed: u64,
    piece_start: u64,
}

/// The error of a piece that is too long, inside an [`io::Error`].
#[derive(Debug)]
pub(super) struct TooLong;

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(crate::formats::Problem::TooBig.key())
    }
}

impl std::error::Error for TooLong {}

impl<R> Lines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, line: 1, line_start: 0, consumed: 0, piece_start: 0 }
    }

    /// Begins a new piece.
    pub(super) fn begin_piece(&mut self) {
        self.piece_start = self.consumed;
    }

    pub(super) fn position(&self) -> crate::formats::Position {
        let (line, byte) = (self.line, self.consumed);
        crate::formats::Position { line, column: byte - self.line_start + 1, byte }
    }
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut ready = self.fill_buf()?;
        let count = ready.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed - self.piece_start > MAX_PIECE {
            return Err(io::Error::other(TooLong));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What is consumed lies in the buffer still, so this reads nothing.
        if let Ok(bytes) = self.inner.fill_buf() {
            for (at, byte) in bytes.iter().take(count).enumerate() {
                if *byte == b'\n' {
                    self.line += 1;
                    self.line_start = self.consumed + at as u64 + 1;
                }
            }
        }
        self.consumed += count as u64;
        self.inner.consume(count);
    }
}
