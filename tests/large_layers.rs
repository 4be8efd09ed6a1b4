//! Where layers lie, in memory or beside it, changes no byte of what a run writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use atalaya::i18n::Locale;
use atalaya::layers::raw;
use atalaya::outputs::Products;
use atalaya::pipeline::{self, Options, Stage, Watch};

struct Nobody;

impl Watch for Nobody {
    fn stage(&self, _: Stage) {}
}

/// What a run of the example project writes: path and bytes, without the clock.
fn written(held: usize) -> BTreeMap<String, Vec<u8>> {
    raw::held_at_most(held);
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("out");
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo.toml");
    let mut settings = pipeline::open(&project, &[]).expect("the example is right");
    settings.output_directory.clone_from(&folder);
    let only = Products { maps: false, report: false, exports: false, ..Products::ALL };
    let options = Options { locale: Locale::Es, only, date: None, scenarios: false };
    pipeline::run(&settings, &options, &Nobody).expect("the example runs");
    let mut all = BTreeMap::new();
    let mut open = vec![folder.clone()];
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(inside).expect("the folder was written") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).expect("it is inside");
            let name = name.to_string_lossy().into_owned();
            if name != "manifest.json" {
                all.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    all
}

#[test]
fn layers_beside_memory_give_the_same_bytes() {
    let in_memory = written(usize::MAX);
    assert!(in_memory.contains_key("tables/exposure.csv"));
    // Every layer of the example takes more than this, and nearly all that is known of each feature.
    let aside = written(300);
    assert!(in_memory.keys().eq(aside.keys()));
    for (name, bytes) in &in_memory {
        assert!(aside[name] == *bytes, "{name}");
    }
}
