//! Cuts a stream into batches of the bytes of single features.
//!
//! Features are cut by matching braces outside texts; what is between the braces is for
//! the parser to judge. Nothing here depends on line breaks.

use std::io::{self, Read};
use std::ops::Range;

use super::cursor::{Broken, Cursor};
use super::feature::Allowed;
use super::members::Header;
use super::scan::Scan;
use crate::formats::sniff::{self, looks_like};
use crate::formats::{FormatError, LegacyCrs, Position, Problem};

/// How much is taken at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Bytes asked of the stream at a time.
    pub(super) read: usize,
    /// Bytes of features in a batch, from which on it is handed over.
    pub(super) batch: usize,
    /// Bytes that a single feature may have.
    pub(super) feature: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { read: 1 << 16, batch: 1 << 20, feature: 512 << 20 }
    }
}

impl Sizes {
    /// For a file of so many bytes; 0 if nobody knows. What a small one is read into shall be
    /// small: memory that was never used before costs more than what is read into it.
    pub(super) fn of_file(bytes: u64) -> Self {
        let all = Self::default();
        let share = usize::try_from(bytes / 16).unwrap_or(usize::MAX);
        let batch = if bytes == 0 { all.batch } else { share.clamp(all.read, all.batch) };
        Self { batch, ..all }
    }
}

/// The bytes of some consecutive features.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) slices: Vec<Range<usize>>,
    pub(super) allowed: Allowed,
    origin: Position,
}

impl Batch {
    /// Where a byte of the batch is in the file.
    pub(super) fn position(&self, at: usize) -> Position {
        advance(self.origin, &self.bytes[..at.min(self.bytes.len())])
    }

    /// Says where in the file JSON is broken.
    pub(super) fn error(&self, broken: Broken) -> FormatError {
        let error = FormatError::at(broken.problem, self.position(broken.at));
        with_found(error, self.bytes.get(broken.at..).unwrap_or_default())
    }
}

/// Adds what stands at the place of an error, if it is worth showing.
fn with_found(error: FormatError, rest: &[u8]) -> FormatError {
    let is_shown = matches!(
        error.problem,
        Problem::UnexpectedByte
            | Problem::BadNumber
            | Problem::Trailing
            | Problem::NotAnObject
    );
    let line = rest.split(u8::is_ascii_control).next().unwrap_or_default();
    let found: String =
        String::from_utf8_lossy(&line[..line.len().min(80)]).chars().take(20).collect();
    if is_shown && !found.is_empty() { error.found(found) } else { error }
}

/// The position after some bytes.
fn advance(from: Position, bytes: &[u8]) -> Position {
    let lines = memchr::memchr_iter(b'\n', bytes).count() as u64;
    let last = if lines == 0 { None } else { memchr::memrchr(b'\n', bytes) };
    let column = match last {
        Some(last) => (bytes.len() - last) as u64,
        None => from.column + bytes.len() as u64,
    };
    Position { line: from.line + lines, column, byte: from.byte + bytes.len() as u64 }
}

/// How far the splitter has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Before the first byte.
    Start,
    /// Among the members of the outermost object.
    Members,
    /// In its `features`.
    Features,
    /// After a collection: nothing may follow.
    AfterCollection,
    /// After an object that was no collection: more may follow.
    Sequence,
    /// Done.
    End,
}

pub(super) struct Splitter<R> {
    reader: R,
    sizes: Sizes,
    pub(super) buffer: Vec<u8>,
    pub(super) pos: usize,
    is_exhausted: bool,
    /// Position of the first byte in the buffer.
    origin: Position,
    /// Start of what must stay in the buffer: a value being cut out.
    kept: Option<usize>,
    /// Start of the outermost object, as long as it may be a feature itself.
    pub(super) retained: Option<usize>,
    pub(super) slices: Vec<Range<usize>>,
    pub(super) state: State,
    pub(super) header: Header,
    spare: Vec<u8>,
    /// What was read last.
    piece: Vec<u8>,
    /// An error that waits until the features before it have been parsed.
    failed: Option<FormatError>,
}

impl<R: Read> Splitter<R> {
    pub(super) fn new(reader: R, sizes: Sizes) -> Self {
        Self {
            reader,
            sizes,
            buffer: Vec::new(),
            pos: 0,
            is_exhausted: false,
            origin: Position { line: 1, column: 1, byte: 0 },
            kept: None,
            retained: None,
            slices: Vec::new(),
            state: State::Start,
            header: Header::default(),
            spare: Vec::new(),
            piece: Vec::new(),
            failed: None,
        }
    }

