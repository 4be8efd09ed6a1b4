//! The arguments: what may be typed, and what it means.
//!
//! In: words. Out: [`Given`](super::jobs::Given), checked as far as it goes without a file; or what is wrong
//! with them. Help is put into the language in [`super::usage`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, FromArgMatches as _, Parser, Subcommand};

use super::cache::Place as CachePlace;
use super::error::CliError;
use super::jobs::{
    Command, CompareJob, ExplainJob, Given, InspectJob, Job, RenderJob, ReviewJob,
    SeriesJob, SiteJob, VerifyJob, Voice,
};
use super::{screen, usage};
use crate::config::nearest;
use crate::config::options::is_date;
use crate::i18n::Locale;
use crate::outputs::Products;
use crate::outputs::map::stored::Format;
use crate::pipeline::site::{Place, Request};

/// The words as clap takes them apart; they are read in [`Typed::read`].
#[derive(Debug, Parser)]
#[command(name = "atalaya", version, disable_help_flag = true)]
#[command(disable_version_flag = true, disable_help_subcommand = true)]
#[command(subcommand_required = true)]
pub(super) struct Typed {
    #[arg(long, global = true)]
    lang: Option<String>,
    #[arg(long, short, global = true)]
    quiet: bool,
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    verbose: bool,
    #[arg(long, global = true)]
    threads: Option<String>,
    #[arg(long, global = true)]
    cache: Option<OsString>,
    #[command(subcommand)]
    command: TypedCommand,
}

