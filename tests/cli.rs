//! The command line: exit codes, languages, what goes to which stream, new projects.

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use atalaya::config;

/// Exit code, stdout and stderr of the program in a folder.
fn atalaya(folder: &Path, arguments: &[&str], locale: &str) -> (i32, String, String) {
    let output = cargo_bin_cmd!("atalaya")
        .current_dir(folder)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env("LANG", locale)
        .args(arguments)
        .output()
        .expect("the binary of this package can be started");
    let text = |bytes| String::from_utf8(bytes).expect("its streams are UTF-8");
    (
        output.status.code().expect("it was not killed"),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A folder with the project that `new` writes.
fn example() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder to work in");
    let (code, _, stderr) = atalaya(dir.path(), &["new", "p"], "es");
    assert_eq!(code, 0, "{stderr}");
    dir
}

#[test]
fn wrong_arguments_end_with_two_and_say_why_in_the_language() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str, &str); 11] = [
        (&["run", "p", "q"], "es", "error: sobra el argumento «q»"),
        (&[], "es", "error: falta la orden"),
        (&[], "en_US.UTF-8", "error: the command is missing"),
        (&["run"], "es", "error: falta <PROYECTO.toml>"),
        (&["runn", "p"], "en", "error: there is no command `runn`"),
        (&["inspeccionar", "p"], "es", "error: «p»: no existe el archivo p."),
        (&["run", "p", "--ouut", "x"], "en", "error: there is no option `--ouut`"),
        (
            &["run", "p", "--only", "mapas"],
            "es",
            "error: `--only`: no existe el producto «mapas»",
        ),
        (
            &["run", "p", "--date", "ayer"],
            "es",
            "error: `--date`: «ayer» no es una fecha del calendario",
        ),
        (
            &["run", "p", "--threads", "x", "--lang", "en"],
            "es",
            "error: `--threads`: expected a number from 1 to 1024, found \"x\"",
        ),
        (&["run", "p", "--lang", "fr"], "en", "error: there is no language \"fr\""),
    ];
    for (arguments, locale, expected) in cases {
        let (code, stdout, stderr) = atalaya(dir.path(), arguments, locale);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(stderr.lines().next(), Some(expected), "{arguments:?}");
    }
}

#[test]
fn help_and_version_go_to_stdout_in_the_language() {
    let dir = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 5] = [
        (&["--help"], "Uso: atalaya <ORDEN> [OPCIONES]"),
        (&["--help", "--lang", "en"], "Usage: atalaya <COMMAND> [OPTIONS]"),
        (&["run", "--help"], "Carpeta de los resultados"),
        (&["revisar", "--help", "--lang=en"], "Reads and validates everything"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
    ];
    for (arguments, expected) in cases {
        let (code, stdout, stderr) = atalaya(dir.path(), arguments, "es");
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(stdout.contains(expected), "{arguments:?}: {stdout}");
    }
}

#[test]
fn every_command_has_a_spanish_name() {
    let dir = example();
    let project = "p/proyecto.toml";
    let cases: [&[&str]; 4] = [
        &["ejecutar", project, "--only", "tables"],
        &["revisar", project],
        &["esquema"],
        &["nuevo", "otro"],
    ];
    for arguments in cases {
        assert_eq!(atalaya(dir.path(), arguments, "es").0, 0, "{arguments:?}");
    }
}

#[test]
fn the_schema_is_json_on_stdout() {
    let dir = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = atalaya(dir.path(), &["schema"], "es");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let schema: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(schema, config::schema());
}

/// What the schema lists is what the reader takes: a key of the schema is never unknown,
/// and a key beside them always is.
#[test]
fn the_reader_knows_the_keys_of_the_schema_and_no_other() {
    for key in config::schema::keys() {
        let key = key.replace("<id>", "some");
        for (key, is_known) in [(key.clone(), true), (format!("{key}x"), false)] {
            let text = format!("{key} = 1\n").replace("bands.", "bands = [{ ");
            let text = match text.split_once("bands = [{ ") {
                Some((before, rest)) => {
                    format!("{before}bands = [{{ {} }}]\n", rest.trim())
                }
                None => text,
            };
            let errors =
                config::parse(Path::new("p.toml"), &text, &[]).unwrap_err().errors;
            let is_unknown = errors
                .iter()
                .any(|e| matches!(e.trouble, config::Trouble::UnknownKey { .. }));
            // Any name will do where users choose the names.
            if is_known || !key.ends_with("somex") {
                assert_eq!(is_unknown, !is_known, "{text}");
            }
        }
    }
}

