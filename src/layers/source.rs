//! The file of a layer, with what lies beside it, through the reader of its format.
//!
//! In: the settings of a layer and the fields that are wanted. Out: what the file held, its
//! format by content, and the digest of every byte that was read. What a field means is
//! not known here.

use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::LayerTrouble;
use super::file::{DigestFile, FileTrouble, WholeFile};
use super::raw::Companion;
use crate::config::{LayerSettings, ReadSettings};
use crate::domain::Digest;
use crate::formats::archive::Archive;
use crate::formats::shapefile::{self, Member, Members};
use crate::formats::sniff::{self, Content};
use crate::formats::table::{self, Dialect, Place};
use crate::formats::{
    Format, FormatError, Parsed, Problem, ReadOptions, Wanted, flatgeobuf, geojson,
    geopackage, geoparquet, kml,
};

/// A file as read.
pub(super) struct Source {
    pub(super) format: Format,
    pub(super) parsed: Parsed,
    pub(super) digest: Digest,
    pub(super) bytes: u64,
    /// When it was last changed before it was read.
    pub(super) modified: Option<SystemTime>,
    /// Files that belong to it, in the order of [`Member::ALL`].
    pub(super) companions: Vec<Companion>,
}

/// Reads the file of a layer in the format that its content shows.
///
/// # Errors
///
/// The file cannot be read, changes meanwhile, or is not as its format wants it.
pub(super) fn read(
    layer: &LayerSettings,
    wanted: &Wanted,
) -> Result<Source, LayerTrouble> {
    let options = options_of(&layer.read);
    let mut file = DigestFile::open(&layer.path)?;
    let head = file.head(sniff::WHOLE_HEAD as u64).map_err(FileTrouble::from)?;
    let content = sniff::content_of(&head).map_err(FormatError::whole)?;
    if let Content::Of(format) = content {
        check_options(format, false, &layer.read)?;
    }
    let head = Cursor::new(head);
    let modified = file.modified();
    let source = match content {
        Content::Of(format @ Format::GeoJson) => {
            let bytes = file.declared();
            let parsed = geojson::read_of(head.chain(file.by_ref()), wanted, bytes);
            settle(format, parsed, file.finish())
        }
        Content::Of(format @ Format::Kml) => {
            let parsed = kml::read(head.chain(file.by_ref()), wanted);
            settle(format, parsed, file.finish())
        }
        Content::Of(Format::Shapefile) => loose_shapefile(layer, wanted, &options),
        Content::Zip => zipped(file.whole()?, &layer.read, wanted, &options),
        Content::Of(format @ Format::FlatGeobuf) => {
            let parsed = flatgeobuf::read(head.chain(file.by_ref()), wanted);
            settle(format, parsed, file.finish())
        }
        Content::Of(format @ Format::Csv) => {
            let bytes = head.chain(file.by_ref());
            let parsed =
                table::read(bytes, place_of(&options), dialect_of(&options), wanted);
            settle(format, parsed, file.finish())
        }
        Content::Of(format @ Format::GeoParquet) => {
            let whole = file.whole()?;
            let copy = whole.file.try_clone().map_err(FileTrouble::from)?;
            settle(format, geoparquet::read(copy, wanted), whole.finish())
        }
        Content::Of(format @ Format::GeoPackage) => {
            let whole = file.whole()?;
            let parsed = geopackage::read(&layer.path, options.layer.as_deref(), wanted);
            settle(format, parsed, whole.finish())
        }
    }?;
    Ok(Source { modified, ..source })
}

/// In which columns of a table the place stands.
fn place_of(options: &ReadOptions) -> Place<'_> {
    let [x, y, wkt] = [&options.x, &options.y, &options.wkt].map(Option::as_deref);
    Place { x, y, wkt }
}

/// How a table is written.
fn dialect_of(options: &ReadOptions) -> Dialect<'_> {
    let [delimiter, decimal, encoding] =
        [&options.delimiter, &options.decimal, &options.encoding].map(Option::as_deref);
    Dialect { delimiter, decimal, encoding }
}

/// What the settings say of a file, for the readers.
fn options_of(settings: &ReadSettings) -> ReadOptions {
    let ReadSettings { layer, x, y, wkt, delimiter, decimal, encoding } =
        settings.clone();
    ReadOptions { layer, x, y, wkt, delimiter, decimal, encoding }
}

/// Keys that the format of the file has no use for are refused, not ignored.
fn check_options(
    format: Format,
    is_archive: bool,
    settings: &ReadSettings,
) -> Result<(), LayerTrouble> {
    let for_csv = format == Format::Csv;
    let for_encoding = for_csv || format == Format::Shapefile;
    let for_layer = is_archive || format == Format::GeoPackage;
    let keys = [
        ("layer", &settings.layer, for_layer),
        ("x", &settings.x, for_csv),
        ("y", &settings.y, for_csv),
        ("wkt", &settings.wkt, for_csv),
        ("delimiter", &settings.delimiter, for_csv),
        ("decimal", &settings.decimal, for_csv),
        ("encoding", &settings.encoding, for_encoding),
    ];
    match keys.into_iter().find(|(_, value, is_used)| value.is_some() && !is_used) {
        Some((key, _, _)) => {
            Err(LayerTrouble::NotForFormat { key, format: format.name() })
        }
        None => Ok(()),
    }
}

