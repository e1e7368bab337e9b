//! Imports point down (docs/architecture.md), and what may stand in one place
//! stands nowhere else. Read from the source text.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The source files below a place, each with its code: no tests, no comments.
fn sources(place: &str) -> Vec<(String, String)> {
    let path = root().join(place);
    let files = if path.is_dir() { below(&path) } else { vec![path] };
    let code = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file");
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        let code: Vec<_> =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let name = path.strip_prefix(root()).expect("below the root").display().to_string();
        (name, code.join("\n"))
    };
    files.into_iter().map(code).collect()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(below(&path));
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

/// The modules of our own crate that a file uses.
fn modules(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut modules = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.push(word(rest));
            continue;
        };
        let mut depth = 1;
        modules.push(word(group));
        for (place, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => modules.push(word(&group[place + 1..])),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

const SLICES: &[&str] = &[
    "needs",
    "offers",
    "organizations",
    "matches",
    "interests",
    "agreements",
    "projects",
    "programmes",
    "ip",
    "capabilities",
    "assimilation",
    "documents",
    "ledger",
    "searches",
    "clients",
    "memberships",
    "people",
    "webhooks",
    "bulk",
    "feedback",
    "codes",
];

/// What each place may use of the crate.
const MAY: &[(&str, &[&str])] = &[
    ("error.rs", &[]),
    ("text.rs", &[]),
    ("db.rs", &["telemetry"]),
    ("event", &[]),
    ("blind.rs", &["text"]),
    ("history.rs", &["context", "error", "read"]),
    ("timeline.rs", &["error", "event", "policy", "read"]),
    ("waits.rs", &["event"]),
    ("scalars.rs", &[]),
    ("tries.rs", &[]),
    ("policy", &["calendar", "error", "event"]),
    ("followers.rs", &["db", "error"]),
    ("vitals.rs", &["context", "db", "error", "followers"]),
    ("feed.rs", &["db", "error", "followers"]),
    ("idempotency.rs", &["error", "policy"]),
    ("mutation.rs", &["context", "error", "idempotency", "policy", "read", "work"]),
    ("links.rs", &["context", "error", "policy", "token"]),
    ("work.rs", &["db", "error", "event", "idempotency", "policy"]),
    ("read", &["db", "error", "policy", "telemetry", "text"]),
    ("lifecycle.rs", &["blind", "error", "event", "policy", "work"]),
    ("token", &["config", "token"]),
    ("config", &[]),
    ("telemetry", &["config"]),
    (
        "http",
        &[
            "bulk",
            "clients",
            "config",
            "context",
            "documents",
            "error",
            "http",
            "idempotency",
            "schema",
            "subscriptions",
            "telemetry",
            "token",
            "vitals",
        ],
    ),
];

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (place, may) in MAY {
        for (file, code) in sources(&format!("api/src/{place}")) {
            let used = modules(&code);
            let forbidden = used.iter().filter(|used| {
                !may.contains(&used.as_str())
                    && !used.chars().next().is_some_and(char::is_uppercase)
            });
            wrong.extend(forbidden.map(|used| format!("{file} uses {used}")));
        }
    }
    for slice in SLICES {
        for (file, code) in sources(&format!("api/src/{slice}")) {
            let above = [
                "http",
                "schema",
                "config",
                "telemetry",
                "cli",
                "clockwork",
                "inbox",
                "node",
                "viewer",
            ];
            let used = modules(&code);
            wrong.extend(
                used.iter()
                    .filter(|used| above.contains(&used.as_str()))
                    .map(|used| format!("{file} uses {used}")),
            );
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(
        modules("use crate::{\n  a::B, c::{D, e},\n  f,\n};\ncrate::g::h()"),
        ["a", "c", "f", "g"]
    );
}

/// Words, and the only files in which they may stand.
const ONLY_IN: &[(&str, &str, &[&str])] = &[
    ("api/src", "Confidential::reveal", &["object.rs"]),
    ("api/src", "Utc::now", &["context.rs"]),
    ("api/src", "now_v7", &[]),
    ("api/src", "async_graphql::Error::new", &["error.rs"]),
    ("api/src", "UserErrorCode::StaleObject", &["error.rs"]),
    // A mutation does its work by `carry_out` alone, which knows of idempotency keys; links to
    // files are used by what is no mutation, and begin theirs by `Service::work_of`.
    (
        "api/src",
        "Work::begin(",
        &["context.rs", "src/mutation.rs", "codes/reference.rs", "documents/life.rs"],
    ),
    ("api/src", "work_of(", &["context.rs", "documents/transfer.rs", "bulk/", "import/"]),
    ("api/src", "actix_web", &["http/", "main.rs", "cli/"]),
    ("api/src", "migration::", &["cli/", "demo/"]),
    // How much of a row somebody sees is said by the policy; a code has a level of another kind.
    ("api/src", "fn level(", &["policy/", "codes/query.rs", "engine.rs"]),
    ("api/src/policy", "async ", &[]),
    ("api/src/policy", ".await", &[]),
    ("matching/src", "sea_orm", &[]),
    ("matching/src", "async_graphql", &[]),
    ("matching/src", "entity::", &[]),
    ("matching/src", "tokio", &[]),
    ("matching/src", "chrono", &[]),
    ("entity/src", "api::", &[]),
    ("entity/src", "matching::", &[]),
    ("migration/src", "entity", &[]),
    ("migration/src", "api::", &[]),
];

#[test]
fn some_words_stand_in_one_place_only() {
    let mut wrong = Vec::new();
    for (place, word, files) in ONLY_IN {
        let mut searched = 0;
        for (file, code) in sources(place) {
            searched += 1;
            let allowed = files
                .iter()
                .any(|end| file.ends_with(end) || file.contains(&format!("/src/{end}")));
            if code.contains(word) && !allowed {
                wrong.push(format!("{word} in {file}"));
            }
        }
        assert!(searched > 2, "{place} is not there");
    }
    for (file, code) in sources("api/src") {
        let by_itself = ["system_work", ".commit()", "Work::begin"];
        if code.contains("Mutation;\n\n#[Object]") {
            wrong.extend(
                by_itself
                    .iter()
                    .filter(|word| code.contains(**word))
                    .map(|word| format!("{word} in {file}")),
            );
        }
    }
    // A method may be called under another name than its path.
    for (file, code) in sources("api/src") {
        let sealed = code.contains("Confidential") && code.contains(".reveal()");
        if sealed && !file.ends_with("object.rs") {
            wrong.push(format!("reveal() in {file}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}
