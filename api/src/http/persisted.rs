//! Documents that are not sent each time, but known by an id.
//!
//! Two kinds. *Trusted* ones are read at start from the manifests of applications that run in
//! browsers; their pages may be held to these. *Sent* ones were sent once together with their hash
//! by whoever uses them (automatic persisted queries), and found valid: they save bytes, and open
//! nothing. What is kept of both is the text; what was parsed and validated before is in
//! `documents`, under that text, whichever way it comes.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    fs,
    path::Path,
    sync::Arc,
};

use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use async_graphql::{Value, parser::types::ExecutableDocument};
use quick_cache::{Weighter, sync::Cache};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{
    caller::Caller,
    literals,
    params::malformed,
    plan,
    refusal::{Outcome, Refusal},
};
use crate::{
    config::{ApplicationSettings, Limits, TrustMode},
    error::Code,
};

/// How much memory the texts of documents that were sent may take, in bytes.
const MOST_BYTES: u64 = 16 << 20;
/// What is kept of each beside its text.
const BESIDE: u64 = 200;
/// How many are expected; more or fewer is no harm.
const USUAL: usize = 1_000;
/// Longest id of a document, in bytes.
const LONGEST_ID: usize = 256;
/// What an id that is a hash begins with.
const PREFIX: &str = "sha256:";

/// SHA-256 of the text of a document.
type Hash = [u8; 32];

/// A document as a client asks for it: its text, its id, or both, for it to be kept. At least one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What stands in it; not empty.
    pub text: Option<String>,
    /// How it is known.
    pub id: Option<DocumentId>,
}

/// How a document is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentId {
    /// By its hash.
    Hash(Hash),
    /// As a manifest has it.
    Custom(String),
}

impl DocumentId {
    /// The id that a request names in `documentId`, or in `extensions.persistedQuery`.
    ///
    /// # Errors
    ///
    /// When it is none, or when there are two.
    pub fn read(
        document_id: Option<Json>,
        persisted_query: Option<&Value>,
    ) -> Result<Option<Self>, Refusal> {
        let named = match document_id {
            None => None,
            Some(Json::String(id)) if (1..=LONGEST_ID).contains(&id.len()) => {
                Some(Self::parse(id)?)
            }
            Some(_) => return Err(malformed("documentId: expected a text of 1 to 256 bytes")),
        };
        let hashed = match persisted_query {
            None | Some(Value::Null) => None,
            Some(query) => Some(Self::of_extension(query)?),
        };
        match (named, hashed) {
            (Some(named), Some(hashed)) if named != hashed => {
                Err(malformed("documentId: another document than extensions.persistedQuery"))
            }
            (named, hashed) => Ok(named.or(hashed)),
        }
    }

    fn parse(id: String) -> Result<Self, Refusal> {
        let Some(digits) = id.strip_prefix(PREFIX) else { return Ok(Self::Custom(id)) };
        // The appendix of the protocol has them in lower case.
        let digits = Some(digits).filter(|digits| !digits.bytes().any(|b| b.is_ascii_uppercase()));
        digits.and_then(parse_hash).map(Self::Hash).ok_or_else(|| {
            malformed("documentId: expected sha256: and 64 hexadecimal digits in lower case")
        })
    }

    fn of_extension(query: &Value) -> Result<Self, Refusal> {
        let member = |name| match query {
            Value::Object(members) => members.get(name),
            _ => None,
        };
        let version = member("version").is_some_and(|version| *version == Value::from(1));
        let hash = match member("sha256Hash") {
            Some(Value::String(hash)) => parse_hash(hash),
            _ => None,
        };
        hash.filter(|_| version).map(Self::Hash).ok_or_else(|| {
            malformed(
                "extensions.persistedQuery: expected version 1 and a sha256Hash of 64 \
                 hexadecimal digits",
            )
        })
    }
}

/// The texts of one service.
#[derive(Debug)]
pub struct Persisted {
    /// By the id of a manifest.
    trusted: HashMap<String, Arc<str>>,
    by_hash: HashMap<Hash, Arc<str>>,
    applications: Vec<Arc<Application>>,
    /// By who sent them, where that matters.
    sent: Cache<(Option<Caller>, Hash), Arc<str>, Weight>,
}