#[test]
fn a_new_project_runs_as_it_is() {
    for (locale, title) in [("es", "EJEMPLO de proyecto"), ("en", "EXAMPLE project")] {
        let dir = tempfile::tempdir().unwrap();
        let (code, stdout, stderr) =
            atalaya(dir.path(), &["new", "a/b", "--lang", locale], "es");
        assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
        let settings = config::load(&dir.path().join("a/b/proyecto.toml"), &[]).unwrap();
        assert_eq!(settings.locale.unwrap().id(), locale);
        let (code, stdout, stderr) =
            atalaya(dir.path(), &["run", "a/b/proyecto.toml", "--only", "tables"], "es");
        assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
        assert!(stderr.contains(title), "{stderr}");
        assert!(dir.path().join("a/b/resultados/tables/exposure.csv").is_file());
    }
}

#[test]
fn a_new_project_is_not_written_over_anything() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("full")).unwrap();
    fs::write(dir.path().join("full/.hidden"), "mine").unwrap();
    fs::write(dir.path().join("file"), "mine").unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    for (target, expected) in [("full", 2), ("file", 2), ("empty", 0)] {
        let (code, _, stderr) = atalaya(dir.path(), &["nuevo", target], "es");
        assert_eq!(code, expected, "{target}: {stderr}");
    }
    assert_eq!(fs::read_dir(dir.path().join("full")).unwrap().count(), 1);
}

#[test]
fn errors_show_the_line_and_their_number() {
    let dir = example();
    let file = dir.path().join("p/proyecto.toml");
    let text = fs::read_to_string(&file).unwrap();
    let text = text
        .replace("fail_on = \"error\"  ", "fail_on = \"eror\"")
        .replace("within_m = 500.0\nstandard", "within = 500.0\nstandard");
    fs::write(&file, text).unwrap();
    let (code, stdout, stderr) =
        atalaya(dir.path(), &["run", "p/proyecto.toml", "--lang", "en"], "es");
    assert_eq!((code, stdout.as_str()), (2, ""));
    let lines: Vec<&str> = stderr.lines().collect();
    let expected = [
        "error: `fail_on`: \"eror\" is not one of the words allowed",
        "   --> p/proyecto.toml:15:11",
    ];
    assert_eq!(lines[..2], expected, "{stderr}");
    assert!(lines[2].starts_with("15 | fail_on = \"eror\""), "{stderr}");
    assert_eq!(lines[3], "   |           ^^^^^^");
    assert!(lines[4].starts_with("  hint: did you mean `error`?"), "{stderr}");
    assert_eq!(lines.last(), Some(&"2 errors: nothing was done"));
    let (_, _, spanish) = atalaya(dir.path(), &["run", "p/proyecto.toml"], "en");
    assert!(spanish.contains("2 errores"), "the project says es: {spanish}");
}

#[test]
fn trouble_of_the_file_and_of_its_layers_comes_in_one_go() {
    let dir = example();
    let file = dir.path().join("p/proyecto.toml");
    let text = fs::read_to_string(&file).unwrap();
    let text = text
        .replace("fail_on = \"error\"", "fail_on = \"eror\"")
        .replace("level = \"nivel\" ", "level = \"nivle\" ");
    fs::write(&file, text).unwrap();
    let (code, _, stderr) = atalaya(dir.path(), &["check", "p/proyecto.toml"], "es");
    assert_eq!(code, 2);
    assert!(stderr.contains("`fail_on`") && stderr.contains("nivle"), "{stderr}");
}

#[test]
fn findings_change_the_exit_code_from_fail_on_upwards() {
    let dir = example();
    let blocks = dir.path().join("p/manzanas.geojson");
    let text = fs::read_to_string(&blocks).unwrap();
    fs::write(&blocks, text.replace("\"poblacion\": 100", "\"poblacion\": -100"))
        .unwrap();
    let cases = [("error", 1), ("warning", 1), ("never", 0)];
    for (fail_on, expected) in cases {
        let set = format!("project.fail_on={fail_on}");
        for command in ["check", "run"] {
            let mut arguments = vec![command, "p/proyecto.toml", "--set", &set];
            if command == "run" {
                arguments.extend(["--only", "tables"]);
            }
            let (code, _, stderr) = atalaya(dir.path(), &arguments, "es");
            assert_eq!(code, expected, "{command} {fail_on}: {stderr}");
            assert_eq!(stderr.contains("código 1"), expected == 1, "{stderr}");
            assert_eq!(command == "check", stderr.contains("L007"), "{stderr}");
        }
    }
}

