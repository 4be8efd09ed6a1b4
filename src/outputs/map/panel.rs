//! What stands beside a map: legend, figures, chart, locator, scale.
//!
//! In: groups, table and chart of a plan, and the columns they may fill. Out: items
//! in a scene. Blocks flow down the columns; each is measured before it is placed,
//! and what finds no room is shortened or left out.

use super::MapError;
use super::furniture;
use super::legend::{self, Group};
use super::margin;
use super::projection::{Extent, View};
use super::scene::{Anchor, Paint, Point, Rect, Scene, Text, Weight};
use super::sheet::{Job, PAD, Plan};
use super::style;

/// Legend, table, chart and locator, in the columns of the panel; returns what a detail shows.
pub(super) fn draw(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    columns: &[Rect],
    view: View,
    groups: &[Group],
    locator: &[Paint],
) -> Result<Option<View>, MapError> {
    let last = columns.len() - 1;
    // First without ink, to see how much room is left for the locator.
    let mut short = columns.to_vec();
    short[last].h -= REFERENCE_MM + PAD;
    let mut scratch = Scene::new(1.0, 1.0);
    let (column, y) = blocks(&mut scratch, job, plan, &short, groups)?;
    let top = if column == last { y } else { columns[last].y };
    let room = if plan.detail.is_none() && shows_all(job, view) {
        REFERENCE_MM
    } else {
        // A locator is as wide as the column at most; a larger part takes what there is.
        let most = if plan.detail.is_some() { 140.0 } else { 88.0 };
        (columns[last].bottom() - top - PAD).clamp(REFERENCE_MM, most)
    };
    let detail = reference(scene, job, plan, columns[last], room, view, locator);
    blocks(scene, job, plan, &short, groups)?;
    Ok(detail)
}

/// Least height of locator, north arrow and scale, mm.
const REFERENCE_MM: f32 = 36.0;

/// Draws what flows through the columns; returns the column and height where it ends.
fn blocks(
    scene: &mut Scene,
    job: Job<'_>,
    plan: &Plan<'_>,
    columns: &[Rect],
    groups: &[Group],
) -> Result<(usize, f32), MapError> {
    let last = columns.len() - 1;
    let mut flow = Flow { columns, column: 0, y: columns[0].y };
    for group in groups {
        let width = columns[0].w;
        let mut scratch = Scene::new(width, 1.0);
        let height = legend::group(&mut scratch, [0.0; 2], width, group);
        if let Some(at) = flow.take(height) {
            legend::group(scene, at, width, group);
        } else {
            let more =
                |n: usize| job.words.with("map.legend.more", "count", &n.to_string());
            let short = legend::shortened(group, (width, flow.left()), more);
            let height = legend::group(&mut scratch, [0.0; 2], width, &short);
            if let Some(at) = flow.take(height) {
                legend::group(scene, at, width, &short);
            }
        }
    }
    let width = columns[0].w;
    let chart = plan.chart.as_ref().filter(|chart| !chart.bars.is_empty());
    let chart_height = chart.map_or(0.0, |chart| chart.height(width));
    if let Some(table) = plan.table.as_ref().filter(|table| !table.rows.is_empty()) {
        let more = |n: usize| job.words.with("map.table.more", "count", &n.to_string());
        let mut scratch = Scene::new(width, 1.0);
        let whole = legend::table(&mut scratch, [0.0; 2], (width, f32::MAX), table, more);
        // Leave room for the chart if the two share the column.
        let mut limit = flow.left();
        if columns.len() == 1 && limit - chart_height > 22.0 {
            limit -= chart_height;
        }
        if whole > limit && flow.column < last {
            flow.next_column();
            limit = flow.left();
        }
        if limit > 16.0 {
            let table = &legend::fitting(table, (width, limit));
            let height =
                legend::table(&mut scratch, [0.0; 2], (width, limit), table, more);
            if let Some(at) = flow.take(height) {
                legend::table(scene, at, (width, limit), table, more);
            }
        }
    }
    if let Some(chart) = chart
        && let Some(at) = flow.take(chart_height)
    {
        chart.draw(scene, at, width, job.words.locale)?;
    }
    Ok((flow.column, flow.y))
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
    let scale_height = 12.0;
    let box_height = height - scale_height - 2.0;
    let top = column.bottom() - height;
    scene.line([column.x, top], [column.right(), top], 0.15, style::RULE);
    let arrow = Rect::new(column.right() - 14.5, top + 2.4, 14.5, 21.0);
    furniture::north_arrow(scene, arrow, &words.of("map.scale.north"));
    let inset = Rect::new(column.x, top + 2.0, column.w - 16.5, box_height - 1.0);
    let detail =
        plan.detail.map(|detail| margin::detail(scene, job, plan, detail, inset));
    if detail.is_none() && !shows_all(job, view) {
        margin::locator(scene, job, plan, inset, view, locator);
    }
    let base = top + box_height + 5.2;
    let number = words.number(view.scale, 0);
    let scale = words.with("map.scale.number", "scale", &number);
    scene.text(Text::new(&scale, [column.x, base], 2.9).weight(Weight::Bold));
    let grid = furniture::length(words.locale, furniture::grid_spacing(view));
    let grid = words.with("map.scale.grid", "length", &grid);
    scene.text(
        Text::new(grid, [column.right(), base], 1.95)
            .anchor(Anchor::End)
            .colour(style::INK_SOFT),
    );
    let bar = [column.x + 1.2, base + 1.9];
    furniture::scale_bar(scene, view, bar, column.w - 9.0, words.locale);
    detail
}
