use super::*;
use crate::domain::Explain as _;
use tempfile::TempDir;

fn manifest(own: &[&str]) -> Vec<u8> {
    let outputs: Vec<_> =
        own.iter().map(|path| serde_json::json!({ "path": path })).collect();
    serde_json::json!({ "program": { "name": "atalaya" }, "outputs": outputs })
        .to_string()
        .into_bytes()
}

/// A run's files: one table and the manifest that lists it.
fn run(content: &str) -> Vec<(String, Vec<u8>)> {
    vec![
        ("tables/a.csv".to_owned(), content.as_bytes().to_vec()),
        (manifest::FILE.to_owned(), manifest(&["tables/a.csv"])),
    ]
}

/// Every path below a folder, hidden ones too.
fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(everything(&entry.path()).iter().map(|i| format!("{name}/{i}")));
        }
        found.push(name);
    }
    found.sort();
    found
}

fn table(target: &Path) -> String {
    fs::read_to_string(target.join("tables/a.csv")).unwrap()
}

#[test]
fn a_folder_is_made_with_its_parents_and_nothing_else() {
    let home = TempDir::new().unwrap();
    for name in ["ilo", "un/lugar/más hondo", "Año 2023 – «prueba»"] {
        let target = home.path().join(name);
        replace(&target, &run("x")).unwrap();
        assert_eq!(everything(&target), ["manifest.json", "tables", "tables/a.csv"]);
        let beside = fs::read_dir(target.parent().unwrap()).unwrap();
        let hidden = beside.filter(|e| {
            e.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')
        });
        assert_eq!(hidden.count(), 0, "no hidden folder is left beside {name}");
    }
}

#[test]
fn a_new_run_takes_the_place_of_the_old_one_entirely() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    let mut first = run("old");
    first.insert(0, ("maps/old.png".to_owned(), vec![1]));
    first[2].1 = manifest(&["maps/old.png", "tables/a.csv"]);
    replace(&target, &first).unwrap();
    // What a viewer dropped is no reason to refuse.
    fs::write(target.join("maps/old.png.aux.xml"), "").unwrap();
    fs::write(target.join("Thumbs.db"), "").unwrap();
    replace(&target, &run("new")).unwrap();
    assert_eq!(table(&target), "new");
    assert_eq!(everything(&target), ["manifest.json", "tables", "tables/a.csv"]);
    assert_eq!(everything(home.path()).len(), 4, "{:?}", everything(home.path()));
}

#[test]
fn an_empty_folder_may_be_used() {
    let home = TempDir::new().unwrap();
    replace(home.path().join("sub").as_path(), &run("x")).unwrap();
    let empty = home.path().join("vacía");
    fs::create_dir(&empty).unwrap();
    replace(&empty, &run("x")).unwrap();
    assert_eq!(table(&empty), "x");
}

#[test]
fn folders_of_others_are_refused_and_not_touched() {
    let home = TempDir::new().unwrap();
    let cases: [(&str, Option<&[u8]>); 4] = [
        ("no manifest", None),
        ("another program's", Some(br#"{"program":{"name":"other"},"outputs":[]}"#)),
        ("no JSON", Some(b"manifest")),
        ("a list", Some(b"[]")),
    ];
    for (case, content) in cases {
        let target = home.path().join(case);
        fs::create_dir(&target).unwrap();
        fs::write(target.join("tesis.docx"), "years of work").unwrap();
        if let Some(content) = content {
            fs::write(target.join("manifest.json"), content).unwrap();
        }
        let before = everything(home.path());
        let early = ensure_replaceable(&target).unwrap_err();
        assert!(matches!(early, OutputError::NotOurs { .. }), "{case}: {early}");
        let error = replace(&target, &run("x")).unwrap_err();
        assert!(matches!(error, OutputError::NotOurs { .. }), "{case}: {error}");
        assert!(error.hint().is_some());
        assert_eq!(everything(home.path()), before, "{case}");
    }
}

#[test]
fn somebodys_file_among_our_results_is_not_lost() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    assert_eq!(replace(&target, &run("old")).unwrap(), None);
    for (content, place) in [("mine", "ilo.old"), ("mine too", "ilo.old-2")] {
        fs::write(target.join("tables/notas.txt"), content).unwrap();
        let kept = replace(&target, &run("new")).unwrap().expect("it is kept");
        assert_eq!(kept.file_name().unwrap(), place);
        let notes = fs::read_to_string(kept.join("tables/notas.txt")).unwrap();
        assert_eq!(notes, content);
        assert_eq!(table(&target), "new");
        assert_eq!(everything(&target), ["manifest.json", "tables", "tables/a.csv"]);
    }
    assert_eq!(replace(&target, &run("third")).unwrap(), None);
    let mut beside: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    beside.sort();
    assert_eq!(beside, ["ilo", "ilo.old", "ilo.old-2"]);
}

#[test]
fn a_file_is_no_folder() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("archivo");
    fs::write(&file, "keep").unwrap();
    for target in [file.clone(), file.join("ilo"), file.join("a/b")] {
        for error in [
            replace(&target, &run("x")).unwrap_err(),
            ensure_replaceable(&target).unwrap_err(),
        ] {
            let OutputError::NotAFolder { path } = &error else { panic!("{error}") };
            assert_eq!(path.file_name(), file.file_name());
        }
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "keep");
    assert_eq!(everything(home.path()), ["archivo"]);
}

