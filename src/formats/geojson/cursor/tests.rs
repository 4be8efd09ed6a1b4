use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Result<f64, Broken> {
    let mut cursor = Cursor::new(text.as_bytes());
    let number = cursor.number()?;
    cursor.end()?;
    Ok(number.value)
}

fn is_sound(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    cursor.skip_value().and_then(|()| cursor.end()).is_ok()
}

#[test]
fn numbers_are_read_as_written() {
    let cases: [(&str, f64); 11] = [
        ("0", 0.0),
        ("-0.0", -0.0),
        ("-71.3412345", -71.341_234_5),
        ("180301.0", 180_301.0),
        ("5e3", 5000.0),
        ("1E-2", 0.01),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
        ("1e308", 1e308),
        ("4.9e-324", 5e-324),
        ("0.1e1", 1.0),
    ];
    for (text, expected) in cases {
        let value = parse(text).unwrap();
        assert_eq!(value.to_bits(), expected.to_bits(), "{text}");
    }
    assert!(parse("1e999").unwrap().is_infinite());
    for bad in ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "NaN", "0x1", "1_0"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn large_integers_are_known_to_be_inexact() {
    let is_exact = |text: &str| Cursor::new(text.as_bytes()).number().unwrap().is_exact();
    assert!(is_exact("9007199254740992"));
    assert!(!is_exact("9007199254740994"));
    assert!(is_exact("1e300"));
}

#[test]
fn numbers_equal_those_of_the_standard_library() {
    // A fixed linear congruential generator (Knuth, MMIX), so that failures repeat.
    let mut state = 42u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.wrapping_mul(1_442_695_040_888_963_407) >> 11
    };
    for _ in 0..50_000 {
        let (whole, fraction) = (next() >> (next() % 53), next() >> (next() % 53));
        let width = (next() % 20) as usize;
        let exponent = (next() % 60).cast_signed() - 30;
        for text in [
            format!("{whole}"),
            format!("-{}.{fraction:0width$}", whole % 180),
            format!("{whole}.{fraction:0width$}e{exponent}"),
            format!("{}", f64::from_bits(next() << 10)),
        ] {
            let Ok(expected) = text.parse::<f64>() else { continue };
            if !expected.is_finite() {
                continue;
            }
            assert_eq!(parse(&text).unwrap().to_bits(), expected.to_bits(), "{text}");
        }
    }
}

#[test]
fn texts_are_decoded_or_refused() {
    let read = |text: &str| Cursor::new(text.as_bytes()).string().map(Cow::into_owned);
    assert_eq!(read(r#""Ilo""#).unwrap(), "Ilo");
    assert_eq!(
        read(r#""Pe\u00f1\u00f3n \"a\" \ud83c\udf0a""#).unwrap(),
        "Peñón \"a\" 🌊"
    );
    for bad in [r#""\x""#, r#""\ud83c""#, "\"a\nb\"", r#""\u12g4""#, r#""abc"#, "abc"] {
        assert!(read(bad).is_err(), "{bad}");
    }
    let latin1 = Cursor::new(b"\"Pe\xF1on\"").string().unwrap_err();
    assert_eq!(latin1, Broken { at: 3, problem: Problem::NotUtf8 });
}

#[test]
fn broken_json_is_found_where_it_is() {
    let cases = [
        (r#"{"a": [1, 2}"#, 11, Problem::UnexpectedByte),
        (r#"{"a": 1,}"#, 8, Problem::UnexpectedByte),
        ("[1, 2,]", 6, Problem::UnexpectedByte),
        ("[1, NaN]", 4, Problem::UnexpectedByte),
        ("[1, -Infinity]", 5, Problem::BadNumber),
        ("[nul]", 4, Problem::UnexpectedByte),
        (r#"{"a" 1}"#, 5, Problem::UnexpectedByte),
        ("{'a': 1}", 1, Problem::UnexpectedByte),
        (r#"{"a": [1, 2"#, 11, Problem::UnexpectedEnd),
    ];
    for (text, at, problem) in cases {
        let broken = Cursor::new(text.as_bytes()).skip_value().unwrap_err();
        assert_eq!(broken, Broken { at, problem }, "{text}");
    }
}

#[test]
fn depth_costs_no_stack() {
    let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    assert!(is_sound(deep.as_bytes()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn soundness_agrees_with_serde_json(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\n\"", "\"\\q\"", "1", "-0.5e3",
            "01", "true", "null", "nul", " ", "\n", "\"é\"", "1.", "{\"a\":", "[1,",
        ]), 0..14)
    ) {
        let text = pieces.concat();
        let oracle = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(is_sound(text.as_bytes()), oracle, "{}", text);
    }
}
