//! The real binary: its verbs, its demo, and what it does when it is told to end.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tests::{
    Database,
    binary::{Serving, Site, binary, skip},
};

/// Every test on the embedded database and on a server.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $story() {
                if let Some(site) = tests::binary::Site::new(tests::Database::Sqlite) {
                    super::$story(&site);
                }
            })+
        }
        mod postgres {
            $(#[test]
            fn $story() {
                if let Some(site) = tests::binary::Site::new(tests::Database::Postgres) {
                    super::$story(&site);
                }
            })+
        }
    };
}
pub(crate) use on_both;

on_both!(migrations_go_up_and_down, a_network_is_set_up_from_the_command_line);

pub(crate) const ROLL: &str = "externalId,legalName,kind,scian,stateCode,chamber\n\
    CAM,Cámara de Prueba,CHAMBER,,,\n\
    OTT,Oficina de Prueba,TECHNOLOGY_TRANSFER_OFFICE,,,\n\
    EMP,Empresa de Prueba,COMPANY,327,05,CAM\n";

#[test]
fn every_verb_explains_itself() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    for (verb, words) in [
        (&[][..], &["demo", "serve", "migrate", "schema", "token", "import", "--data-dir"][..]),
        (&["demo"], &["--listen", "127.0.0.1:8080", "demo-tokens.json"]),
        (&["serve"], &["behind", "--config"]),
        (&["migrate"], &["up", "down", "status"]),
        (&["migrate", "down"], &["--steps"]),
        (&["schema"], &["SDL"]),
        (
            &["token"],
            &["--organization", "--role", "--region", "--ttl", "--person", "--new-person"],
        ),
        (&["import"], &["organizations", "needs", "offers", "network", "Ends with 0"]),
        (&["import", "organizations"], &["--chamber", "--strict", "--report", "--system", "DENUE"]),
        (&["import", "needs"], &["--chamber", "--strict", "--report", "JSON Lines"]),
        (&["import", "offers"], &["--ott", "--strict", "--report", "JSON Lines"]),
        (&["import", "network"], &["<FILE>"]),
    ] {
        let help = site.does(&[verb, &["--help"]].concat());
        for word in words {
            assert!(
                help.contains(word),
                "`vinculo {} --help` has no {word}:\n{help}",
                verb.join(" ")
            );
        }
    }
    for wrong in [&["import", "needs", "x.csv"][..], &["token"], &["fly"]] {
        assert_eq!(site.run(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn mistakes_in_settings_are_told_together_without_secrets() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    let file = site.file("vinculo.toml", "log_format = \"poem\"\nunheard_of = 5\n");
    let mut command = site.command(&["--config", &file, "serve"]);
    command
        .env("VINCULO_DATABASE_URL", "mysql://somebody:S3CR3T@host/db")
        .env("VINCULO_LISTEN", "nowhere")
        .env("VINCULO_TOKEN_TTL_SECONDS", "5")
        .env("VINCULO_LIMITS_DEPTH", "deep");
    let ran = tests::binary::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(1));
    for word in
        ["database_url", "listen", "token_ttl_seconds", "limits.depth", "log_format", "unheard_of"]
    {
        assert!(ran.err.to_lowercase().contains(word), "{word}: {}", ran.err);
    }
    assert!(!ran.err.contains("S3CR3T") && !ran.out.contains("S3CR3T"), "{}", ran.err);
    let mut command = site.command(&["migrate", "status"]);
    command.env("VINCULO_DATABASE_URL", "postgres://somebody:S3CR3T@127.0.0.1:1/db");
    let ran = tests::binary::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(1));
    assert!(!ran.err.contains("S3CR3T"), "{}", ran.err);
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    assert_eq!(site.does(&["schema"]), api::schema::sdl());
    assert_eq!(std::fs::read_dir(&site.folder).unwrap().count(), 0);
}