#[test]
fn a_place_without_a_name_is_refused() {
    let error = replace(Path::new("/"), &run("x")).unwrap_err();
    assert!(matches!(error, OutputError::NoName { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_leaves_the_old_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let parent = home.path().join("cerrada");
    let target = parent.join("ilo");
    replace(&target, &run("old")).unwrap();
    fs::set_permissions(&parent, fs::Permissions::from_mode(0o555)).unwrap();
    let is_allowed_everything = File::create_new(parent.join("probe")).is_ok();
    let result = replace(&target, &run("new"));
    fs::set_permissions(&parent, fs::Permissions::from_mode(0o755)).unwrap();
    if is_allowed_everything {
        // Permissions bind nobody who is root; the run must then succeed.
        result.unwrap();
        assert_eq!(table(&target), "new");
    } else {
        let error = result.unwrap_err();
        assert!(matches!(error, OutputError::Create { .. }), "{error}");
        assert_eq!(table(&target), "old");
    }
}

#[test]
fn a_folder_marked_as_read_only_is_kept() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    replace(&target, &run("old")).unwrap();
    let open = fs::metadata(&target).unwrap().permissions();
    let mut closed = open.clone();
    closed.set_readonly(true);
    fs::set_permissions(&target, closed).unwrap();
    let early = ensure_replaceable(&target).unwrap_err();
    let error = replace(&target, &run("new")).unwrap_err();
    fs::set_permissions(&target, open).unwrap();
    assert!(matches!(early, OutputError::ReadOnly { .. }), "{early}");
    assert!(matches!(error, OutputError::ReadOnly { .. }), "{error}");
    assert_eq!(table(&target), "old");
}

#[cfg(target_os = "linux")]
#[test]
fn where_nobody_can_make_a_folder_it_says_so() {
    let error = replace(Path::new("/proc/atalaya/ilo"), &run("x")).unwrap_err();
    assert!(matches!(error, OutputError::Create { .. }), "{error}");
}

#[test]
fn a_write_that_fails_half_way_leaves_the_old_one_and_no_litter() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    replace(&target, &run("old")).unwrap();
    // The second file needs a folder where the first one is.
    let mut broken = run("new");
    broken.insert(1, ("tables/a.csv/b.csv".to_owned(), vec![1]));
    assert!(replace(&target, &broken).is_err());
    // The same file twice, which is found before anything is written.
    let mut twice = run("new");
    twice.insert(1, ("tables/a.csv".to_owned(), vec![1]));
    let error = replace(&target, &twice).unwrap_err();
    assert!(matches!(error, OutputError::UnsafeName { .. }), "{error}");
    assert_eq!(table(&target), "old");
    assert_eq!(everything(home.path()).len(), 4, "{:?}", everything(home.path()));
}

#[test]
fn when_the_new_folder_cannot_be_put_in_place_the_old_one_comes_back() {
    let home = TempDir::new().unwrap();
    let inner = home.path().join("inner");
    let target = inner.join("ilo");
    replace(&target, &run("old")).unwrap();
    // A folder cannot move into itself: the second rename fails after the first.
    let error = Place::of(&target).unwrap().swap(&inner).unwrap_err();
    assert!(matches!(error, OutputError::Replace { .. }), "{error}");
    assert_eq!(table(&target), "old");
    let folders = ["inner", "inner/ilo", "inner/ilo/tables"];
    let files = ["inner/ilo/manifest.json", "inner/ilo/tables/a.csv"];
    let found = everything(home.path());
    assert_eq!(found.len(), folders.len() + files.len(), "{found:?}");
}

#[test]
fn the_old_results_of_a_run_that_died_are_put_back() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    replace(&target, &run("old")).unwrap();
    fs::rename(&target, home.path().join(".atalaya-ilo-aB3dE6.old")).unwrap();
    let broken = vec![("a".to_owned(), vec![1]), ("a/b".to_owned(), vec![1])];
    assert!(replace(&target, &broken).is_err());
    assert_eq!(table(&target), "old");
    assert_eq!(everything(home.path()).len(), 4, "{:?}", everything(home.path()));
}

