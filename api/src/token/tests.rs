//! Tokens, right and wrong in every way.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{key::create, *};
use crate::config::Settings;

/// A key in a directory of its own, and that directory.
pub(crate) fn local_key() -> (LocalKey, PathBuf) {
    let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
    (LocalKey::load_or_create(&directory.join("signing-key.pem"), "vinculo").unwrap(), directory)
}

pub(crate) fn issuers(key: &LocalKey) -> Issuers {
    let settings = Settings::load(None, std::iter::empty()).unwrap();
    Issuers::new(key, &settings).unwrap()
}

pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn grant() -> Grant {
    Grant {
        organization: format!("org_{}", "0a".repeat(16)),
        role: "OTT_OFFICER".into(),
        regions: vec!["R03".into()],
        delegations: vec![],
    }
}

fn header() -> Value {
    json!({"alg": "EdDSA", "typ": "at+jwt"})
}

fn claims() -> Value {
    let now = noon().timestamp();
    json!({"iss": "vinculo", "aud": "vinculo", "sub": "ana", "exp": now + 60})
}

/// A token with any header and claims, signed with `key`.
fn forge(key: &LocalKey, mut header: Value, claims: &Value) -> String {
    if header.get("kid").is_none() {
        header["kid"] = json!(key.kid());
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

fn with(mut value: Value, name: &str, to: Value) -> Value {
    if to.is_null() {
        value.as_object_mut().unwrap().remove(name);
    } else {
        value[name] = to;
    }
    value
}

#[test]
fn what_we_sign_we_believe() {
    let (key, _) = local_key();
    let issuers = issuers(&key);
    prove_crypto(&key, &issuers, noon()).unwrap();
    let token = key.sign("ana", &[grant()], noon(), TimeDelta::seconds(900)).unwrap();
    let claims = issuers.verify(&token, noon()).unwrap();
    assert_eq!((claims.subject.as_str(), claims.issuer.as_str()), ("ana", "vinculo"));
    assert_eq!(claims.grants, [grant()]);
    assert_eq!(claims.expires_at, noon() + TimeDelta::seconds(900));
    assert!(!claims.authoritative);
}

#[test]
fn the_key_is_made_once_and_for_its_owner() {
    let (key, directory) = local_key();
    let path = directory.join("signing-key.pem");
    let again = LocalKey::load_or_create(&path, "vinculo").unwrap();
    assert_eq!(key.kid(), again.kid());
    assert_eq!(key.kid().len(), 43);
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1, "nothing left aside");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Somebody else was first.
    assert_eq!(create(&path).unwrap(), std::fs::read_to_string(&path).unwrap());
    std::fs::write(&path, "not a key").unwrap();
    assert!(LocalKey::load_or_create(&path, "vinculo").is_err());
}

#[test]
fn a_token_counts_within_its_time_and_a_minute_around_it() {
    let (key, _) = local_key();
    let issuers = issuers(&key);
    let now = noon().timestamp();
    let claims = with(with(claims(), "exp", json!(now + 100)), "nbf", json!(now + 10));
    let token = forge(&key, header(), &claims);
    let at = |seconds| issuers.verify(&token, noon() + TimeDelta::seconds(seconds));
    assert_eq!(at(-51), Err(Refusal("not valid yet")));
    assert!(at(-50).is_ok() && at(160).is_ok());
    assert_eq!(at(161), Err(Refusal("expired")));
    // Once it has been verified, too.
    assert_eq!(at(-51), Err(Refusal("not valid yet")));
}

#[test]
fn every_required_claim_is_required() {
    let (key, _) = local_key();
    let issuers = issuers(&key);
    assert!(issuers.verify(&forge(&key, header(), &claims()), noon()).is_ok());
    for name in ["iss", "aud", "sub", "exp"] {
        let token = forge(&key, header(), &with(claims(), name, Value::Null));
        assert!(issuers.verify(&token, noon()).is_err(), "without {name}");
    }
    for (name, value) in [
        ("iss", json!("somebody")),
        ("iss", json!(["vinculo"])),
        ("aud", json!("somebody")),
        ("aud", json!([])),
        ("sub", json!("")),
        ("sub", json!("a\nb")),
        ("sub", json!("a".repeat(256))),
        ("exp", json!("soon")),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("nbf", json!("now")),
        ("grants", json!({})),
        ("grants", json!([{"organization": "org_1", "role": "ANALYST"}])),
        ("grants", json!([{"organization": grant().organization, "role": "PUBLIC"}])),
        ("grants", json!([{"organization": grant().organization, "role": "KING"}])),
    ] {
        let token = forge(&key, header(), &with(claims(), name, value.clone()));
        assert!(issuers.verify(&token, noon()).is_err(), "{name} = {value}");
    }
    let both = with(claims(), "aud", json!(["other", "vinculo"]));
    assert!(issuers.verify(&forge(&key, header(), &both), noon()).is_ok());
}

#[test]
fn the_header_decides_nothing() {
    let (key, _) = local_key();
    let issuers = issuers(&key);
    for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt"] {
        let token = forge(&key, with(header(), "typ", json!(typ)), &claims());
        assert!(issuers.verify(&token, noon()).is_ok(), "{typ}");
    }
    for (name, value) in [
        ("typ", Value::Null),
        ("typ", json!("id+jwt")),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("kid", json!("another")),
        ("kid", json!("")),
        ("kid", json!("../key")),
        ("kid", json!("a".repeat(129))),
    ] {
        let token = forge(&key, with(header(), name, value.clone()), &claims());
        assert!(issuers.verify(&token, noon()).is_err(), "{name} = {value}");
    }
    let (other, _) = local_key();
    let theirs = with(header(), "kid", json!(key.kid()));
    assert!(issuers.verify(&forge(&other, theirs, &claims()), noon()).is_err());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519",
        "x": URL_SAFE_NO_PAD.encode(other.public_key().as_bytes())});
    let own = with(with(header(), "kid", json!(key.kid())), "jwk", jwk);
    assert!(issuers.verify(&forge(&other, own, &claims()), noon()).is_err());
}

