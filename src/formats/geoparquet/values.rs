//! Values as Parquet stores them, by their logical type.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::schema::types::ColumnDescriptor;

use crate::formats::collector::{float, whole_number};
use crate::layers::Value;

/// How the stored values of a column are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As they are stored: numbers, true and false, text.
    Plain,
    /// Whole numbers that are never negative.
    Unsigned,
    /// Whole numbers with so many decimal places.
    Decimal(i32),
    /// Days since 1970.
    Date,
    /// Parts of a second since 1970, so many to the second.
    Timestamp(i64),
    /// Something no role can use.
    Opaque,
}

impl Meaning {
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        match column.logical_type_ref() {
            Some(LogicalType::Decimal(decimal)) => return Self::Decimal(decimal.scale),
            Some(LogicalType::Date) => return Self::Date,
            Some(LogicalType::Timestamp(stamp)) => {
                return Self::Timestamp(match stamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                });
            }
            Some(LogicalType::Integer(integer)) if !integer.is_signed => {
                return Self::Unsigned;
            }
            Some(
                LogicalType::Time(_)
                | LogicalType::Json
                | LogicalType::Bson
                | LogicalType::Uuid
                | LogicalType::Float16
                | LogicalType::Geometry(_)
                | LogicalType::Geography(_),
            ) => return Self::Opaque,
            _ => {}
        }
        match column.converted_type() {
            ConvertedType::DECIMAL => Self::Decimal(column.type_scale()),
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp(1_000),
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp(1_000_000),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Self::Unsigned,
            ConvertedType::JSON
            | ConvertedType::BSON
            | ConvertedType::INTERVAL
            | ConvertedType::TIME_MILLIS
            | ConvertedType::TIME_MICROS => Self::Opaque,
            _ => Self::Plain,
        }
    }

    pub(super) fn of_i32(self, stored: i32) -> Value {
        match self {
            Self::Unsigned => whole_number(stored.cast_unsigned().into()),
            _ => self.of_whole(stored.into()),
        }
    }

    pub(super) fn of_i64(self, stored: i64) -> Value {
        match self {
            Self::Unsigned => whole_number(stored.cast_unsigned().into()),
            _ => self.of_whole(stored.into()),
        }
    }

    fn of_whole(self, stored: i128) -> Value {
        match self {
            Self::Plain | Self::Unsigned => whole_number(stored),
            Self::Decimal(scale) => decimal(stored, scale),
            Self::Date => i64::try_from(stored)
                .map_or(Value::Other, |days| Value::Text(date(days).into())),
            Self::Timestamp(parts) => i64::try_from(stored)
                .map_or(Value::Other, |stored| {
                    Value::Text(timestamp(stored, parts).into())
                }),
            Self::Opaque => Value::Other,
        }
    }

    pub(super) fn of_f64(self, stored: f64) -> Value {
        if self == Self::Opaque { Value::Other } else { float(stored) }
    }

    /// A value of bytes: text, or a decimal number of any length.
    pub(super) fn of_bytes(self, stored: &[u8]) -> Value {
        match self {
            Self::Plain => match std::str::from_utf8(stored) {
                Ok(text) => Value::Text(text.into()),
                Err(_not_text) => Value::Other,
            },
            Self::Decimal(scale) => {
                big_endian(stored).map_or(Value::Other, |number| decimal(number, scale))
            }
            _ => Value::Other,
        }
    }
}

/// A number in two's complement, its first byte the most significant.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let first = *bytes.first()?;
    let fill = if first & 0x80 == 0 { 0 } else { 0xFF };
    let (front, back) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut whole = [fill; 16];
    whole[16 - back.len()..].copy_from_slice(back);
    front.iter().all(|byte| *byte == fill).then(|| i128::from_be_bytes(whole))
}

/// The double nearest to a number with decimal places.
fn decimal(unscaled: i128, scale: i32) -> Value {
    // Through text, because a division would round a second time.
    format!("{unscaled}e{}", i64::from(scale).wrapping_neg())
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
        .map_or(Value::Other, Value::Number)
}

/// Days since 1970 as a date of the Gregorian calendar.
fn date(days: i64) -> String {
    // H. Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years that
    // begin on 1 March.
    let shifted = i128::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524
        - day_of_era / 146_096)
        / 365;
    let day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month =
        if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A moment, with as many decimals of its second as it has.
fn timestamp(stored: i64, parts: i64) -> String {
    let (seconds, rest) = (stored.div_euclid(parts), stored.rem_euclid(parts));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = format!("{}T{hour:02}:{minute:02}:{second:02}", date(days));
    if rest > 0 {
        let nanos = rest * (1_000_000_000 / parts);
        text += format!(".{nanos:09}").trim_end_matches('0');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_723, "2024-01-01"),
            (-719_528, "0000-01-01"),
        ];
        for (days, expected) in cases {
            assert_eq!(date(days), expected);
        }
        assert_eq!(timestamp(-1, 1000), "1969-12-31T23:59:59.999");
        assert_eq!(timestamp(1_704_067_200_000_000, 1_000_000), "2024-01-01T00:00:00");
        assert!(!date(i64::MAX).is_empty() && !timestamp(i64::MIN, 1_000).is_empty());
    }

    #[test]
    fn stored_values_are_understood() {
        let text = |text: &str| Value::Text(text.into());
        assert_eq!(Meaning::Plain.of_i32(-5), Value::Number(-5.0));
        assert_eq!(Meaning::Unsigned.of_i32(-1), Value::Number(4_294_967_295.0));
        assert_eq!(Meaning::Unsigned.of_i64(-1), text("18446744073709551615"));
        assert_eq!(Meaning::Decimal(2).of_i32(12_345), Value::Number(123.45));
        assert_eq!(Meaning::Decimal(1).of_i64(3), Value::Number(0.3));
        assert_eq!(Meaning::Date.of_i32(0), text("1970-01-01"));
        assert_eq!(Meaning::Plain.of_f64(f64::NAN), Value::Null);
        assert_eq!(Meaning::Plain.of_bytes("ñ".as_bytes()), text("ñ"));
        assert_eq!(Meaning::Plain.of_bytes(b"\xF1"), Value::Other);
        assert_eq!(Meaning::Decimal(2).of_bytes(&[0xFF, 0x38]), Value::Number(-2.0));
        assert_eq!(Meaning::Decimal(0).of_bytes(&[0; 40]), Value::Number(0.0));
        assert_eq!(Meaning::Decimal(0).of_bytes(&[1; 40]), Value::Other);
        assert_eq!(Meaning::Decimal(0).of_bytes(&[]), Value::Other);
        assert_eq!(Meaning::Decimal(i32::MIN).of_i32(1), Value::Other);
    }
}
