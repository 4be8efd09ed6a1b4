//! Results in the formats that other programs read: layers, tables, a data package.
//!
//! In: a [`WriteJob`]. Out: files by path inside the run's folder, the same bytes for the
//! same inputs. Each format has a file of its own here; `layers` says what they hold,
//! `schema` what the columns of tables mean. Measures nothing.

mod csv_layers;
mod datapackage;
mod dbf;
mod dcat;
mod flatgeobuf;
mod geojson;
#[cfg(feature = "geopackage")]
mod geopackage;
mod grid;
mod layers;
mod names;
#[cfg(feature = "geoparquet")]
mod parquet;
mod reference;
mod schema;
mod shapefile;
#[cfg(feature = "geopackage")]
mod style;
#[cfg(any(feature = "geopackage", feature = "geoparquet"))]
mod wkb;
mod workbook;

use super::{OutputError, WriteJob, tables};
use crate::config::{ExportFormat, Settings};
use crate::domain::{Message, Status};
use crate::geometry::{Prepared, StudyArea};
use crate::i18n::{self, Locale};
use grid::Layer;
use reference::Reference;

/// A file to be written: path inside the run's folder, with `/`, and bytes.
type File = (String, Vec<u8>);

/// Formats that hold layers and not only tables.
const WITH_LAYERS: [ExportFormat; 6] = [
    ExportFormat::Csv,
    ExportFormat::FlatGeobuf,
    ExportFormat::GeoJson,
    ExportFormat::GeoPackage,
    ExportFormat::Parquet,
    ExportFormat::Shapefile,
];
/// Formats that state the working CRS in full.
const WITH_DEFINITION: [ExportFormat; 3] =
    [ExportFormat::GeoPackage, ExportFormat::Parquet, ExportFormat::Shapefile];

/// Whether the exports of a project need what is known feature by feature.
#[must_use]
pub fn need_features(settings: &Settings) -> bool {
    settings.exports.iter().any(|format| WITH_LAYERS.contains(format))
}

/// Refuses exports that cannot be made, before any work is done.
///
/// # Errors
///
/// [`OutputError::CrsNotDescribed`] if a format must state the working CRS and cannot.
pub fn ensure_possible(settings: &Settings) -> Result<(), OutputError> {
    let epsg = settings.working_epsg;
    let format = settings.exports.iter().find(|f| WITH_DEFINITION.contains(f));
    match format {
        Some(format) if Reference::of(epsg).is_none() => {
            Err(OutputError::CrsNotDescribed { format: format.id(), epsg })
        }
        _ => Ok(()),
    }
}

/// What the writers share.
struct Context<'a> {
    job: &'a WriteJob<'a>,
    locale: Locale,
    /// Date of the newest data.
    date: Date,
    layers: Vec<Layer<'a>>,
}

impl Context<'_> {
    fn say(&self, message: &Message) -> String {
        i18n::render(self.locale, message)
    }

    /// What a layer is, how far it may be trusted, and what it is not.
    fn about(&self, layer: &Layer<'_>) -> String {
        let note = i18n::text(self.locale, "map.note.indicative");
        let status = i18n::text(self.locale, status_key(layer.status));
        format!("{}. {note} [{status}]", self.say(&layer.title))
    }
}

fn status_key(status: Status) -> &'static str {
    match status {
        Status::Official => "map.status.official",
        Status::Reference => "map.status.reference",
        Status::Synthetic => "map.status.synthetic",
        Status::Undeclared => "map.status.undeclared",
    }
}

/// A column of the run's tables as a data package describes it.
pub(super) fn described(column: &str, locale: Locale) -> serde_json::Value {
    datapackage::describe(&schema::field(column), locale, false, schema::allowed(column))
}