#[test]
fn what_is_no_token_is_refused() {
    let (key, _) = local_key();
    let issuers = issuers(&key);
    let good = forge(&key, header(), &claims());
    let long = forge(&key, header(), &with(claims(), "pad", json!("a".repeat(9_000))));
    let (message, _) = good.rsplit_once('.').unwrap();
    for token in ["", ".", "..", "a.b.c", &good[1..], &format!("{message}."), message, &long] {
        assert!(issuers.verify(token, noon()).is_err(), "{token}");
    }
}

#[test]
fn a_configured_issuer_has_one_algorithm_and_one_key() {
    let (theirs, directory) = local_key();
    let file = directory.join("theirs.pem");
    std::fs::write(&file, theirs.public_pem().unwrap()).unwrap();
    let (ours, _) = local_key();
    let configure = |algorithm: &str, file: &Path| {
        let json = json!([{"issuer": "https://id.mx", "audience": "v", "algorithm": algorithm,
            "key_file": file, "authoritative": true}]);
        let env = [("VINCULO_ISSUERS".to_owned(), json.to_string())];
        Issuers::new(&ours, &Settings::load(None, env.into_iter()).unwrap())
    };
    let issuers = configure("EdDSA", &file).unwrap();
    let claims = with(with(claims(), "iss", json!("https://id.mx")), "aud", json!("v"));
    let token = forge(&theirs, header(), &claims);
    assert!(issuers.verify(&token, noon()).unwrap().authoritative);
    let named = forge(&theirs, with(header(), "kid", json!("k1")), &claims);
    assert!(issuers.verify(&named, noon()).is_ok());
    assert!(issuers.verify(&forge(&ours, header(), &claims), noon()).is_err());
    assert!(configure("ES256", &file).is_err());
    assert!(configure("EdDSA", Path::new("/nowhere")).is_err());
}

