//! `verify`: a run is what it says it is, wherever it lies, and nothing is written into it.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Ran, atalaya, files_under};

/// The project that `new` writes, and its results.
struct Example {
    dir: tempfile::TempDir,
}

impl Example {
    fn new(more: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a folder to work in");
        assert_eq!(atalaya(dir.path(), &["new", "p"]).code, 0);
        let mut run = vec!["run", "p/proyecto.toml", "--out", "out", "--quiet"];
        run.extend(more);
        let ran = atalaya(dir.path(), &run);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        Self { dir }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().join(inside)
    }

    fn verify(&self, more: &[&str]) -> Ran {
        let mut arguments = vec!["verificar", "out", "--lang", "en"];
        arguments.extend(more);
        let before = files_under(&self.path("out"));
        let ran = atalaya(self.dir.path(), &arguments);
        assert_eq!(before, files_under(&self.path("out")), "verify wrote into the run");
        assert_eq!(ran.stdout, "");
        ran
    }

    fn edit(&self, inside: &str, from: &str, to: &str) {
        let path = self.path(inside);
        let text = fs::read_to_string(&path).expect("a text file");
        assert!(text.contains(from), "{inside} has no {from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("a file to write");
    }
}

const PROJECT: [&str; 2] = ["--project", "p/proyecto.toml"];

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files_under(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("below a folder")).expect("a folder");
        fs::write(path, bytes).expect("a copy");
    }
}

#[test]
fn a_run_is_verified_with_and_without_its_project() {
    let example = Example::new(&["--date", "2026-01-31", "--lang", "en"]);
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the same, byte for byte"), "{}", ran.stderr);
    // Elsewhere, and with the project elsewhere.
    let other = tempfile::tempdir().unwrap();
    copy(&example.path("out"), &other.path().join("una copia"));
    copy(&example.path("p"), &other.path().join("q"));
    let arguments = ["verify", "una copia", "--project", "q/proyecto.toml", "-q"];
    let ran = atalaya(other.path(), &arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_run_that_kept_its_inputs_is_computed_again_anywhere() {
    let example = Example::new(&["--only", "tables", "--set", "project.code_system=X"]);
    let other = tempfile::tempdir().unwrap();
    copy(&example.path("out"), &other.path().join("una copia"));
    let ran = atalaya(other.path(), &["verify", "una copia", "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the same, byte for byte"), "{}", ran.stderr);
    // Without a copy of the inputs it says that it could not.
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing is computed again"), "{}", ran.stderr);
}

#[test]
fn a_row_that_was_changed_is_named_without_the_project() {
    let example = Example::new(&["--only", "tables"]);
    example.edit("out/tables/balance.csv", "true", "false");
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let said = "tables/balance.csv: row any/manzanas/area, column closes";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn files_that_are_not_as_written_are_named() {
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    example.edit("out/tables/balance.csv", "true", "false");
    fs::remove_file(example.path("out/tables/findings.csv")).unwrap();
    fs::write(example.path("out/nota.txt"), "hola").unwrap();
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 1);
    for said in [
        "tables/balance.csv is not the one that was written",
        "tables/findings.csv is missing",
        "nota.txt is one too many",
        "3 differences",
    ] {
        assert!(ran.stderr.contains(said), "no `{said}` in {}", ran.stderr);
    }
    let ran = example.verify(&PROJECT);
    let said = "tables/balance.csv: row any/manzanas/area, column closes";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn a_table_that_another_program_saved_is_told_apart_from_one_that_was_changed() {
    let example = Example::new(&["--only", "tables"]);
    let path = example.path("out/tables/balance.csv");
    let text = fs::read_to_string(&path).expect("a table");
    fs::write(&path, format!("\u{feff}{}", text.replace('\n', "\r\n"))).expect("a file");
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("balance.csv has other line ends (CRLF)"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("differs from line"), "{}", ran.stderr);
    // A changed cell is one, whatever ends its line.
    fs::write(&path, text.replace("true", "false").replace('\n', "\r\n"))
        .expect("a file");
    let ran = example.verify(&PROJECT);
    assert!(!ran.stderr.contains("CRLF"), "{}", ran.stderr);
    assert!(ran.stderr.contains("balance.csv is not the one"), "{}", ran.stderr);
}

#[test]
fn of_a_run_that_is_not_whole_only_what_is_there_is_called_the_same() {
    let example = Example::new(&["--only", "tables"]);
    fs::remove_file(example.path("out/tables/deficits.csv")).expect("a table");
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("what is there comes out the same"), "{}", ran.stderr);
}

#[test]
fn a_changed_input_is_named_with_the_rows_that_it_changes() {
    let example = Example::new(&["--only", "tables"]);
    let path = example.path("p/manzanas.geojson");
    let text = fs::read_to_string(&path).unwrap();
    let at = text.find("\"poblacion\":").expect("blocks have people") + 12;
    fs::write(&path, format!("{} 1{}", &text[..at], text[at..].trim_start())).unwrap();
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("manzanas.geojson is not the one"), "{}", ran.stderr);
    assert!(ran.stderr.contains("tables/exposure.csv: row "), "{}", ran.stderr);
    fs::remove_file(&path).unwrap();
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("manzanas.geojson is not found"), "{}", ran.stderr);
    assert!(ran.stderr.contains("Not computed again"), "{}", ran.stderr);
}

