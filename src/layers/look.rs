//! A file looked at without a project that says anything of it: for the doctor.
//!
//! In: a path. Out: what the file is and what it holds, read by the same readers that a
//! run uses. Nothing is decided here, and nothing is written.

use std::io::{BufReader, Read};
use std::path::Path;

use super::crs::{self, FileCrs};
use super::error::LayerTrouble;
use super::file::{DigestFile, FileTrouble};
use super::raw::{Companion, CrsEvidence};
use super::source;
use crate::config::{LayerSettings, Localized, ReadSettings};
use crate::domain::{Digest, Findings, ReferenceSystem, Source, Status};
use crate::formats::archive::Archive;
use crate::formats::sniff::{self, Content};
use crate::formats::table::{self, Dialect, Rows};
use crate::formats::{
    Format, FormatError, Parsed, Problem, Wanted, geopackage, kml, shapefile,
};

/// Bytes of a text that are shown to whoever has to tell how it is written.
const HEAD: usize = 256 << 10;

/// What a file is, before its features are read.
#[derive(Debug)]
pub struct Contents {
    /// Its format, by content.
    pub format: Format,
    /// Whether it is an archive.
    pub is_archive: bool,
    /// Names of the layers in it, where it is a container; else empty.
    pub layers: Vec<String>,
}

/// A file, or a layer of one, as read.
#[derive(Debug)]
pub struct Seen {
    /// Its format, by content.
    pub format: Format,
    /// What it holds.
    pub parsed: Parsed,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
    /// Files that belong to it.
    pub companions: Vec<Companion>,
}

/// How the bytes of a text look.
#[derive(Debug)]
pub struct TextEvidence {
    /// Whether all of it is UTF-8.
    pub is_utf8: bool,
    /// Whether any byte is no ASCII.
    pub has_letters: bool,
    /// Its first bytes, cut after the end of a line where there is one.
    pub head: Vec<u8>,
    /// Whether that is all of it.
    pub is_whole: bool,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file.
    pub bytes: u64,
}

/// Tells what a file is.
///
/// # Errors
///
/// It is missing, no regular file, or in a format that is not read.
pub fn contents(path: &Path) -> Result<Contents, LayerTrouble> {
    let mut file = DigestFile::open(path)?;
    let head = file.head(sniff::WHOLE_HEAD as u64).map_err(FileTrouble::from)?;
    match sniff::content_of(&head).map_err(FormatError::whole)? {
        Content::Zip => archive_contents(file),
        Content::Of(Format::GeoPackage) => Ok(Contents {
            format: Format::GeoPackage,
            is_archive: false,
            layers: geopackage::layer_names(path)?,
        }),
        Content::Of(format) => {
            Ok(Contents { format, is_archive: false, layers: Vec::new() })
        }
    }
}

fn archive_contents(file: DigestFile) -> Result<Contents, LayerTrouble> {
    let mut whole = file.whole()?;
    let archive = Archive::open(BufReader::new(&mut whole.file))?;
    let is_archive = true;
    if shapefile::is_in(&archive) {
        let layers = shapefile::names_in(&archive);
        return Ok(Contents { format: Format::Shapefile, is_archive, layers });
    }
    if kml::is_in(&archive) {
        let layers = kml::names_in(&archive);
        return Ok(Contents { format: Format::Kml, is_archive, layers });
    }
    Err(FormatError::whole(Problem::NothingInArchive).into())
}

/// Reads a file, or a layer of it, with the fields that are wanted.
///
/// # Errors
///
/// As in a run: it cannot be read, or is not as its format wants it.
pub fn read(
    path: &Path,
    read: &ReadSettings,
    wanted: &Wanted,
) -> Result<Seen, LayerTrouble> {
    let seen = source::read(&bare(path, read), wanted)?;
    let source::Source { format, parsed, digest, bytes, companions, .. } = seen;
    Ok(Seen { format, parsed, digest, bytes, companions })
}

/// Reads the rows of a table, with the columns that are wanted, as they are written.
///
/// # Errors
///
/// It cannot be read, or is not written as `dialect` says.
pub fn rows(
    path: &Path,
    dialect: Dialect<'_>,
    wanted: &Wanted,
) -> Result<Rows, LayerTrouble> {
    let mut file = DigestFile::open(path)?;
    let rows = table::rows(file.by_ref(), dialect, wanted)?;
    file.finish()?;
    Ok(rows)
}

/// Looks at the bytes of a text.
///
/// # Errors
///
/// It cannot be read.
pub fn text_evidence(path: &Path) -> Result<TextEvidence, LayerTrouble> {
    let mut file = DigestFile::open(path)?;
    let mut head = file.head(HEAD as u64).map_err(FileTrouble::from)?;
    let is_whole = head.len() < HEAD;
    let (mut is_utf8, mut has_letters) = (true, false);
    let mut look = |bytes: &[u8]| -> usize {
        has_letters |= !bytes.is_ascii();
        match std::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(error) => {
                is_utf8 &= error.error_len().is_none();
                error.valid_up_to()
            }
        }
    };
    let mut rest = head[look(&head)..].to_vec();
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut piece).map_err(FileTrouble::from)?;
        if count == 0 {
            break;
        }
        // What was cut within a character goes on here; more than that is no text.
        rest.truncate(4);
        rest.extend_from_slice(&piece[..count]);
        let valid = look(&rest);
        rest.drain(..valid);
    }
    let is_utf8 = is_utf8 && rest.is_empty();
    if !is_whole && let Some(end) = head.iter().rposition(|byte| *byte == b'\n') {
        head.truncate(end + 1);
    }
    let (digest, bytes) = file.finish()?;
    Ok(TextEvidence { is_utf8, has_letters, head, is_whole, digest, bytes })
}

/// The settings of a layer of which nothing is known but its file.
fn bare(path: &Path, read: &ReadSettings) -> LayerSettings {
    let nameless = Localized { es: String::new(), en: String::new() };
    LayerSettings {
        id: String::new(),
        title: nameless,
        path: path.to_owned(),
        declared_path: path.to_string_lossy().into_owned(),
        crs: None,
        towgs84: None,
        read: read.clone(),
        id_field: None,
        source: Source::default(),
        accuracy: None,
        status: Status::Undeclared,
        notes: None,
        territory: None,
        hazard: None,
        exposure: None,
        service: None,
        context: None,
        join: None,
    }
}

/// The reference system that a file states, and how; `None` if it states none.
///
/// # Errors
///
/// It states one that cannot be understood.
pub fn stated_crs(
    format: Format,
    parsed: &Parsed,
) -> Result<Option<(ReferenceSystem, CrsEvidence)>, LayerTrouble> {
    let of_file = FileCrs::of(parsed, format == Format::GeoJson);
    let layer = bare(Path::new(""), &ReadSettings::default());
    match crs::resolve(&layer, of_file, &mut Findings::default()) {
        Ok(found) => Ok(Some(found)),
        Err(LayerTrouble::CrsMissing | LayerTrouble::CrsDenied) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}
