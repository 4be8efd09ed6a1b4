//! The two streams. A reader that has gone away is no trouble of ours.

use std::io::{self, Write as _};

use crate::i18n::{self, Locale};
use crate::outputs::Written;

/// Says a line to people.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Gives a text to a pipe.
pub(super) fn give(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says where files were written, and where the folder before them is kept.
pub(super) fn say_place(locale: Locale, written: &Written) {
    say(&i18n::render(locale, &written.place()));
    if let Some(notice) = written.notice() {
        say(&i18n::render(locale, &notice));
    }
}
