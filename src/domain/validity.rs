//! From when to when something holds, in dates as people state them.

use serde::Serialize;

/// A span of time with either end open; both ends belong to it.
///
/// Dates are `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. One without a day stands for all its days.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Validity {
    /// The first date; open if `None`.
    pub from: Option<String>,
    /// The last date; open if `None`.
    pub to: Option<String>,
}

impl Validity {
    /// Whether it holds on some day of a date.
    ///
    /// ```
    /// use atalaya::domain::Validity;
    /// let until_may = Validity { from: None, to: Some("2022-05".to_owned()) };
    /// assert!(until_may.holds("2022-05-31") && until_may.holds("2022"));
    /// assert!(!until_may.holds("2022-06"));
    /// ```
    #[must_use]
    pub fn holds(&self, date: &str) -> bool {
        let has_begun = self.from.as_ref().is_none_or(|from| first(from) <= last(date));
        let has_ended = self.to.as_ref().is_some_and(|to| last(to) < first(date));
        has_begun && !has_ended
    }

    /// Whether it ends before it begins.
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        matches!((&self.from, &self.to), (Some(from), Some(to)) if last(to) < first(from))
    }

    /// Whether both ends are open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// The first day of a date; texts of this form are in the order of time.
fn first(date: &str) -> String {
    format!("{date}{}", &"0000-01-01"[date.len().min(10)..])
}

/// Not before the last day of a date, to compare with.
fn last(date: &str) -> String {
    format!("{date}{}", &"0000-12-31"[date.len().min(10)..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(from: &str, to: &str) -> Validity {
        let end = |date: &str| (!date.is_empty()).then(|| date.to_owned());
        Validity { from: end(from), to: end(to) }
    }

    #[test]
    fn a_date_without_a_day_stands_for_all_its_days() {
        let cases = [
            ("", "", "2020", true),
            ("2022-05", "", "2022-04-30", false),
            ("2022-05", "", "2022-05-01", true),
            ("2022-05", "", "2022", true),
            ("2022-05", "", "2021", false),
            ("", "2022-05", "2022-05-31", true),
            ("", "2022-05", "2022-06-01", false),
            ("", "2022", "2022-12-31", true),
            ("", "2022", "2023", false),
            ("", "2022-05-15", "2022-05", true),
            ("2000", "2010", "2005-07", true),
            ("2000", "2010", "2011", false),
        ];
        for (from, to, date, expected) in cases {
            assert_eq!(validity(from, to).holds(date), expected, "{from}..{to} {date}");
        }
    }

    #[test]
    fn an_end_before_the_begin_is_seen() {
        assert!(validity("2022-06", "2022-05-31").is_reversed());
        assert!(!validity("2022-05", "2022-05").is_reversed());
        assert!(!validity("2022-05-20", "2022").is_reversed());
        assert!(!validity("2022", "").is_reversed());
    }
}
