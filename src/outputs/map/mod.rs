//! Maps: one overview, one a hazard, one a deficit, as PNG, SVG and PDF.
//!
//! In: a study area, its measurements and the settings. Out: finished files in
//! memory; nothing here touches a disk, and no figure is computed: what a legend
//! says is what was measured.
//!
//! A plan ([`sheet::Plan`]) says what a map is about; [`sketch::Sketch`] draws its
//! body, [`sheet::compose`] the sheet around it, as a [`scene::Scene`] in page
//! millimetres; [`png`], [`svg`] and [`pdf`] paint the scene and decide nothing.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "page millimetres and pixels: small numbers, for the eye only"
)]

pub mod breaks;
mod brush;
pub mod canvas;
pub mod chart;
pub mod choropleth;
mod clip;
pub mod coast;
mod deficit_colouring;
mod deficit_legend;
pub mod deficit_map;
pub mod degrees;
mod drawing;
mod encode;
pub mod extent;
mod facilities;
pub mod figures;
pub mod focus;
pub mod font;
pub mod furniture;
mod glyphs;
pub mod grid;
pub mod hatch;
pub mod hazard_map;
mod index;
pub mod industry;
mod kerning;
pub mod labels;
pub mod legend;
pub mod letters;
pub mod look;
pub mod margin;
pub mod motif;
mod naming;
mod outline;
pub mod overall;
pub mod overview;
mod packing;
mod page_numbers;
mod painter;
mod palette;
mod panel;
pub mod pdf;
mod pieces;
pub mod plotters_backend;
pub mod png;
pub mod projection;
mod raster;
pub mod risk_map;
pub mod scene;
pub mod several;
pub mod sheet;
pub mod signs;
pub mod sketch;
mod steps;
pub mod stored;
pub mod style;
pub mod svg;
mod traced;
pub mod traces;
pub mod words;

use rayon::prelude::*;

use crate::analysis::Measurements;
use crate::config::{AtlasPages, Settings};
use crate::domain::{Explain, Message};
use crate::geometry::StudyArea;
use crate::i18n::{self, Locale};

use sheet::{Job, Plan};

/// What of a run changes the maps beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapOptions {
    /// Language of all words.
    pub locale: Locale,
    /// Date of the run, printed as given; none is printed without it.
    pub date: Option<String>,
}

/// All maps of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct MapSet {
    /// One a map.
    pub maps: Vec<MapFile>,
    /// All sheets in one PDF.
    pub atlas: Vec<u8>,
}

impl MapSet {
    /// Path inside the folder of a run and bytes of everything in it.
    #[must_use]
    pub fn into_files(self) -> Vec<(String, Vec<u8>)> {
        let mut files = vec![(named("atlas", "pdf"), self.atlas)];
        for map in self.maps {
            let paths = map.paths();
            let bytes = [map.png, map.svg.into_bytes(), map.pdf, map.scene];
            files.extend(paths.into_iter().zip(bytes));
        }
        files
    }
}

/// Where a map lies in the folder of a run.
fn named(name: &str, ending: &str) -> String {
    format!("{FOLDER}/{name}.{ending}")
}

/// Folder of the maps in that of a run.
pub const FOLDER: &str = "maps";
/// Folder of the stored sheets in that of a run.
pub const SCENE_FOLDER: &str = "scene";
/// Ending of a stored sheet.
const SCENE_ENDING: &str = ".json.gz";

/// Where the stored sheet of a map lies in the folder of a run.
#[must_use]
pub fn scene_path(map: &str) -> String {
    format!("{SCENE_FOLDER}/{map}{SCENE_ENDING}")
}

/// The map whose stored sheet lies at a path in the folder of a run.
#[must_use]
pub fn map_of_scene(path: &str) -> Option<&str> {
    path.strip_prefix(SCENE_FOLDER)?.strip_prefix('/')?.strip_suffix(SCENE_ENDING)
}

/// One map in all formats.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFile {
    /// File name without ending: `overview`, `hazard_<id>`, `deficit_<id>`.
    pub name: String,
    /// PNG at 200 dots per inch.
    pub png: Vec<u8>,
    /// SVG, user unit millimetre.
    pub svg: String,
    /// PDF of one page, as large as the paper.
    pub pdf: Vec<u8>,
    /// The sheet itself, to be drawn again: see [`stored`].
    pub scene: Vec<u8>,
    /// What the sheet says of itself.
    pub about: SheetAbout,
}

