//! The documents say what the program does: findings, indicators, columns, commands and
//! catalogues are held to the code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use atalaya::domain::Code;
use atalaya::i18n::{self, Locale};
use atalaya::indicators::{Direction, Method};
use atalaya::layers::counterfactual::ChangeKind;
use atalaya::outputs::compare;
use atalaya::outputs::tables;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the tables of a Markdown text, by their first cell, without backticks.
fn rows(text: &str) -> BTreeMap<String, Vec<String>> {
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<String> = line
                .trim_matches('|')
                .split(" | ")
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect();
            (cells[0].clone(), cells)
        })
        .collect()
}

#[test]
fn every_finding_is_documented_with_its_severity() {
    let text = read("docs/findings.md");
    let documented: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|title| {
            let mut parts = title.split(" · ");
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        })
        .collect();
    let mut expected: Vec<(&str, &str)> =
        Code::ALL.iter().map(|code| (code.id(), code.severity().id())).collect();
    expected.sort_by_key(|(code, _)| ("LRGADM".find(&code[..1]), *code));
    assert_eq!(documented, expected);
}

#[test]
fn every_finding_says_what_it_is_why_it_matters_and_what_to_do() {
    let text = read("docs/findings.md").replace('\n', " ");
    let sections: Vec<&str> = text.split(" ### ").skip(1).collect();
    assert_eq!(sections.len(), Code::ALL.len());
    for section in sections {
        for part in ["**Qué es.**", "**Por qué importa.**", "**Qué hacer.**"] {
            assert_eq!(section.matches(part).count(), 1, "{part} in {section}");
        }
    }
}

#[test]
fn every_finding_has_a_sentence_in_both_languages() {
    for locale in [Locale::Es, Locale::En] {
        let catalogue = i18n::catalogue(locale);
        let missing: Vec<&str> = Code::ALL
            .iter()
            .map(|code| code.key())
            .filter(|key| !catalogue.contains_key(*key))
            .collect();
        assert!(missing.is_empty(), "{locale:?} lacks {}", missing.join(", "));
    }
}

#[test]
fn both_languages_have_the_same_keys() {
    let keys = |locale| i18n::catalogue(locale).keys().collect::<Vec<_>>();
    assert_eq!(keys(Locale::Es), keys(Locale::En));
}

#[test]
fn sentences_are_not_empty() {
    for locale in [Locale::Es, Locale::En] {
        for (key, text) in i18n::catalogue(locale) {
            assert!(!text.trim().is_empty(), "{locale:?}: {key} is empty");
        }
    }
}

#[test]
fn every_method_is_documented_as_the_catalogue_has_it() {
    let text = read("docs/indicators.md");
    let rows = rows(&text);
    for method in Method::ALL {
        let entry = method.entry();
        let better = match entry.direction {
            Direction::Lower => "menor",
            Direction::Higher => "mayor",
            Direction::Declared => "declarado",
        };
        let row = rows.get(entry.code);
        let expected = [entry.code, entry.unit, better, entry.formula, entry.version];
        assert_eq!(row.map(Vec::as_slice), Some(&expected.map(str::to_owned)[..]));
        let section = format!("\n### {}\n", entry.code);
        assert!(text.contains(&section), "{} has no section", entry.code);
    }
    let documented = text.split("## Catálogo de métodos").nth(1).unwrap_or_default();
    let listed = documented.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(listed, Method::ALL.len(), "a method is documented that does not exist");
}

#[test]
fn every_column_of_every_table_is_documented() {
    let text = read("docs/indicators.md");
    let cases: [(&str, &[&str]); 11] = [
        ("exposure.csv", &tables::EXPOSURE),
        ("deficits.csv", &tables::DEFICITS),
        ("deficit_in_hazard.csv", &tables::DEFICIT_IN_HAZARD),
        ("facilities_in_hazard.csv", &tables::FACILITIES_IN_HAZARD),
        ("hazards.csv", &tables::HAZARDS),
        ("risk.csv", &tables::RISK),
        ("risk_summary.csv", &tables::RISK_SUMMARY),
        ("risk_weights.csv", &tables::RISK_WEIGHTS),
        ("balance.csv", &tables::BALANCE),
        ("findings.csv", &tables::FINDINGS),
        ("indicators.csv", &tables::INDICATORS),
    ];
    for (table, columns) in cases {
        let section = text.split("\n### ").find(|section| section.starts_with(table));
        let section = section.unwrap_or_else(|| panic!("{table} has no section"));
        for column in columns {
            assert!(section.contains(&format!("`{column}`")), "{table}: {column}");
        }
    }
}

