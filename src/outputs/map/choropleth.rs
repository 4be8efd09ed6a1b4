//! Classes of values on a map: their paints, their names, and what lies in each.
//!
//! In: values, a method, and what stands beside each class. Out: the class of each value and
//! the legend. Darker is worse. Nothing is computed but where classes end; what is counted
//! beside them are sums of figures of the tables.

use crate::config::{Breaks, Settings};
use crate::geometry::ExposureLayer;

use super::breaks;
use super::legend::{Entry, Group, Sign};
use super::scene::{Paint, Rule};
use super::sketch::Sketch;
use super::style;
use super::words::Words;

/// Classes where nobody says how many.
const CLASSES: usize = 5;

/// Method and number of classes of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// Where classes end.
    pub breaks: Breaks,
    /// How many are wanted.
    pub classes: usize,
}

impl Method {
    /// What the project sets for a map, or for all.
    #[must_use]
    pub fn of(settings: &Settings, map: &str) -> Self {
        let maps = &settings.maps;
        let own = maps.sheets.get(map);
        let breaks = own.and_then(|own| own.breaks).unwrap_or(maps.breaks);
        let classes = own.and_then(|own| own.classes).or(maps.classes);
        Self { breaks, classes: classes.unwrap_or(CLASSES) }
    }

    /// Word of the catalogue for its name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self.breaks {
            Breaks::Standard => "map.breaks.standard",
            Breaks::Quantile => "map.breaks.quantile",
            Breaks::Jenks => "map.breaks.jenks",
            Breaks::Pretty => "map.breaks.pretty",
        }
    }
}

/// Classes of values by their size.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Upper ends, growing.
    pub ends: Vec<f64>,
    /// The smallest value.
    pub low: f64,
    /// Whether large values are the bad ones.
    pub high_is_worse: bool,
}

impl Classes {
    /// Classes of values; none if there is no value.
    #[must_use]
    pub fn of(method: Method, values: &[f64], high_is_worse: bool) -> Option<Self> {
        let ends = breaks::ends(method.breaks, values, method.classes);
        let low = values.iter().copied().filter(|v| v.is_finite()).reduce(f64::min)?;
        (!ends.is_empty()).then_some(Self { ends, low, high_is_worse })
    }

    /// The class of a value.
    #[must_use]
    pub fn class_of(&self, value: f64) -> Option<usize> {
        breaks::class_of(&self.ends, value)
    }

    /// The paint of a class.
    #[must_use]
    pub fn paint(&self, class: usize) -> Paint {
        let count = self.ends.len();
        let rank = if self.high_is_worse { class } else { count - 1 - class };
        style::ramp(rank, count)
    }

    /// The values of a class, in words.
    #[must_use]
    pub fn label(
        &self,
        words: Words,
        class: usize,
        show: impl Fn(f64) -> String,
    ) -> String {
        let from = if class == 0 { self.low } else { self.ends[class - 1] };
        let (from, to) = (show(from), show(self.ends[class]));
        if from == to {
            return to;
        }
        let key = if class == 0 { "map.class.first" } else { "map.class.range" };
        let message = crate::domain::Message::new(key).with("from", from).with("to", to);
        words.say(&message)
    }
}

/// One class of features: how it looks, what it is called, what is in it.
pub struct FeatureClass {
    /// Its paint.
    pub paint: Paint,
    /// Its values in words.
    pub label: String,
    /// Figures beside it.
    pub figures: Vec<String>,
}

impl<'a> Sketch<'a> {
    /// Paints the features of a layer by their classes; points as dots.
    pub fn classed(
        &mut self,
        layer: &'a ExposureLayer,
        class_of: &[usize],
        classes: &[FeatureClass],
    ) {
        let view = self.view;
        let shapes = &layer.layer.shapes;
        for (class, look) in classes.iter().enumerate() {
            let is_own = |row: usize| class_of.get(row) == Some(&class);
            let areas = view.areas(shapes, is_own);
            let lines = view.lines(shapes, is_own);
            let points = view.points(shapes, is_own);
            let has_areas = !areas.is_empty();
            let edge = style::FACILITY.with_alpha(0.55);
            self.scene.group(&look.label, |scene| {
                scene.fill(areas, Rule::NonZero, look.paint);
                scene.stroke(lines, if has_areas { 0.06 } else { 0.4 }, edge, &[]);
                let disc = |(_, at)| super::scene::disc(at, 0.55);
                let dots = points.into_iter().map(disc).collect();
                scene.fill(dots, Rule::NonZero, look.paint);
            });
        }
        self.note_source(&layer.layer);
    }
}

/// The legend of classes of features.
#[must_use]
pub fn group(heading: String, columns: Vec<String>, classes: Vec<FeatureClass>) -> Group {
    let entry = |class: FeatureClass| Entry {
        sign: Sign::Area(class.paint, Some((style::RULE, 0.12))),
        label: class.label,
        figures: class.figures,
    };
    let entries = classes.into_iter().map(entry).collect();
    Group { heading, columns, entries, ..Group::default() }
}