#[test]
fn only_litter_of_our_own_that_nobody_writes_is_cleared() {
    let home = TempDir::new().unwrap();
    let cases = [
        (".atalaya-ilo-aaaaaa", true, false),
        (".atalaya-ilo-bbbbbb.old", true, false),
        (".atalaya-ilo-cccccc", false, false),
        (".atalaya-ilo-dddddd", false, true),
        (".atalaya-ilo-2-dddddd", true, true),
        (".atalaya-ilo-notas", true, true),
        (".atalaya-notas", true, true),
        (".atalaya-ilo-años", true, true),
        ("ilo-eeeeee", true, true),
    ];
    for (name, is_old, _) in cases {
        let folder = home.path().join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("x"), "x").unwrap();
        if is_old {
            let long_ago = SystemTime::now() - 2 * STALE;
            File::open(&folder).unwrap().set_modified(long_ago).unwrap();
        }
    }
    // Somebody still writes into this one.
    let writer = File::open(home.path().join(".atalaya-ilo-dddddd")).unwrap();
    writer.lock().unwrap();
    // The target exists, so the old folder is litter and not the only copy.
    fs::create_dir(home.path().join("ilo")).unwrap();
    replace(&home.path().join("ilo"), &run("x")).unwrap();
    for (name, _, stays) in cases {
        assert_eq!(home.path().join(name).exists(), stays, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_stays_a_link() {
    let home = TempDir::new().unwrap();
    let (real, link) = (home.path().join("real"), home.path().join("link"));
    replace(&real, &run("old")).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    replace(&link, &run("new")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!((table(&real), table(&link)), ("new".to_owned(), "new".to_owned()));
}

#[cfg(unix)]
#[test]
fn permissions_of_the_old_folder_are_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    replace(&target, &run("old")).unwrap();
    let mode = || fs::metadata(&target).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode() & 0o500, 0o500, "the owner can read a new folder");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o751)).unwrap();
    replace(&target, &run("new")).unwrap();
    assert_eq!(mode(), 0o751);
}

#[test]
fn runs_into_one_folder_at_once_all_succeed_and_the_last_one_stays_whole() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    std::thread::scope(|scope| {
        for name in ["a", "b", "c", "d", "e", "f"] {
            let target = &target;
            scope.spawn(move || {
                for _ in 0..30 {
                    ensure_replaceable(target).unwrap();
                    replace(target, &run(name)).unwrap();
                }
            });
        }
    });
    assert_eq!(table(&target).len(), 1);
    assert_eq!(everything(home.path()).len(), 4, "{:?}", everything(home.path()));
}

#[test]
fn what_is_laid_early_lies_with_the_rest() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    replace(&target, &run("old")).unwrap();
    let staged = Staged::begin(&target).unwrap();
    staged.lay("maps/a.png", b"picture").unwrap();
    let write = |file: &mut dyn io::Write| {
        for piece in ["in ", "pieces"] {
            file.write_all(piece.as_bytes()).unwrap();
        }
        Ok(())
    };
    staged.lay_in_pieces("inputs.zip", write).unwrap();
    let [laid, pieces] = ["maps/a.png", "inputs.zip"].map(|n| staged.laid(n).unwrap());
    assert_eq!(laid, Laid { bytes: 7, sha256: Digest::of(b"picture") });
    assert_eq!(pieces, Laid { bytes: 9, sha256: Digest::of(b"in pieces") });
    assert_eq!(table(&target), "old", "nothing is in place yet");
    let own = manifest(&["maps/a.png", "inputs.zip", "tables/a.csv"]);
    let files = [
        ("inputs.zip".to_owned(), Content::Laid(pieces)),
        ("maps/a.png".to_owned(), Content::Laid(laid)),
        ("tables/a.csv".to_owned(), Content::lent(b"new")),
        (manifest::FILE.to_owned(), Content::lent(&own)),
    ];
    assert_eq!(staged.finish(&files).unwrap(), None);
    assert_eq!(table(&target), "new");
    assert_eq!(fs::read(target.join("maps/a.png")).unwrap(), b"picture");
    assert_eq!(fs::read(target.join("inputs.zip")).unwrap(), b"in pieces");
    assert_eq!(everything(home.path()).len(), 7, "{:?}", everything(home.path()));
}

#[test]
fn what_is_laid_and_not_finished_is_gone() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    let staged = Staged::begin(&target).unwrap();
    staged.lay("maps/a.png", b"picture").unwrap();
    let hidden = fs::read_dir(home.path()).unwrap().count();
    assert_eq!(hidden, 1, "it lies in a hidden folder");
    for name in ["maps/a.png", "../a.png", "maps/con", ""] {
        let error = staged.lay(name, b"x").unwrap_err();
        let is_named =
            matches!(error, OutputError::UnsafeName { .. } | OutputError::Write { .. });
        assert!(is_named, "{name}: {error}");
    }
    let failed = staged.lay_in_pieces("b", |file| {
        file.write_all(b"half").unwrap();
        Err(staged.write_failed("b", io::ErrorKind::StorageFull.into()))
    });
    assert!(matches!(failed, Err(OutputError::Write { .. })));
    assert_eq!(staged.laid("b"), None);
    staged.lay("b", b"whole").expect("nothing is left of the half");
    drop(staged);
    assert_eq!(everything(home.path()), [""; 0]);
}

#[test]
fn a_file_that_is_said_to_lie_there_and_does_not_is_an_error() {
    let home = TempDir::new().unwrap();
    let target = home.path().join("ilo");
    let staged = Staged::begin(&target).unwrap();
    let laid = Laid { bytes: 1, sha256: Digest::of(b"x") };
    let files = [("a.csv".to_owned(), Content::Laid(laid))];
    let error = staged.finish(&files).unwrap_err();
    assert!(matches!(error, OutputError::Write { .. }), "{error}");
    assert_eq!(everything(home.path()), [""; 0]);
}
