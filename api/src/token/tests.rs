//! Tokens, right and wrong in every way.

use std::path::{Path, PathBuf};

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