#[derive(Debug, Subcommand)]
enum TypedCommand {
    #[command(visible_alias = "ejecutar")]
    Run(TypedRun),
    #[command(visible_alias = "revisar")]
    Check {
        project: PathBuf,
        #[arg(long, action = ArgAction::Append)]
        set: Vec<String>,
    },
    #[command(visible_alias = "nuevo")]
    New { dir: PathBuf },
    #[command(visible_alias = "esquema")]
    Schema,
    #[command(visible_alias = "explicar")]
    Explain {
        project: PathBuf,
        figure: String,
        #[arg(long)]
        json: bool,
        #[arg(long, action = ArgAction::Append)]
        set: Vec<String>,
    },
    #[command(visible_alias = "autoprueba")]
    Selftest,
    #[command(visible_alias = "comparar")]
    Compare {
        run_a: PathBuf,
        run_b: PathBuf,
        #[arg(long)]
        project_a: Option<PathBuf>,
        #[arg(long)]
        project_b: Option<PathBuf>,
        #[arg(long = "figure", id = "shown")]
        shown: Option<String>,
        #[arg(long)]
        json: bool,
        #[arg(long = "out", id = "into")]
        into: Option<PathBuf>,
    },
    #[command(visible_alias = "inspeccionar")]
    Inspect {
        #[arg(required = true)]
        file: Vec<PathBuf>,
        #[arg(long = "project", id = "near")]
        near: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    #[command(visible_alias = "emplazar")]
    Site(TypedSite),
    #[command(visible_alias = "verificar")]
    Verify {
        run: PathBuf,
        #[arg(long = "project", id = "from")]
        from: Option<PathBuf>,
        #[arg(long, action = ArgAction::Append)]
        set: Vec<String>,
    },
    #[command(visible_alias = "serie")]
    Series {
        #[arg(required = true)]
        runs: Vec<PathBuf>,
        #[arg(long = "out", id = "stacked")]
        stacked: Option<PathBuf>,
    },
    #[command(visible_alias = "dibujar")]
    Render {
        run: PathBuf,
        #[arg(long)]
        map: String,
        #[arg(long)]
        format: Option<String>,
        #[arg(long)]
        dpi: Option<String>,
        #[arg(long = "out", id = "drawn")]
        drawn: Option<PathBuf>,
    },
    #[command(visible_alias = "juntar")]
    Review {
        run: PathBuf,
        #[arg(required = true)]
        notes: Vec<PathBuf>,
        #[arg(long = "project", id = "ground")]
        ground: Option<PathBuf>,
        #[arg(long = "out", id = "merged")]
        merged: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct TypedRun {
    project: PathBuf,
    #[arg(long)]
    out: Option<PathBuf>,
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[arg(long, action = ArgAction::Append)]
    set: Vec<String>,
    #[arg(long)]
    date: Option<String>,
    #[arg(long)]
    scenarios: bool,
}

#[derive(Debug, Args)]
struct TypedSite {
    project: PathBuf,
    #[arg(allow_hyphen_values = true)]
    place: String,
    #[arg(long)]
    add: Option<String>,
    #[arg(long)]
    crs: Option<String>,
    #[arg(long = "layer", id = "inner")]
    inner: Option<String>,
    #[arg(long = "feature", id = "one")]
    one: Option<String>,
    #[arg(long)]
    accuracy: Option<String>,
    #[arg(long = "scenarios", id = "variants")]
    variants: bool,
    #[arg(long)]
    json: bool,
    #[arg(long = "out", id = "sheet")]
    sheet: Option<PathBuf>,
    #[arg(long, action = ArgAction::Append)]
    set: Vec<String>,
}

/// Reads the arguments; `None` if they asked for help or the version, which was given.
pub(super) fn parse(
    arguments: &[OsString],
    locale: Locale,
) -> Result<Option<Given>, CliError> {
    let mut command = usage::command(locale);
    let typed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|mut matches| Typed::from_arg_matches_mut(&mut matches));
    match typed {
        Ok(typed) => typed.read().map(Some),
        Err(error) if !error.use_stderr() => {
            screen::give(&error.render().to_string());
            Ok(None)
        }
        Err(error) => Err(usage::explained(&error)),
    }
}

impl Typed {
    fn read(self) -> Result<Given, CliError> {
        let lang = match self.lang {
            Some(tag) => Some(Locale::parse(&tag).ok_or(CliError::Lang { found: tag })?),
            None => None,
        };
        let threads = self.threads.map(|text| thread_count(&text)).transpose()?;
        let voice = match (self.quiet, self.verbose) {
            (true, _) => Voice::Quiet,
            (_, true) => Voice::Verbose,
            _ => Voice::Normal,
        };
        let cache = CachePlace::of(self.cache);
        Ok(Given { command: self.command.read()?, lang, voice, threads, cache })
    }
}

impl TypedCommand {
    fn read(self) -> Result<Command, CliError> {
        Ok(match self {
            Self::Run(run) => Command::Run(run.read()?),
            Self::Check { project, set } => {
                let overrides = pairs(set)?;
                let only = Products::ALL;
                let (date, scenarios) = (None, false);
                Command::Check(Job { project, overrides, only, date, scenarios })
            }
            Self::New { dir } => Command::New(dir),
            Self::Schema => Command::Schema,
            Self::Selftest => Command::Selftest,
            Self::Explain { project, figure, json, set } => {
                let overrides = pairs(set)?;
                Command::Explain(ExplainJob { project, figure, json, overrides })
            }
            Self::Compare { run_a, run_b, project_a, project_b, shown, json, into } => {
                Command::Compare(CompareJob {
                    a: run_a,
                    b: run_b,
                    projects: [project_a, project_b],
                    figure: shown,
                    json,
                    out: into,
                })
            }
            Self::Inspect { file, near, json } => {
                Command::Inspect(InspectJob { files: file, project: near, json })
            }
            Self::Site(site) => Command::Site(site.read()?),
            Self::Verify { run, from, set } => {
                let overrides = pairs(set)?;
                Command::Verify(VerifyJob { run, project: from, overrides })
            }
            Self::Series { runs, stacked } => {
                Command::Series(SeriesJob { runs, out: stacked })
            }
            Self::Render { run, map, format, dpi, drawn } => {
                let format = picture_format(format, drawn.as_deref())?;
                let dpi = dpi.map(|text| resolution(&text)).transpose()?;
                Command::Render(RenderJob { run, map, format, dpi, out: drawn })
            }
            Self::Review { run, notes, ground, merged } => Command::Review(ReviewJob {
                run,
                files: notes,
                project: ground,
                out: merged,
            }),
        })
    }
}

impl TypedRun {
    fn read(self) -> Result<Job, CliError> {
        let mut overrides = pairs(self.set)?;
        overrides.extend(self.out.as_deref().map(output_override));
        let date = match self.date {
            Some(text) if text.len() == 10 && is_date(&text) => Some(text),
            Some(found) => return Err(CliError::Date { found }),
            None => None,
        };
        let only = products(&self.only)?;
        let (project, scenarios) = (self.project, self.scenarios);
        Ok(Job { project, overrides, only, date, scenarios })
    }
}

impl TypedSite {
    fn read(self) -> Result<SiteJob, CliError> {
        let place = match coordinates(&self.place)? {
            Some(at) => Place::At(at),
            None => Place::File(PathBuf::from(&self.place), self.inner),
        };
        let given = match &place {
            Place::At([x, y]) => format!("{x},{y}"),
            Place::File(path, _) => {
                path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        };
        Ok(SiteJob {
            project: self.project,
            given,
            request: Request {
                place,
                crs: self.crs,
                feature: self.one,
                accuracy_m: self.accuracy.map(|text| accuracy(&text)).transpose()?,
                add: self.add,
                scenarios: self.variants,
            },
            json: self.json,
            out: self.sheet,
            overrides: pairs(self.set)?,
        })
    }
}

/// Two numbers with a comma between them; `None` if it is the name of a file.
///
/// What has no letter can be no file that is meant: then a number that cannot be read is told.
fn coordinates(text: &str) -> Result<Option<[f64; 2]>, CliError> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let number = |part: &str| part.parse::<f64>().ok().filter(|value| value.is_finite());
    if let [x, y] = parts.as_slice()
        && let (Some(x), Some(y)) = (number(x), number(y))
    {
        return Ok(Some([x, y]));
    }
    let is_meant =
        !text.chars().any(char::is_alphabetic) && text.contains([',', ';', ' ']);
    if is_meant && !Path::new(text).exists() {
        return Err(CliError::Coordinates { found: text.to_owned() });
    }
    Ok(None)
}

/// `--out` counts from the working directory, the project's own key from its file.
fn output_override(out: &Path) -> (String, String) {
    let absolute = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let text = toml::Value::String(absolute.to_string_lossy().into_owned());
    ("outputs.directory".to_owned(), text.to_string())
}

fn pairs(set: Vec<String>) -> Result<Vec<(String, String)>, CliError> {
    let pair = |text: String| match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(CliError::Override { found: text }),
    };
    set.into_iter().map(pair).collect()
}

/// Most threads that anybody can mean.
const MOST_THREADS: usize = 1024;

fn thread_count(text: &str) -> Result<usize, CliError> {
    let count = text.parse().ok().filter(|count| (1..=MOST_THREADS).contains(count));
    count.ok_or_else(|| CliError::ThreadCount { found: text.to_owned() })
}

/// The format that is asked for; else that of the file's ending, else pixels.
fn picture_format(name: Option<String>, out: Option<&Path>) -> Result<Format, CliError> {
    if let Some(found) = name {
        return Format::parse(&found).ok_or(CliError::PictureFormat { found });
    }
    let ending = out.and_then(Path::extension).map(|e| e.to_string_lossy().into_owned());
    match ending {
        Some(found) => Format::parse(&found).ok_or(CliError::PictureFormat { found }),
        None => Ok(Format::Png),
    }
}

/// Least and most dots per inch of a picture: from a thumbnail to what a press needs.
const RESOLUTIONS: std::ops::RangeInclusive<f32> = 20.0..=600.0;

fn resolution(text: &str) -> Result<f32, CliError> {
    let dpi = text.parse().ok().filter(|dpi| RESOLUTIONS.contains(dpi));
    dpi.ok_or_else(|| CliError::Resolution { found: text.to_owned() })
}

/// Metres that a place may be off: more than a hundred kilometres is no position.
const ACCURACIES: std::ops::RangeInclusive<f64> = 0.0..=100_000.0;

fn accuracy(text: &str) -> Result<f64, CliError> {
    let meters = text.parse().ok().filter(|meters| ACCURACIES.contains(meters));
    meters.ok_or_else(|| CliError::Accuracy { found: text.to_owned() })
}

/// What `--only` asks for; everything without it.
pub(super) fn products(only: &[String]) -> Result<Products, CliError> {
    if only.is_empty() {
        return Ok(Products::ALL);
    }
    let mut wanted = Products::NONE;
    for word in only.iter().map(|word| word.trim()) {
        let found = word.to_owned();
        match word {
            "tables" => wanted.tables = true,
            "maps" => wanted.maps = true,
            "report" => wanted.report = true,
            "exports" => wanted.exports = true,
            "viewer" => wanted.viewer = true,
            _ => {
                let known = ["tables", "maps", "report", "exports", "viewer"];
                let nearest = nearest(word, known);
                return Err(CliError::UnknownProduct { found, nearest });
            }
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(words: &[&str]) -> Result<Given, CliError> {
        let words: Vec<OsString> =
            ["atalaya"].iter().chain(words).map(OsString::from).collect();
        parse(&words, Locale::En).map(|given| given.unwrap())
    }

    #[test]
    fn a_run_takes_its_options_apart() {
        let given = given(&[
            "ejecutar",
            "p.toml",
            "--set",
            "project.id=x",
            "--set",
            "a.b = 1=2",
            "--only",
            "maps",
            "--date",
            "2026-02-28",
            "--threads",
            "2",
            "--lang",
            "en_GB",
            "-q",
        ])
        .unwrap();
        assert_eq!((given.lang, given.threads), (Some(Locale::En), Some(2)));
        assert_eq!(given.voice, Voice::Quiet);
        let Command::Run(job) = given.command else { panic!("not a run") };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(job.overrides, [pair("project.id", "x"), pair("a.b", "1=2")]);
        assert_eq!(job.only, Products { maps: true, ..Products::NONE });
        assert_eq!(job.date.as_deref(), Some("2026-02-28"));
    }

    #[test]
    fn the_output_folder_counts_from_the_working_directory() {
        let Command::Run(job) =
            given(&["run", "p.toml", "--out", "a b"]).unwrap().command
        else {
            panic!("not a run")
        };
        let here = std::env::current_dir().unwrap().join("a b");
        let expected = format!("\"{}\"", here.display());
        assert_eq!(job.overrides, [("outputs.directory".to_owned(), expected)]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let found = |text: &str| text.to_owned();
        let cases: [(&[&str], CliError); 11] = [
            (&[], CliError::NoCommand),
            (
                &["runn", "p"],
                CliError::UnknownCommand {
                    found: found("runn"),
                    nearest: Some(found("run")),
                },
            ),
            (&["run"], CliError::MissingArgument { names: found("<PROJECT.toml>") }),
            (
                &["run", "p", "--ouut", "d"],
                CliError::UnknownArgument {
                    found: found("--ouut"),
                    nearest: Some(found("--out")),
                },
            ),
            (
                &["run", "p", "--out"],
                CliError::MissingValue { argument: found("--out <DIR>") },
            ),
            (
                &["run", "p", "-q", "-v"],
                CliError::Conflict {
                    first: found("--quiet"),
                    second: found("--verbose"),
                },
            ),
            (
                &["run", "p", "--only", "table"],
                CliError::UnknownProduct {
                    found: found("table"),
                    nearest: Some(found("tables")),
                },
            ),
            (&["run", "p", "--set", "a"], CliError::Override { found: found("a") }),
            (
                &["run", "p", "--date", "2026-02-30"],
                CliError::Date { found: found("2026-02-30") },
            ),
            (
                &["run", "p", "--threads", "0"],
                CliError::ThreadCount { found: found("0") },
            ),
            (&["run", "p", "--lang", "fr"], CliError::Lang { found: found("fr") }),
        ];
        for (words, expected) in cases {
            assert_eq!(given(words).unwrap_err(), expected, "{words:?}");
        }
    }
}
