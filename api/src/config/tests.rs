use super::{reader::KEYS, *};

fn load(toml: &str, env: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let path = std::env::temp_dir().join(format!("{}.toml", uuid::Uuid::new_v4()));
    std::fs::write(&path, toml).unwrap();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = Settings::load(Some(&path), env);
    std::fs::remove_file(path).unwrap();
    settings
}

#[test]
fn nothing_set_is_a_service_on_this_machine() {
    let settings = Settings::load(None, std::iter::empty()).unwrap();
    assert!(settings.database_url.is_none() && settings.anonymous);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((settings.name(), settings.token_ttl_seconds), ("vinculo", 900));
    assert_eq!(settings.http.limits.cost, 5_000);
    assert!(!settings.http.playground && settings.http.cors_origins.is_empty());
}

#[test]
fn every_key_is_read_and_every_read_has_a_key() {
    let mut read = Reader::new(None, std::iter::empty());
    Settings::read(&mut read);
    let asked: BTreeSet<_> = read.asked.into_iter().collect();
    assert_eq!(asked, KEYS.iter().copied().collect());
}

#[test]
fn the_environment_wins_over_the_file() {
    let toml = "listen = '0.0.0.0:1'\nplayground = true\ncors_origins = ['https://a.mx']\n\
                [limits]\ncost = 100\ndepth = 5\n\
                [[issuers]]\nissuer = 'https://id.mx'\nalgorithm = 'ES256'\nkey_file = 'k.pem'";
    let settings = load(
        toml,
        &[("VINCULO_LISTEN", "0.0.0.0:2"), ("VINCULO_LIMITS_COST", "200"), ("HOME", "/")],
    )
    .unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!((settings.http.limits.cost, settings.http.limits.depth), (200, 5));
    assert_eq!(settings.http.cors_origins, ["https://a.mx"]);
    assert_eq!(settings.issuers[0].algorithm, Algorithm::ES256);
    assert!(settings.http.playground && !settings.issuers[0].authoritative);
}

#[test]
fn lists_can_stand_in_the_environment() {
    let settings = load(
        "",
        &[
            ("VINCULO_CORS_ORIGINS", "https://a.mx, http://localhost:5173"),
            (
                "VINCULO_ISSUERS",
                r#"[{"issuer":"i","algorithm":"EdDSA","key_file":"k","authoritative":true}]"#,
            ),
            ("VINCULO_LOG", "debug"),
            ("VINCULO_PUBLIC_URL", ""),
        ],
    )
    .unwrap();
    assert_eq!(settings.http.cors_origins.len(), 2);
    assert!(settings.issuers[0].authoritative);
}

#[test]
fn all_mistakes_are_told_together_and_no_value_is() {
    let mistakes = load(
        "listen = 'secret-a'\ncolour = 'secret-b'\n[limits]\ndepht = 3\ncost = 'secret-c'",
        &[
            ("VINCULO_DATABASE_URL", "mysql://u:secret-d@h/d"),
            ("VINCULO_ISSUERS", "[{\"secret-e\":1}]"),
            ("VINCULO_PLAYGRUND", "secret-f"),
            ("VINCULO_CORS_ORIGINS", "*"),
            ("VINCULO_WORKERS", "0"),
            ("VINCULO_READ_DATABASE_URL", "postgres://u:secret-g@h/d"),
        ],
    )
    .unwrap_err();
    let all = mistakes.join("\n");
    for name in [
        "listen:",
        "colour:",
        "limits.depht:",
        "limits.cost:",
        "database_url:",
        "issuers:",
        "VINCULO_PLAYGRUND:",
        "cors_origins:",
        "workers:",
        "read_database_url:",
    ] {
        assert!(mistakes.iter().any(|one| one.starts_with(name)), "{name} in\n{all}");
    }
    assert_eq!(mistakes.len(), 10, "{all}");
    assert!(!all.contains("secret"), "{all}");
}

#[test]
fn documents_are_kept_in_a_folder_or_in_a_bucket() {
    let settings = load("", &[]).unwrap().documents;
    assert_eq!(
        (settings.most_bytes, settings.directory, settings.s3_bucket),
        (25_000_000, None, None)
    );
    let toml = "[documents]\ns3_bucket = 'red'\ns3_endpoint = 'https://s3.example'\n\
                s3_access_key_id = 'id'\ns3_secret_access_key = 'secret-a'";
    let settings = load(toml, &[("VINCULO_DOCUMENTS_MOST_BYTES", "2048")]).unwrap();
    assert!(!format!("{settings:?}").contains("secret-a"));
    let settings = settings.documents;
    assert_eq!((settings.most_bytes, settings.s3_region.as_str()), (2_048, "us-east-1"));
    assert_eq!(settings.s3_key.unwrap().1.reveal(), "secret-a");
    for (toml, mistake) in [
        ("s3_bucket = 'red'\ndirectory = '/tmp'", "documents.directory:"),
        ("s3_endpoint = 'https://s3.example'", "documents.s3_bucket:"),
        ("s3_bucket = 'red'\ns3_access_key_id = 'id'", "documents.s3_access_key_id:"),
        ("s3_bucket = 'red'\ns3_endpoint = 's3.example'", "documents.s3_endpoint:"),
        ("folder = '/tmp'", "documents.folder:"),
    ] {
        let mistakes = load(&format!("[documents]\n{toml}"), &[]).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].starts_with(mistake), "{mistakes:?}");
    }
}

