//! The section `[risk]` of the project file: what it refuses, and the example of Ilo.

use std::fs;
use std::path::Path;

use atalaya::config::{self, ConfigErrors, Settings};

const PROJECT: &str = r#"[project]
id = "demo"
working_crs = "EPSG:32719"
territories = "layer"

[layers.layer]
path = "layer.geojson"
[layers.layer.territory]
code = "code"
[layers.layer.hazard]
kind = "flood"
constant = "high"
[layers.layer.exposure]

[risk]
layer = "layer"
[risk.matrices.two]
items = ["wall", "roof"]
pairs = [[1, 3], [1]]
[risk.factors.wall]
field = "wall"
classes = ["adobe", "brick"]
[risk.factors.roof]
field = "roof"
at_least = [4, 3, 2, 1]
[risk.hazards.layer]
[risk.vulnerability.social]
fragility = "two"
"#;

fn load(text: &str) -> Result<Settings, ConfigErrors> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("layer.geojson"), "{}").expect("a file");
    config::parse(&folder.path().join("project.toml"), text, &[])
}

#[test]
fn weights_are_those_of_matrix_and_component() {
    let settings = load(PROJECT).expect("the project is good");
    let risk = settings.risk.expect("it has the section");
    assert_eq!(risk.scale, [0.503, 0.260, 0.134, 0.068, 0.035]);
    // Factors are in the order of their ids: roof, wall.
    let terms = &risk.dimensions[0].terms;
    let weight = |at: usize| terms.iter().find(|t| t.factor == at).map(|t| t.weight);
    assert_eq!((weight(0), weight(1)), (Some(0.25), Some(0.75)));
    let attributes = &settings.layers[0].exposure.as_ref().expect("the role").attributes;
    assert_eq!(attributes.keys().collect::<Vec<_>>(), ["roof", "wall"]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let cases = [
        // a over b, b over c, c over a: CR 0.6667 / 0.525.
        (
            "pairs = [[1, 3], [1]]",
            "pairs = [[1, 3, \"1/3\"], [1, 3], [1]]\n[risk.matrices.x]\npairs = [[1, 3], [1]]",
            "19: `pairs`: expected a square matrix",
        ),
        (
            "items = [\"wall\", \"roof\"]\npairs = [[1, 3], [1]]",
            "items = [\"wall\", \"roof\", \"level\"]\npairs = [[1, 3, \"1/3\"], [1, 3], [1]]",
            "19: [risk.matrices.two]: the comparisons contradict one another: consistency \
             ratio 1.2698, which for 3 items must be below 0.04",
        ),
        ("[[1, 3], [1]]", "[[1, 3], [3, 1]]", "19: `pairs`: cell (1, 2)"),
        ("[[1, 3], [1]]", "[[1, 10], [1]]", "19: "),
        ("[[1, 3], [1]]", "[[1, \"a/b\"], [1]]", "19: "),
        ("\"roof\"]", "\"rof\"]", "28: "),
        ("fragility = \"two\"", "fragility = \"too\"", "28: "),
        ("fragility = \"two\"", "fragility = { wall = 0.5, roof = 0.4 }", "28: "),
        ("fragility = \"two\"", "fragility = \"two\"\nexposure = { roof = 1 }", "27: "),
        ("at_least = [4, 3, 2, 1]", "at_least = [4, 3, 2]", "25: "),
        ("at_least = [4, 3, 2, 1]", "at_least = [1, 2, 3, 4]", "25: "),
        ("\"adobe\", \"brick\"", "\"adobe\", \"adobe\"", "22: "),
        ("classes = [\"adobe\", \"brick\"]", "per = \"x\"", "20: "),
        ("[risk.hazards.layer]", "[risk.hazards.other]", "26: "),
        ("[risk.factors.roof]", "[risk.factors.level]", "23: "),
        (
            "layer = \"layer\"\n[risk",
            "layer = \"layer\"\nscale = [0.1, 0.2, 0.3, 0.4]\n[risk",
            "17: ",
        ),
        (
            "[risk.matrices.two]",
            "limits = { risk = [0.1, 0.2, 0.3] }\n[risk.matrices.two]",
            "17: ",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(PROJECT.contains(from), "{from}");
        let errors = load(&PROJECT.replacen(from, to, 1)).expect_err(to).errors;
        let said: Vec<String> = errors
            .iter()
            .map(|error| {
                let line = error.place.as_ref().map_or(0, |place| place.line);
                format!("{line}: {error}")
            })
            .collect();
        assert!(said.iter().any(|one| one.starts_with(expected)), "{to}: {said:?}");
    }
}

#[test]
fn the_example_of_ilo_says_that_it_is_no_evar() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("layers/ilo-risk.toml");
    let out = tempfile::tempdir().expect("a temporary folder");
    let out = out.path().join("out");
    let run = assert_cmd::cargo::cargo_bin_cmd!("atalaya")
        .args(["run", "--only", "tables", "--lang", "es", "--out"])
        .arg(&out)
        .arg(&project)
        .output()
        .expect("the binary of this package can be started");
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(said.contains("no reemplaza un informe EVAR"), "{said}");
    let read = |name: &str| fs::read_to_string(out.join(name)).expect("a file");
    assert!(read("manifest.json").contains("does not replace an EVAR"));
    for table in ["risk", "risk_summary", "risk_weights"] {
        let text = read(&format!("tables/{table}.csv"));
        assert!(text.lines().count() > 1, "{table} is empty");
        let rows = text.lines().skip(1);
        assert!(rows.into_iter().all(|row| row.ends_with(",indicative_not_evar")));
    }
    // The hamlets have no age: their vulnerability is not known, and they are not left out.
    let summary = read("tables/risk_summary.csv");
    assert!(summary.contains("unlisted_value"), "{summary}");
    let exposure = read("tables/exposure.csv");
    assert!(!exposure.contains("risk"), "exposure is no risk");
}
