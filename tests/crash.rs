//! Results appear whole or not at all: stopped, without room, and under names that not every
//! system likes. What kills leave behind is looked at by `.ci/kill_check.sh`.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{World, atalaya};

/// The program as a command of its own, for what the shared helper cannot do.
fn program() -> String {
    env!("CARGO_BIN_EXE_atalaya").to_owned()
}

/// What lies in a folder and is hidden.
fn litter(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with('.')).collect()
}

fn verifies(folder: &Path) -> bool {
    let run = folder.display().to_string();
    atalaya(folder.parent().expect("a parent"), &["verify", &run, "--quiet"]).code == 0
}

#[test]
fn whoever_stops_a_run_finds_the_earlier_results_or_the_new_ones() {
    let world = World::tiny();
    assert_eq!(world.run(&["--date", "2026-01-01"]).code, 0);
    let project = world.project().display().to_string();
    let out = world.out().display().to_string();
    let mut stopped = 0;
    for (at, signal) in ["INT", "TERM"].into_iter().cycle().take(8).enumerate() {
        let mut child = Command::new(program())
            .args(["run", &project, "--out", &out, "--date", "2026-02-02"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Wherever it is then: what must hold does not depend on it.
        std::thread::sleep(Duration::from_millis(60 * at as u64 + 30));
        let id = child.id().to_string();
        let name = format!("-{signal}");
        let _ = Command::new("kill").args([&name, &id]).stderr(Stdio::null()).status();
        let code = child.wait().expect("it ends").code();
        // Without a code it was stopped before it could listen.
        assert!(matches!(code, None | Some(0 | 130)), "{signal}: {code:?}");
        stopped += u32::from(code != Some(0));
        assert_eq!(litter(world.folder()), [""; 0], "{signal} after {at}");
        assert!(verifies(&world.out()), "{signal} after {at}");
    }
    assert!(stopped > 0, "no run was stopped in time");
}

#[test]
fn without_room_for_a_file_the_earlier_results_stay() {
    let world = World::tiny();
    assert_eq!(world.run(&[]).code, 0);
    let before = fs::read(world.out().join("manifest.json")).expect("a manifest");
    // No file may be larger than 16 KiB: the maps are. The signal is ignored, as a full disk
    // sends none.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let project = world.project().display().to_string();
    let out = world.out().display().to_string();
    let ran = Command::new("bash")
        .args(["-c", script, "bash", &program(), "run", &project, "--out", &out])
        .args(["--lang", "en"])
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("error:"), "{told}");
    assert_eq!(litter(world.folder()), [""; 0]);
    let after = fs::read(world.out().join("manifest.json")).expect("a manifest");
    assert!(before == after && verifies(&world.out()));
}

#[test]
fn what_a_killed_run_left_is_cleared_by_the_next() {
    let world = World::tiny();
    let left = world.file(".atalaya-out-aB3dE6");
    fs::create_dir(&left).expect("a folder");
    fs::write(left.join("half"), "half").expect("a file");
    assert_eq!(world.run(&[]).code, 0);
    assert_eq!(litter(world.folder()), [""; 0]);
    // Killed between the two renames: the old folder comes back before anything else.
    fs::rename(world.out(), world.file(".atalaya-out-aB3dE6.old")).expect("a name");
    assert_eq!(world.run(&["--date", "2026-02-02"]).code, 0);
    assert_eq!(litter(world.folder()), [""; 0]);
    assert!(verifies(&world.out()));
}

#[test]
fn paths_with_spaces_accents_and_200_characters_are_paths_like_others() {
    let world = World::tiny();
    let long = format!("Año 2026, Ñuñoa — «peligros» {}", "ñ".repeat(105));
    assert!(long.len() >= 200, "{}", long.len());
    for name in ["con espacios y acentos áéíóú", &long] {
        let out = world.file(name);
        let ran = support::run_tables(&world.project(), &out, &[]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        assert!(verifies(&out), "{name}");
    }
    // The project itself there, too.
    let home = world.file(&format!("proyecto {long}"));
    fs::create_dir(&home).expect("a folder");
    for file in ["project.toml", "districts.geojson", "flood.geojson", "blocks.geojson"]
        .into_iter()
        .chain(["posts.geojson"])
    {
        fs::copy(world.file(file), home.join(file)).expect("a copy");
    }
    let ran = support::run_tables(&home.join("project.toml"), &home.join("salida"), &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(verifies(&home.join("salida")));
}

#[test]
fn names_that_windows_keeps_for_devices_are_refused_as_ids() {
    for id in ["aux", "COM1", "lpt9", "NUL"] {
        let world = World::tiny();
        world.edit("[layers.posts]", &format!("[layers.{id}]"));
        world.edit("[layers.posts.service]", &format!("[layers.{id}.service]"));
        world.edit("service = \"posts\"", &format!("service = \"{id}\""));
        let ran = world.run(&[]);
        assert_eq!(ran.code, 2, "{id}");
        assert!(ran.stderr.contains("reserved"), "{id}: {}", ran.stderr);
    }
}