fn migrations_go_up_and_down(site: &Site) {
    let all = |ran: &str, word: &str| ran.lines().all(|line| line.starts_with(word));
    let status = site.run(&["migrate", "status"]);
    assert_eq!(status.code, Some(2));
    assert!(status.out.lines().count() >= 3 && all(&status.out, "missing"), "{}", status.out);
    for refused in [&["serve"][..], &["token", "--organization", ORG, "--role", "ANALYST"]] {
        let ran = site.run(refused);
        assert_eq!(ran.code, Some(1), "{refused:?}");
        assert!(ran.err.contains("vinculo migrate up"), "{}", ran.err);
    }
    assert!(site.does(&["migrate", "up"]).contains("at head"));
    assert!(all(&site.does(&["migrate", "status"]), "done"));
    assert!(site.does(&["migrate", "up"]).contains(" 0 entries"), "twice is once");
    site.does(&["migrate", "down", "--steps", "2"]);
    let status = site.run(&["migrate", "status"]);
    let missing = status.out.lines().filter(|line| line.starts_with("missing")).count();
    assert_eq!((status.code, missing), (Some(2), 2), "{}", status.out);
    let ran = site.run(&["serve"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains("behind by 2") && ran.err.contains("vinculo migrate up"),
        "{}",
        ran.err
    );
    assert_eq!(site.run(&["migrate", "down", "--steps", "0"]).code, Some(2));
    site.does(&["migrate", "up"]);
    assert_eq!(site.serve().stop(), Some(0));
}

const ORG: &str = "org_00000000000000000000000000000000";

/// Puts a small network on record; the ids of its chamber, office and company.
pub(crate) fn set_up(site: &Site) -> [String; 3] {
    site.does(&["migrate", "up"]);
    let roll = site.file("roll.csv", ROLL);
    site.does(&["import", "organizations", &roll, "--system", "test"]);
    let serving = site.serve();
    let query = "{ organizations(first: 10) { nodes { id kind } } }";
    let seen = serving.ask(None, query, &json!({})).unwrap();
    let id = |kind: &str| {
        let nodes = seen.root()["nodes"].as_array().unwrap();
        let found = nodes.iter().find(|node| node["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind}: {:#}", seen.body))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ids = [id("CHAMBER"), id("TECHNOLOGY_TRANSFER_OFFICE"), id("COMPANY")];
    assert_eq!(serving.stop(), Some(0));
    ids
}

/// A token for somebody new.
pub(crate) fn newcomer(site: &Site, organization: &str, role: &str) -> String {
    let args = ["token", "--organization", organization, "--role", role, "--new-person", "Ana"];
    site.does(&args).trim().to_owned()
}

fn a_network_is_set_up_from_the_command_line(site: &Site) {
    let [chamber, ott, company] = set_up(site);
    // Tokens: for nobody, for somebody new, and for whoever holds the role.
    let args = ["token", "--organization", &chamber, "--role", "CHAMBER_LIAISON"];
    let ran = site.run(&args);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("--new-person"), "{}", ran.err);
    for (wrong, place) in [("KING", chamber.as_str()), ("PUBLIC", &chamber), ("ANALYST", ORG)] {
        let args = ["token", "--organization", place, "--role", wrong, "--new-person", "Ana"];
        assert_eq!(site.run(&args).code, Some(1), "{wrong}");
    }
    let liaison = newcomer(site, &chamber, "CHAMBER_LIAISON");
    let again = site.does(&args).trim().to_owned();

    // Imports: exit codes and the report.
    let needs = [
        json!({ "externalId": "N-1", "company": "test/EMP", "title": "Uno", "shortSummary": "Un resumen", "colour": 1 }),
        json!({ "externalId": "N-2", "company": "test/NOBODY", "title": "Dos", "shortSummary": "Dos" }),
    ];
    let needs = site.file("needs.jsonl", &format!("{}\n{}\n", needs[0], needs[1]));
    let report = site.folder.join("report.csv").display().to_string();
    let args = ["import", "needs", &needs, "--chamber", &chamber, "--report", &report];
    let ran = site.run(&args);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 lines, 1 created, 0 updated, 0 unchanged, 1 skipped, 1 warnings"));
    let told = std::fs::read_to_string(&report).unwrap();
    let told: Vec<_> = told.lines().map(|line| line.rsplit_once(',').unwrap().0).collect();
    assert_eq!(told, ["line,column,kind", "1,colour,warning", "2,company,error"]);
    let ran = site.run(&[&args[..], &["--strict"]].concat());
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("nothing was imported"), "{}", ran.err);
    let missing = site.run(&["import", "offers", "nowhere.csv", "--ott", &ott]);
    assert!(missing.code == Some(1) && missing.err.contains("nowhere.csv"), "{}", missing.err);
    let wrong = site.run(&["import", "offers", &needs, "--ott", &chamber]);
    assert!(wrong.code == Some(1) && wrong.err.contains(&chamber), "{}", wrong.err);

    let serving = site.serve();
    assert_eq!(serving.get(None, "/schema.graphql").unwrap().0, 401);
    let (status, sdl) = serving.get(Some(&liaison), "/schema.graphql").unwrap();
    assert!(status == 200 && sdl == site.does(&["schema"]), "the printed schema is the served one");
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(serving.get(None, path).unwrap().0, 200, "{path}");
    }
    assert_eq!(serving.get(None, "/playground").unwrap().0, 404, "production has none");
    for token in [&liaison, &again] {
        let who = "{ viewer { grants { role organization { id } } } }";
        let seen = serving.ask(Some(token), who, &json!({})).unwrap();
        let grant = json!([{ "role": "CHAMBER_LIAISON", "organization": { "id": chamber } }]);
        assert_eq!(seen.root()["grants"], grant);
    }
    let mine = "{ needs { nodes { status title company { id } } } }";
    let seen = serving.ask(Some(&liaison), mine, &json!({})).unwrap();
    let need = json!({ "status": "DRAFT", "title": "Uno", "company": { "id": company } });
    assert_eq!(seen.root()["nodes"], json!([need]));
    assert_eq!(serving.ask(Some("forged"), mine, &json!({})).unwrap().status, 401);
    // An import beside the running service is seen by it.
    let roll = site.file("more.csv", "externalId,legalName\nX,Una Empresa Más\n");
    site.does(&["import", "organizations", &roll, "--system", "test"]);
    let query = "{ organizations(filter: { text: \"empresa mas\" }) { totalCount } }";
    assert_eq!(serving.ask(None, query, &json!({})).unwrap().root()["totalCount"], 1);
    assert!(!serving.said().contains(&liaison), "tokens are no log lines");
    assert_eq!(serving.stop(), Some(0));
}