/// The same claims, signed elsewhere with keys that were then thrown away:
/// public key, algorithm, signature.
const FOREIGN: [(&str, &str, &str); 3] = [
    (
        RSA,
        "RS256",
        "ljCmgLIV-AM16kMB3WCpS-vdie8rGnOtQ4mu5qLLH1OxGCboBtxNx5iHh-lalOVgXfbzMt0acY2AIGftc2TmIVnwf6mQ3OzPljZId5u99mWcVpF9cGO1beXUaN6rFZzggYitvwqYCFiIZ7TaMW_BaMbdss1-NGel_O0TdlfWjv4sFMLLG_L7_zBKuK5bIC6PF71qYmj04GoYrRGE42-LI9tbMuWWhGseqlAgLlZxnDZ2jKFDkuQ6qNK1lgGPTC1ZGFUtLbt41H5lJ86Rid1nSUFqgy-7VizY3fIXYOhhJ2G1w9uYrQPxBjjcfFOIxhDw_1LwbQ3l1y7GKQKAyO7hnw",
    ),
    (
        RSA,
        "RS384",
        "Rk0odoTyLpBQ1_IIiqGI7zRLRvAZ8rMi4fVyHF779c8Q5XmbGpGBZDU_h2gDVHLEQUzgatLErj3WPgSJkr-luZ_pTgIeY2Wjs8OIprTvacvqTAGM1PE76driNxpk0ZnAB7TocRjE9PIeQ9smZhmlvnoPsGuNpVkwCKzR8XljaQhxt3bgf448PR5iODPmpMg9W_7K8L7lcRiOIpIS6pAG_bA105iUS2jcWVb42Oyz_4C48De55V4ZPnn4duu_B9ODCyzoxMPx3eHSxEn7vDjcM8NojgYEHbf1htjzPBj4gB4w4V4_90Z1FVXhevEkfCnVJ45_hHTnR89Q2dCVMSwNVA",
    ),
    (
        EC,
        "ES256",
        "jGLAveSVaEjEvCC7FUPxvoVuKMB1vUUqMJ1xn40Bn79ELCYDn9dRZKpvQnowIAGUh9n2DUDwnSECFKCF2rm5Mg",
    ),
];
const RSA: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqqmGm7zvYy0WYUJY/nav\nrLx68iQSZVUCzqBn/e/vy1YeJmM4WDJ/UZrTxb375TQ1BNeS4CelqNBPgNf9CFaq\nbgqhzMYBOlNXiwi6zMzlTuMe36RQcCio26BeIsSlPBTJRbwqEtFTZUhPGr2b/wKh\naS7Fx98uQenajv/o9YR6Vi4mirt4rmhwPbMXkB3iBpGItJbEnPBzaHk70E7y1dlp\nJ/3XU1XNtMa10XFyWHqBQ/FOtA09bX6CD2qcf9mLmFfrcdubdGwVUywW/aBja1uu\nZzeflUrjWNuuux2dFs69R9xUpKUHi46/1roNsI4Jfa5LZSrRguZF4QjU/aA/PNYD\nJwIDAQAB\n-----END PUBLIC KEY-----\n";
const EC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESdSaOrq4mHKcVRMwbKkgCT0HUlop\n96Kbc49BEv3wSybEAbw44gp6Hm0h8fc0AVPUyJqs01KnbZoBJE2UUP2eWw==\n-----END PUBLIC KEY-----\n";