#[test]
fn other_settings_are_told_and_set_gives_them_back() {
    let set = ["--set", "project.code_system=X"];
    let example = Example::new(&["--only", "tables", set[0], set[1]]);
    // The manifest knows what was changed; what is given here comes before it.
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = example.verify(&[PROJECT[0], PROJECT[1], set[0], "project.code_system=Y"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("no longer has the settings"), "{}", ran.stderr);
    let ran = example.verify(&[PROJECT[0], PROJECT[1], set[0], set[1]]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn other_versions_are_told() {
    let example = Example::new(&["--set", "outputs.keep_inputs=false"]);
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    example.edit("out/manifest.json", &version, "\"version\": \"0.0.9\"");
    example.edit(
        "out/manifest.json",
        "\"exposure.people\": \"1\"",
        "\"exposure.people\": \"7\"",
    );
    // The files are as written: that other versions wrote them is no fault.
    let ran = example.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the results are of Atalaya 0.0.9"), "{}", ran.stderr);
    assert!(ran.stderr.contains("method exposure.people: version 7"), "{}", ran.stderr);
    // A fresh run is of other methods than the manifest says; the program alone is no difference.
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("\"methods.exposure.people\" differs"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("program.version"), "{}", ran.stderr);
    example.edit(
        "out/manifest.json",
        "\"exposure.people\": \"7\"",
        "\"exposure.people\": \"1\"",
    );
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("the results are of Atalaya 0.0.9"), "{}", ran.stderr);
}

#[test]
fn what_is_no_run_ends_with_two() {
    let example = Example::new(&["--only", "tables"]);
    let cases = [("nowhere", "cannot read"), ("p", "no manifest.json")];
    for (folder, said) in cases {
        let arguments = ["verify", folder, "--lang", "en"];
        let ran = atalaya(example.dir.path(), &arguments);
        assert_eq!(ran.code, 2, "{folder}");
        assert!(ran.stderr.contains(said), "{folder}: {}", ran.stderr);
    }
    let ran = example.verify(&["--project", "nowhere.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    fs::write(example.path("p/proyecto.toml"), "x = ").unwrap();
    assert_eq!(example.verify(&PROJECT).code, 2);
}

/// The companions of a Shapefile of districts or blocks, by extension.
fn write_shapefile(stem: &Path, field: &str, squares: &[([f64; 2], &str)]) {
    use shapefile::dbase::{FieldName, FieldValue, Record, TableWriterBuilder};
    use shapefile::{Point, Polygon, PolygonRing, Writer};
    let name = FieldName::try_from(field).expect("a short name");
    let table = TableWriterBuilder::new().add_character_field(name, 10);
    let mut writer =
        Writer::from_path(stem.with_extension("shp"), table).expect("a Shapefile");
    for ([x, y], text) in squares {
        let (x, y) = (250_000.0 + x, 8_050_000.0 + y);
        let corners = [(0.0, 0.0), (0.0, 60.0), (60.0, 60.0), (60.0, 0.0), (0.0, 0.0)];
        let ring = corners.map(|(dx, dy)| Point::new(x + dx, y + dy)).to_vec();
        let mut record = Record::default();
        let text = FieldValue::Character(Some((*text).to_owned()));
        record.insert(field.to_owned(), text);
        let polygon = Polygon::new(PolygonRing::Outer(ring));
        writer.write_shape_and_record(&polygon, &record).expect("a feature");
    }
    drop(writer);
    let prj = "PROJCS[\"WGS_1984_UTM_Zone_19S\",GEOGCS[\"GCS_WGS_1984\",\
        DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],\
        PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],\
        PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000.0],\
        PARAMETER[\"False_Northing\",10000000.0],PARAMETER[\"Central_Meridian\",-69.0],\
        PARAMETER[\"Scale_Factor\",0.9996],PARAMETER[\"Latitude_Of_Origin\",0.0],\
        UNIT[\"Meter\",1.0]]";
    fs::write(stem.with_extension("prj"), prj).expect("a .prj");
}

/// A zip of a Shapefile with its companions.
fn zipped(stem: &Path, to: &Path) {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(fs::File::create(to).expect("a file"));
    for extension in ["shp", "shx", "dbf", "prj"] {
        let path = stem.with_extension(extension);
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).expect("an entry");
        archive.write_all(&fs::read(&path).expect("a companion")).expect("bytes");
    }
    archive.finish().expect("an archive");
}

/// A project whose districts are a Shapefile and whose blocks are a zip of one.
fn shapefiles(keep_inputs: bool) -> Example {
    let dir = tempfile::tempdir().expect("a folder to work in");
    let folder = dir.path().join("p");
    fs::create_dir(&folder).expect("a folder");
    write_shapefile(&folder.join("districts"), "CODE", &[([0.0, 0.0], "01")]);
    let blocks = dir.path().join("blocks");
    write_shapefile(&blocks, "POP", &[([0.0, 0.0], "40"), ([30.0, 0.0], "20")]);
    zipped(&blocks, &folder.join("blocks.zip"));
    let project = format!(
        "[project]\nid = \"p\"\nworking_crs = \"EPSG:32719\"\nterritories = \"districts\"\n\
         fail_on = \"never\"\n\
         [layers.districts]\npath = \"districts.shp\"\n\
         [layers.districts.territory]\ncode = \"CODE\"\n\
         [layers.flood]\npath = \"districts.shp\"\n\
         [layers.flood.hazard]\nkind = \"flood\"\nconstant = \"high\"\n\
         [layers.blocks]\npath = \"blocks.zip\"\n[layers.blocks.exposure]\npeople = \"POP\"\n\
         [outputs]\ndirectory = \"../out\"\nkeep_inputs = {keep_inputs}\n"
    );
    fs::write(folder.join("proyecto.toml"), project).expect("a project");
    let run = ["run", "p/proyecto.toml", "--only", "tables", "--quiet"];
    let ran = atalaya(dir.path(), &run);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    Example { dir }
}

#[test]
fn shapefiles_with_companions_and_zips_are_verified_wherever_the_run_lies() {
    let kept = shapefiles(true);
    // 40 of b1 and half of b2 lie in the district and in the flood, which are the same.
    let exposure = fs::read_to_string(kept.path("out/tables/exposure.csv")).unwrap();
    assert!(
        exposure.contains("_T,_T,flood,high,blocks,people,people,50.0000"),
        "{exposure}"
    );
    assert_eq!(kept.verify(&PROJECT).code, 0);
    // Another machine: the folder alone, with the companions in its copy of the inputs.
    let elsewhere = tempfile::tempdir().expect("another machine");
    copy(&kept.path("out"), &elsewhere.path().join("out"));
    let ran = atalaya(elsewhere.path(), &["verify", "out", "--lang", "en"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("byte for byte"), "{}", ran.stderr);
}

#[test]
fn a_changed_companion_is_named() {
    for (extension, what) in [("dbf", "districts.dbf"), ("prj", "districts.prj")] {
        let example = shapefiles(false);
        let path = example.path("p").join("districts").with_extension(extension);
        let mut bytes = fs::read(&path).expect("a companion");
        // Another code; another line in the text of the reference system.
        if extension == "dbf" {
            let at = bytes.iter().rposition(|byte| *byte == b'1').expect("the code");
            bytes[at] = b'2';
        } else {
            bytes.push(b'\n');
        }
        fs::write(&path, bytes).expect("a companion");
        let ran = example.verify(&PROJECT);
        assert_eq!(ran.code, 1, "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains(what), "{what}: {}", ran.stderr);
    }
    let example = shapefiles(false);
    fs::remove_file(example.path("p/districts.dbf")).expect("a companion");
    let ran = example.verify(&PROJECT);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("districts.dbf"), "{}", ran.stderr);
}
