//! Errors for people: what, where with the line and a mark under it, and the way out.

use super::screen;
use crate::config::OVERRIDE;
use crate::domain::{Explain, Message, Place};
use crate::i18n::{self, Locale};

/// Reports one error.
pub(super) fn one(locale: Locale, error: &dyn Explain) {
    screen::say(&lines(locale, error).join("\n"));
}

/// Reports all errors, then how many there are.
pub(super) fn all(locale: Locale, errors: &[&dyn Explain]) {
    for error in errors {
        screen::say(&lines(locale, *error).join("\n"));
        screen::say("");
    }
    let count =
        Message::new(if errors.len() == 1 { "cli.error_one" } else { "cli.error_many" })
            .with("count", errors.len());
    screen::say(&i18n::render(locale, &count));
}

fn lines(locale: Locale, error: &dyn Explain) -> Vec<String> {
    let label = i18n::text(locale, "cli.error_label");
    let mut lines = vec![format!("{label}: {}", i18n::render(locale, &error.message()))];
    if let Some(place) = error.place() {
        lines.extend(marked(place));
    }
    if let Some(hint) = error.hint() {
        let label = i18n::text(locale, "cli.hint_label");
        lines.push(format!("  {label}: {}", i18n::render(locale, &hint)));
    }
    lines
}

/// The place as `file:line:column`, the line itself and carets under what is meant.
fn marked(place: &Place) -> [String; 3] {
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    // A tab stays a tab, so that the carets stand where the text does.
    let before: String = place
        .text
        .chars()
        .chain(std::iter::repeat(' '))
        .take(place.column.saturating_sub(1))
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let carets = "^".repeat(place.width.max(1));
    let location = if place.file == OVERRIDE {
        place.file.clone()
    } else {
        format!("{}:{}:{}", place.file, place.line, place.column)
    };
    [
        format!("{gutter} --> {location}"),
        format!("{number} | {}", place.text),
        format!("{gutter} | {before}{carets}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_what_is_meant() {
        let place = |line, column, width, text: &str| Place {
            file: "p.toml".into(),
            line,
            column,
            width,
            text: text.into(),
        };
        let cases = [
            (
                place(7, 3, 2, "a bcd"),
                [
                    " ".to_owned() + " --> p.toml:7:3",
                    "7 | a bcd".into(),
                    "  |   ^^".into(),
                ],
            ),
            (
                place(12, 2, 1, "\tx"),
                ["   --> p.toml:12:2".into(), "12 | \tx".into(), "   | \t^".into()],
            ),
            (
                place(1, 4, 1, "añ"),
                ["  --> p.toml:1:4".into(), "1 | añ".into(), "  |    ^".into()],
            ),
        ];
        for (place, expected) in cases {
            assert_eq!(marked(&place), expected);
        }
    }
}