fn demo(site: &Site) -> (Serving, Value) {
    let serving = Serving::start(site.command(&["demo", "--listen", "127.0.0.1:0"]));
    let tokens = std::fs::read_to_string(site.folder.join("demo-tokens.json")).unwrap();
    (serving, serde_json::from_str(&tokens).unwrap())
}

#[test]
fn the_demo_has_something_to_show_to_everybody() {
    let Some(site) = Site::new(Database::Sqlite) else { return };
    let (serving, tokens) = demo(&site);
    let said = tokens.as_object().unwrap();
    let roles: Vec<_> = said.keys().map(String::as_str).collect();
    assert_eq!(
        roles,
        [
            "ANALYST",
            "CHAMBER_ADMIN",
            "CHAMBER_LIAISON",
            "MEMBER_USER",
            "NETWORK_ADMIN",
            "OTT_MANAGER",
            "OTT_OFFICER",
            "SERVICE"
        ]
    );
    let who = "{ viewer { grants { role regions { id } organization { id name } } } }";
    for (role, told) in said {
        let seen = serving.ask(told["token"].as_str(), who, &json!({})).unwrap();
        let organization = json!({ "id": told["organization"], "name": told["organizationName"] });
        let grant = json!([{ "role": role, "regions": [], "organization": organization }]);
        assert_eq!(seen.root()["grants"], grant, "{role}");
    }
    let place = |role: &str| &tokens[role]["organization"];
    assert_eq!(place("CHAMBER_ADMIN"), place("CHAMBER_LIAISON"));
    assert_eq!(place("OTT_MANAGER"), place("OTT_OFFICER"));
    for (role, name) in [("CHAMBER_ADMIN", "CADEALTI"), ("MEMBER_USER", "Cuarto Molde")] {
        let told = tokens[role]["organizationName"].as_str().unwrap();
        assert!(told.contains(name), "{role}: {told}");
    }

    // What the member, the liaison and the office have to do with.
    let own =
        |role: &str, list: &str, owner: &str| own_statuses(&serving, &tokens[role], list, owner);
    let needs = own("MEMBER_USER", "needs", "company");
    assert_eq!(needs, ["ARCHIVED", "DRAFT", "IN_REVIEW", "ON_HOLD", "PUBLISHED"]);
    let offers = own("OTT_OFFICER", "offers", "ott");
    assert!(offers.len() >= 6 && offers.contains(&"IN_REVIEW".to_owned()), "{offers:?}");
    let needs = own("CHAMBER_LIAISON", "needs", "chamber");
    assert!(needs.len() >= 8 && needs.contains(&"IN_REVIEW".to_owned()), "{needs:?}");

    // Every example does what it says, for whom it is.
    let (status, examples) = serving.get(None, "/playground/examples.json").unwrap();
    assert_eq!(status, 200);
    let examples: Value = serde_json::from_str(&examples).unwrap();
    assert!(examples.as_array().unwrap().len() >= 20);
    for example in examples.as_array().unwrap() {
        let role = example["role"].as_str().unwrap();
        let variables = example["variables"].as_str().unwrap();
        let variables: Value = serde_json::from_str(variables).unwrap_or_else(|_| json!({}));
        let query = example["query"].as_str().unwrap();
        if query.contains("subscription ") {
            let token = tokens[role]["token"].as_str();
            let told = serving.follow(token, query, &variables).unwrap();
            assert_eq!(told, ":", "{role}, {}", example["titleEn"]);
            continue;
        }
        let seen = serving.ask(tokens[role]["token"].as_str(), query, &variables).unwrap();
        let title = &example["titleEn"];
        assert_eq!(seen.status, 200, "{role}, {title}: {:#}", seen.body);
        for (field, answer) in seen.data().as_object().unwrap() {
            assert!(!answer.is_null(), "{role}, {title}: {field}");
            assert!(
                answer["userErrors"].as_array().is_none_or(Vec::is_empty),
                "{role}, {title}: {answer:#}"
            );
            let shown = answer["nodes"].as_array().or(answer["edges"].as_array());
            assert!(shown.is_none_or(|list| !list.is_empty()), "{role}, {title}: nothing to show");
            // A need that an example has just published is matched a moment later.
            let matched = answer["nodes"].as_array().into_iter().flatten();
            let mut matched =
                matched.filter_map(|node| node["matches"]["nodes"].as_array()).peekable();
            let none = matched.peek().is_some() && matched.all(Vec::is_empty);
            assert!(!none, "{role}, {title}: no matches");
            let fits = answer["nodes"].as_array().into_iter().flatten();
            let mut fits = fits.filter_map(|node| node["matchingNeeds"].as_array()).peekable();
            let none = fits.peek().is_some() && fits.all(Vec::is_empty);
            assert!(!none, "{role}, {title}: no needs");
        }
    }
    in_a_browser(&serving, &tokens);
    assert_eq!(serving.stop(), Some(0));

    // A second start keeps the data and the key.
    let (serving, again) = demo(&site);
    assert_eq!(again["MEMBER_USER"]["organization"], tokens["MEMBER_USER"]["organization"]);
    let count = "{ organizations(filter: { kind: [COMPANY] }) { totalCount } }";
    assert_eq!(serving.ask(None, count, &json!({})).unwrap().root()["totalCount"], 300);
    let old = tokens["MEMBER_USER"]["token"].as_str();
    let seen = serving.ask(old, who, &json!({})).unwrap();
    assert_eq!(seen.root()["grants"][0]["role"], "MEMBER_USER");
    assert_eq!(serving.stop(), Some(0));
    let mode = std::fs::metadata(site.folder.join("demo-tokens.json")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
    by_what_others_publish(&site);
}

/// In which statuses the records of a token's own organization are.
fn own_statuses(serving: &Serving, who: &Value, list: &str, owner: &str) -> Vec<String> {
    let query = format!(
        "query($after: String) {{ {list}(first: 100, after: $after) {{ \
            nodes {{ status {owner} {{ id }} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    );
    let (mut found, mut after) = (std::collections::BTreeSet::new(), Value::Null);
    loop {
        let seen = serving.ask(who["token"].as_str(), &query, &json!({ "after": after })).unwrap();
        let page = seen.root();
        let own = page["nodes"].as_array().unwrap().iter();
        let own = own.filter(|node| node[owner]["id"] == who["organization"]);
        found.extend(own.map(|node| node["status"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            return found.into_iter().collect();
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The playground in a real browser, where there is one.
fn in_a_browser(serving: &Serving, tokens: &Value) {
    let what = "The playground in a browser";
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !std::path::Path::new(&chromium).exists() {
        return skip(what, &format!("there is no {chromium}"));
    }
    let url = format!("http://{}", serving.address);
    let token = tokens["MEMBER_USER"]["token"].as_str().unwrap();
    must_in_node(what, "browser", "playground.mjs", |command| {
        command.args([&url, token]);
    });
}

/// The suites of `tests/suites`, on a copy of this demo.
fn by_what_others_publish(site: &Site) {
    let what = "What others publish to try the service";
    if !std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/suites/.venv")).exists() {
        return skip(what, "`scripts/install-test-tools` has not been run");
    }
    must_in_node(what, "suites", "run.mjs", |command| {
        command.env("DEMO", &site.folder).args([binary().unwrap()]);
    });
}

/// What a program of a folder of `tests` says in Node.js; nothing where either it or the folder's
/// packages are missing.
pub(crate) fn in_node(
    what: &str,
    folder: &str,
    script: &str,
    prepare: impl FnOnce(&mut Command),
) -> Option<Output> {
    let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
    if Command::new("node").arg("--version").output().is_err() {
        skip(what, "node is not installed");
        return None;
    }
    if !std::path::Path::new(&folder).join("node_modules").exists() {
        skip(what, "`scripts/install-test-tools` has not been run");
        return None;
    }
    let mut command = Command::new("node");
    prepare(command.arg(format!("{folder}/{script}")));
    Some(command.output().unwrap())
}

/// The same for one that must succeed.
fn must_in_node(what: &str, folder: &str, script: &str, prepare: impl FnOnce(&mut Command)) {
    let Some(ran) = in_node(what, folder, script, prepare) else { return };
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(ran.status.success(), "{what}: {}{}", said(&ran.stdout), said(&ran.stderr));
}
