//! The catalogues: every sentence that people read, in Spanish and English.
//!
//! In: a [`Message`] (key and values). Out: text. The catalogues are TOML files,
//! one a topic and language, compiled in; both languages must have the same
//! keys and the same `{values}` (held by `tests/docs.rs`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use crate::domain::Message;

/// A language of the catalogues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// Spanish, the default.
    Es,
    /// English.
    En,
}

impl Locale {
    /// Reads `es`, `en` or a longer tag such as `es_PE.UTF-8`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split(['_', '-', '.']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "es" => Some(Self::Es),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The two-letter tag.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }
}

macro_rules! topics {
    ($($topic:literal),* $(,)?) => {
        const ES: &[&str] = &[$(include_str!(concat!("es/", $topic, ".toml")),)*];
        const EN: &[&str] = &[$(include_str!(concat!("en/", $topic, ".toml")),)*];
    };
}

topics!(
    "config",
    "layers",
    "formats_vector",
    "formats_tables",
    "crs",
    "elements",
    "exports",
    "geometry",
    "analysis",
    "explain",
    "compare",
    "selftest",
    "series",
    "site",
    "inspect",
    "outputs",
    "report",
    "maps",
    "viewer",
    "review",
    "cli"
);

/// Key to text, for one language.
type Catalogue = BTreeMap<String, Cow<'static, str>>;

/// Returns the whole catalogue of a language, sorted by key.
#[must_use]
pub fn catalogue(locale: Locale) -> &'static Catalogue {
    static SPANISH: OnceLock<Catalogue> = OnceLock::new();
    static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
    match locale {
        Locale::Es => SPANISH.get_or_init(|| load(ES)),
        Locale::En => ENGLISH.get_or_init(|| load(EN)),
    }
}

fn load(topics: &[&'static str]) -> Catalogue {
    let mut entries = Vec::new();
    for topic in topics {
        let known = entries.len();
        if add_lines(topic, &mut entries).is_none() {
            entries.truncate(known);
            flatten("", &table(topic), &mut entries);
        }
    }
    entries.into_iter().collect()
}

/// A key and its text.
type Entry = (String, Cow<'static, str>);

/// Reads a topic of which every line is empty, a comment, the name of a table or a key and a
/// text, as they nearly all are: many times as quick as all of TOML, at every start of the
/// program. `None` if a line is anything else.
fn add_lines(topic: &'static str, entries: &mut Vec<Entry>) -> Option<()> {
    let mut prefix = String::new();
    for line in topic.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[') {
            prefix = format!("{}.", name.strip_suffix(']').filter(|n| is_plain(n))?);
            continue;
        }
        let (name, value) = line.split_once(" = ").filter(|(name, _)| is_plain(name))?;
        let inner = value.strip_prefix('"')?.strip_suffix('"')?;
        let text = match unescaped(inner) {
            Some(text) => text,
            None => table(line).remove(name)?.as_str()?.to_owned().into(),
        };
        entries.push(([&*prefix, name].concat(), text));
    }
    Some(())
}

/// A text as it stands between its quotes, if nothing in it is escaped but quotes and strokes.
fn unescaped(inner: &'static str) -> Option<Cow<'static, str>> {
    if !inner.contains(['"', '\\']) {
        return Some(inner.into());
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find(['"', '\\']) {
        let escaped = rest[at..].strip_prefix('\\')?;
        let sign = escaped.chars().next().filter(|sign| matches!(sign, '"' | '\\'))?;
        text.push_str(&rest[..at]);
        text.push(sign);
        rest = &escaped[1..];
    }
    text.push_str(rest);
    Some(text.into())
}

/// Whether a name is made of what needs no quotes, with points between its parts.
fn is_plain(name: &str) -> bool {
    let is_bare = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    name.split('.').all(|part| !part.is_empty() && part.bytes().all(is_bare))
}

fn table(text: &str) -> toml::Table {
    toml::from_str(text).expect("catalogues are valid TOML: a test reads them")
}

fn flatten(prefix: &str, table: &toml::Table, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let key =
            if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, entries),
            toml::Value::String(text) => {
                entries.push((key, text.clone().into()));
            }
            other => {
                entries.push((key, other.to_string().into()));
            }
        }
    }
}

/// Returns a text without values; the key itself where the catalogue lacks it.
#[must_use]
pub fn text(locale: Locale, key: &str) -> &str {
    catalogue(locale).get(key).map_or(key, AsRef::as_ref)
}

/// A unit of the tables as people read it: `m²` for `m2`, nothing for `1`, and itself where it is
/// one that a table of the project states.
#[must_use]
pub fn unit(locale: Locale, of_table: &str) -> &str {
    match of_table {
        "1" => "",
        "people" => text(locale, "analysis.unit.people"),
        "m2" => text(locale, "analysis.unit.m2"),
        "m2/person" => text(locale, "analysis.unit.m2_person"),
        "people/unit" => text(locale, "analysis.unit.people_unit"),
        other => other,
    }
}

