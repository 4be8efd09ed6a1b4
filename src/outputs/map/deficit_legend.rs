//! The legend of a deficit's map: its classes, and what stands beside each.
//!
//! In: the rows of a deficit and the class of each territory. Out: a group whose figures are
//! rows of the tables, or sums of them.

use crate::config::DeficitKind;
use crate::domain::{Message, TOTAL};
use crate::geometry::StudyArea;

use super::deficit_colouring::{Class, Colouring, class_label};
use super::deficit_map::Theme;
use super::figures;
use super::legend::{Entry, Group, Sign};
use super::margin;
use super::style::GapClass;
use super::words::Words;

/// What stands beside the classes of a legend.
pub(super) struct ClassFigures<'a> {
    columns: Vec<String>,
    of: Box<dyn Fn(Class) -> Vec<String> + 'a>,
    /// Whose people they are, or why there are none.
    note: String,
}

/// The territories of each class and their people: those that the deficit is counted in, else
/// all who live there, as the table of exposure has them. A figure for the whole only has the
/// people of the whole.
pub(super) fn class_figures<'a>(
    words: Words,
    theme: &'a Theme<'a>,
    area: &'a StudyArea,
    classes: &'a [Class],
    is_whole: bool,
) -> ClassFigures<'a> {
    let find = |code: &str| theme.rows.iter().find(|row| row.territory == code).copied();
    let territories = area.territories.iter().map(|t| t.code.as_str());
    let own = move |class: Class| {
        let all = territories.clone().zip(classes);
        all.filter(move |(_, of)| **of == class).map(|(code, _)| code)
    };
    let has_people = theme.rows.iter().any(|row| row.people.is_some());
    let people = move |class: Class| -> Option<String> {
        if has_people {
            let all = own(class).map(|code| find(code).and_then(|row| row.people));
            let sum: Option<f64> = all.sum();
            return Some(
                sum.map_or_else(|| "\u{2013}".to_owned(), |v| words.number(v, 0)),
            );
        }
        let residents = theme.residents?;
        let whole = std::iter::once(TOTAL).filter(|_| is_whole);
        let parts = own(class).filter(|_| !is_whole);
        Some(residents.told(words, whole.chain(parts)))
    };
    let count = move |class: &Class| classes.iter().filter(|of| *of == class).count();
    let mut columns = Vec::new();
    columns.extend((!is_whole).then(|| words.of("map.legend.territories")));
    if has_people || theme.residents.is_some() {
        columns.push(words.of("map.measure.people"));
    }
    let note = match theme.residents {
        _ if has_people => String::new(),
        None => words.of("map.legend.no_residents"),
        Some(residents) => {
            let source = margin::citation(words, residents.layer);
            words.with("map.legend.residents", "source", &source)
        }
    };
    let of = move |class: Class| {
        let count = (!is_whole).then(|| count(&class).to_string());
        count.into_iter().chain(people(class)).collect()
    };
    ClassFigures { columns, of: Box::new(of), note }
}

/// The classes on the map with the number of territories in each, and their people.
pub(super) fn class_group(
    words: Words,
    theme: &Theme<'_>,
    classes: &[Class],
    beside: ClassFigures<'_>,
) -> Group {
    let mut found = classes.to_vec();
    found.sort_unstable();
    found.dedup();
    let kind = &theme.deficit.kind;
    let unit = theme.rows.first().map_or("", |row| row.unit.as_str());
    let show = |value: f64| match kind {
        DeficitKind::Access { .. } => words.percent(value),
        _ => words.figure(value),
    };
    let has_standard = theme.rows.iter().any(|row| row.standard.is_some());
    let is_of_nothing = theme.deficit.standard.is_some_and(|standard| standard <= 0.0);
    let label = |class: Class| match (&theme.colouring, class) {
        (Colouring::Values(all), Class::Value(class)) => all.label(words, class, show),
        (_, Class::Gap(GapClass::Unquantified)) if is_of_nothing => {
            words.of("map.class.not_met")
        }
        (_, Class::Gap(GapClass::Undecided)) if !has_standard => {
            words.of("map.class.known")
        }
        (_, Class::Gap(class)) => class_label(words, class),
        (Colouring::Gap, Class::Value(_)) => words.of("map.class.unknown"),
    };
    let entry = |class: &Class| Entry {
        sign: Sign::Area(theme.colouring.paint(*class), None),
        label: label(*class),
        figures: (beside.of)(*class),
    };
    let entries = found.iter().map(entry).collect();
    let heading = match theme.colouring {
        Colouring::Gap if !has_standard => words.of("map.legend.no_standard"),
        Colouring::Gap if is_of_nothing => words.of("map.legend.met"),
        Colouring::Gap => words.of("map.legend.gap"),
        Colouring::Values(_) => {
            let unit = figures::deficit_unit(words, kind, unit);
            let message = Message::new("map.legend.values")
                .with("method", words.of(theme.method.key()))
                .with("unit", unit);
            words.say(&message)
        }
    };
    let ClassFigures { columns, note, .. } = beside;
    Group { heading, columns, entries, note, ..Group::default() }
}
