//! What stands beside a map: legend, figures, chart, locator, scale.
//!
//! In: groups, table and chart of a plan, and the columns they may fill. Out: items
//! in a scene. Blocks flow down the columns; each is measured before it is placed,
//! and what finds no room is shortened or left out.

use super::MapError;
use super::font;
use super::furniture;
use super::grid;
use super::legend::{self, Group};
use super::margin;
use super::projection::{Extent, View};
use super::scene::{Anchor, Item, Paint, Point, Rect, Scene, Text, Weight};
use super::sheet::{Job, PAD, Plan};
use super::style;

/// Sizes of type that are tried, of the usual one, until all that a panel says has room. Below
/// the last, rows would be lower than 1.9 mm and small print than 1.75 mm: on a wall, nobody
/// reads that.
const SCALES: [f32; 4] = [1.0, 0.94, 0.88, 0.84];
/// Sizes for a panel that would have more paper than words: nothing else asks for the room.
const LARGE: [f32; 3] = [1.3, 1.2, 1.1];

/// How much of what there is to say had room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Room {
    /// Not all figures.
    Short,
    /// All figures, but no chart of them.
    NoChart,
    /// All of it.
    All,
}

/// What was drawn beside a map.
pub(super) struct Beside {
    /// What a part drawn larger shows.
    pub(super) detail: Option<View>,
    pub(super) room: Room,
}

/// Legend, table, chart and locator, in the columns of the panel.
pub(super) fn draw(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    columns: &[Rect],
    view: View,
    groups: &[Group],
    locator: &[Paint],
) -> Result<Beside, MapError> {
    let last = columns.len() - 1;
    let has_inset = plan.detail.is_some() || !shows_all(job, view);
    let mut short = columns.to_vec();
    let kept = if plan.detail.is_some() && last > 0 {
        // A column of its own, if need be.
        DETAIL_MM
    } else {
        REFERENCE_MM
    };
    short[last].h -= kept + PAD;
    let (blocks, room) = fitting(job, plan, &short, groups, has_inset)?;
    let top = if blocks.column == last { blocks.y } else { columns[last].y };
    let height = if has_inset {
        // A locator is as wide as the column at most; a larger part takes what there is.
        let most = if plan.detail.is_some() { 140.0 } else { 88.0 };
        (columns[last].bottom() - top - PAD).clamp(REFERENCE_MM, most)
    } else {
        REFERENCE_MM
    };
    let detail = reference(scene, job, plan, columns[last], height, view, locator);
    scene.items.extend(blocks.items);
    Ok(Beside { detail, room })
}

/// Least height of a part drawn larger with north arrow and scale, where there are columns, mm.
const DETAIL_MM: f32 = 80.0;
/// Least height of locator, north arrow and scale, mm.
const REFERENCE_MM: f32 = 36.0;

/// What stands in the columns of a panel.
struct Blocks {
    items: Vec<Item>,
    /// Where it ends.
    column: usize,
    y: f32,
    /// Whether nothing was left out.
    is_whole: bool,
}

/// What of a plan is told in its panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// All of it.
    All,
    /// The table in its short form, if it has one.
    Brief,
    /// That, and no chart.
    NoChart,
}

/// The blocks in the largest type that has room for all of them.
fn fitting(
    job: Job<'_>,
    plan: &Plan<'_>,
    columns: &[Rect],
    groups: &[Group],
    has_inset: bool,
) -> Result<(Blocks, Room), MapError> {
    let has_short = plan.table.as_ref().is_some_and(|table| !table.short.is_empty());
    let large = LARGE.iter().filter(|_| !has_inset);
    let whole = SCALES.iter();
    let tries = large.chain(whole).map(|scale| (*scale, Content::All));
    let brief = SCALES.iter().filter(|_| has_short).map(|scale| (*scale, Content::Brief));
    // Rather no picture of the figures than not all of the figures.
    let bare = SCALES.iter().map(|scale| (*scale, Content::NoChart));
    let mut last = None;
    for (scale, content) in tries.chain(brief).chain(bare) {
        let blocks = self::blocks(job, plan, columns, groups, scale, content)?;
        if blocks.is_whole {
            let has_chart = plan.chart.is_none() || content != Content::NoChart;
            return Ok((blocks, if has_chart { Room::All } else { Room::NoChart }));
        }
        last = Some(blocks);
    }
    Ok((last.expect("there is a size to try"), Room::Short))
}

/// Draws what flows through the columns, in a size of type.
fn blocks(
    job: Job<'_>,
    plan: &Plan<'_>,
    columns: &[Rect],
    groups: &[Group],
    scale: f32,
    content: Content,
) -> Result<Blocks, MapError> {
    let columns: Vec<Rect> = columns.iter().map(|c| c.scaled(1.0 / scale)).collect();
    let mut scene = Scene::new(1.0, 1.0);
    let mut is_whole = true;
    let mut flow = Flow { columns: &columns, column: 0, y: columns[0].y };
    let width = columns[0].w;
    for group in groups {
        is_whole &= group_block(&mut scene, job, &mut flow, width, group);
    }
    let chart = plan.chart.as_ref().filter(|chart| !chart.bars.is_empty());
    let chart = chart.filter(|_| content != Content::NoChart);
    let chart_height = chart.map_or(0.0, |chart| chart.height(width));
    if let Some(table) = plan.table.as_ref().filter(|table| !table.rows.is_empty()) {
        let brief = legend::Table { rows: table.short.clone(), ..table.clone() };
        let is_whole_table = content == Content::All || brief.rows.is_empty();
        let table = if is_whole_table { table } else { &brief };
        is_whole &= table_block(&mut scene, job, &mut flow, (width, chart_height), table);
    }
    if let Some(chart) = chart {
        match flow.take(chart_height) {
            Some(at) => {
                chart.draw(&mut scene, at, width, job.words.locale)?;
            }
            None => is_whole = false,
        }
    }
    let mut items = scene.items;
    for item in &mut items {
        item.scale(scale);
    }
    Ok(Blocks { items, column: flow.column, y: flow.y * scale, is_whole })
}

