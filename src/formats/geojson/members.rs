//! The outermost object: finds its `features` wherever they stand, and judges what it is.

use std::io::{self, Read};
use std::ops::Range;

use super::coordinates::Kind;
use super::cursor::Cursor;
use super::feature::legacy_crs;
use super::split::{Splitter, State};
use crate::formats::{FormatError, LegacyCrs, Position, Problem};

/// What is known of the outermost object.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// Its `type`, once met; empty if that is not text.
    type_word: Option<String>,
    /// Its `crs`, if it has one.
    pub(super) crs: Option<LegacyCrs>,
    /// Whether its `features` have been entered.
    pub(super) is_collection: bool,
    /// Features met so far.
    pub(super) features: u64,
    /// Where its `features` are, if they are not an array.
    not_an_array: Option<Position>,
    has_members: bool,
}

impl Header {
    fn word(&self) -> Option<&str> {
        self.type_word.as_deref()
    }
}

impl<R: Read> Splitter<R> {
    /// Goes over the members up to `features` or the end of the object.
    pub(super) fn members(&mut self) -> Result<(), FormatError> {
        loop {
            match self.peek()? {
                b'}' => {
                    self.pos += 1;
                    return self.end_object();
                }
                b',' if self.header.has_members => {
                    self.pos += 1;
                    self.peek()?;
                }
                _ if !self.header.has_members => {}
                _ => return Err(self.unexpected()),
            }
            self.header.has_members = true;
            let key = self.key()?;
            match key.as_deref() {
                Some("type") => {
                    let range = self.capture(Self::skip_value)?;
                    self.header.type_word = Some(self.text(range).unwrap_or_default());
                    if self.header.word() == Some("FeatureCollection") {
                        self.retained = None;
                    }
                }
                Some("crs") => {
                    let range = self.capture(Self::skip_value)?;
                    self.header.crs = Some(legacy_crs(&self.buffer[range]));
                }
                Some("features") if self.may_be_collection() => {
                    if self.enter_features()? {
                        return Ok(());
                    }
                }
                _ => self.skip_value()?,
            }
        }
    }

    fn may_be_collection(&self) -> bool {
        self.header.type_word.is_none() || self.header.word() == Some("FeatureCollection")
    }

    /// Enters the array of features; `false` if the member was something else.
    fn enter_features(&mut self) -> Result<bool, FormatError> {
        if self.header.is_collection {
            return Err(FormatError::at(Problem::StrayFeatures, self.here()));
        }
        if self.peek()? != b'[' {
            self.header.not_an_array = Some(self.here());
            self.skip_value()?;
            return Ok(false);
        }
        self.pos += 1;
        self.retained = None;
        self.header.is_collection = true;
        self.state = State::Features;
        Ok(true)
    }

    fn end_object(&mut self) -> Result<(), FormatError> {
        let retained = self.retained.take();
        let word = self.header.word().unwrap_or_default();
        let is_feature = word == "Feature"
            || word == "GeometryCollection"
            || Kind::parse(word).is_some();
        match (word, retained) {
            ("", _) => Err(FormatError::at(Problem::NoType, self.here())),
            ("FeatureCollection", _) => self.end_collection(),
            (_, Some(start)) if is_feature => {
                self.slices.push(start..self.pos);
                self.state = State::Sequence;
                Ok(())
            }
            _ if is_feature => {
                Err(FormatError::at(Problem::StrayFeatures, self.here()).found(word))
            }
            _ => Err(FormatError::at(Problem::WrongType, self.here()).found(word)),
        }
    }

    fn end_collection(&mut self) -> Result<(), FormatError> {
        if self.header.is_collection {
            self.state = State::AfterCollection;
            return Ok(());
        }
        Err(match self.header.not_an_array {
            Some(at) => FormatError::at(Problem::FeaturesNotAnArray, at),
            None => FormatError::at(Problem::NoFeatures, self.here()),
        })
    }

    /// The key of the next member, its colon taken; `None` if it is no proper text.
    fn key(&mut self) -> Result<Option<String>, FormatError> {
        if self.peek()? != b'"' {
            return Err(self.unexpected());
        }
        let range = self.capture(Self::skip_value)?;
        let key = self.text(range);
        if self.peek()? != b':' {
            return Err(self.unexpected());
        }
        self.pos += 1;
        self.peek()?;
        Ok(key)
    }

    fn text(&self, range: Range<usize>) -> Option<String> {
        serde_json::from_slice(&self.buffer[range]).ok()
    }

    /// Passes a value of any size without keeping it, checking that it is sound.
    pub(super) fn skip_value(&mut self) -> Result<(), FormatError> {
        if let b'-' | b'0'..=b'9' = self.peek()? {
            return self.skip_number();
        }
        let mut feed = Feed { splitter: self, failed: None };
        let passed = {
            let mut json = serde_json::Deserializer::from_reader(&mut feed);
            <serde::de::IgnoredAny as serde::Deserialize>::deserialize(&mut json)
        };
        if let Some(error) = feed.failed {
            return Err(error);
        }
        if let Err(error) = passed {
            if error.is_eof() {
                return Err(self.error(Problem::UnexpectedEnd));
            }
            // The byte it stumbled over has been taken.
            self.pos = self.pos.saturating_sub(1);
            return Err(self.unexpected());
        }
        Ok(())
    }

    /// Passes a number. `serde_json` would take the byte after it as well.
    fn skip_number(&mut self) -> Result<(), FormatError> {
        let start = self.here();
        let mut literal = Vec::new();
        loop {
            match self.buffer.get(self.pos).copied() {
                Some(byte)
                    if matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') =>
                {
                    literal.push(byte);
                    self.pos += 1;
                }
                None if self.fill()? => {}
                _ => break,
            }
        }
        let mut cursor = Cursor::new(&literal);
        if cursor.number().is_ok() && cursor.pos == literal.len() {
            return Ok(());
        }
        let found = String::from_utf8_lossy(&literal[..literal.len().min(20)]);
        Err(FormatError::at(Problem::BadNumber, start).found(found))
    }
}

/// The bytes from the splitter's place on, one at a time.
struct Feed<'s, R> {
    splitter: &'s mut Splitter<R>,
    failed: Option<FormatError>,
}

impl<R: Read> Read for Feed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(slot) = out.first_mut() else { return Ok(0) };
        if self.splitter.pos == self.splitter.buffer.len() {
            match self.splitter.fill() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => {
                    self.failed = Some(error);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        *slot = self.splitter.buffer[self.splitter.pos];
        self.splitter.pos += 1;
        Ok(1)
    }
}
