//! How long each stage of a run takes.

use std::time::Instant;

use super::Watch;
use crate::domain::{Stage, Stages};

/// Tells the watcher of stages and keeps how long each took.
pub(super) struct Clock<'w> {
    watch: &'w dyn Watch,
    begun: Option<(Stage, Instant)>,
    done: Vec<(&'static str, f64)>,
}

impl<'w> Clock<'w> {
    pub(super) fn new(watch: &'w dyn Watch) -> Self {
        Self { watch, begun: None, done: Vec::new() }
    }

    /// The stage that has begun is over.
    pub(super) fn end(&mut self) {
        let Some((stage, begun)) = self.begun.take() else { return };
        let seconds = begun.elapsed().as_secs_f64();
        match self.done.iter_mut().find(|(known, _)| *known == stage.id()) {
            Some((_, sum)) => *sum += seconds,
            None => self.done.push((stage.id(), seconds)),
        }
    }

    /// Seconds by stage, of the stages that are over.
    pub(super) fn seconds(&self) -> Vec<(&'static str, f64)> {
        self.done.clone()
    }
}

impl Stages for Clock<'_> {
    fn begin(&mut self, stage: Stage) {
        self.end();
        self.watch.stage(stage);
        self.begun = Some((stage, Instant::now()));
    }
}
