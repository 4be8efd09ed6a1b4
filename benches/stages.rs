//! The stages of the job by themselves, on a town that is made up here: `cargo bench`.
//!
//! 20,000 blocks between nine districts with crooked borders, twelve hazard zones of 2,000
//! vertices each in four levels, a coast with bands, 500 facilities. Same town every time.

mod town;

use std::path::Path;
use std::sync::LazyLock;

use atalaya::analysis::{self, Measurements};
use atalaya::config::{self, Settings};
use atalaya::domain::Findings;
use atalaya::formats::{Wanted, geojson};
use atalaya::geometry::crs::{Crs, Transform};
use atalaya::geometry::mosaic::{Mosaic, MosaicBuilder, Scratch};
use atalaya::geometry::{self, Nearest, StudyArea, band};
use atalaya::i18n::Locale;
use atalaya::layers::{self, RawLayers};
use atalaya::outputs::map::{self, MapOptions};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use town::Town;

fn main() {
    divan::main();
}

/// The town: its text, and what each stage makes of it.
struct Made {
    blocks: String,
    settings: Settings,
    raw: RawLayers,
    area: StudyArea,
    measurements: Measurements,
}

static TOWN: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder for a moment");
    let plan = Town { side: 141, districts: 3, vertices: 2000 };
    let project = plan.write(folder.path()).expect("room for a small town");
    read(&project, plan.blocks())
});

fn read(project: &Path, blocks: String) -> Made {
    let settings = config::load(project, &[]).expect("a sound project");
    let findings = &mut Findings::default();
    let raw = layers::read(&settings, findings).expect("sound layers");
    let area = geometry::prepare(raw.clone(), &settings, findings, &mut ());
    let area = area.expect("a sound town");
    let measurements = analysis::measure(&area, &settings, findings, &mut ());
    Made { blocks, settings, raw, area, measurements }
}

/// GeoJSON text to flat coordinates and the wanted field.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = TOWN.blocks.as_bytes();
    let wanted = Wanted::new(["people".to_owned()]);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench(|| geojson::read(black_box(text), &wanted).expect("sound text"));
}

/// Degrees to the grid of the working CRS, vertex by vertex.
#[divan::bench]
fn project(bencher: Bencher<'_, '_>) {
    let data =
        &TOWN.raw.layers.iter().find(|layer| layer.id == "blocks").expect("read").data;
    let working = Crs::from_epsg(32_719).expect("a known system");
    let way = Transform::new(atalaya::domain::ReferenceSystem::Epsg(4326), &working);
    let way = way.expect("a known way");
    bencher.counter(ItemsCount::new(data.coords.len())).bench(|| {
        let mut placer = way.placer();
        for &at in data.coords.all() {
            black_box(placer.place(black_box(at)));
        }
    });
}

/// All layers to a study area: projection, mending, bands, overlaps.
#[divan::bench]
fn prepare(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(|| TOWN.raw.clone()).bench_values(|raw| {
        geometry::prepare(raw, &TOWN.settings, &mut Findings::default(), &mut ())
            .expect("a sound town")
    });
}

fn mosaic() -> Mosaic {
    let mut builder = MosaicBuilder::default();
    for territory in TOWN.area.territory_layer.shapes.iter() {
        builder.add_one(territory);
    }
    for zone in TOWN.area.hazards.iter().flat_map(|hazard| &hazard.zones) {
        builder.add(&zone.shapes);
    }
    builder.build()
}

/// The index over the edges of districts and zones.
#[divan::bench]
fn index(bencher: Bencher<'_, '_>) {
    LazyLock::force(&TOWN);
    bencher.bench(mosaic);
}

/// Every block split by what it lies in.
#[divan::bench]
fn overlay(bencher: Bencher<'_, '_>) {
    let shapes = &TOWN.area.exposures[0].layer.shapes;
    let mosaic = mosaic();
    bencher.counter(ItemsCount::new(shapes.len())).bench(|| {
        let mut scratch = Scratch::default();
        for shape in shapes.iter() {
            black_box(mosaic.split_area(shape, &mut scratch));
        }
    });
}

/// The nearest clinic of every block.
#[divan::bench]
fn nearest(bencher: Bencher<'_, '_>) {
    let blocks = &TOWN.area.exposures[0].layer.shapes;
    let places: Vec<_> = blocks.iter().map(|block| block.points()[0]).collect();
    let index = Nearest::new(TOWN.area.services[0].layer.shapes.clone());
    bencher
        .counter(ItemsCount::new(places.len()))
        .bench(|| index.to_all(black_box(&places)));
}

/// Everything within 300 m of the coast.
#[divan::bench]
fn bands(bencher: Bencher<'_, '_>) {
    let coast = TOWN.area.hazards.iter().find(|hazard| !hazard.bands.is_empty());
    let coast = coast.expect("the coast has bands").layer.shapes.get(0);
    bencher.bench(|| band::around(black_box(coast), 300.0));
}

/// All that is measured, from the index to the deficits.
#[divan::bench]
fn measure(bencher: Bencher<'_, '_>) {
    let Made { area, settings, .. } = &*TOWN;
    bencher
        .bench(|| analysis::measure(area, settings, &mut Findings::default(), &mut ()));
}

/// All sheets, as PNG, SVG and PDF.
#[divan::bench(sample_count = 5)]
fn render(bencher: Bencher<'_, '_>) {
    let Made { area, measurements, settings, .. } = &*TOWN;
    let options = MapOptions { locale: Locale::Es, date: None };
    bencher.bench(|| {
        map::draw_all(area, measurements, settings, &options).expect("maps of a town")
    });
}