/// Makes all files that the project wants exported. `tables` are those of the run.
pub(super) fn make_all(
    job: &WriteJob<'_>,
    tables: &[tables::Table],
) -> Result<Vec<File>, OutputError> {
    let wanted = &job.settings.exports;
    let layers =
        if need_features(job.settings) { layers::make_all(job) } else { Vec::new() };
    let date = Date::newest(job.area);
    let context = Context { job, locale: job.locale, date, layers };
    let mut files = Vec::new();
    for format in wanted {
        files.extend(match format {
            ExportFormat::Csv => csv_layers::make(&context),
            ExportFormat::FlatGeobuf => flatgeobuf::make(&context)?,
            ExportFormat::GeoJson => geojson::make(&context)?,
            ExportFormat::GeoPackage => make_geopackage(&context)?,
            ExportFormat::Parquet => make_parquet(&context, tables)?,
            ExportFormat::Shapefile => shapefile::make(&context)?,
            ExportFormat::Xlsx => workbook::make(&context, tables)?,
            // It lists the others and so comes after them.
            ExportFormat::DataPackage => Vec::new(),
        });
    }
    if wanted.contains(&ExportFormat::DataPackage) {
        let package = datapackage::make(&context, tables, &files);
        let record = dcat::make(&context, tables, &files);
        files.extend(package);
        files.push(record);
    }
    Ok(files)
}

#[cfg(feature = "geopackage")]
fn make_geopackage(context: &Context<'_>) -> Result<Vec<File>, OutputError> {
    geopackage::make(context)
}

#[cfg(not(feature = "geopackage"))]
fn make_geopackage(_: &Context<'_>) -> Result<Vec<File>, OutputError> {
    Err(not_built(ExportFormat::GeoPackage))
}

#[cfg(feature = "geoparquet")]
fn make_parquet(
    context: &Context<'_>,
    tables: &[tables::Table],
) -> Result<Vec<File>, OutputError> {
    parquet::make(context, tables)
}

#[cfg(not(feature = "geoparquet"))]
fn make_parquet(_: &Context<'_>, _: &[tables::Table]) -> Result<Vec<File>, OutputError> {
    Err(not_built(ExportFormat::Parquet))
}

/// The project file refuses these formats already; a caller of the library may not.
#[cfg(not(all(feature = "geopackage", feature = "geoparquet")))]
fn not_built(format: ExportFormat) -> OutputError {
    OutputError::ExportNotBuilt { format: format.id() }
}

/// The working CRS in full; [`ensure_possible`] tells early where there is none.
fn reference(
    context: &Context<'_>,
    format: ExportFormat,
) -> Result<Reference, OutputError> {
    let epsg = context.job.area.epsg;
    let format = format.id();
    Reference::of(epsg).ok_or(OutputError::CrsNotDescribed { format, epsg })
}

/// Turns what a library says into an error of the export.
fn failed(format: ExportFormat) -> impl Fn(&dyn std::fmt::Display) -> OutputError {
    move |reason| OutputError::Export { format: format.id(), reason: reason.to_string() }
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Where no layer states a date.
    const EPOCH: Self = Self { year: 1970, month: 1, day: 1 };

    /// The newest date that a layer states, the first day where it leaves month or day out.
    ///
    /// It stands where a format wants a moment: the time of the run would make the bytes of
    /// two runs differ.
    fn newest(area: &StudyArea) -> Self {
        let dates = prepared(area).filter_map(|layer| layer.source.date.as_deref());
        dates.filter_map(Self::parse).max().unwrap_or(Self::EPOCH)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year =
            parts.next()?.parse().ok().filter(|year| (1900..=9999).contains(year))?;
        let mut part = || parts.next().map_or(Some(1), |part| part.parse().ok());
        Some(Self { year, month: part()?, day: part()? })
    }

    /// As ISO 8601.
    fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Every layer that results rest on, sorted by id within its role.
fn prepared(area: &StudyArea) -> impl Iterator<Item = &Prepared> {
    let hazards = area.hazards.iter().map(|hazard| &hazard.layer);
    let exposures = area.exposures.iter().map(|exposure| &exposure.layer);
    let services = area.services.iter().map(|service| &service.layer);
    std::iter::once(&area.territory_layer).chain(hazards).chain(exposures).chain(services)
}

#[cfg(test)]
mod tests;