#[test]
fn the_algorithm_of_an_issuer_is_pinned() {
    let (ours, directory) = local_key();
    let file = directory.join("theirs.pem");
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let claims = r#"{"iss":"https://id.mx","aud":"vinculo","sub":"ana","exp":1790000600}"#;
    for (pem, signed, signature) in FOREIGN {
        std::fs::write(&file, pem).unwrap();
        let head = part(&format!(r#"{{"alg":"{signed}","typ":"at+jwt"}}"#));
        let token = format!("{head}.{}.{signature}", part(claims));
        let pinned = if pem == RSA { "RS256" } else { "ES256" };
        let json = json!([{"issuer": "https://id.mx", "algorithm": pinned, "key_file": file}]);
        let env = [("VINCULO_ISSUERS".to_owned(), json.to_string())];
        let settings = Settings::load(None, env.into_iter()).unwrap();
        let issuers = Issuers::new(&ours, &settings).unwrap();
        let verified = issuers.verify(&token, noon());
        assert_eq!(verified.is_ok(), signed == pinned, "{signed}: {verified:?}");
    }
}

/// A provider of keys on this machine: what it answers to each path, and how often it was asked.
struct Provider {
    address: String,
    answers: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<AtomicUsize>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Mutex<HashMap<String, String>>> = Arc::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, count) = (answers.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                lines.read_line(&mut line).unwrap();
                let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                while line.trim() != "" {
                    line.clear();
                    lines.read_line(&mut line).unwrap();
                }
                count.fetch_add(1, Ordering::SeqCst);
                let answer = told.lock().unwrap().get(&path).cloned();
                let (status, body) = match answer {
                    Some(to) if to.starts_with("http") => {
                        (format!("302 Found\r\nlocation: {to}"), String::new())
                    }
                    Some(body) => ("200 OK".to_owned(), body),
                    None => ("503 Service Unavailable".to_owned(), String::new()),
                };
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { address, answers, asked }
    }

    fn says(&self, path: &str, answer: &Value) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer.to_string());
    }

    fn goes_down(&self) {
        self.answers.lock().unwrap().clear();
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    /// Who believes it, as the settings say.
    fn trusted(&self, more: &Value) -> (LocalKey, Issuers) {
        let mut issuer = json!({"issuer": self.address, "algorithm": "EdDSA", "audience": "v"});
        issuer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (ours, _) = local_key();
        let issuers = configured(&ours, &json!([issuer])).unwrap();
        (ours, issuers)
    }

    fn claims(&self) -> Value {
        with(with(claims(), "iss", json!(self.address)), "aud", json!("v"))
    }
}

fn configured(ours: &LocalKey, issuers: &Value) -> Result<Issuers, Vec<String>> {
    let env = [("VINCULO_ISSUERS".to_owned(), issuers.to_string())];
    Issuers::new(ours, &Settings::load(None, env.into_iter())?)
}

/// A public key as others publish it.
fn jwk(key: &LocalKey, kid: &str) -> Value {
    let x = URL_SAFE_NO_PAD.encode(key.public_key().as_bytes());
    json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x})
}

fn named(kid: &str) -> Value {
    with(header(), "kid", json!(kid))
}

/// What a token says at a time, once the keys that it needs were looked for.
async fn believed(issuers: &Issuers, token: &str, after: i64) -> Result<Arc<Claims>, Refusal> {
    let now = noon() + TimeDelta::seconds(after);
    issuers.keep_keys(token, now).await;
    issuers.verify(token, now)
}

