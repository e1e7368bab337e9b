//! Reading settings one by one, from the environment over a file; every mistake is kept.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use config::{Config, ConfigError, FileFormat, Value, ValueKind};
use ipnet::IpNet;
use serde::de::DeserializeOwned;

use super::{ApplicationSettings, DatabaseUrl, IssuerSettings, Secret};

/// Every setting by name; a test compares it with what is read.
pub(super) const KEYS: &[&str] = &[
    "database_url",
    "read_database_url",
    "data_dir",
    "listen",
    "public_url",
    "issuers",
    "verification_key_files",
    "token_ttl_seconds",
    "anonymous",
    "pending_interests",
    "log_format",
    "workers",
    "db_readers",
    "in_flight",
    "cors_origins",
    "trusted_proxies",
    "applications",
    "public_seconds",
    "playground",
    "anonymous_introspection",
    "draft_status_codes",
    "shutdown_seconds",
    "subscriptions.open",
    "subscriptions.sockets",
    "subscriptions.operations",
    "subscriptions.init_seconds",
    "subscriptions.ping_seconds",
    "subscriptions.stalled_seconds",
    "documents.directory",
    "documents.most_bytes",
    "documents.s3_bucket",
    "documents.s3_endpoint",
    "documents.s3_region",
    "documents.s3_access_key_id",
    "documents.s3_secret_access_key",
    "metrics.listen",
    "metrics.token",
    "traces.endpoint",
    "traces.ratio",
    "traces.authorization",
    "webhooks.local",
    "limits.url_bytes",
    "limits.body_bytes",
    "limits.body_seconds",
    "limits.document_bytes",
    "limits.tokens",
    "limits.fields",
    "limits.aliases",
    "limits.root_fields",
    "limits.depth",
    "limits.introspection_depth",
    "limits.directives_per_node",
    "limits.directives",
    "limits.fragments",
    "limits.operations",
    "limits.variables",
    "limits.value_nesting",
    "limits.cost",
    "limits.points",
    "limits.points_per_second",
    "limits.operation_seconds",
];

/// The tables in which settings stand.
const TABLES: &[&str] = &["documents", "limits", "metrics", "subscriptions", "traces", "webhooks"];

const PREFIX: &str = "VINCULO_";
/// Read elsewhere: by the logs and by the command line.
const NOT_OURS: &[&str] = &["VINCULO_LOG", "VINCULO_CONFIG"];

/// Reads one setting after the other and keeps every mistake.
pub(super) struct Reader {
    config: Config,
    pub(super) mistakes: Vec<String>,
    #[cfg(test)]
    pub(super) asked: Vec<&'static str>,
}

impl Reader {
    pub(super) fn new(file: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Self {
        let mut mistakes = Vec::new();
        let file = file.map(|path| table(path, &mut mistakes)).unwrap_or_default();
        for key in unknown("", &file) {
            mistakes.push(format!("{key}: there is no such setting"));
        }

        let names: HashMap<String, &str> = KEYS
            .iter()
            .map(|key| (PREFIX.to_owned() + &key.replace('.', "_").to_uppercase(), *key))
            .collect();
        let mut builder = Config::builder();
        for (key, value) in flat("", file) {
            builder = set(builder, &key, value, &mut mistakes);
        }
        for (name, value) in env.filter(|(name, _)| name.starts_with(PREFIX)) {
            match names.get(&name) {
                Some(_) if value.trim().is_empty() => {}
                Some(key) => builder = set(builder, key, value.trim().into(), &mut mistakes),
                None if NOT_OURS.contains(&name.as_str()) => {}
                None => mistakes.push(format!("{name}: there is no such setting")),
            }
        }
        let config = builder.build().unwrap_or_else(|_| {
            mistakes.push("the settings contradict each other".into());
            Config::default()
        });
        Self {
            config,
            mistakes,
            #[cfg(test)]
            asked: Vec::new(),
        }
    }

    fn value(&mut self, key: &'static str) -> Option<Value> {
        #[cfg(test)]
        self.asked.push(key);
        // What is not a value at all was reported as an unknown key.
        self.config.get::<Value>(key).ok().filter(|value| value.kind != ValueKind::Nil)
    }

    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let parsed = value.into_string().ok().and_then(|text| parse(&text));
        if parsed.is_none() {
            self.mistakes.push(format!("{key}: expected {expected}"));
        }
        parsed
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.parsed(key, "a text", |text| (!text.is_empty()).then(|| text.to_owned()))
    }

    pub(super) fn address(&mut self, key: &'static str) -> Option<SocketAddr> {
        self.parsed(key, "an address and a port, such as 0.0.0.0:8080", |text| text.parse().ok())
    }

    /// Something that is never shown, of characters that may stand in a header.
    pub(super) fn secret(
        &mut self,
        key: &'static str,
        length: RangeInclusive<usize>,
        is_plain: impl Fn(char) -> bool,
    ) -> Option<Secret> {
        let expected = format!("{} to {} plain characters", length.start(), length.end());
        self.parsed(key, &expected, |text| {
            let good = length.contains(&text.len()) && text.chars().all(&is_plain);
            good.then(|| Secret(text.to_owned()))
        })
    }

    pub(super) fn switch(&mut self, key: &'static str, default: bool) -> bool {
        self.parsed(key, "true or false", |text| text.parse().ok()).unwrap_or(default)
    }

