//! Layers as FlatGeobuf 3, with its packed spatial index.
//!
//! In: layers. Out: `exports/fgb/<layer>.fgb`. The index orders features along a Hilbert
//! curve, so they leave in another order than they came; the same every time.

use flatgeobuf::geozero::error::Result;
use flatgeobuf::geozero::{
    ColumnValue, GeomProcessor, GeozeroGeometry, PropertyProcessor,
};
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};

use super::grid::{Kind, Layer, Value, polygons};
use super::reference::Reference;
use super::{Context, File, OutputError, failed};
use crate::config::ExportFormat;
use crate::geometry::{Dimension, GridPoint, ShapeRef};

pub(super) fn make(context: &Context<'_>) -> std::result::Result<Vec<File>, OutputError> {
    let error = failed(ExportFormat::FlatGeobuf);
    let mut files = Vec::new();
    for layer in &context.layers {
        let about = context.about(layer);
        let bytes =
            render(layer, context.job.area.epsg, &about).map_err(|e| error(&e))?;
        files.push((format!("exports/fgb/{}.fgb", layer.name), bytes));
    }
    Ok(files)
}

fn render(
    layer: &Layer<'_>,
    epsg: u32,
    about: &str,
) -> std::result::Result<Vec<u8>, Box<dyn std::error::Error>> {
    let is_multi_point = layer.has_many_points();
    let geometry_type = match layer.dimension {
        Dimension::Area => GeometryType::MultiPolygon,
        Dimension::Line => line_type(layer),
        Dimension::Point if is_multi_point => GeometryType::MultiPoint,
        Dimension::Point => GeometryType::Point,
    };
    let reference = Reference::of(epsg);
    let wkt = reference.as_ref().map(Reference::wkt);
    let options = FgbWriterOptions {
        // A feature without a place has no box to index it by.
        write_index: layer.shapes.iter().all(|shape| !shape.points().is_empty()),
        crs: FgbCrs {
            org: Some("EPSG"),
            code: i32::try_from(epsg).unwrap_or(0),
            name: reference.as_ref().map(|known| known.name.as_str()),
            wkt: wkt.as_deref(),
            ..FgbCrs::default()
        },
        description: Some(about),
        detect_type: false,
        promote_to_multi: false,
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options(&layer.name, geometry_type, options)?;
    for field in &layer.grid.fields {
        let kind = match field.kind {
            Kind::Text => ColumnType::String,
            Kind::Whole => ColumnType::Long,
            Kind::Number(_) => ColumnType::Double,
            Kind::Claim => ColumnType::Bool,
        };
        writer.add_column(&field.name, kind, |_, _| {});
    }
    for (shape, row) in layer.shapes.iter().zip(&layer.grid.rows) {
        let mut outcome = Ok(());
        writer.add_feature_geom(Shape { shape, is_multi_point }, |feature| {
            let cells = row.iter().zip(&layer.grid.fields).enumerate();
            for (at, (value, field)) in cells {
                let Some(value) = column_value(value) else { continue };
                let written = feature.property(at, &field.name, &value).map(|_| ());
                outcome = std::mem::replace(&mut outcome, Ok(())).and(written);
            }
        })?;
        outcome?;
    }
    let mut bytes = Vec::new();
    writer.write(&mut bytes)?;
    Ok(bytes)
}

/// The type of a layer of lines. The writer leaves out the end of a single part, and GDAL
/// reads no multi-line without it, so a line of one part must be a line.
fn line_type(layer: &Layer<'_>) -> GeometryType {
    let is_multi = |shape: ShapeRef<'_>| shape.parts().len() > 1;
    let many = layer.shapes.iter().filter(|shape| is_multi(*shape)).count();
    match many {
        0 => GeometryType::LineString,
        all if all == layer.shapes.len() => GeometryType::MultiLineString,
        // Then each feature has a type of its own.
        _ => GeometryType::Unknown,
    }
}

/// A value; nothing is written for what is unknown.
fn column_value<'v>(value: &'v Value<'_>) -> Option<ColumnValue<'v>> {
    match value {
        Value::Unknown => None,
        Value::Text(text) => Some(ColumnValue::String(text)),
        Value::Whole(number) => Some(ColumnValue::Long(*number)),
        Value::Number(number) => Some(ColumnValue::Double(*number)),
        Value::Claim(claim) => Some(ColumnValue::Bool(*claim)),
    }
}

/// A prepared feature as the writer takes geometry in.
struct Shape<'a> {
    shape: ShapeRef<'a>,
    is_multi_point: bool,
}

impl GeozeroGeometry for Shape<'_> {
    fn process_geom<P: GeomProcessor>(&self, to: &mut P) -> Result<()> {
        let shape = self.shape;
        match shape.dimension() {
            Dimension::Area => {
                let polygons = polygons(shape);
                to.multipolygon_begin(polygons.len(), 0)?;
                for (at, rings) in polygons.iter().enumerate() {
                    to.polygon_begin(false, rings.len(), at)?;
                    for (i, ring) in rings.iter().enumerate() {
                        let closed = ring.iter().chain(ring.first());
                        to.linestring_begin(false, ring.len() + 1, i)?;
                        points(to, closed)?;
                        to.linestring_end(false, i)?;
                    }
                    to.polygon_end(false, at)?;
                }
                to.multipolygon_end(0)
            }
            Dimension::Line if shape.parts().len() < 2 => {
                to.linestring_begin(true, shape.points().len(), 0)?;
                points(to, shape.points().iter())?;
                to.linestring_end(true, 0)
            }
            Dimension::Line => {
                to.multilinestring_begin(shape.parts().len(), 0)?;
                for (at, (_, line)) in shape.parts().enumerate() {
                    to.linestring_begin(false, line.len(), at)?;
                    points(to, line.iter())?;
                    to.linestring_end(false, at)?;
                }
                to.multilinestring_end(0)
            }
            Dimension::Point if self.is_multi_point => {
                to.multipoint_begin(shape.points().len(), 0)?;
                points(to, shape.points().iter())?;
                to.multipoint_end(0)
            }
            Dimension::Point => {
                to.point_begin(0)?;
                points(to, shape.points().iter().take(1))?;
                to.point_end(0)
            }
        }
    }
}

fn points<'p, P: GeomProcessor>(
    to: &mut P,
    all: impl Iterator<Item = &'p GridPoint>,
) -> Result<()> {
    for (at, point) in all.enumerate() {
        let [x, y] = point.meters();
        to.xy(x, y, at)?;
    }
    Ok(())
}
