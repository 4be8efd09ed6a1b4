//! The run as a record of a data portal: DCAT 3 (W3C) as JSON-LD.
//!
//! In: the tables and the files exported so far. Out: `dcat.jsonld` at the root of the run.
//! Titles are in both languages; addresses of files are relative to the record, since nobody
//! knows yet where it will be published.

use serde_json::{Value, json};

use super::datapackage::{licences, media_type, sources};
use super::{Context, File};
use crate::config::Localized;
use crate::domain::Digest;
use crate::i18n::{self, Locale};
use crate::outputs::tables::Table;

/// File name of the record.
const FILE: &str = "dcat.jsonld";

pub(super) fn make(context: &Context<'_>, tables: &[Table], files: &[File]) -> File {
    let settings = context.job.settings;
    let both = |es: &str, en: &str| {
        json!([
            { "@language": "es", "@value": es },
            { "@language": "en", "@value": en },
        ])
    };
    let localized = |text: &Localized| both(&text.es, &text.en);
    let note = |locale| i18n::text(locale, "map.note.indicative");
    let tables = tables
        .iter()
        .map(|table| distribution(&format!("tables/{}", table.name), &table.bytes));
    let files = files.iter().map(|(path, bytes)| distribution(path, bytes));
    let titles = |list: Vec<Value>| -> Vec<Value> {
        list.into_iter().map(|one| one["title"].clone()).collect()
    };
    let mut record = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": format!("urn:sha256:{}", settings.digest.as_str()),
        "@type": "dcat:Dataset",
        "dct:identifier": format!("{}:{}", settings.id, settings.digest.as_str()),
        "dct:title": localized(&settings.title),
        "dct:description": both(note(Locale::Es), note(Locale::En)),
        "dct:issued": { "@type": "xsd:date", "@value": context.date.text() },
        "dct:spatial": spatial(context),
        "dct:source": titles(sources(context)),
        "dct:rights": titles(licences(context)),
        "dcat:distribution": tables.chain(files).collect::<Vec<_>>(),
    });
    if let Some(author) = &settings.author {
        record["dct:publisher"] =
            json!({ "@type": "foaf:Agent", "foaf:name": localized(author) });
    }
    if let Some(date) = &settings.reference_date {
        record["dct:temporal"] = date.as_str().into();
    }
    (FILE.to_owned(), format!("{record:#}\n").into_bytes())
}

/// The territories, by code and name.
fn spatial(context: &Context<'_>) -> Vec<Value> {
    let system = context.job.settings.code_system.as_deref();
    let told = context.job.area.territories.iter().map(|territory| {
        let code = territory.code.as_str();
        let identifier =
            system.map_or_else(|| code.to_owned(), |s| format!("{s}:{code}"));
        json!({
            "@type": "dct:Location",
            "dct:identifier": identifier,
            "skos:prefLabel": territory.name,
        })
    });
    told.collect()
}

fn distribution(path: &str, bytes: &[u8]) -> Value {
    let ending = path.rsplit('.').next().unwrap_or_default();
    json!({
        "@type": "dcat:Distribution",
        "dct:title": path,
        "dcat:downloadURL": { "@id": path },
        "dcat:mediaType": media_type(ending),
        "dcat:byteSize": bytes.len(),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": "sha256",
            "spdx:checksumValue": Digest::of(bytes).as_str(),
        },
    })
}
