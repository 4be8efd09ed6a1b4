//! The words of a sheet in one language: catalogue texts and numbers.

use crate::domain::{Level, Message, Status};
use crate::i18n::{self, Locale};

/// A language, with short ways to its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The language.
    pub locale: Locale,
}

impl Words {
    /// A text without values.
    #[must_use]
    pub fn of(self, key: &str) -> String {
        i18n::text(self.locale, key).to_owned()
    }

    /// A text with one value.
    #[must_use]
    pub fn with(self, key: &'static str, name: &'static str, value: &str) -> String {
        self.say(&Message::new(key).with(name, value))
    }

    /// A message.
    #[must_use]
    pub fn say(self, message: &Message) -> String {
        i18n::render(self.locale, message)
    }

    /// The name of a level.
    #[must_use]
    pub fn level(self, level: Level) -> String {
        self.of(&format!("map.level.{}", level.id()))
    }

    /// The name of a status.
    #[must_use]
    pub fn status(self, status: Status) -> String {
        self.of(&format!("map.status.{}", status.id()))
    }

    /// What is stamped on a map of a status; nothing on an official one.
    #[must_use]
    pub fn stamp(self, status: Status) -> Option<String> {
        (status != Status::Official)
            .then(|| self.of(&format!("map.stamp.{}", status.id())))
    }

    /// A number with a fixed number of decimals.
    #[must_use]
    pub fn number(self, value: f64, decimals: usize) -> String {
        i18n::number(self.locale, value, decimals)
    }

    /// A share in percent with one decimal; a tiny one that is not 0 as "< 0.1 %", and one
    /// that is not all as "> 99.9 %" where it would be rounded to all.
    #[must_use]
    pub fn percent(self, share: f64) -> String {
        /// Sums of shares may miss 1 by so much.
        const NOISE: f64 = 1e-9;
        if share > 0.0 && share < 0.0005 {
            return format!("<\u{202f}{}\u{202f}%", self.number(0.1, 1));
        }
        if (0.9995..1.0 - NOISE).contains(&share) {
            return format!(">\u{202f}{}\u{202f}%", self.number(99.9, 1));
        }
        format!("{}\u{202f}%", self.number(share * 100.0, 1))
    }

    /// A figure with as many decimals as its size asks for.
    #[must_use]
    pub fn figure(self, value: f64) -> String {
        let decimals = match value.abs() {
            v if v >= 1000.0 || v == 0.0 => 0,
            v if v >= 100.0 => 1,
            _ => 2,
        };
        // A whole number needs no zeros after it; 4.0003 keeps them.
        let decimals = if value.fract() == 0.0 { 0 } else { decimals };
        self.number(value, decimals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_decimals_they_need() {
        let words = Words { locale: Locale::Es };
        let cases =
            [(2.78, "2,78"), (151.0, "151"), (24.0, "24"), (66_479.2, "66\u{202f}479")];
        for (value, expected) in cases {
            assert_eq!(words.figure(value), expected);
        }
        assert_eq!(words.percent(0.000_01), "<\u{202f}0,1\u{202f}%");
        assert_eq!(words.percent(0.1234), "12,3\u{202f}%");
        assert_eq!(words.percent(0.999_4), "99,9\u{202f}%");
        assert_eq!(words.percent(0.999_9), ">\u{202f}99,9\u{202f}%");
        assert_eq!(words.percent(1.0 - 1e-13), "100,0\u{202f}%");
    }
}
