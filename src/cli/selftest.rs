//! `selftest`: numbers of other programs and figures worked out by hand, computed here.

use super::jobs::Given;
use super::progress::Progress;
use super::{Failure, is_quiet, screen, size_pool};
use crate::domain::Message;
use crate::i18n::{self, Locale};
use crate::pipeline::selftest;

pub(super) fn selftest(given: &Given, locale: Locale) -> Result<u8, Failure> {
    size_pool(given.threads)?;
    let locale = given.lang.unwrap_or(locale);
    let progress = Progress::new(locale, given.voice);
    let checks = selftest::selftest(&progress)?;
    drop(progress);
    let say = |message: &Message| i18n::render(locale, message);
    let mut lines = Vec::new();
    for check in &checks {
        let what = format!("@selftest.check.{}", check.id);
        let good = check.cases - check.failures.len();
        let line = Message::new("selftest.counted")
            .with("what", what)
            .with("good", good)
            .with("cases", check.cases);
        lines.push(say(&line));
        lines.extend(check.failures.iter().map(|failure| {
            let line = Message::new("selftest.wrong")
                .with("what", &failure.what)
                .with("expected", &failure.expected)
                .with("found", &failure.found);
            format!("  {}", say(&line))
        }));
    }
    let is_good = checks.iter().all(|check| check.failures.is_empty());
    let end = if is_good { "selftest.good" } else { "selftest.bad" };
    lines.push(say(&Message::new(end).with("version", env!("CARGO_PKG_VERSION"))));
    if !is_quiet(given.voice) {
        screen::give(&format!("{}\n", lines.join("\n")));
    }
    Ok(u8::from(!is_good))
}