/// An application of pages in browsers.
#[derive(Debug)]
pub struct Application {
    name: String,
    origins: Vec<String>,
    mode: TrustMode,
    documents: HashSet<Hash>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<(Option<Caller>, Hash), Arc<str>> for Weight {
    fn weight(&self, _: &(Option<Caller>, Hash), text: &Arc<str>) -> u64 {
        text.len() as u64 + BESIDE
    }
}

/// A document that was found.
#[derive(Debug)]
pub struct Found {
    /// What stands in it.
    pub text: String,
    /// Under which hash its sender wants it to be kept.
    pub hash: Option<Hash>,
}

impl Persisted {
    /// Reads the manifests of all applications.
    ///
    /// # Errors
    ///
    /// The first that cannot be read, or the first document in it that could not be carried out.
    pub fn read(settings: &[ApplicationSettings], limits: &Limits) -> Result<Self, String> {
        let sent = Cache::with_weighter(USUAL, MOST_BYTES, Weight);
        let (trusted, by_hash, applications) = (HashMap::new(), HashMap::new(), Vec::new());
        let mut all = Self { trusted, by_hash, applications, sent };
        for application in settings {
            let mut documents = HashSet::new();
            for path in &application.documents {
                for (id, text) in manifest(path)? {
                    let told = |what: &str| format!("{}: {id:?}: {what}", path.display());
                    documents.insert(all.trust(&id, text, limits).map_err(|what| told(&what))?);
                }
            }
            let ApplicationSettings { name, origins, mode, .. } = application.clone();
            all.applications.push(Arc::new(Application { name, origins, mode, documents }));
        }
        Ok(all)
    }

    /// Takes a document of a manifest; its hash.
    fn trust(&mut self, id: &str, text: String, limits: &Limits) -> Result<Hash, String> {
        plan::parse(&text, limits).map_err(|refusal| {
            refusal.errors.into_iter().next().map(|error| error.message).unwrap_or_default()
        })?;
        let hash = hash(&text);
        if let Some(digits) = id.strip_prefix(PREFIX)
            && parse_hash(digits) != Some(hash)
        {
            return Err("the document has another hash".into());
        }
        let text = self.by_hash.entry(hash).or_insert_with(|| text.into()).clone();
        match self.trusted.insert(id.to_owned(), text.clone()) {
            Some(other) if other != text => Err("two documents have this id".into()),
            _ => Ok(hash),
        }
    }

    /// The application whose page sends a request, as the browser tells. What is no browser tells
    /// what it likes: to hold it to something is not the point.
    #[must_use]
    pub fn application(&self, headers: &HeaderMap) -> Option<&Arc<Application>> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(origin) = text(ORIGIN.as_str()) {
            return self.applications.iter().find(|one| one.origins.iter().any(|o| o == origin));
        }
        // Of a GET to where a page comes from, browsers tell no origin.
        let own = text("sec-fetch-site") == Some("same-origin");
        let host = text(HOST.as_str()).filter(|_| own)?;
        let host_of = |origin: &str| origin.split_once("://").is_some_and(|(_, own)| own == host);
        self.applications.iter().find(|one| one.origins.iter().any(|origin| host_of(origin)))
    }

    /// The text of a document, for whoever asks for it.
    ///
    /// # Errors
    ///
    /// When nobody knows it, its hash is another one, or a page may not send it.
    pub fn find(
        &self,
        document: Document,
        caller: &Caller,
        page: Option<&Application>,
    ) -> Result<Found, Refusal> {
        let found = match (document.text, document.id) {
            (Some(text), None) => Found { text, hash: None },
            (Some(text), Some(DocumentId::Hash(told))) => {
                if hash(&text) != told {
                    return Err(malformed("the hash is not that of the document"));
                }
                Found { text, hash: Some(told) }
            }
            (Some(_), Some(DocumentId::Custom(_))) => {
                return Err(malformed("documentId: together with query, only a sha256: of it"));
            }
            (None, Some(id)) => Found { text: self.text(id, caller)?.to_string(), hash: None },
            (None, None) => return Err(unknown()),
        };
        if let Some(page) = page {
            page.check(&found.text)?;
        }
        Ok(found)
    }

    fn text(&self, id: DocumentId, caller: &Caller) -> Result<Arc<str>, Refusal> {
        let found = match id {
            DocumentId::Custom(id) => self.trusted.get(&id).cloned(),
            DocumentId::Hash(hash) => self
                .by_hash
                .get(&hash)
                .cloned()
                .or_else(|| self.sent.get(&(None, hash)))
                .or_else(|| self.sent.get(&(Some(caller.clone()), hash))),
        };
        found.ok_or_else(unknown)
    }

    /// Keeps the text of a document that was found valid. Who writes values into it keeps it for
    /// themselves: it may tell of somebody.
    pub fn keep(&self, hash: Hash, text: &str, document: &ExecutableDocument, caller: &Caller) {
        if self.by_hash.contains_key(&hash) {
            return;
        }
        let owner = literals::stand_in(document).then(|| caller.clone());
        self.sent.insert((owner, hash), text.into());
    }
}

