//! The territories: codes, area, people, and the general map.

use super::Block;
use super::context::Context;
use super::grid::{Cell, Grid, Link, Row};
use crate::domain::{Measure, TOTAL};
use crate::outputs::map::{figures, svg};

pub(super) fn blocks(context: &Context<'_>) -> Vec<Block> {
    let words = context.words;
    let mut blocks = vec![Block::Table(table(context))];
    if let Some(drawing) = overview(context) {
        blocks.push(drawing);
    }
    let names = context.map_names();
    let others: Vec<Link> = names
        .into_iter()
        .filter(|name| !name.starts_with("hazard_") && !name.starts_with("deficit_"))
        .flat_map(|name| {
            let title = title(context, name);
            context
                .map_links(name)
                .into_iter()
                .map(move |link| Link::to(link.href, format!("{title}: {}", link.text)))
        })
        .collect();
    blocks.push(if others.is_empty() {
        Block::Note(words.of("report.map.none"))
    } else {
        Block::Links(others)
    });
    blocks
}

/// The title that a map gives itself; its name if it cannot be read.
fn title(context: &Context<'_>, name: &str) -> String {
    let file = context.map_file(&format!("maps/{name}.svg"));
    let text = file.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let title = text.and_then(svg::title_of);
    title.unwrap_or_else(|| name.to_owned())
}

/// One row a territory: its area, its official people, and people by layer.
fn table(context: &Context<'_>) -> Grid {
    let (words, area) = (context.words, context.area());
    let layers: Vec<&str> = area
        .exposures
        .iter()
        .filter(|layer| layer.people.is_some())
        .map(|layer| layer.layer.id.as_str())
        .collect();
    let mut numbers = vec![words.of("report.column.area")];
    let has_official =
        area.territories.iter().any(|territory| territory.people.is_some());
    if has_official {
        numbers.push(words.of("report.official_people"));
    }
    numbers.extend(layers.iter().map(|layer| {
        format!("{} · {}", words.of("map.measure.people"), context.title(layer))
    }));
    let texts = vec![words.of("report.column.territory"), words.of("report.column.code")];
    let mut rows: Vec<Row> = (0..area.territories.len())
        .map(|at| {
            let territory = &area.territories[at];
            let code = territory.code.as_str();
            let mut cells = vec![Cell::text(&territory.name), Cell::text(code)];
            let shapes = &area.territory_partition;
            let area_m2 = (at < shapes.len()).then(|| shapes.get(at).area_m2());
            cells.push(area_m2.map_or_else(Cell::default, |area_m2| {
                Cell::text(figures::amount(words, &Measure::Area, area_m2))
            }));
            if has_official {
                let people = territory.people;
                let unknown = || words.of("map.unknown");
                cells.push(Cell::text(
                    people.map_or_else(unknown, |p| words.number(p, 0)),
                ));
            }
            cells.extend(layers.iter().map(|layer| people(context, code, layer)));
            Row::of(cells)
        })
        .collect();
    let mut whole = vec![Cell::text(context.territory(TOTAL)), Cell::text(TOTAL)];
    // Territories have no common ground: where two overlap, one of them has it.
    let shapes = &area.territory_partition;
    let area_m2 = (0..shapes.len()).map(|at| shapes.get(at).area_m2()).sum();
    let is_known = shapes.len() == area.territories.len();
    let told = is_known.then(|| figures::amount(words, &Measure::Area, area_m2));
    whole.push(told.map_or_else(Cell::default, Cell::text));
    if has_official {
        let official = area.territories.iter().map(|territory| territory.people);
        let all = official.sum::<Option<f64>>();
        let text = all.map_or_else(|| words.of("map.unknown"), |p| words.number(p, 0));
        whole.push(Cell::text(text));
    }
    whole.extend(layers.iter().map(|layer| people(context, TOTAL, layer)));
    rows.push(Row::of(whole));
    let caption = match &context.job.settings.code_system {
        Some(system) => words.with("report.table.territories_of", "system", system),
        None => words.of("report.table.territories"),
    };
    Grid::new("table-territories", caption, texts, numbers).with_rows(rows)
}

/// People of a layer in a territory: the total that every hazard's rows have.
fn people(context: &Context<'_>, territory: &str, layer: &str) -> Cell {
    let rows = context.rows((super::context::ANY, layer, &Measure::People));
    let row = rows.iter().find(|row| row.territory == territory);
    let text = row.map_or_else(
        || context.words.number(0.0, 0),
        |row| {
            let hidden = || context.words.of("map.hidden");
            row.total.map_or_else(hidden, |total| context.words.number(total, 0))
        },
    );
    Cell::linked(text, super::data::link(context, layer).href)
}

/// The general map, drawn into the page.
fn overview(context: &Context<'_>) -> Option<Block> {
    let bytes = context.map_file("maps/overview.svg")?;
    let text = std::str::from_utf8(bytes).ok()?;
    Some(Block::Drawing {
        class: "map",
        svg: svg::within_page(text, "overview"),
        caption: context.words.of("report.map.overview"),
    })
}