#[test]
fn proxies_are_addresses_and_networks() {
    let proxies = |text| load("", &[("VINCULO_TRUSTED_PROXIES", text)]);
    let known = proxies("127.0.0.1, 10.0.0.0/8,fd00::/8").unwrap().http.trusted_proxies;
    let known: Vec<_> = known.iter().map(ToString::to_string).collect();
    assert_eq!(known, ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]);
    let toml = "trusted_proxies = ['::1']";
    assert_eq!(load(toml, &[]).unwrap().http.trusted_proxies.len(), 1);
    for bad in ["proxy.example", "10.0.0.0/33", "10.0.0.1,,10.0.0.2", "*"] {
        let mistakes = proxies(bad).unwrap_err();
        assert!(mistakes[0].starts_with("trusted_proxies: "), "{mistakes:?}");
    }
}

#[test]
fn applications_have_origins_of_their_own() {
    let toml = "[[applications]]\nname = 'red'\norigins = ['https://a.mx']\n\
                documents = ['a.json']\n[[applications]]\nname = 'mapa'\n\
                origins = ['https://b.mx', 'https://c.mx']\ndocuments = []\nmode = 'enforce'";
    let applications = load(toml, &[]).unwrap().http.applications;
    let modes: Vec<_> = applications.iter().map(|one| one.mode).collect();
    assert_eq!(modes, [TrustMode::Off, TrustMode::Enforce]);
    let json = r#"[{"name":"red","origins":["https://a.mx"],"documents":[],"mode":"log"}]"#;
    let applications = load("", &[("VINCULO_APPLICATIONS", json)]).unwrap().http.applications;
    assert_eq!(applications[0].mode, TrustMode::Log);
    for bad in [
        toml.replace("https://b.mx", "https://a.mx"),
        toml.replace("https://b.mx", "b.mx"),
        toml.replace("'https://a.mx'", ""),
        toml.replace("enforce", "always"),
        toml.replace("documents = ['a.json']", ""),
    ] {
        let mistakes = load(&bad, &[]).unwrap_err();
        assert!(mistakes[0].starts_with("applications: "), "{mistakes:?}");
    }
}

#[test]
fn metrics_and_traces_are_for_nobody_unless_somebody_says_so() {
    let settings = load("", &[]).unwrap();
    let (metrics, traces) = (settings.http.metrics, settings.traces);
    assert!(metrics.listen.is_none() && metrics.token.is_none());
    assert_eq!(traces, TraceSettings { endpoint: None, ratio: 1.0, authorization: None });
    let toml = "[metrics]\ntoken = 'secret-a-0123456'\nlisten = '127.0.0.1:9464'\n[traces]\n\
                endpoint = 'http://127.0.0.1:4318'\nratio = 0.25\nauthorization = 'secret-b'";
    let settings = load(toml, &[("VINCULO_METRICS_LISTEN", "127.0.0.1:9465")]).unwrap();
    assert!(!format!("{settings:?}").contains("secret"));
    assert_eq!(settings.http.metrics.listen.unwrap().port(), 9_465);
    assert_eq!((settings.traces.ratio, settings.traces.endpoint.is_some()), (0.25, true));
    for (toml, mistake) in [
        ("[metrics]\ntoken = 'too short'", "metrics.token:"),
        ("[metrics]\ntoken = 'not a bearer token'", "metrics.token:"),
        ("[metrics]\nlisten = '127.0.0.1:8080'", "metrics.listen:"),
        ("[metrics]\nlisten = 'here'", "metrics.listen:"),
        ("[traces]\nendpoint = '127.0.0.1:4318'", "traces.endpoint:"),
        ("[traces]\nauthorization = 'secret'", "traces.authorization:"),
        ("[traces]\nratio = 2", "traces.ratio:"),
        ("[traces]\nratio = 'nan'", "traces.ratio:"),
    ] {
        let mistakes = load(toml, &[]).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].starts_with(mistake), "{mistakes:?}");
    }
}

#[test]
fn a_broken_file_is_told_by_its_place_only() {
    let mistakes = load("database_url = 'postgres://u:secret@h", &[]).unwrap_err();
    assert!(mistakes[0].contains("not TOML at line 1"), "{mistakes:?}");
    assert!(!mistakes[0].contains("secret"));
    assert!(Settings::load(Some(Path::new("/nowhere")), std::iter::empty()).is_err());
}

#[test]
fn passwords_are_never_shown() {
    let settings =
        load("database_url = 'postgres://ana:p@ss:w@db.mx:5432/v?password=hidden'", &[]).unwrap();
    let url = settings.database_url.clone().unwrap();
    assert_eq!(url.to_string(), "postgres://ana@db.mx:5432/v");
    assert!(url.is_postgres() && url.reveal().contains("p@ss:w"));
    let shown = format!("{settings:?}");
    assert!(!shown.contains("ss:w") && !shown.contains("hidden"), "{shown}");
}