#[tokio::test]
async fn published_keys_are_fetched_kept_and_forgotten() {
    let provider = Provider::start();
    let (one, two) = (local_key().0, local_key().0);
    provider.says("/keys", &json!({"keys": [jwk(&one, "k1")]}));
    let (ours, issuers) =
        provider.trusted(&json!({"jwks_url": format!("{}/keys", provider.address)}));
    let long = with(provider.claims(), "exp", json!(noon().timestamp() + 3_600));
    let first = forge(&one, named("k1"), &long);
    // Our own tokens need nobody's keys.
    let own = ours.sign("ana", &[], noon(), TimeDelta::seconds(900)).unwrap();
    assert!(believed(&issuers, &own, 0).await.is_ok());
    assert_eq!(provider.asked(), 0);

    // Many at once share one fetch.
    let all = (0..20).map(|_| believed(&issuers, &first, 0));
    let all = futures_util::future::join_all(all).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(provider.asked(), 1);
    let claims = believed(&issuers, &first, 599).await.unwrap();
    assert!(!claims.local && claims.issuer == provider.address);
    assert_eq!(provider.asked(), 0, "kept for ten minutes");

    // A key that is not there is looked for, once a minute, however often it is named.
    let second = forge(&two, named("k2"), &long);
    assert_eq!(believed(&issuers, &second, 599).await, Err(Refusal("unknown kid")));
    assert_eq!(provider.asked(), 1);
    for flood in 0..50 {
        let token = forge(&two, named(&format!("k{flood}-x")), &long);
        assert!(believed(&issuers, &token, 600 + flood).await.is_err());
    }
    assert_eq!(provider.asked(), 0, "a flood of unknown names");
    provider.says("/keys", &json!({"keys": [jwk(&two, "k2")]}));
    assert!(believed(&issuers, &second, 658).await.is_err());
    assert!(believed(&issuers, &second, 659).await.is_ok());
    assert_eq!(provider.asked(), 1);
    // What the issuer took back verifies nothing any more, also what it verified before.
    assert_eq!(believed(&issuers, &first, 660).await, Err(Refusal("unknown kid")));
    assert_eq!(provider.asked(), 0);

    // As long as it is down, what it last said counts, and it is asked once a minute.
    provider.goes_down();
    for after in [1_259, 1_260, 1_300, 1_318] {
        assert!(believed(&issuers, &second, after).await.is_ok(), "{after}");
    }
    assert_eq!(provider.asked(), 1);
    assert!(believed(&issuers, &second, 1_319).await.is_ok());
    assert_eq!(provider.asked(), 1);
    provider.says("/keys", &json!({"keys": [jwk(&one, "k1")]}));
    assert!(believed(&issuers, &second, 1_379).await.is_err());
    assert!(believed(&issuers, &first, 1_379).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_cannot_be_asked_is_not_believed() {
    let provider = Provider::start();
    let key = local_key().0;
    let place = json!({"jwks_url": format!("{}/keys", provider.address)});
    let token = forge(&key, named("k1"), &provider.claims());
    for set in [
        json!("no set"),
        json!({"keys": {}}),
        json!({"keys": []}),
        json!({"keys": [with(jwk(&key, "k1"), "kid", Value::Null)]}),
        json!({"keys": [with(jwk(&key, "k1"), "use", json!("enc"))]}),
        json!({"keys": [with(jwk(&key, "k1"), "alg", json!("ES256"))]}),
        json!({"keys": [with(jwk(&key, "k1"), "crv", json!("X25519"))]}),
        json!({"keys": [with(jwk(&key, "k1"), "x", json!("AAAA"))]}),
        json!({"keys": [{"kty": "oct", "kid": "k1", "k": jwk(&key, "k1")["x"]}]}),
        json!({"keys": [jwk(&key, "../k1")]}),
        json!({"keys": [jwk(&key, "k1")], "pad": "a".repeat(300_000)}),
        json!(format!("{}/elsewhere", provider.address)),
    ] {
        let (_, issuers) = provider.trusted(&place);
        provider.says("/elsewhere", &json!({"keys": [jwk(&key, "k1")]}));
        let answer = set.as_str().filter(|to| to.starts_with("http"));
        match answer {
            Some(to) => drop(provider.answers.lock().unwrap().insert("/keys".into(), to.into())),
            None => provider.says("/keys", &set),
        }
        assert!(believed(&issuers, &token, 0).await.is_err(), "{set}");
        assert_eq!(provider.asked(), 1);
    }
    let (_, issuers) = provider.trusted(&place);
    // Among keys that we cannot read, or that are for others, one that is right is found.
    let strange = json!({"kty": "XYZ", "kid": "k0"});
    provider.says("/keys", &json!({"keys": [strange, 7, jwk(&key, "k1")]}));
    assert!(believed(&issuers, &token, 0).await.is_ok());
}

#[tokio::test]
async fn an_issuer_is_discovered_by_its_exact_name() {
    let provider = Provider::start();
    let key = local_key().0;
    let keys = format!("{}/keys", provider.address);
    provider.says("/keys", &json!({"keys": [jwk(&key, "k1")]}));
    let token = forge(&key, named("k1"), &provider.claims());
    let describe = |issuer: &str, keys: &str| {
        let told = json!({"issuer": issuer, "jwks_uri": keys});
        provider.says("/.well-known/openid-configuration", &told);
    };
    for (issuer, place) in [
        (format!("{}/", provider.address), keys.clone()),
        ("https://id.mx".to_owned(), keys.clone()),
        (provider.address.clone(), "http://keys.example/keys".to_owned()),
        (provider.address.clone(), "file:///etc/keys".to_owned()),
    ] {
        describe(&issuer, &place);
        let (_, issuers) = provider.trusted(&json!({"discovery": true}));
        assert!(believed(&issuers, &token, 0).await.is_err(), "{issuer} {place}");
        assert_eq!(provider.asked(), 1, "its keys are not even asked for");
    }
    describe(&provider.address, &keys);
    let (_, issuers) = provider.trusted(&json!({"discovery": true}));
    assert!(believed(&issuers, &token, 0).await.is_ok());
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn tokens_of_such_an_issuer_are_forged_in_vain() {
    let provider = Provider::start();
    let (theirs, stranger) = (local_key().0, local_key().0);
    provider.says("/keys", &json!({"keys": [jwk(&theirs, "k1")]}));
    let place = json!({"jwks_url": format!("{}/keys", provider.address)});
    let (ours, issuers) = provider.trusted(&place);
    let right = provider.claims();
    assert!(believed(&issuers, &forge(&theirs, named("k1"), &right), 0).await.is_ok());
    let public = theirs.public_key();
    let mac = |secret: &[u8], head: &Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(head), part(&right));
        let key = jsonwebtoken::EncodingKey::from_secret(secret);
        let signed =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
        format!("{message}.{signed}")
    };
    let symmetric = with(named("k1"), "alg", json!("HS256"));
    let x = jwk(&theirs, "k1")["x"].as_str().unwrap().to_owned();
    let pem = theirs.public_pem().unwrap();
    let none = {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&with(named("k1"), "alg", json!("none"))), part(&right))
    };
    let own_key = with(named("k1"), "jwk", jwk(&stranger, "k1"));
    let own_place = with(named("k1"), "jku", json!(format!("{}/keys", provider.address)));
    for (what, token) in [
        ("alg none", none),
        ("HS256 with the public key", mac(public.as_bytes(), &symmetric)),
        ("HS256 with its text", mac(x.as_bytes(), &symmetric)),
        ("HS256 with its PEM", mac(pem.as_bytes(), &symmetric)),
        ("another algorithm", forge(&theirs, with(named("k1"), "alg", json!("ES256")), &right)),
        ("another's signature", forge(&stranger, named("k1"), &right)),
        ("a key of its own", forge(&stranger, own_key, &right)),
        ("a place of its own", forge(&stranger, own_place, &right)),
        ("our key", forge(&ours, named("k1"), &right)),
        ("our kid", forge(&theirs, named(ours.kid()), &right)),
        ("no kid", forge(&theirs, with(named("k1"), "kid", json!("")), &right)),
        ("wrong typ", forge(&theirs, with(named("k1"), "typ", json!("id_token")), &right)),
        ("crit", forge(&theirs, with(named("k1"), "crit", json!(["exp"])), &right)),
        ("wrong iss", forge(&theirs, named("k1"), &with(right.clone(), "iss", json!("vinculo")))),
        (
            "unknown iss",
            forge(&theirs, named("k1"), &with(right.clone(), "iss", json!("https://id.mx"))),
        ),
        ("wrong aud", forge(&theirs, named("k1"), &with(right.clone(), "aud", json!("vinculo")))),
        ("no aud", forge(&theirs, named("k1"), &with(right.clone(), "aud", Value::Null))),
        ("no sub", forge(&theirs, named("k1"), &with(right.clone(), "sub", Value::Null))),
        ("no exp", forge(&theirs, named("k1"), &with(right.clone(), "exp", Value::Null))),
        (
            "too long",
            forge(&theirs, named("k1"), &with(right.clone(), "pad", json!("a".repeat(9_000)))),
        ),
    ] {
        assert!(believed(&issuers, &token, 0).await.is_err(), "{what}");
    }
    // Nobody but us says what a machine of ours may do.
    let client = format!("client_{}", "0a".repeat(16));
    let told = with(with(right.clone(), "sub", json!(client)), "scope", json!("WRITE_NEEDS"));
    let claims = believed(&issuers, &forge(&theirs, named("k1"), &told), 0).await.unwrap();
    assert!(claims.scopes.is_empty() && !claims.local);
}

