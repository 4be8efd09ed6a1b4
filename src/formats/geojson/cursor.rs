//! A cursor over the bytes of one JSON value that is wholly in memory.
//!
//! Strict JSON (RFC 8259), no recursion. It knows nothing of GeoJSON.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::find::{before, below, equal};
use super::number::{self, INTEGER_POWERS, leading_digits};
use crate::formats::Problem;

/// JSON that is broken, and where in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
    pub(super) problem: Problem,
}

/// Largest integer up to which every integer is a double of its own.
const EXACT_INTEGER: u64 = 1 << 53;
/// The same as a double.
const EXACT_LIMIT: f64 = 9_007_199_254_740_992.0;
/// Powers of ten that are exact as doubles.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// A number, and whether it stood there as an integer too large for a double to tell
/// from its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number<'a> {
    pub(super) value: f64,
    literal: &'a [u8],
    pub(super) is_integer: bool,
}

impl<'a> Number<'a> {
    /// The number as written.
    pub(super) fn literal(&self) -> &'a str {
        ascii(self.literal)
    }

    /// Whether the double stands for exactly what was written, if that was an integer.
    pub(super) fn is_exact(&self) -> bool {
        !self.is_integer || self.value.abs() <= EXACT_LIMIT
    }
}

fn ascii(number: &[u8]) -> &str {
    std::str::from_utf8(number)
        .expect("a number was passed, and has ASCII characters only")
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// The same bytes, if it is known that all are UTF-8.
    text: Option<&'a str>,
    pub(super) pos: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: None, pos: 0 }
    }

    /// A cursor over bytes that are known to be UTF-8, which its texts need not find out.
    pub(super) fn of_text(text: &'a str) -> Self {
        Self { text: Some(text), ..Self::new(text.as_bytes()) }
    }

    pub(super) fn broken(&self, problem: Problem) -> Broken {
        Broken { at: self.pos, problem }
    }

    /// The bytes from here up to `end`.
    pub(super) fn until(&self, end: usize) -> &'a [u8] {
        &self.bytes[self.pos..end]
    }

    /// What is wrong with the byte here, whatever was expected.
    pub(super) fn unexpected(&self) -> Broken {
        match self.bytes.get(self.pos) {
            None => self.broken(Problem::UnexpectedEnd),
            Some(_) => self.broken(Problem::UnexpectedByte),
        }
    }

    /// Skips white space and shows the next byte.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Broken> {
        loop {
            match self.bytes.get(self.pos) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.pos += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(self.broken(Problem::UnexpectedEnd)),
            }
        }
    }

    /// Skips white space and takes `byte`, or says that something else stands there.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Broken> {
        if self.peek()? != byte {
            return Err(self.unexpected());
        }
        self.pos += 1;
        Ok(())
    }

    /// Takes `byte` if it comes next.
    #[inline]
    pub(super) fn accept(&mut self, byte: u8) -> Result<bool, Broken> {
        let is_next = self.peek()? == byte;
        self.pos += usize::from(is_next);
        Ok(is_next)
    }

    /// Skips white space and takes a number, if a plain one comes next: see
    /// [`number::plain`].
    #[inline]
    pub(super) fn plain_number(&mut self) -> Option<f64> {
        self.peek().ok()?;
        let (value, after) = number::plain(self.bytes, self.pos)?;
        self.pos = after;
        Some(value)
    }

    /// Takes a comma and a position of two plain numbers, with white space anywhere between
    /// them; nothing if something else comes next. Nearly all of most files is such positions,
    /// and this is much faster than one token after the other, each with its errors.
    #[inline]
    pub(super) fn next_plain_position(&mut self) -> Option<[f64; 2]> {
        let bytes = self.bytes;
        let start = after(bytes, after(bytes, self.pos, b',')?, b'[')?;
        let (x, comma) = number::plain(bytes, after_space(bytes, start)?)?;
        let start = after(bytes, comma, b',')?;
        let (y, bracket) = number::plain(bytes, after_space(bytes, start)?)?;
        self.pos = after(bytes, bracket, b']')?;
        Some([x, y])
    }

    /// Succeeds if nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Broken> {
        match self.peek() {
            Ok(_) => Err(self.broken(Problem::Trailing)),
            Err(_) => Ok(()),
        }
    }

    /// Goes to the next key of an object whose `{` was taken; `None` at its `}`.
    pub(super) fn next_key(
        &mut self,
        is_first: &mut bool,
    ) -> Result<Option<Cow<'a, str>>, Broken> {
        if self.peek()? == b'}' {
            self.pos += 1;
            return Ok(None);
        }
        if !std::mem::take(is_first) {
            self.expect(b',')?;
            self.peek()?;
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// Goes to the next element of an array whose `[` was taken; `false` at its `]`.
    #[inline]
    pub(super) fn next_element(&mut self, is_first: &mut bool) -> Result<bool, Broken> {
        if self.peek()? == b']' && *is_first {
            self.pos += 1;
            return Ok(false);
        }
        if std::mem::take(is_first) {
            return Ok(true);
        }
        if self.accept(b']')? {
            return Ok(false);
        }
        self.expect(b',')?;
        if self.peek()? == b']' {
            return Err(self.unexpected());
        }
        Ok(true)
    }

    /// Reads a text.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        let start = self.pos;
        let has_escape = self.skip_string()?;
        let whole = &self.bytes[start..self.pos];
        let plain = match self.text {
            Some(text) => &text[start + 1..self.pos - 1],
            None => std::str::from_utf8(&whole[1..whole.len() - 1]).map_err(|e| {
                let at = start + 1 + e.valid_up_to();
                Broken { at, problem: Problem::NotUtf8 }
            })?,
        };
        if !has_escape {
            return Ok(Cow::Borrowed(plain));
        }
        // Only half of a surrogate pair can still be wrong: the escapes were checked.
        serde_json::from_slice::<String>(whole).map(Cow::Owned).map_err(|error| Broken {
            at: start + error.column().min(whole.len() - 1),
            problem: Problem::BadString,
        })
    }

    /// Skips a text; whether it holds an escape.
    fn skip_string(&mut self) -> Result<bool, Broken> {
        if self.bytes.get(self.pos) != Some(&b'"') {
            return Err(self.unexpected());
        }
        self.pos += 1;
        let mut has_escape = false;
        loop {
            self.pos += plain_text(&self.bytes[self.pos..]);
            match self.bytes.get(self.pos) {
                Some(b'"') => {
                    self.pos += 1;
                    return Ok(has_escape);
                }
                Some(b'\\') => {
                    has_escape = true;
                    self.skip_escape()?;
                }
                Some(_) => return Err(self.broken(Problem::BadString)),
                None => return Err(self.broken(Problem::UnexpectedEnd)),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), Broken> {
        self.pos += 1;
        let hex_digits = match self.bytes.get(self.pos) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            Some(_) => return Err(self.broken(Problem::BadString)),
            None => return Err(self.broken(Problem::UnexpectedEnd)),
        };
        self.pos += 1;
        for _ in 0..hex_digits {
            match self.bytes.get(self.pos) {
                Some(byte) if byte.is_ascii_hexdigit() => self.pos += 1,
                Some(_) => return Err(self.broken(Problem::BadString)),
                None => return Err(self.broken(Problem::UnexpectedEnd)),
            }
        }
        Ok(())
    }

    #[inline]
    fn digit(&self, at: usize) -> Option<u64> {
        let digit = self.bytes.get(at)?.wrapping_sub(b'0');
        (digit < 10).then_some(u64::from(digit))
    }

    /// Reads a number, rounded to the nearest double as `str::parse` does.
    ///
    /// # Method
    ///
    /// An integer up to 2⁵³ times or over a power of ten up to 10²² needs one correctly
    /// rounded operation on two exact doubles. Clinger (1990), "How to read floating
    /// point numbers accurately", PLDI '90, section 3. All else goes to `str::parse`.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Number<'a>, Broken> {
        let start = self.pos;
        let is_negative = self.bytes.get(self.pos) == Some(&b'-');
        self.pos += usize::from(is_negative);
        let (mut digits, mut mantissa) = (0usize, 0u64);
        let whole = self.pos;
        self.digits(&mut mantissa, &mut digits)?;
        if digits > 1 && self.bytes[whole] == b'0' {
            return Err(Broken { at: whole, problem: Problem::BadNumber });
        }
        let mut exponent = 0i64;
        let mut is_integer = true;
        if self.bytes.get(self.pos) == Some(&b'.') {
            is_integer = false;
            self.pos += 1;
            let before = digits;
            self.digits(&mut mantissa, &mut digits)?;
            exponent -= i64::try_from(digits - before).unwrap_or(i64::MAX);
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.pos) {
            is_integer = false;
            exponent = exponent.saturating_add(self.exponent()?);
        }
        let literal = &self.bytes[start..self.pos];
        // 19 digits always fit into 64 bits, so the mantissa is right.
        let is_short = digits <= 19 && mantissa <= EXACT_INTEGER;
        let power = usize::try_from(exponent.unsigned_abs()).ok();
        let power = power.and_then(|power| EXACT_POWERS.get(power));
        let value = match power {
            Some(power) if is_short => {
                #[expect(clippy::cast_precision_loss, reason = "at most 2^53, so exact")]
                let whole = mantissa as f64;
                let size = if exponent < 0 { whole / power } else { whole * power };
                if is_negative { -size } else { size }
            }
            _ => ascii(literal).parse().map_err(
                |_ignored: std::num::ParseFloatError| Broken {
                    at: start,
                    problem: Problem::BadNumber,
                },
            )?,
        };
        Ok(Number { value, literal, is_integer })
    }

    /// Passes one or more digits.
    #[inline]
    fn digits(&mut self, mantissa: &mut u64, count: &mut usize) -> Result<(), Broken> {
        let (mut read, mut passed) = (*mantissa, 0);
        let mut rest = &self.bytes[self.pos..];
        while let Some((eight, _)) = rest.split_first_chunk() {
            let (value, count) = leading_digits(*eight);
            read = read.wrapping_mul(INTEGER_POWERS[count]).wrapping_add(value);
            (passed, rest) = (passed + count, &rest[count..]);
            if count < eight.len() {
                break;
            }
        }
        for byte in rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            read = read.wrapping_mul(10).wrapping_add(u64::from(digit));
            passed += 1;
        }
        (*mantissa, self.pos, *count) = (read, self.pos + passed, *count + passed);
        if passed > 0 {
            return Ok(());
        }
        Err(match self.bytes.get(self.pos) {
            None => self.broken(Problem::UnexpectedEnd),
            Some(_) => self.broken(Problem::BadNumber),
        })
    }

    fn exponent(&mut self) -> Result<i64, Broken> {
        self.pos += 1;
        let sign = self.bytes.get(self.pos).copied().filter(|b| matches!(b, b'-' | b'+'));
        self.pos += usize::from(sign.is_some());
        let first = self.pos;
        let mut size = 0u64;
        while let Some(digit) = self.digit(self.pos) {
            size = size.saturating_mul(10).saturating_add(digit);
            self.pos += 1;
        }
        if self.pos == first {
            return Err(match self.bytes.get(self.pos) {
                None => self.broken(Problem::UnexpectedEnd),
                Some(_) => self.broken(Problem::BadNumber),
            });
        }
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        Ok(if sign == Some(b'-') { -size } else { size })
    }

    /// Takes `true`, `false` or `null`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Broken> {
        for (i, expected) in word.bytes().enumerate() {
            if self.bytes.get(self.pos + i) != Some(&expected) {
                self.pos += i;
                return Err(self.unexpected());
            }
        }
        self.pos += word.len();
        Ok(())
    }

    /// Skips a value of any kind and depth, checking that it is sound.
    pub(super) fn skip_value(&mut self) -> Result<(), Broken> {
        let mut closers: SmallVec<[u8; 32]> = SmallVec::new();
        loop {
            let opened = match self.peek()? {
                b'{' => Some(b'}'),
                b'[' => Some(b']'),
                _ => {
                    self.skip_scalar()?;
                    None
                }
            };
            if let Some(closer) = opened {
                self.pos += 1;
                if !self.accept(closer)? {
                    closers.push(closer);
                    if closer == b'}' {
                        self.skip_key()?;
                    }
                    continue;
                }
            }
            loop {
                let Some(&closer) = closers.last() else { return Ok(()) };
                if self.accept(closer)? {
                    closers.pop();
                    continue;
                }
                self.expect(b',')?;
                if closer == b'}' {
                    self.skip_key()?;
                }
                break;
            }
        }
    }

    fn skip_key(&mut self) -> Result<(), Broken> {
        self.peek()?;
        self.skip_string()?;
        self.expect(b':')
    }

    fn skip_scalar(&mut self) -> Result<(), Broken> {
        match self.peek()? {
            b'"' => self.skip_string().map(|_has_escape| ()),
            b'-' | b'0'..=b'9' => self.number().map(|_number| ()),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => Err(self.unexpected()),
        }
    }
}

/// The place after a byte that comes next but for white space.
#[inline]
fn after(bytes: &[u8], mut at: usize, expected: u8) -> Option<usize> {
    loop {
        let byte = *bytes.get(at)?;
        at += 1;
        if byte == expected {
            return Some(at);
        }
        if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            return None;
        }
    }
}

/// The place of the next byte that is no white space.
#[inline]
fn after_space(bytes: &[u8], mut at: usize) -> Option<usize> {
    while matches!(bytes.get(at)?, b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    Some(at)
}

/// How many bytes of a text come before its end, an escape or what may not stand there, or all.
#[inline]
fn plain_text(bytes: &[u8]) -> usize {
    let marks = |word| equal(word, b'"') | equal(word, b'\\') | below(word, b' ');
    before(bytes, usize::MAX, marks).unwrap_or_else(|passed| {
        let rest = &bytes[passed..];
        let is_special = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < b' ';
        passed + rest.iter().position(is_special).unwrap_or(rest.len())
    })
}

#[cfg(test)]
mod tests;
