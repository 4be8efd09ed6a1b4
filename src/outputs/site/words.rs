//! Words and numbers of a place, in a language.

use crate::domain::{Level, Message};
use crate::i18n::{self, Locale};

/// The language of a sheet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) locale: Locale,
}

impl Words {
    /// The words of maps, which say what nobody can decide.
    pub(super) fn of_maps(self) -> crate::outputs::map::words::Words {
        crate::outputs::map::words::Words { locale: self.locale }
    }

    pub(super) fn text(self, key: &str) -> String {
        i18n::text(self.locale, key).to_owned()
    }

    pub(super) fn say(self, message: &Message) -> String {
        i18n::render(self.locale, message)
    }

    pub(super) fn texts(self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.text(key)).collect()
    }

    pub(super) fn number(self, value: f64, decimals: usize) -> String {
        i18n::number(self.locale, value, decimals)
    }

    /// A level.
    pub(super) fn level(self, level: Level) -> String {
        self.text(&format!("site.level.{}", level.id()))
    }

    /// A distance: metres, from 10 km on kilometres.
    pub(super) fn distance(self, meters: f64) -> String {
        if meters >= 10_000.0 {
            return format!("{}\u{a0}km", self.number(meters / 1000.0, 1));
        }
        let decimals = usize::from(meters < 100.0);
        format!("{}\u{a0}m", self.number(meters, decimals))
    }

    /// Residents: whole from ten on.
    pub(super) fn people(self, people: f64) -> String {
        let is_whole = (people - people.round()).abs() < 5e-5;
        self.number(people, usize::from(people.abs() < 10.0 && !is_whole))
    }

    /// A share as a percentage; what is little and not nothing never reads as nothing, and
    /// what is not all never as all.
    pub(super) fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        if percent > 0.0 && percent < 0.1 {
            return format!("<\u{a0}{}\u{a0}%", self.number(0.1, 1));
        }
        if percent < 100.0 && percent > 99.9 {
            return format!(">\u{a0}{}\u{a0}%", self.number(99.9, 1));
        }
        let is_whole = (percent - percent.round()).abs() < 1e-9;
        format!("{}\u{a0}%", self.number(percent, usize::from(!is_whole)))
    }

    /// A figure of a deficit: up to three decimals, without zeros at the end.
    pub(super) fn figure(self, value: f64) -> String {
        let decimals = (0..3).find(|&decimals: &usize| {
            let scale = 10f64.powi(i32::try_from(decimals).unwrap_or(0));
            (value * scale - (value * scale).round()).abs() < 1e-6 * scale
        });
        self.number(value, decimals.unwrap_or(3))
    }

    /// What stands for a figure that the project's rule hides.
    pub(super) fn hidden(self) -> String {
        self.of_maps().of("map.hidden")
    }

    /// Whether a standard is met.
    pub(super) fn meets(self, meets: Option<bool>) -> String {
        self.text(match meets {
            Some(true) => "site.meets.yes",
            Some(false) => "site.meets.no",
            None => "site.meets.unknown",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_not_nothing_and_nearly_all_is_not_all() {
        let words = Words { locale: Locale::Es };
        let cases = [
            (0.0, "0\u{a0}%"),
            (0.000_4, "<\u{a0}0,1\u{a0}%"),
            (0.25, "25\u{a0}%"),
            (0.123_4, "12,3\u{a0}%"),
            (0.999_9, ">\u{a0}99,9\u{a0}%"),
            (1.0, "100\u{a0}%"),
        ];
        for (share, expected) in cases {
            assert_eq!(words.percent(share), expected, "{share}");
        }
        assert_eq!(words.distance(83.42), "83,4\u{a0}m");
        assert_eq!(words.distance(12_340.0), "12,3\u{a0}km");
        assert_eq!(words.figure(7.73), "7,73");
        assert_eq!(words.figure(9.0), "9");
    }
}