#[tokio::test]
async fn claims_of_an_issuer_stand_for_roles() {
    let provider = Provider::start();
    let key = local_key().0;
    provider.says("/keys", &json!({"keys": [jwk(&key, "k1")]}));
    let house = grant().organization;
    let role = |claim: &str, value: &str, role: &str| json!({"claim": claim, "value": value, "role": role, "organization": house});
    let (_, issuers) = provider.trusted(&json!({
        "jwks_url": format!("{}/keys", provider.address),
        "roles": [role("/realm_access/roles", "enlace", "CHAMBER_LIAISON"),
            role("/https:~1~1red.mx~1rol", "analista", "ANALYST")],
    }));
    for (more, roles) in [
        (json!({}), vec![]),
        (json!({"realm_access": {"roles": ["otro", "enlace"]}}), vec!["CHAMBER_LIAISON"]),
        (json!({"realm_access": {"roles": "enlace"}}), vec!["CHAMBER_LIAISON"]),
        (json!({"realm_access": {"roles": "enlaces"}}), vec![]),
        (json!({"realm_access": {"roles": {"enlace": true}}}), vec![]),
        (json!({"roles": ["enlace"]}), vec![]),
        (
            json!({"realm_access": {"roles": ["enlace"]}, "https://red.mx/rol": "analista"}),
            vec!["CHAMBER_LIAISON", "ANALYST"],
        ),
        // What it calls grants says nothing then.
        (json!({"grants": [{"organization": house, "role": "NETWORK_ADMIN"}]}), vec![]),
    ] {
        let mut claims = provider.claims();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = believed(&issuers, &forge(&key, named("k1"), &claims), 0).await.unwrap();
        let given: Vec<_> = told.grants.iter().map(|grant| grant.role.as_str()).collect();
        assert_eq!(given, roles, "{more}");
        assert!(told.grants.iter().all(|grant| grant.organization == house));
    }
}

