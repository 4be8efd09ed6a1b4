//! Which language to speak: `--lang`, else the project's, else the environment's, else Spanish.

use std::ffi::OsString;

use crate::i18n::Locale;

/// The language for trouble with the arguments themselves, before they are understood.
pub(super) fn before_parsing(arguments: &[OsString]) -> Locale {
    of_arguments(arguments).unwrap_or_else(of_environment)
}

/// The language once a project has been read.
pub(super) fn choose(flag: Option<Locale>, project: Option<Locale>) -> Locale {
    flag.or(project).unwrap_or_else(of_environment)
}

fn of_arguments(arguments: &[OsString]) -> Option<Locale> {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let apart = || {
        words.iter().position(|w| *w == "--lang").and_then(|i| words.get(i + 1).copied())
    };
    Locale::parse(joined.or_else(apart)?)
}

fn of_environment() -> Locale {
    of_variables(["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok()))
}

/// The first variable that is set decides (POSIX); Spanish if it names neither language.
fn of_variables(variables: [Option<String>; 3]) -> Locale {
    let set = variables.into_iter().flatten().find(|value| !value.is_empty());
    set.and_then(|value| Locale::parse(&value)).unwrap_or(Locale::Es)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let cases = [
            ([None, None, None], Locale::Es),
            ([None, None, Some("en_US.UTF-8")], Locale::En),
            ([Some("es_PE.UTF-8"), None, Some("en_US.UTF-8")], Locale::Es),
            ([Some(""), Some("en"), Some("es")], Locale::En),
            ([Some("C"), None, Some("en_US.UTF-8")], Locale::Es),
            ([None, None, Some("qu_PE")], Locale::Es),
        ];
        for (values, expected) in cases {
            let variables = values.map(|value| value.map(str::to_owned));
            assert_eq!(of_variables(variables), expected, "{values:?}");
        }
    }

    #[test]
    fn the_flag_is_found_before_the_arguments_are_understood() {
        let cases: [(&[&str], Option<Locale>); 5] = [
            (&["atalaya", "--lang", "en", "run"], Some(Locale::En)),
            (&["atalaya", "run", "--lang=es"], Some(Locale::Es)),
            (&["atalaya", "run", "--lang"], None),
            (&["atalaya", "run", "--lang", "fr"], None),
            (&["atalaya", "lang"], None),
        ];
        for (words, expected) in cases {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(of_arguments(&words), expected, "{words:?}");
        }
    }
}