impl Application {
    /// Whether one of its pages may send this.
    fn check(&self, text: &str) -> Result<(), Refusal> {
        if self.mode == TrustMode::Off {
            return Ok(());
        }
        let hash = hash(text);
        if self.documents.contains(&hash) {
            return Ok(());
        }
        let (application, document) = (self.name.as_str(), written(&hash));
        if self.mode == TrustMode::Log {
            tracing::warn!(application, document, "a page sends a document that is not trusted");
            return Ok(());
        }
        tracing::info!(application, document, "a page may not send this document");
        let message = "pages of this application send the documents of its manifest alone";
        Err(Refusal::new(Outcome::Forbidden, Code::Forbidden, message))
    }
}

/// Clients match the message or the code, and send the document along.
fn unknown() -> Refusal {
    Refusal::new(Outcome::Invalid, Code::PersistedQueryNotFound, "PersistedQueryNotFound")
}

/// What a build has written down: `{"id": "document", …}`.
fn manifest(path: &Path) -> Result<HashMap<String, String>, String> {
    let told = |what: String| format!("{}: {what}", path.display());
    let text = fs::read_to_string(path).map_err(|error| told(error.to_string()))?;
    serde_json::from_str(&text)
        .map_err(|error| told(format!("expected {{\"id\": \"document\", …}}: {error}")))
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

fn written(hash: &Hash) -> String {
    hash.iter().fold(PREFIX.to_owned(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn parse_hash(digits: &str) -> Option<Hash> {
    let (pairs, []) = digits.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        path::PathBuf,
    };

    use actix_web::http::header::{HeaderName, HeaderValue};
    use async_graphql::parser::parse_query;

    use super::{super::refusal::code, *};

    const ECHO: &str = "{ echo }";

    fn nobody(number: u8) -> Caller {
        Caller::nobody(IpAddr::V4(Ipv4Addr::new(198, 51, 100, number)))
    }

    fn file(text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("{}.json", uuid::Uuid::new_v4()));
        fs::write(&path, text).unwrap();
        path
    }

    /// What becomes of an application with this manifest.
    fn with(manifest: &str, mode: TrustMode) -> Result<Persisted, String> {
        let documents = vec![file(manifest)];
        let origins = vec!["https://red.example".to_owned()];
        let settings =
            ApplicationSettings { name: "red".into(), origins, documents: documents.clone(), mode };
        let read = Persisted::read(&[settings], &Limits::default());
        fs::remove_file(&documents[0]).unwrap();
        read.map_err(|told| told.replace(&documents[0].display().to_string(), "file"))
    }

    fn by_id(id: &str) -> Document {
        Document { text: None, id: Some(DocumentId::parse(id.to_owned()).unwrap()) }
    }

    fn error(refusal: Refusal) -> String {
        code(&refusal.errors[0]).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_hash_is_written_and_read() {
        // As the appendix of the protocol has it.
        let text = "query($id:ID!){user(id:$id){name}}";
        let id = "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b";
        assert_eq!(written(&hash(text)), id);
        let digits = id.strip_prefix(PREFIX).unwrap();
        assert_eq!(parse_hash(digits), Some(hash(text)));
        assert_eq!(parse_hash(&digits.to_uppercase()), Some(hash(text)));
        for bad in
            ["", &digits[1..], &digits[2..], &digits.replace('7', "+"), &format!("{digits}00")]
        {
            assert_eq!(parse_hash(bad), None, "{bad}");
        }
        assert!(DocumentId::parse(id.replace('f', "F")).is_err());
    }

    #[test]
    fn a_document_that_was_sent_is_kept_for_everybody_unless_values_stand_in_it() {
        let all = Persisted::read(&[], &Limits::default()).unwrap();
        let values = r#"{ echo(text: "of Ana") }"#;
        for (text, shared) in [(ECHO, true), (values, false)] {
            let id = written(&hash(text));
            assert_eq!(
                error(all.find(by_id(&id), &nobody(1), None).unwrap_err()),
                "PERSISTED_QUERY_NOT_FOUND"
            );
            let document = Document { text: Some(text.into()), ..by_id(&id) };
            let found = all.find(document, &nobody(1), None).unwrap();
            assert_eq!((found.text.as_str(), found.hash), (text, Some(hash(text))));
            all.keep(hash(text), text, &parse_query(text).unwrap(), &nobody(1));
            assert_eq!(all.find(by_id(&id), &nobody(1), None).unwrap().text, text);
            assert_eq!(all.find(by_id(&id), &nobody(2), None).is_ok(), shared, "{text}");
        }
        let other = Document { text: Some("{ who }".into()), ..by_id(&written(&hash(ECHO))) };
        assert_eq!(error(all.find(other, &nobody(1), None).unwrap_err()), "BAD_USER_INPUT");
        let custom = Document { text: Some(ECHO.into()), ..by_id("echo") };
        assert_eq!(error(all.find(custom, &nobody(1), None).unwrap_err()), "BAD_USER_INPUT");
    }

    #[test]
    fn what_is_kept_is_bounded_by_its_size() {
        let all = Persisted::read(&[], &Limits::default()).unwrap();
        let document = parse_query(ECHO).unwrap();
        for n in 0..400 {
            let text = format!("{n}{}", " ".repeat(100_000));
            all.keep(hash(&text), &text, &document, &nobody(1));
        }
        assert!(all.sent.weight() <= MOST_BYTES && all.sent.len() < 200);
    }

    #[test]
    fn a_manifest_must_be_one() {
        let hashed = format!(r#"{{"{}": "{ECHO}"}}"#, written(&hash(ECHO)));
        for good in [hashed.as_str(), r#"{"a1": "{ echo }", "b2": "{ who }"}"#, "{}"] {
            assert!(with(good, TrustMode::Enforce).is_ok(), "{good}");
        }
        for (bad, told) in [
            ("[]", "file: expected {\"id\": \"document\", …}"),
            (r#"{"a": 7}"#, "file: expected {\"id\": \"document\", …}"),
            (r#"{"a": "{ echo"}"#, "file: \"a\": syntax error"),
            (&hashed.replace("echo", "who"), "the document has another hash"),
        ] {
            let mistake = with(bad, TrustMode::Enforce).unwrap_err();
            assert!(mistake.contains(told), "{mistake}");
        }
        let deep = "{ a ".repeat(13) + &"}".repeat(13);
        let told = with(&format!(r#"{{"a": "{deep}"}}"#), TrustMode::Off).unwrap_err();
        assert!(told.contains("fields in each other"), "{told}");
    }

    #[test]
    fn pages_are_held_to_their_manifest() {
        let may = |mode, text: &str| {
            let all = with(r#"{"a1": "{ echo }"}"#, mode).unwrap();
            let page = all.applications[0].clone();
            let document = Document { text: Some(text.into()), id: None };
            all.find(document, &nobody(1), Some(&page)).map(|found| found.text).map_err(error)
        };
        assert_eq!(may(TrustMode::Enforce, ECHO), Ok(ECHO.into()), "whichever way it comes");
        assert_eq!(may(TrustMode::Enforce, "{ who }"), Err("FORBIDDEN".into()));
        assert!(may(TrustMode::Log, "{ who }").is_ok() && may(TrustMode::Off, "{ who }").is_ok());

        let all = with(r#"{"a1": "{ echo }"}"#, TrustMode::Enforce).unwrap();
        for id in ["a1", &written(&hash(ECHO))] {
            assert_eq!(all.find(by_id(id), &nobody(1), None).unwrap().text, ECHO);
        }
        assert_eq!(
            error(all.find(by_id("b2"), &nobody(1), None).unwrap_err()),
            "PERSISTED_QUERY_NOT_FOUND"
        );
        // Nobody can register around it.
        let text = "{ who }";
        all.keep(hash(text), text, &parse_query(text).unwrap(), &nobody(1));
        let id = by_id(&written(&hash(text)));
        assert!(all.find(id.clone(), &nobody(1), None).is_ok());
        let page = all.applications[0].clone();
        assert_eq!(error(all.find(id, &nobody(1), Some(&page)).unwrap_err()), "FORBIDDEN");
    }

    #[test]
    fn browsers_tell_whose_page_asks() {
        let all = with("{}", TrustMode::Enforce).unwrap();
        for (headers, known) in [
            (&[("origin", "https://red.example")][..], true),
            (&[("origin", "https://red.example.evil")], false),
            (&[("origin", "http://red.example")], false),
            (&[("origin", "null")], false),
            (&[("host", "red.example"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "red.example"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "red.example")], false),
            (&[("host", "other.example"), ("sec-fetch-site", "same-origin")], false),
            (&[], false),
        ] {
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    (HeaderName::from_static(name), HeaderValue::from_static(value))
                })
                .collect();
            assert_eq!(all.application(&headers).is_some(), known, "{headers:?}");
        }
    }
}