impl MapFile {
    /// Where its picture, drawing, page and stored sheet lie in the folder of a run.
    fn paths(&self) -> [String; 4] {
        let name = &self.name;
        [named(name, "png"), named(name, "svg"), named(name, "pdf"), scene_path(name)]
    }

    /// Shows each of its files: path inside the folder of a run and bytes.
    fn show(&self, made: &(impl Fn(&str, &[u8]) + Sync)) {
        let bytes = [&*self.png, self.svg.as_bytes(), &self.pdf, &self.scene];
        for (path, bytes) in self.paths().iter().zip(bytes) {
            made(path, bytes);
        }
    }
}

/// What a sheet says of itself, for lists of sheets and for readers that cannot see.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SheetAbout {
    /// Its title.
    pub title: String,
    /// One sentence on what it shows.
    pub description: String,
    /// Width and height of the paper, mm.
    pub size_mm: [f32; 2],
}

impl SheetAbout {
    /// What a scene says of itself.
    #[must_use]
    pub fn of(scene: &scene::Scene) -> Self {
        Self {
            title: scene.title.clone(),
            description: scene.description.clone(),
            size_mm: [scene.width_mm, scene.height_mm],
        }
    }
}

/// Why a map could not be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// The page has no size, or one beyond memory.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    Page {
        /// Width, mm.
        width: f32,
        /// Height, mm.
        height: f32,
    },
    /// The PNG could not be written.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    Encode {
        /// What the encoder says.
        reason: String,
    },
    /// The face could not be cut down to what a PDF needs.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    Font {
        /// What the cutter says.
        reason: String,
    },
    /// The chart could not be drawn.
    #[error("{}", i18n::render(Locale::En, &self.message()))]
    Chart {
        /// What plotters says.
        reason: String,
    },
}

impl Explain for MapError {
    fn message(&self) -> Message {
        match self {
            Self::Page { width, height } => {
                Message::new("error.map.page").with("width", width).with("height", height)
            }
            Self::Encode { reason } => {
                Message::new("error.map.encode").with("reason", reason)
            }
            Self::Font { reason } => {
                Message::new("error.map.font").with("reason", reason)
            }
            Self::Chart { reason } => {
                Message::new("error.map.chart").with("reason", reason)
            }
        }
    }

    fn hint(&self) -> Option<Message> {
        Some(Message::new("hint.map.report"))
    }
}

/// Draws every map of a project: overview, hazards by id, deficits by id; and the atlas, which
/// may hold the hazards of each territory as well.
///
/// The result does not depend on the number of threads.
///
/// # Errors
///
/// The first map that fails, by the order of the maps; see [`MapError`].
pub fn draw_all(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &MapOptions,
) -> Result<MapSet, MapError> {
    draw_all_with(area, measurements, settings, options, |_, _| {})
}

/// The same, and shows every file of the maps as soon as it is made, on the thread that made
/// it: path inside the folder of a run and bytes. The atlas is not shown.
///
/// # Errors
///
/// Those of [`draw_all`].
pub fn draw_all_with(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &MapOptions,
    made: impl Fn(&str, &[u8]) + Sync,
) -> Result<MapSet, MapError> {
    let crowds = focus::Crowds::of(area);
    let job = Job::new(area, settings, options, &crowds);
    let all = plans(job, measurements);
    let author = settings.author.as_ref().map(|author| author.get(options.locale));
    let drawn = compose_all(job, &all, |plan, scene| {
        let page = pdf::page(&scene);
        if plan.is_atlas_only {
            return Ok((None, page));
        }
        let author = author.map(str::to_owned);
        let sheet = stored::Sheet { scene, author, locale: options.locale };
        let map = MapFile {
            name: plan.name.clone(),
            png: png::render(&sheet.scene, png::DEFAULT_DPI)?,
            svg: svg::render(&sheet.scene),
            pdf: sheet.document(&page)?,
            scene: sheet.to_bytes()?,
            about: SheetAbout::of(&sheet.scene),
        };
        map.show(&made);
        Ok((Some(map), page))
    })?;
    let (maps, pages): (Vec<Option<MapFile>>, Vec<pdf::Page>) = drawn.into_iter().unzip();
    let index: Vec<pdf::Page> = index::sheets(job, &all).iter().map(pdf::page).collect();
    let title = settings.title.get(options.locale);
    let subject = i18n::text(options.locale, "map.atlas.subject");
    let about = pdf::About { title, subject, author, locale: options.locale };
    let atlas = pdf::atlas(&index, &pages, about)?;
    Ok(MapSet { maps: maps.into_iter().flatten().collect(), atlas })
}