/// Draws a group of the legend; returns whether all of it had room.
fn group_block(
    scene: &mut Scene,
    job: Job<'_>,
    flow: &mut Flow<'_>,
    width: f32,
    group: &Group,
) -> bool {
    let mut scratch = Scene::new(width, 1.0);
    let height = legend::group(&mut scratch, [0.0; 2], width, group);
    if let Some(at) = flow.take(height) {
        legend::group(scene, at, width, group);
        return true;
    }
    let more = |n: usize| job.words.with("map.legend.more", "count", &n.to_string());
    let short = legend::shortened(group, (width, flow.left()), more);
    let height = legend::group(&mut scratch, [0.0; 2], width, &short);
    if let Some(at) = flow.take(height) {
        legend::group(scene, at, width, &short);
    }
    false
}

/// Draws the table, with room left for the chart if the two share the column; returns whether
/// all of it had room.
fn table_block(
    scene: &mut Scene,
    job: Job<'_>,
    flow: &mut Flow<'_>,
    (width, chart_height): (f32, f32),
    table: &legend::Table,
) -> bool {
    let more = |n: usize| job.words.with("map.table.more", "count", &n.to_string());
    let mut scratch = Scene::new(width, 1.0);
    let whole = legend::table(&mut scratch, [0.0; 2], (width, f32::MAX), table, more);
    let mut limit = flow.left();
    if flow.columns.len() == 1 && limit - chart_height > 22.0 {
        limit -= chart_height;
    }
    if whole > limit && flow.column + 1 < flow.columns.len() {
        flow.next_column();
        limit = flow.left();
    }
    if limit > 16.0 {
        let height = legend::table(&mut scratch, [0.0; 2], (width, limit), table, more);
        if let Some(at) = flow.take(height) {
            legend::table(scene, at, (width, limit), table, more);
            return whole <= limit + 0.01;
        }
    }
    false
}

/// Places blocks one below the other, column after column.
struct Flow<'a> {
    columns: &'a [Rect],
    column: usize,
    y: f32,
}

impl Flow<'_> {
    fn left(&self) -> f32 {
        self.columns[self.column].bottom() - self.y
    }

    fn next_column(&mut self) {
        self.column += 1;
        self.y = self.columns[self.column].y;
    }

    fn take(&mut self, height: f32) -> Option<Point> {
        // Spacing below a block may hang over.
        while height - 1.2 > self.left() {
            if self.column + 1 >= self.columns.len() {
                return None;
            }
            self.next_column();
        }
        let at = [self.columns[self.column].x, self.y];
        self.y += height + 0.9;
        Some(at)
    }
}

/// Whether a locator would say nothing: the map shows all territories already.
fn shows_all(job: Job<'_>, view: View) -> bool {
    let shown = view.extent();
    let whole = Extent::of(super::sketch::territory_shapes(job.area));
    whole.is_none_or(|whole| whole.union(shown) == shown)
}

/// Locator (or detail), north arrow and scale at the foot of a column.
fn reference(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    column: Rect,
    height: f32,
    view: View,
    locator: &[Paint],
) -> Option<View> {
    let words = job.words;
    // A part drawn larger takes the whole width, with the arrow below it beside the scale.
    let is_wide = plan.detail.is_some() && height > DETAIL_MM * 0.9;
    let scale_height = if is_wide { 25.0 } else { 12.0 };
    let box_height = height - scale_height - 2.0;
    let top = column.bottom() - height;
    // At the head of a column there is nothing to be kept apart from.
    if top > column.y + 6.0 {
        scene.line([column.x, top], [column.right(), top], 0.15, style::RULE);
    }
    let arrow_top = if is_wide { column.bottom() - 22.0 } else { top + 2.4 };
    let arrow = Rect::new(column.right() - 14.5, arrow_top, 14.5, 21.0);
    furniture::north_arrow(scene, arrow, &words.of("map.scale.north"));
    let aside = if is_wide { 0.0 } else { 16.5 };
    let inset = Rect::new(column.x, top + 2.0, column.w - aside, box_height - 1.0);
    let detail =
        plan.detail.map(|detail| margin::detail(scene, job, plan, detail, inset));
    if detail.is_none() && !shows_all(job, view) {
        margin::locator(scene, job, inset, view, locator);
    }
    let base = top + box_height + 5.2;
    let number = words.number(view.scale, 0);
    let scale = words.with("map.scale.number", "scale", &number);
    scene.text(Text::new(&scale, [column.x, base], 2.9).weight(Weight::Bold));
    let grid = furniture::length(words.locale, grid::grid_spacing(view));
    let grid = words.with("map.scale.grid", "length", &grid);
    let grid = Text::new(grid, [column.right(), base], 1.95).colour(style::INK_SOFT);
    let bar = [column.x + 1.2, base + 1.9];
    let room = if is_wide { column.w - 24.0 } else { column.w - 9.0 };
    let scale_width = font::width(&scale, Weight::Bold, 2.9);
    let grid_width = font::width(&grid.text, Weight::Regular, grid.size_mm);
    if is_wide {
        let below = [column.x, base + 10.0];
        scene.text(Text { pos: below, ..grid });
    } else if scale_width + grid_width + 3.0 <= column.w {
        scene.text(grid.anchor(Anchor::End));
    }
    furniture::scale_bar(scene, view, bar, room, words.locale);
    detail
}