    pub(super) fn number<T>(&mut self, key: &'static str, range: RangeInclusive<T>, default: T) -> T
    where
        T: std::str::FromStr + PartialOrd + fmt::Display,
    {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(key, &expected, |text| text.parse().ok().filter(|n| range.contains(n)))
            .unwrap_or(default)
    }

    pub(super) fn database(&mut self, key: &'static str) -> Option<DatabaseUrl> {
        self.parsed(key, "sqlite://…, postgres://… or postgresql://…", |text| {
            ["sqlite://", "postgres://", "postgresql://"]
                .iter()
                .any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
                .then(|| DatabaseUrl(text.to_owned()))
        })
    }

    /// A list of texts, separated by commas where it stands in the environment; none when it
    /// cannot be read, or when one of them is not as it should be.
    fn list<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let list: Option<Vec<String>> = match value.kind {
            ValueKind::String(text) => Some(text.split(',').map(ToOwned::to_owned).collect()),
            _ => value.try_deserialize().ok(),
        };
        let list = list.and_then(|list| list.iter().map(|one| parse(one.trim())).collect());
        list.unwrap_or_else(|| {
            self.mistakes.push(format!("{key}: expected {expected}"));
            Vec::new()
        })
    }

    pub(super) fn origins(&mut self) -> Vec<String> {
        let expected = "a list of origins, such as https://red.example.mx";
        self.list("cors_origins", expected, |one| is_origin(one).then(|| one.to_owned()))
    }

    pub(super) fn paths(&mut self, key: &'static str) -> Vec<PathBuf> {
        self.list(key, "a list of files", |one| (!one.is_empty()).then(|| one.into()))
    }

    pub(super) fn networks(&mut self, key: &'static str) -> Vec<IpNet> {
        self.list(key, "a list of addresses and networks, such as 10.0.0.0/8", |one| {
            one.parse().ok().or_else(|| Some(IpNet::from(one.parse::<IpAddr>().ok()?)))
        })
    }

    pub(super) fn applications(&mut self) -> Vec<ApplicationSettings> {
        let expected = "a list of {name, origins, documents, mode? (off, log or enforce)}";
        self.tables("applications", expected)
    }

    pub(super) fn issuers(&mut self) -> Vec<IssuerSettings> {
        let expected = "a list of {issuer, audience?, algorithm (EdDSA, ES256 or RS256), \
                        key_file or jwks_url or discovery, authoritative? or by_membership? or roles?}";
        self.tables("issuers", expected)
    }

    /// A list of tables; JSON where it stands in the environment.
    fn tables<T: DeserializeOwned>(&mut self, key: &'static str, expected: &str) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let list = match value.kind {
            ValueKind::String(text) => serde_json::from_str(&text).ok(),
            _ => value.try_deserialize().ok(),
        };
        list.unwrap_or_else(|| {
            self.mistakes.push(format!("{key}: expected {expected}"));
            Vec::new()
        })
    }
}

type Builder = config::ConfigBuilder<config::builder::DefaultState>;
type Table = config::Map<String, Value>;

fn set(builder: Builder, key: &str, value: Value, mistakes: &mut Vec<String>) -> Builder {
    builder.clone().set_override(key, value).unwrap_or_else(|_| {
        mistakes.push(format!("{key}: cannot be read"));
        builder
    })
}

/// The content of a TOML file; an empty table, and a mistake, when there is none.
fn table(path: &Path, mistakes: &mut Vec<String>) -> Table {
    let Ok(text) = std::fs::read_to_string(path) else {
        mistakes.push(format!("{}: the file cannot be read", path.display()));
        return Table::new();
    };
    let parsed = Config::builder()
        .add_source(config::File::from_str(&text, FileFormat::Toml))
        .build()
        .and_then(|config| config.cache.into_table());
    parsed.unwrap_or_else(|error| {
        // Only the place: the rest of the parser's message quotes the file.
        let place = match &error {
            ConfigError::FileParse { cause, .. } => cause.to_string(),
            _ => String::new(),
        };
        let place = place.lines().next().unwrap_or_default();
        let place = place.strip_prefix("TOML parse error ").unwrap_or_default();
        mistakes.push(format!("{}: this is not TOML {place}", path.display()).trim_end().into());
        Table::new()
    })
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// The keys of a table that name no setting.
fn unknown(prefix: &str, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in table {
        let key = join(prefix, key);
        match &value.kind {
            ValueKind::Table(inner) if TABLES.contains(&key.as_str()) => {
                found.extend(unknown(&key, inner));
            }
            _ if KEYS.contains(&key.as_str()) => {}
            _ => found.push(key),
        }
    }
    found.sort();
    found
}

/// The known settings of a table, with their full names.
fn flat(prefix: &str, table: Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (key, value) in table {
        let key = join(prefix, &key);
        match value.kind {
            ValueKind::Table(inner) if TABLES.contains(&key.as_str()) => {
                found.extend(flat(&key, inner));
            }
            _ if KEYS.contains(&key.as_str()) => found.push((key, value)),
            _ => {}
        }
    }
    found
}

pub(super) fn is_origin(text: &str) -> bool {
    web_address(text).is_some_and(|address| address.matches('/').count() == 2)
}

pub(super) fn web_address(text: &str) -> Option<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = !host.is_empty()
        && !host.starts_with('/')
        && !host.ends_with('/')
        && !host.contains(['@', '?', '#'])
        && host.chars().all(|c| c.is_ascii_graphic());
    plain.then(|| text.to_owned())
}
