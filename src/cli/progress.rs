//! What is going on, on a terminal, for anything that takes over a second.

use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::jobs::Voice;
use super::screen;
use crate::i18n::{self, Locale};
use crate::pipeline::{Stage, Watch};

/// Before this nobody needs to be told anything.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two pictures of the spinner.
const TICK: Duration = Duration::from_millis(120);

/// A line that names the stage at work; with `--verbose`, at the end, a line for each stage and
/// what it took in all: some come back, layer after layer.
#[derive(Debug)]
pub(super) struct Progress {
    locale: Locale,
    bar: ProgressBar,
    /// Dropped to wake the waiting thread.
    awake: Option<Sender<()>>,
    waiter: Option<JoinHandle<()>>,
    is_verbose: bool,
    times: Mutex<Times>,
}

/// The stage at work since when, and what those that are over took in all.
#[derive(Debug, Default)]
struct Times {
    at_work: Option<(Stage, Instant)>,
    over: Vec<(Stage, Duration)>,
}

impl Times {
    /// Another stage begins, or none.
    fn turn(&mut self, next: Option<Stage>) {
        if let Some((stage, begun)) = self.at_work.take() {
            let took = begun.elapsed();
            match self.over.iter_mut().find(|(known, _)| *known == stage) {
                Some((_, sum)) => *sum += took,
                None => self.over.push((stage, took)),
            }
        }
        self.at_work = next.map(|stage| (stage, Instant::now()));
    }
}

impl Progress {
    /// A line on stderr, if that is a terminal and nobody asked for silence.
    pub(super) fn new(locale: Locale, voice: Voice) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let is_shown = voice == Voice::Normal && std::io::stderr().is_terminal();
        let (awake, waiter) = if is_shown { show_later(&bar) } else { (None, None) };
        let is_verbose = voice == Voice::Verbose;
        Self { locale, bar, awake, waiter, is_verbose, times: Mutex::default() }
    }

    fn text(&self, stage: Stage) -> &'static str {
        let key = format!("cli.stage.{}", stage.id());
        i18n::catalogue(self.locale).get(&key).map_or(stage.id(), AsRef::as_ref)
    }

    /// Says how long each stage took.
    fn tell(&self) {
        let Ok(mut times) = self.times.lock() else { return };
        times.turn(None);
        for (stage, took) in &times.over {
            let seconds = i18n::number(self.locale, took.as_secs_f64(), 3);
            screen::say(&format!("{}: {seconds} s", self.text(*stage)));
        }
    }
}

/// Shows the bar once it has been worth waiting for.
fn show_later(bar: &ProgressBar) -> (Option<Sender<()>>, Option<JoinHandle<()>>) {
    let (awake, asleep) = mpsc::channel();
    let bar = bar.clone();
    let waiter = std::thread::spawn(move || {
        if asleep.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    });
    (Some(awake), Some(waiter))
}

impl Watch for Progress {
    fn stage(&self, stage: Stage) {
        if let Ok(mut times) = self.times.lock() {
            times.turn(Some(stage));
        }
        self.bar.set_message(self.text(stage));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_verbose {
            self.tell();
        }
        drop(self.awake.take());
        if let Some(waiter) = self.waiter.take() {
            // A thread that only waits cannot fail in a way that matters here.
            let _ = waiter.join();
        }
        self.bar.finish_and_clear();
    }
}