/// What is to be drawn, in the order of the atlas.
fn plans<'a>(job: Job<'a>, measurements: &'a Measurements) -> Vec<Plan<'a>> {
    let (area, settings) = (job.area, job.settings);
    let mut plans = vec![overview::plan(job, measurements)];
    plans.extend(several::plans(job, measurements));
    plans.par_extend(
        area.hazards.par_iter().map(|h| hazard_map::plan(job, h, measurements, None)),
    );
    plans.par_extend(
        settings.deficits.par_iter().map(|d| deficit_map::plan(job, d, measurements)),
    );
    if let (Some(risk), Some(measured)) = (&settings.risk, &measurements.risk) {
        plans.extend(risk_map::plans(job, risk, measured));
    }
    plans.extend(industry::plan(job, measurements));
    for plan in &mut plans {
        let Some(own) = settings.maps.sheets.get(&plan.name) else { continue };
        plan.scale = own.scale;
        plan.only = own.layers.clone().map(|layers| {
            let all = layers.into_iter().chain(plan.subject.iter().cloned());
            all.collect()
        });
        if let Some([west, south, east, north]) = own.frame {
            plan.focus = extent::Extent { min: [west, south], max: [east, north] };
        }
    }
    if settings.maps.atlas == AtlasPages::Territories {
        for row in 0..area.territories.len() {
            plans.extend(area.hazards.iter().map(|hazard| {
                let mut plan = hazard_map::plan(job, hazard, measurements, Some(row));
                plan.is_atlas_only = true;
                plan
            }));
        }
    }
    plans
}

/// Composes every map that has files of its own and hands each, with its name, to a renderer.
///
/// # Errors
///
/// The first map that fails, by the order of the maps.
pub fn render_all<T: Send>(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &MapOptions,
    render: impl Fn(&str, &scene::Scene) -> Result<T, MapError> + Sync,
) -> Result<Vec<T>, MapError> {
    render_plans(
        area,
        measurements,
        settings,
        options,
        |plan| !plan.is_atlas_only,
        render,
    )
}

/// Composes every page of the atlas after its index and hands each, with its name, to a
/// renderer: the maps that have files of their own, then those of each territory, which are
/// called `hazard_<id>_<code>`.
///
/// # Errors
///
/// The first page that fails, by the order of the pages.
pub fn render_atlas<T: Send>(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &MapOptions,
    render: impl Fn(&str, &scene::Scene) -> Result<T, MapError> + Sync,
) -> Result<Vec<T>, MapError> {
    render_plans(area, measurements, settings, options, |_| true, render)
}

/// Composes the maps that are wanted.
fn render_plans<T: Send>(
    area: &StudyArea,
    measurements: &Measurements,
    settings: &Settings,
    options: &MapOptions,
    is_wanted: impl Fn(&Plan<'_>) -> bool,
    render: impl Fn(&str, &scene::Scene) -> Result<T, MapError> + Sync,
) -> Result<Vec<T>, MapError> {
    let crowds = focus::Crowds::of(area);
    let job = Job::new(area, settings, options, &crowds);
    let mut all = plans(job, measurements);
    all.retain(is_wanted);
    compose_all(job, &all, |plan, scene| render(&plan.name, &scene))
}

fn compose_all<'a, T: Send>(
    job: Job<'a>,
    plans: &[Plan<'a>],
    render: impl Fn(&Plan<'a>, scene::Scene) -> Result<T, MapError> + Sync,
) -> Result<Vec<T>, MapError> {
    let count = plans.len();
    let drawn: Vec<Result<T, MapError>> = plans
        .par_iter()
        // One by one: two large sheets in a row would keep one thread while the others rest.
        .with_max_len(1)
        .enumerate()
        .map(|(i, plan)| {
            let mut scene = sheet::compose(job, plan, i + 1, count)?;
            scene.settle();
            render(plan, scene)
        })
        .collect();
    drawn.into_iter().collect()
}