#[test]
fn quiet_says_nothing_and_out_counts_from_here() {
    let dir = example();
    let arguments = ["run", "p/proyecto.toml", "--only", "tables", "--out", "here", "-q"];
    let (code, stdout, stderr) = atalaya(dir.path(), &arguments, "es");
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""));
    assert!(dir.path().join("here/manifest.json").is_file());
    assert!(!dir.path().join("here/maps").exists());
    assert!(!dir.path().join("p/resultados").exists());
}

#[test]
fn results_never_take_the_place_of_inputs() {
    let dir = example();
    let (code, _, stderr) =
        atalaya(dir.path(), &["run", "p/proyecto.toml", "--out", "p"], "es");
    assert_eq!(code, 2, "{stderr}");
    assert!(dir.path().join("p/manzanas.geojson").is_file());
}

/// What a run writes with these arguments, without the manifest's clock, which tells the time.
fn written(folder: &Path, more: &[&str]) -> Vec<(String, String)> {
    let mut arguments =
        vec!["run", "p/proyecto.toml", "--out", "out", "--only", "tables"];
    arguments.extend(more);
    let (code, _, stderr) = atalaya(folder, &arguments, "es");
    assert!(code < 2, "{stderr}");
    let manifest =
        fs::read_to_string(folder.join("out/manifest.json")).expect("a manifest");
    let manifest = manifest.split("\n  \"clock\": {").next().expect("its first part");
    let mut all = vec![("manifest.json".to_owned(), manifest.to_owned())];
    for entry in fs::read_dir(folder.join("out/tables")).expect("tables") {
        let path = entry.expect("a table").path();
        let text = fs::read_to_string(&path).expect("a table is text");
        all.push((path.display().to_string(), text));
    }
    all.sort();
    all
}

#[test]
fn what_is_kept_for_the_next_run_changes_no_byte() {
    let dir = example();
    // A zone of 90 corners, whose edge is moved by its accuracy.
    let corner = |i: i32| {
        let (sin, cos) = (f64::from(i % 90) * 4.0).to_radians().sin_cos();
        format!("[{},{}]", 0.01f64.mul_add(cos, -71.33), 0.004f64.mul_add(sin, -17.648))
    };
    let ring: Vec<String> = (0..=90).map(corner).collect();
    let zone = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":\
         {{\"nombre\":\"EJEMPLO\",\"nivel\":\"alto\"}},\"geometry\":\
         {{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}]}}",
        ring.join(",")
    );
    fs::write(dir.path().join("p/inundacion.geojson"), zone).expect("a layer");
    let computed = written(dir.path(), &["--cache", "off"]);
    assert!(!dir.path().join("kept").exists());
    let keeping = || written(dir.path(), &["--cache", "kept"]);
    let files = || -> Vec<_> {
        let entries = fs::read_dir(dir.path().join("kept")).expect("a folder of results");
        let mut all: Vec<_> =
            entries.map(|entry| entry.expect("a file").path()).collect();
        all.sort();
        all
    };
    let times = || -> Vec<_> {
        let time =
            |file: &std::path::PathBuf| fs::metadata(file).and_then(|m| m.modified());
        files().iter().map(|file| time(file).expect("a time")).collect()
    };
    assert_eq!(keeping(), computed, "nothing was kept before");
    let before = times();
    assert!(!before.is_empty(), "something is worth keeping");
    assert_eq!(keeping(), computed, "recalled");
    assert_eq!(times(), before, "nothing was computed again");
    for file in files() {
        let mut bytes = fs::read(&file).expect("a result");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&file, bytes).expect("a damaged result");
    }
    assert_eq!(keeping(), computed, "damaged");
    fs::remove_dir_all(dir.path().join("kept")).expect("it may be deleted at any time");
    fs::write(dir.path().join("kept"), "no folder").expect("a file in its place");
    assert_eq!(keeping(), computed, "no place to keep anything");
}