#[test]
fn every_column_of_a_comparison_is_documented() {
    let text = read("docs/compare.md");
    let columns = compare::COLUMNS.iter().chain(&compare::SCENARIOS);
    let words = columns.copied().chain(compare::Status::ALL.iter().map(|s| s.id()));
    for word in words {
        assert!(text.contains(&format!("`{word}`")), "docs/compare.md lacks {word}");
    }
    for kind in ChangeKind::ALL {
        let row = format!("\n| `{}` | ", kind.id());
        assert!(text.contains(&row), "docs/compare.md lacks {}", kind.id());
    }
}

/// The commands in the fenced `sh` blocks of a Markdown text.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .filter_map(|block| block.split_once("```"))
        .flat_map(|(block, _)| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn the_readme_gives_the_commands_that_are_checked() {
    let commands = commands(&read("README.md"));
    let check = read(".ci/run");
    let lines: Vec<&str> = check.lines().map(str::trim).collect();
    let main_job = "cargo run --release -- run layers/ilo.toml";
    for command in [main_job, "cargo test"] {
        assert!(commands.iter().any(|given| given == command), "README lacks {command}");
    }
    assert!(lines.contains(&"cargo test"), ".ci/run runs the tests in another way");
    let runs = lines.iter().filter(|line| line.starts_with(main_job)).count();
    assert_eq!(runs, 2, ".ci/run runs the main job twice");
    for command in commands.iter().filter(|command| command.starts_with("cargo ")) {
        let is_known = [main_job, "cargo test", "cargo build --release"];
        assert!(is_known.contains(&command.as_str()), "nobody checks `{command}`");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "outputs/README.md",
        "docs/compare.md",
        "docs/config.md",
        "docs/method.md",
        "docs/indicators.md",
        "docs/findings.md",
        "docs/risk.md",
        "docs/site.md",
        "docs/limits.md",
        "docs/mutantes.md",
        "docs/performance.md",
        "docs/indicadores-ilo.md",
        "docs/reemplazar-capas.md",
        "docs/plan-ilo.md",
    ];
    for document in documents {
        let folder = Path::new(document).parent().expect("a document has a folder");
        for part in read(document).split("](").skip(1) {
            let target = part.split([')', '#']).next().unwrap_or_default();
            let path = root.join(folder).join(target);
            assert!(path.exists(), "{document} links to {target}, which is not there");
        }
    }
}

#[test]
fn every_key_of_the_project_file_is_documented_and_no_other() {
    let text = read("docs/config.md");
    let documented: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(key, _)| key.to_owned())
        .filter(|key| key.split('.').next().is_some_and(is_table))
        .collect();
    // Texts in two languages are told of once, above the tables.
    let is_language =
        |key: &String| ["es", "en"].contains(&key.rsplit('.').next().unwrap_or_default());
    let mut keys = atalaya::config::schema::keys();
    keys.retain(|key| !is_language(key));
    for key in &keys {
        assert!(documented.contains(key), "docs/config.md lacks `{key}`");
    }
    for key in &documented {
        assert!(keys.contains(key), "docs/config.md has `{key}`, the program does not");
    }
}

#[test]
fn the_words_of_a_place_and_its_options_are_documented() {
    use atalaya::analysis::site::Verdict::{Inside, NotStudied, Outside, Undecidable};
    let text = read("docs/site.md");
    for verdict in [Inside, Outside, Undecidable, NotStudied] {
        let key = format!("site.verdict.{}", verdict.id());
        let words = i18n::text(Locale::Es, &key);
        let row = format!("\n| {words} | `{}` | ", verdict.id());
        assert!(text.contains(&row), "docs/site.md lacks {}", verdict.id());
    }
    let options =
        ["--crs", "--layer", "--feature", "--scenarios", "--add", "--json", "--out"];
    for option in options {
        assert!(text.contains(&format!("`{option}")), "docs/site.md lacks {option}");
    }
}

/// Whether a word is one of the tables of the project file.
fn is_table(word: &str) -> bool {
    [
        "project",
        "layers",
        "deficits",
        "risk",
        "outputs",
        "scenarios",
        "maps",
        "doubts",
        "suppression",
    ]
    .contains(&word)
}
