//! The house is as ARCHITECTURE.md says: stages use only the stages above them, and only the
//! ends touch the file system or print.

use std::fs;
use std::path::{Path, PathBuf};

/// The stages in the order in which data flow. A stage may use those before it.
const ORDER: [&str; 12] = [
    "domain",
    "i18n",
    "config",
    "formats",
    "layers",
    "geometry",
    "doctor",
    "analysis",
    "indicators",
    "outputs",
    "pipeline",
    "cli",
];

/// The only looks downwards: `formats` fills the flat arrays that `layers` hands on.
const DOWNWARDS: [(&str, &str); 1] = [("formats", "layers")];

/// Stages at the two ends, which may touch files.
const MAY_TOUCH_FILES: [&str; 4] = ["config", "layers", "outputs", "cli"];

/// What may print.
const MAY_PRINT: [&str; 2] = ["cli", "main"];

/// A source file: its stage (the first part of its path below `src`) and its code.
struct Source {
    path: PathBuf,
    stage: String,
    code: String,
}

/// All sources without comments and without their tests.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("sources can be read") {
            let path = entry.expect("sources can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    let source = |path: PathBuf| {
        let inside = path.strip_prefix(&root).expect("it was found below the root");
        let first = inside.iter().next().expect("a file has a name").to_string_lossy();
        let stage = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        Source { stage, code: code_of(&text), path }
    };
    let tests_only = tests_only(&found);
    found.into_iter().filter(|path| !tests_only.contains(path)).map(source).collect()
}

/// The files of modules that are declared under `#[cfg(test)]`.
fn tests_only(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).expect("sources are UTF-8");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            let Some((_, name)) = pair[1].split_once("mod ") else { continue };
            let Some(name) = name.strip_suffix(';') else { continue };
            let folder = file.parent().expect("a file has a folder");
            let own = file.with_extension("");
            for home in [folder, own.as_path()] {
                found.push(home.join(format!("{name}.rs")));
                found.push(home.join(name).join("mod.rs"));
            }
        }
    }
    found
}

/// Source text without comments, and without the inline test module at its foot.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_foot = line.trim() == "#[cfg(test)]"
            && lines.peek().is_some_and(|next| next.trim_end().ends_with("mod tests {"));
        if is_foot {
            break;
        }
        // A `//` inside a string only cuts away what follows it on that line.
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

/// The stages that some code names as `crate::stage`, also within `use crate::{…}`.
fn named_stages(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => named.extend(top_names(group)),
            None => named.push(first_word(rest)),
        }
    }
    named
}

/// The first words of the members of a `{…}` group, whose opening brace is already gone.
fn top_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut is_start) = (0, Vec::new(), true);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_start = true,
            _ if is_start && !letter.is_whitespace() => {
                names.push(first_word(&group[at..]));
                is_start = false;
            }
            _ => {}
        }
    }
    names
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn rank(stage: &str) -> Option<usize> {
    ORDER.iter().position(|known| *known == stage)
}

/// The sources of stages outside `allowed` that contain one of `words`.
fn offenders(allowed: &[&str], words: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources() {
        if allowed.contains(&source.stage.as_str()) {
            continue;
        }
        for word in words.iter().filter(|word| source.code.contains(**word)) {
            wrong.push(format!("{} uses {word}", source.path.display()));
        }
    }
    wrong
}

#[test]
fn a_stage_uses_only_the_stages_above_it() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for source in sources() {
        let Some(own) = rank(&source.stage) else { continue };
        for named in named_stages(&source.code) {
            let Some(other) = rank(&named) else { continue };
            seen += 1;
            let is_allowed = other <= own
                || DOWNWARDS.contains(&(source.stage.as_str(), named.as_str()));
            if !is_allowed {
                wrong.push(format!("{} uses {named}", source.path.display()));
            }
        }
    }
    assert!(seen > 20, "only {seen} uses were found: the scan sees nothing");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_below_src_is_a_stage() {
    for source in sources() {
        let is_known =
            ["lib", "main"].contains(&&*source.stage) || rank(&source.stage).is_some();
        assert!(is_known, "{} belongs to no stage", source.path.display());
    }
}

#[test]
fn only_the_ends_touch_files() {
    let words = ["std::fs", "fs::", " File::", "tempfile::", "std::net", "Command::new"];
    let wrong = offenders(&MAY_TOUCH_FILES, &words);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The scan would find them: the writer of results does touch files.
    assert!(!offenders(&["config", "layers", "cli"], &words).is_empty());
}

#[test]
fn only_the_command_line_prints() {
    let words = ["println!", "print!(", "dbg!(", "stdout()", "stderr()"];
    let wrong = offenders(&MAY_PRINT, &words);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn everything_has_a_home_with_a_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let catch_alls = ["utils", "util", "helpers", "common", "types", "misc"];
    for source in sources() {
        let inside = source.path.strip_prefix(&root).expect("it is below the root");
        for part in inside.iter().map(|part| part.to_string_lossy()) {
            let name = part.trim_end_matches(".rs");
            assert!(!catch_alls.contains(&name), "{} has no home", inside.display());
        }
    }
}

#[test]
fn the_scan_reads_code_as_it_is_written() {
    let code = code_of(
        "use crate::{domain::{A, B}, outputs};\n\
         // crate::cli is named in a comment\n\
         fn f() -> crate::geometry::Shape { $crate::cli::g() }\n\
         #[cfg(test)]\nmod tests {\n    use crate::pipeline;\n}\n",
    );
    assert_eq!(named_stages(&code), ["domain", "outputs", "geometry"]);
}