#[test]
fn an_issuer_has_its_keys_from_one_safe_place() {
    let (ours, directory) = local_key();
    let set = directory.join("keys.json");
    std::fs::write(&set, json!({"keys": [jwk(&ours, "k1")]}).to_string()).unwrap();
    let empty = directory.join("empty.json");
    std::fs::write(&empty, json!({"keys": []}).to_string()).unwrap();
    let role = json!([{"claim": "rol", "value": "a", "role": "ANALYST",
        "organization": grant().organization}]);
    for (more, good) in [
        (json!({"key_file": set}), true),
        (json!({"key_file": empty}), false),
        (json!({"jwks_url": "https://id.mx/keys"}), true),
        (json!({"jwks_url": "http://127.0.0.1:9/keys"}), true),
        (json!({"jwks_url": "http://id.mx/keys"}), false),
        (json!({"jwks_url": "https://user:pass@id.mx/keys"}), false),
        (json!({"jwks_url": "keys"}), false),
        (json!({"discovery": true}), true),
        (json!({"discovery": true, "issuer": "http://id.mx"}), false),
        (json!({"discovery": false}), false),
        (json!({"key_file": set, "discovery": true}), false),
        (json!({"key_file": set, "jwks_url": "https://id.mx/keys"}), false),
        (json!({}), false),
        (json!({"key_file": set, "roles": role}), false),
    ] {
        let mut issuer = json!({"issuer": "https://id.mx", "algorithm": "EdDSA"});
        issuer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(configured(&ours, &json!([issuer])).is_ok(), good, "{more}");
    }
    // A set in a file: its keys have names, and tokens name them.
    let settings = json!([{"issuer": "https://id.mx", "algorithm": "EdDSA", "key_file": set}]);
    let issuers = configured(&ours, &settings).unwrap();
    let claims = with(claims(), "iss", json!("https://id.mx"));
    assert!(issuers.verify(&forge(&ours, named("k1"), &claims), noon()).is_ok());
    assert!(issuers.verify(&forge(&ours, named("k2"), &claims), noon()).is_err());
}