    /// What the outermost object says of its reference system.
    pub(super) fn crs(&self) -> Option<LegacyCrs> {
        self.header.crs.clone()
    }

    /// Takes back the buffer of a batch that is done with.
    pub(super) fn recycle(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.spare = bytes;
    }

    /// The next features; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, FormatError> {
        if let Some(error) = self.failed.take() {
            self.state = State::End;
            return Err(error);
        }
        while self.state != State::End {
            let stepped = match self.state {
                State::Start => self.start(),
                State::Members => self.members(),
                State::Features => self.feature(),
                State::AfterCollection => self.end_of_file(),
                State::Sequence => self.sequence(),
                State::End => Ok(()),
            };
            match stepped {
                Err(error) if self.slices.is_empty() => {
                    self.state = State::End;
                    return Err(error);
                }
                Err(error) => {
                    self.failed = Some(error);
                    return Ok(Some(self.hand_over()));
                }
                Ok(()) => {}
            }
            let size = self.slices.last().map_or(0, |slice| slice.end);
            let is_full = size - self.slices.first().map_or(0, |slice| slice.start)
                >= self.sizes.batch;
            let has_left_features = self.state != State::Features;
            if !self.slices.is_empty()
                && (is_full || (has_left_features && self.state != State::Sequence))
            {
                return Ok(Some(self.hand_over()));
            }
        }
        Ok(None)
    }

    /// Gives away the buffer up to here, and keeps the rest.
    fn hand_over(&mut self) -> Batch {
        let mut next = std::mem::take(&mut self.spare);
        next.extend_from_slice(&self.buffer[self.pos..]);
        let mut bytes = std::mem::replace(&mut self.buffer, next);
        bytes.truncate(self.pos);
        let origin = self.origin;
        self.origin = advance(origin, &bytes);
        (self.pos, self.kept) = (0, None);
        let allowed = if self.header.is_collection {
            Allowed::Features
        } else {
            Allowed::FeaturesAndGeometries
        };
        Batch { bytes, slices: std::mem::take(&mut self.slices), allowed, origin }
    }

    pub(super) fn here(&self) -> Position {
        advance(self.origin, &self.buffer[..self.pos])
    }

    pub(super) fn error(&self, problem: Problem) -> FormatError {
        with_found(FormatError::at(problem, self.here()), &self.buffer[self.pos..])
    }

    pub(super) fn unexpected(&self) -> FormatError {
        let is_at_end = self.pos == self.buffer.len();
        self.error(if is_at_end {
            Problem::UnexpectedEnd
        } else {
            Problem::UnexpectedByte
        })
    }

    /// Reads more; `false` at the end of the stream.
    pub(super) fn fill(&mut self) -> Result<bool, FormatError> {
        if self.is_exhausted {
            return Ok(false);
        }
        if self.slices.is_empty() {
            // One byte is kept so that a step back stays possible.
            let needed = [self.kept, self.retained, Some(self.pos.saturating_sub(1))];
            self.discard(needed.into_iter().flatten().min().unwrap_or(0));
        }
        let start = self.kept.into_iter().chain(self.retained).min();
        if let Some(start) = start
            && self.buffer.len() - start > self.sizes.feature
        {
            let at = advance(self.origin, &self.buffer[..start]);
            return Err(FormatError::at(Problem::TooBig, at));
        }
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(self.sizes.batch + self.sizes.read);
        }
        // By a piece that is there: memory for the buffer to grow into would be cleared first.
        self.piece.resize(self.sizes.read, 0);
        let read = loop {
            match self.reader.read(&mut self.piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => break done,
            }
        };
        match read {
            Ok(0) => {
                self.is_exhausted = true;
                Ok(false)
            }
            Ok(count) => {
                self.buffer.extend_from_slice(&self.piece[..count]);
                Ok(true)
            }
            Err(error) => Err(FormatError {
                source: Some(error),
                ..FormatError::at(Problem::Io, self.here())
            }),
        }
    }

    fn discard(&mut self, count: usize) {
        self.origin = advance(self.origin, &self.buffer[..count]);
        self.buffer.drain(..count);
        self.pos -= count;
        self.kept = self.kept.map(|start| start - count);
        self.retained = self.retained.map(|start| start - count);
    }

    /// Skips white space and shows the next byte; `None` at the end of the stream.
    pub(super) fn peek_or_end(&mut self) -> Result<Option<u8>, FormatError> {
        loop {
            match self.buffer.get(self.pos) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1,
                Some(&byte) => return Ok(Some(byte)),
                None => {
                    if !self.fill()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    pub(super) fn peek(&mut self) -> Result<u8, FormatError> {
        self.peek_or_end()?.ok_or_else(|| self.error(Problem::UnexpectedEnd))
    }

    /// Runs `pass` over a value and returns the bytes it took.
    pub(super) fn capture(
        &mut self,
        pass: impl FnOnce(&mut Self) -> Result<(), FormatError>,
    ) -> Result<Range<usize>, FormatError> {
        self.kept = Some(self.pos);
        let passed = pass(self);
        let start = self.kept.take().unwrap_or(self.pos);
        passed.map(|()| start..self.pos)
    }

    fn start(&mut self) -> Result<(), FormatError> {
        while self.buffer.len() < sniff::HEAD && self.fill()? {}
        if let Some(problem) =
            looks_like(&self.buffer[..self.buffer.len().min(sniff::HEAD)])
        {
            return Err(FormatError::whole(problem));
        }
        if self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.buffer.drain(..3);
            self.origin.byte = 3;
        }
        if self.skip_separators()?.is_none() {
            return Err(FormatError::whole(Problem::Empty));
        }
        self.begin_object()
    }

    /// Skips white space and the record separators of RFC 8142.
    fn skip_separators(&mut self) -> Result<Option<u8>, FormatError> {
        while self.peek_or_end()? == Some(0x1E) {
            self.pos += 1;
        }
        self.peek_or_end()
    }

    fn begin_object(&mut self) -> Result<(), FormatError> {
        if self.peek()? != b'{' {
            return Err(self.error(Problem::NotAnObject));
        }
        self.retained = Some(self.pos);
        self.pos += 1;
        self.state = State::Members;
        Ok(())
    }

    fn end_of_file(&mut self) -> Result<(), FormatError> {
        self.state = State::End;
        match self.skip_separators()? {
            None => Ok(()),
            Some(_) => Err(self.error(Problem::Trailing)),
        }
    }

    /// Cuts the next object of a sequence.
    fn sequence(&mut self) -> Result<(), FormatError> {
        match self.skip_separators()? {
            None => {
                self.state = State::AfterCollection;
                Ok(())
            }
            Some(b'{') => self.cut_object(),
            Some(_) => Err(self.error(Problem::Trailing)),
        }
    }

    /// Cuts the next feature of `features`, or leaves the array.
    fn feature(&mut self) -> Result<(), FormatError> {
        let mut next = self.peek()?;
        if next == b']' && self.header.features == 0 {
            self.leave_features();
            return Ok(());
        }
        if self.header.features > 0 {
            match next {
                b']' => {
                    self.leave_features();
                    return Ok(());
                }
                b',' => self.pos += 1,
                _ => return Err(self.unexpected()),
            }
            next = self.peek()?;
        }
        self.header.features += 1;
        if next == b'{' {
            return self.cut_object();
        }
        // Whatever it is, the parser says that it is no feature.
        let range = self.capture(Self::skip_value)?;
        self.slices.push(range);
        Ok(())
    }

    fn leave_features(&mut self) {
        self.pos += 1;
        self.state = State::Members;
    }

    /// Takes the object that begins here, up to the brace that matches its first.
    fn cut_object(&mut self) -> Result<(), FormatError> {
        let range = self.capture(|splitter| {
            let mut scan = Scan::default();
            loop {
                let rest = &splitter.buffer[splitter.pos..];
                match scan.closing_brace(rest) {
                    Some(after) => {
                        splitter.pos += after;
                        return Ok(());
                    }
                    None => splitter.pos = splitter.buffer.len(),
                }
                if !splitter.fill()? {
                    return Err(splitter.broken_object());
                }
            }
        })?;
        self.slices.push(range);
        Ok(())
    }

    /// Where the object is broken whose end was not found: often long before the end.
    fn broken_object(&self) -> FormatError {
        let start = self.kept.unwrap_or(self.pos);
        match Cursor::new(&self.buffer[start..]).skip_value() {
            Err(broken) => {
                let at = start + broken.at;
                let position = advance(self.origin, &self.buffer[..at]);
                with_found(FormatError::at(broken.problem, position), &self.buffer[at..])
            }
            Ok(()) => self.error(Problem::UnexpectedEnd),
        }
    }
}
