//! The text of a `coordinates` element.

use crate::formats::Reason;

/// Reads `lon,lat[,alt]` tuples between white space. Blanks after a comma, which the
/// standard does not allow and people write, are passed over. Gives each position and
/// whether it has a height other than 0.
pub(super) fn parse(text: &str) -> Result<Vec<([f64; 2], bool)>, Reason> {
    let mut tuples = Vec::new();
    let mut numbers: Vec<f64> = Vec::with_capacity(3);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end =
            rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
        numbers.push(number(&rest[..end]).ok_or(Reason::CoordinateNotANumber)?);
        rest = rest[end..].trim_start();
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            // A comma at the very end begins nothing.
            if !rest.is_empty() {
                continue;
            }
        }
        tuples.push(match numbers.as_slice() {
            [x, y] => ([*x, *y], false),
            [x, y, height] => ([*x, *y], *height != 0.0),
            [_] => return Err(Reason::ShortPosition),
            _ => return Err(Reason::CoordinateNotANumber),
        });
        numbers.clear();
    }
    Ok(tuples)
}

fn number(text: &str) -> Option<f64> {
    let is_plain = |b: u8| b"0123456789+-.eE".contains(&b);
    text.bytes().all(is_plain).then(|| text.parse().ok())?
}

#[cfg(test)]
#[expect(clippy::type_complexity, reason = "a table of cases reads best as one")]
mod tests {
    use super::*;

    #[test]
    fn tuples_are_read_as_people_write_them() {
        let cases: [(&str, Result<Vec<([f64; 2], bool)>, Reason>); 10] = [
            ("-71.3,-17.6", Ok(vec![([-71.3, -17.6], false)])),
            (" 1,2,0\n\t3,4,5.5 ", Ok(vec![([1., 2.], false), ([3., 4.], true)])),
            ("1, 2, 0 3 ,4", Ok(vec![([1., 2.], false), ([3., 4.], false)])),
            ("1,2,", Ok(vec![([1., 2.], false)])),
            ("", Ok(vec![])),
            ("1", Err(Reason::ShortPosition)),
            ("1 2", Err(Reason::ShortPosition)),
            ("1,NaN", Err(Reason::CoordinateNotANumber)),
            ("1,,2", Err(Reason::CoordinateNotANumber)),
            ("1,2,3,4", Err(Reason::CoordinateNotANumber)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