#[test]
fn another_key_of_ours_verifies_and_does_not_sign() {
    let (before, directory) = local_key();
    let (now, _) = local_key();
    let old = directory.join("signing-key.pem");
    let public = directory.join("public.pem");
    std::fs::write(&public, before.public_pem().unwrap()).unwrap();
    let token = before.sign("ana", &[], noon(), TimeDelta::seconds(900)).unwrap();
    let with_keys = |files: &str| {
        let env = [("VINCULO_VERIFICATION_KEY_FILES".to_owned(), files.to_owned())];
        Issuers::new(&now, &Settings::load(None, env.into_iter()).unwrap())
    };
    assert!(with_keys("").unwrap().verify(&token, noon()).is_err());
    for file in [&old, &public] {
        let issuers = with_keys(&file.display().to_string()).unwrap();
        assert!(issuers.verify(&token, noon()).is_ok());
        let own = now.sign("ana", &[], noon(), TimeDelta::seconds(900)).unwrap();
        assert!(issuers.verify(&own, noon()).is_ok());
        // What we publish is what verifies our tokens, and no secret.
        let set = super::jwks::keys(issuers.published().as_bytes(), Algorithm::EdDSA).unwrap();
        assert!(set.len() == 2 && set.contains_key(now.kid()) && set.contains_key(before.kid()));
        assert!(!issuers.published().contains("\"d\""));
        let (machine, seconds) = issuers
            .sign_machine("client_0", "READ_NETWORK", noon(), noon() + TimeDelta::seconds(90))
            .unwrap();
        assert_eq!(
            (jsonwebtoken::decode_header(&machine).unwrap().kid.as_deref(), seconds),
            (Some(now.kid()), 90)
        );
        assert_eq!(issuers.verify(&machine, noon()).unwrap().scopes, ["READ_NETWORK"]);
    }
    assert!(with_keys("/nowhere").is_err());
    std::fs::write(&public, "no key").unwrap();
    assert!(with_keys(&public.display().to_string()).is_err());
}

#[test]
fn a_token_of_a_machine_lives_for_an_hour_at_most() {
    let (key, _) = local_key();
    for (ttl, lives) in [("60", 60), ("900", 900), ("86400", 3_600)] {
        let env = [("VINCULO_TOKEN_TTL_SECONDS".to_owned(), ttl.to_owned())];
        let issuers = Issuers::new(&key, &Settings::load(None, env.into_iter()).unwrap()).unwrap();
        let until = noon() + TimeDelta::days(9);
        let (token, seconds) = issuers.sign_machine("client_0", "", noon(), until).unwrap();
        assert_eq!(seconds, lives);
        let claims = issuers.verify(&token, noon()).unwrap();
        assert_eq!(claims.expires_at, noon() + TimeDelta::seconds(lives));
        assert!(claims.scopes.is_empty() && claims.grants.is_empty());
    }
}
