//! Facilities that lie in a hazard zone: what would be lost with each.

use super::Block;
use super::appendix::Appendix;
use super::context::{ANY, Context};
use super::grid::{Cell, Grid, Group, Row};
use crate::analysis::FacilityRow;
use crate::analysis::explain::End;
use crate::outputs::figure;

/// Most facilities of a service told one by one.
const MOST: usize = 25;

pub(super) fn blocks<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
) -> Vec<Block> {
    let words = context.words;
    let all = context.measurements().facilities.iter().filter(|row| row.hazard == ANY);
    let mut services: Vec<(&str, Vec<&FacilityRow>)> = Vec::new();
    for row in all {
        match services.iter_mut().find(|(service, _)| *service == row.service) {
            Some((_, rows)) => rows.push(row),
            None => services.push((&row.service, vec![row])),
        }
    }
    if services.is_empty() {
        return Vec::new();
    }
    let mut grid = Grid::new(
        "table-facilities",
        words.of("report.table.facilities"),
        ["facility", "territory", "level"]
            .map(|c| words.of(&format!("report.column.{c}")))
            .into(),
        ["nearest", "next"].map(|c| words.of(&format!("report.column.{c}"))).into(),
    );
    for (service, mut rows) in services {
        rows.sort_by(|a, b| order(a).cmp(&order(b)));
        let more = rows.len().saturating_sub(MOST);
        rows.truncate(MOST);
        let rows = rows.into_iter().map(|row| line(context, appendix, row)).collect();
        let mut heading = context.title(service);
        if more > 0 {
            let more = words.with("report.more_facilities", "count", &more.to_string());
            heading = format!("{heading} ({more})");
        }
        grid.groups.push(Group { heading, rows, ..Group::default() });
    }
    vec![Block::Text(words.of("report.facilities_are")), Block::Table(grid)]
}

/// The worst level first, then whom most depend on.
fn order(row: &FacilityRow) -> (crate::domain::Level, std::cmp::Reverse<i64>, &str) {
    #[expect(clippy::cast_possible_truncation, reason = "people, to put rows in order")]
    let people = row.people_nearest.unwrap_or_default().round() as i64;
    (row.level, std::cmp::Reverse(people), &row.facility)
}

fn line<'a>(
    context: &Context<'a>,
    appendix: &mut Appendix<'a>,
    row: &'a FacilityRow,
) -> Row {
    let words = context.words;
    let named = figure::Row::Facility(row);
    let href = |appendix: &mut Appendix<'a>| appendix.link(named, End::Value);
    let people = match row.people_nearest {
        Some(people) => Cell::linked(words.number(people, 0), href(appendix)),
        None if row.is_hidden => Cell::linked(words.of("map.hidden"), href(appendix)),
        None => Cell::default(),
    };
    let next = match row.next_distance_m {
        Some(m) => Cell::linked(
            format!("{}\u{a0}m", words.number(m, 0)),
            appendix.link(named, End::NextDistance),
        ),
        None => Cell::text(words.of("report.no_next")),
    };
    Row::of(vec![
        Cell::text(context.facility(&row.service, &row.facility)),
        Cell::text(context.territory(&row.territory)),
        Cell::text(words.level(row.level)),
        people,
        next,
    ])
}

impl Context<'_> {
    /// The name of a facility where the project names a field for it, and its id.
    pub(super) fn facility(&self, service: &str, id: &str) -> String {
        let mut contexts = self.area().contexts.iter();
        let named = contexts.find(|one| one.layer.id == service).and_then(|layer| {
            let at = layer.layer.ids.iter().position(|known| known == id)?;
            layer.names.get(at).filter(|name| !name.trim().is_empty())
        });
        named.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"))
    }
}
