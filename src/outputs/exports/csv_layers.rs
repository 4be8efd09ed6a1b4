//! The attributes of each result layer as CSV, in the way of the run's tables.
//!
//! In: layers. Out: `exports/csv/<layer>.csv`: RFC 4180, UTF-8 without BOM, `\n`.

use super::grid::Grid;
use super::{Context, File};

const IN_MEMORY: &str = "records of equal length always fit into memory";

pub(super) fn make(context: &Context<'_>) -> Vec<File> {
    let file = |layer: &super::Layer<'_>| {
        (format!("exports/csv/{}.csv", layer.name), render(&layer.grid))
    };
    context.layers.iter().map(file).collect()
}

/// A header of long names, then the rows.
pub(super) fn render(grid: &Grid<'_>) -> Vec<u8> {
    let mut options = csv::WriterBuilder::new();
    options.terminator(csv::Terminator::Any(b'\n'));
    let mut writer = options.from_writer(Vec::new());
    writer.write_record(grid.fields.iter().map(|f| f.name.as_bytes())).expect(IN_MEMORY);
    for row in &grid.rows {
        let cells = row.iter().zip(&grid.fields);
        let cells = cells.map(|(value, field)| value.written(field.kind).into_owned());
        writer.write_record(cells.collect::<Vec<_>>()).expect(IN_MEMORY);
    }
    writer.into_inner().expect(IN_MEMORY)
}

#[cfg(test)]
mod tests {
    use super::super::grid::sample;
    use super::*;
    use crate::geometry::Dimension;

    #[test]
    fn cells_are_written_as_in_the_tables() {
        let text =
            String::from_utf8(render(&sample::layer(Dimension::Area).grid)).unwrap();
        assert_eq!(
            text,
            "id,any_level,area_m2,features,meets\n\
             \"Peñón \"\"1\"\"\",very_high,12400.50,3,true\n2,none,,,\n"
        );
    }
}