/// What was parsed, with the digest, unless one of them failed.
fn settle(
    format: Format,
    parsed: Result<Parsed, FormatError>,
    finished: Result<(Digest, u64), FileTrouble>,
) -> Result<Source, LayerTrouble> {
    // A file that changed under our eyes may look broken; that it changed says more.
    match (parsed, finished) {
        (_, Err(FileTrouble::Changed)) => Err(LayerTrouble::Changed),
        (Err(error), _) => Err(error.into()),
        (Ok(_), Err(trouble)) => Err(trouble.into()),
        (Ok(parsed), Ok((digest, bytes))) => {
            let (modified, companions) = (None, Vec::new());
            Ok(Source { format, parsed, digest, bytes, modified, companions })
        }
    }
}

/// A shapefile, else KML, in a ZIP archive.
fn zipped(
    mut whole: WholeFile,
    settings: &ReadSettings,
    wanted: &Wanted,
    options: &ReadOptions,
) -> Result<Source, LayerTrouble> {
    let mut archive = Archive::open(BufReader::new(&mut whole.file))?;
    let (format, parsed) = if shapefile::is_in(&archive) {
        check_options(Format::Shapefile, true, settings)?;
        let parsed = shapefile::read_archive(&mut archive, wanted, options);
        (Format::Shapefile, parsed)
    } else if kml::is_in(&archive) {
        check_options(Format::Kml, true, settings)?;
        (Format::Kml, kml::read_archive(&mut archive, wanted, options))
    } else {
        return Err(FormatError::whole(Problem::NothingInArchive).into());
    };
    drop(archive);
    settle(format, parsed, whole.finish())
}

fn loose_shapefile(
    layer: &LayerSettings,
    wanted: &Wanted,
    options: &ReadOptions,
) -> Result<Source, LayerTrouble> {
    let extension = layer.path.extension().and_then(|end| end.to_str());
    if extension.is_some_and(|end| end.eq_ignore_ascii_case("shx")) {
        // An index begins as the shapes do.
        return Err(FormatError::whole(Problem::NotShapefile).into());
    }
    let mut files = LooseFiles::open(&layer.path)?;
    let parsed = shapefile::read(&mut files, wanted, options);
    let mut shapes = None;
    let mut companions = Vec::new();
    for (path, file) in files.0.into_iter().flatten() {
        match file.finish() {
            Ok(finished) if path == layer.path => shapes = Some(finished),
            Ok((digest, bytes)) => {
                let declared = Path::new(&layer.declared_path);
                let name = path.file_name().unwrap_or_default();
                let path =
                    declared.with_file_name(name).to_string_lossy().replace('\\', "/");
                companions.push(Companion { path, digest, bytes });
            }
            Err(FileTrouble::Changed) => return Err(LayerTrouble::Changed),
            Err(trouble) => {
                parsed?;
                return Err(trouble.into());
            }
        }
    }
    let finished = shapes.ok_or(FileTrouble::Missing);
    Ok(Source { companions, ..settle(Format::Shapefile, parsed, finished)? })
}

/// The files of a shapefile in one folder, in the order of [`Member::ALL`].
struct LooseFiles([Option<(PathBuf, DigestFile)>; 5]);

impl LooseFiles {
    fn open(shapes: &Path) -> Result<Self, FileTrouble> {
        let mut files = Self([const { None }; 5]);
        for (slot, member) in files.0.iter_mut().zip(Member::ALL) {
            *slot = match member {
                Member::Shapes => Some((shapes.to_owned(), DigestFile::open(shapes)?)),
                _ => beside(shapes, member.extension())?,
            };
        }
        Ok(files)
    }
}

/// The file of the same name with another extension, in small letters or capitals.
fn beside(
    shapes: &Path,
    extension: &str,
) -> Result<Option<(PathBuf, DigestFile)>, FileTrouble> {
    for extension in [extension.to_owned(), extension.to_uppercase()] {
        let path = shapes.with_extension(extension);
        match DigestFile::open(&path) {
            Ok(file) => return Ok(Some((path, file))),
            Err(FileTrouble::Missing) => {}
            // The message names the layer's file: the system's word tells them apart.
            Err(FileTrouble::Directory) => {
                return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
            }
            Err(trouble) => return Err(trouble),
        }
    }
    Ok(None)
}

impl Members for LooseFiles {
    fn open(&mut self, member: Member) -> Result<Option<impl Read>, FormatError> {
        let at = Member::ALL.iter().position(|known| *known == member);
        let file = at.and_then(|at| self.0[at].as_mut());
        Ok(file.map(|(_, file)| file))
    }
}
