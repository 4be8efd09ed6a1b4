//! How a number is written as text: with which decimal mark, with which separator of
//! thousands.
//!
//! In: the text of a cell. Out: a [`Style`], and the number where it has one meaning only.

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Digits alone: `1523`.
    Whole,
    /// A decimal point, perhaps commas between thousands: `1523.44`, `1,523.44`.
    Point,
    /// A decimal comma, perhaps points between thousands: `1523,44`, `1.380,6`.
    Comma,
    /// One mark before three digits: `1.380` is either one thousand or one.
    PointOrThousands,
    /// `1,380`.
    CommaOrThousands,
}

/// The style of a text; `None` if it is no number.
pub(super) fn style_of(text: &str) -> Option<Style> {
    let digits = text.trim();
    let digits = digits.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(digits);
    let is_mark = |letter: char| matches!(letter, '.' | ',');
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        // `2e3` is what programs write; nobody doubts its mark.
        let is_plain =
            digits.bytes().all(|b| b.is_ascii_digit() || b"e.E-+".contains(&b));
        let is_number = is_plain && digits.parse::<f64>().is_ok_and(f64::is_finite);
        return is_number.then_some(Style::Point);
    }
    let points = digits.matches('.').count();
    let commas = digits.matches(',').count();
    let after = |mark| digits.rsplit(mark).next().map_or(0, str::len);
    let before = |mark| digits.split(mark).next().map_or(0, str::len);
    match (points, commas) {
        (0, 0) => Some(Style::Whole),
        (1, 0) if is_thousand(before('.'), after('.')) && !digits.starts_with('0') => {
            Some(Style::PointOrThousands)
        }
        (0, 1) if is_thousand(before(','), after(',')) && !digits.starts_with('0') => {
            Some(Style::CommaOrThousands)
        }
        (1, 0) => Some(Style::Point),
        (0, 1) => Some(Style::Comma),
        (_, 0) => is_grouped(digits, '.').then_some(Style::Comma),
        (0, _) => is_grouped(digits, ',').then_some(Style::Point),
        (_, 1) if digits.rfind(',') > digits.rfind('.') => {
            let (whole, _) = digits.rsplit_once(',')?;
            is_grouped(whole, '.').then_some(Style::Comma)
        }
        (1, _) if digits.rfind('.') > digits.rfind(',') => {
            let (whole, _) = digits.rsplit_once('.')?;
            is_grouped(whole, ',').then_some(Style::Point)
        }
        _ => None,
    }
}

fn is_thousand(before: usize, after: usize) -> bool {
    (1..=3).contains(&before) && after == 3
}

/// Whether groups of three digits follow one of one to three.
fn is_grouped(digits: &str, mark: char) -> bool {
    let mut groups = digits.split(mark).map(str::len);
    groups.next().is_some_and(|first| (1..=3).contains(&first))
        && groups.all(|group| group == 3)
}

/// The number under a decimal mark; separators of thousands are no part of it.
pub(super) fn number(text: &str, has_decimal_comma: bool) -> Option<f64> {
    let text = text.trim();
    let plain = if has_decimal_comma {
        if text.contains('.') {
            return None;
        }
        text.replace(',', ".")
    } else {
        text.to_owned()
    };
    let is_plain =
        |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    let number: f64 = plain.bytes().all(is_plain).then(|| plain.parse().ok())??;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell_how_a_number_is_written() {
        let cases = [
            ("1523", Some(Style::Whole)),
            ("1523.44", Some(Style::Point)),
            ("-71.3", Some(Style::Point)),
            ("0.125", Some(Style::Point)),
            ("2e3", Some(Style::Point)),
            ("1,523.44", Some(Style::Point)),
            ("1,523,440", Some(Style::Point)),
            ("1523,44", Some(Style::Comma)),
            ("1.380,6", Some(Style::Comma)),
            ("1.380.600", Some(Style::Comma)),
            ("1.380", Some(Style::PointOrThousands)),
            ("1,380", Some(Style::CommaOrThousands)),
            ("12.05.2020", None),
            ("0.1-1", None),
            ("", None),
            ("-", None),
            ("S/N", None),
            ("1,2,3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(style_of(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_have_one_mark() {
        assert_eq!(number(" -17,63 ", true), Some(-17.63));
        assert_eq!(number("-17.63", true), None);
        assert_eq!(number("-17.63", false), Some(-17.63));
        assert_eq!(number("1,523.44", false), None);
        assert_eq!(number("nan", false), None);
    }
}
