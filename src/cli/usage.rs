//! clap in the language of whoever asks: help, and what is wrong with the arguments.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory as _, Error};

use super::arguments::Typed;
use super::error::CliError;
use crate::i18n::{self, Locale};

/// The command with all its texts in a language.
pub(super) fn command(locale: Locale) -> Command {
    let mut command = localized(Typed::command(), locale).arg(flag(
        "version",
        'V',
        ArgAction::Version,
        locale,
    ));
    let names: Vec<String> =
        command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| localized(sub, locale));
    }
    command
}

fn localized(command: Command, locale: Locale) -> Command {
    let name = command.get_name().to_owned();
    let template = format!(
        "{{about}}\n\n{}: {{usage}}\n\n{{all-args}}\n",
        text(locale, "cli.usage_label")
    );
    command
        .about(text(locale, &format!("cli.about.{name}")))
        .override_usage(text(locale, &format!("cli.usage.{name}")))
        .subcommand_help_heading(text(locale, "cli.heading.commands"))
        .help_template(template)
        .mut_args(|arg| described(arg, locale))
        .arg(flag("help", 'h', ArgAction::Help, locale))
}

fn described(arg: Arg, locale: Locale) -> Arg {
    let id = arg.get_id().to_string();
    let heading = if arg.is_positional() { "arguments" } else { "options" };
    let heading = text(locale, &format!("cli.heading.{heading}"));
    let arg = arg.help(text(locale, &format!("cli.arg.{id}"))).help_heading(heading);
    match i18n::catalogue(locale).get(&format!("cli.value.{id}")) {
        Some(name) => arg.value_name(&**name),
        None => arg,
    }
}

fn flag(name: &'static str, short: char, action: ArgAction, locale: Locale) -> Arg {
    let arg = Arg::new(name).long(name).short(short).action(action);
    described(arg, locale)
}

/// A text of the catalogue, which lives as long as the program.
fn text(locale: Locale, key: &str) -> &'static str {
    i18n::catalogue(locale).get(key).map_or("", AsRef::as_ref)
}

/// What clap found wrong, as far as it can be told in both languages.
pub(super) fn explained(error: &Error) -> CliError {
    let of = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = of(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') => {
            CliError::ExtraArgument { found: argument }
        }
        ErrorKind::UnknownArgument => {
            let nearest = Some(of(ContextKind::SuggestedArg)).filter(|n| !n.is_empty());
            CliError::UnknownArgument { found: argument, nearest }
        }
        ErrorKind::InvalidSubcommand => {
            let found = of(ContextKind::InvalidSubcommand);
            let nearest = error.get(ContextKind::SuggestedSubcommand).map(first);
            CliError::UnknownCommand { found, nearest }
        }
        ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => CliError::NoCommand,
        ErrorKind::MissingRequiredArgument => {
            CliError::MissingArgument { names: argument }
        }
        ErrorKind::ArgumentConflict => {
            let second = of(ContextKind::PriorArg);
            if second == argument {
                return CliError::Repeated { argument };
            }
            CliError::Conflict { first: argument, second }
        }
        ErrorKind::InvalidValue | ErrorKind::TooFewValues
            if of(ContextKind::InvalidValue).is_empty() =>
        {
            CliError::MissingValue { argument }
        }
        _ => {
            let all = error.render().to_string();
            let line = all.lines().next().unwrap_or_default();
            CliError::Other { detail: line.trim_start_matches("error: ").to_owned() }
        }
    }
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(words) => words.join(" "),
        other => other.to_string(),
    }
}

fn first(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(words) => words.first().cloned().unwrap_or_default(),
        other => other.to_string(),
    }
}