/// A name with its [`unit()`] in brackets, if it has one.
#[must_use]
pub fn with_unit(locale: Locale, name: &str, of_table: &str) -> String {
    match unit(locale, of_table) {
        "" => name.to_owned(),
        unit => format!("{name} ({unit})"),
    }
}

/// Renders a message: its catalogue text with `{name}` replaced by the values.
///
/// A value that starts with `@` is a catalogue key itself and is looked up; the plain values
/// fill that text too.
#[must_use]
pub fn render(locale: Locale, message: &Message) -> String {
    let template = text(locale, message.key);
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let Some(len) = rest[open..].find('}') else { break };
        out.push_str(&rest[..open]);
        let name = &rest[open + 1..open + len];
        match message.values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => match value.strip_prefix('@') {
                Some(key) => out.push_str(&fill(text(locale, key), message)),
                None => out.push_str(value),
            },
            None => {
                let _ = write!(out, "{{{name}}}");
            }
        }
        rest = &rest[open + len + 1..];
    }
    out.push_str(rest);
    out
}

/// Puts the plain values of a message into a text that one of them has named.
fn fill<'t>(text: &'t str, message: &Message) -> Cow<'t, str> {
    let plain = message.values.iter().filter(|(_, value)| !value.starts_with('@'));
    plain.fold(Cow::Borrowed(text), |text, (name, value)| {
        let slot = format!("{{{name}}}");
        if text.contains(&slot) { text.replace(&slot, value).into() } else { text }
    })
}

/// Writes a number for people: Spanish `12 345,6`, English `12,345.6`.
///
/// Spanish groups thousands with a thin no-break space from five digits on
/// (RAE, *Ortografía* 2010, §8.2.1.2), and Peru's NTP 712 decimal comma.
#[must_use]
pub fn number(locale: Locale, value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain.as_str(), ""));
    let (group, mark, from) = match locale {
        Locale::Es => ("\u{202f}", ',', 5),
        Locale::En => (",", '.', 4),
    };
    let mut out = String::new();
    if value < 0.0 && plain.bytes().any(|b| b.is_ascii_digit() && b != b'0') {
        out.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && whole.len() >= from && (whole.len() - i).is_multiple_of(3) {
            out.push_str(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(mark);
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_people_and_one_is_none() {
        assert_eq!(unit(Locale::Es, "people"), "habitantes");
        assert_eq!(unit(Locale::En, "m2/person"), "m²/person");
        assert_eq!(with_unit(Locale::Es, "casas", "1"), "casas");
        assert_eq!(with_unit(Locale::Es, "agua", "h/día"), "agua (h/día)");
    }

    #[test]
    fn numbers_are_written_for_people() {
        let cases = [
            (Locale::Es, 1234.5, 1, "1234,5"),
            (Locale::Es, 12345.0, 0, "12\u{202f}345"),
            (Locale::Es, 1_234_567.891, 2, "1\u{202f}234\u{202f}567,89"),
            (Locale::En, 1234.5, 1, "1,234.5"),
            (Locale::En, -0.04, 1, "0.0"),
            (Locale::Es, -7.73, 2, "\u{2212}7,73"),
        ];
        for (locale, value, decimals, expected) in cases {
            assert_eq!(number(locale, value, decimals), expected);
        }
    }

    #[test]
    fn line_by_line_a_topic_reads_as_the_toml_that_it_is() {
        for topic in ES.iter().chain(EN) {
            let (mut quick, mut whole) = (Vec::new(), Vec::new());
            flatten("", &table(topic), &mut whole);
            if add_lines(topic, &mut quick).is_some() {
                let sorted = |all: Vec<Entry>| all.into_iter().collect::<Catalogue>();
                assert_eq!(sorted(quick), sorted(whole));
            }
        }
        let read = |text: &'static str| {
            let mut found = Vec::new();
            add_lines(text, &mut found).map(|()| found)
        };
        let found = read("# x\n[a.b]\nc = \"d \\\"e\\\" = f\"\n\n[g]\nh = \"\"").unwrap();
        let expected = [("a.b.c", "d \"e\" = f"), ("g.h", "")];
        assert!(found.iter().map(|(k, v)| (k.as_str(), &**v)).eq(expected));
        for (text, expected) in [(r#"a = "\\n""#, r"\n"), (r#"a = "\n\\""#, "\n\\")] {
            assert_eq!(read(text).unwrap(), [("a".to_owned(), expected.into())]);
        }
        for other in
            ["a = 1", "a = 'b'", "'a' = \"b\"", "a = \"\"\"b", "a = [\"b\"]", "[[a]]"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_values() {
        let (es, en) = (catalogue(Locale::Es), catalogue(Locale::En));
        let keys = |c: &'static Catalogue| c.keys().collect::<Vec<_>>();
        assert_eq!(keys(es), keys(en));
        let names = |text: &str| {
            let mut found: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
                .collect();
            found.sort();
            found.dedup();
            found
        };
        for (key, text) in es {
            assert_eq!(names(text), names(&en[key]), "{key}");
        }
    }
}
