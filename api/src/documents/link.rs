//! Signed links: whoever holds one may do one thing with one document, as the person for whom it
//! was made, for a short time. What that person may do is looked at again when it is used.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::DocumentId;
use hmac::{Hmac, Mac};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    error::{Error, Result},
    policy::Viewer,
    token::{Claims, Grant},
};

/// What links are signed with.
pub(super) struct Key([u8; 32]);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To send the bytes.
    In,
    /// To fetch them.
    Out,
}

/// A link is not one of ours, not for this, or has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotGood;

/// What a link says: of the person, as much as their token said.
#[derive(Serialize, Deserialize)]
struct Told {
    /// The person; nobody for what is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// The roles that they came with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    g: Vec<Grant>,
    /// Whether these count without a membership.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    a: bool,
    /// Until when, in seconds.
    e: i64,
}

impl Key {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The signature of what a link says, for one way to one document.
    fn seal(&self, way: Way, document: DocumentId, told: &str) -> Result<Hmac<Sha256>> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.0).map_err(Error::internal)?;
        let way = match way {
            Way::In => "in",
            Way::Out => "out",
        };
        seal.update(format!("{way} {document} {told}").as_bytes());
        Ok(seal)
    }

    /// Signs a link. `believed` is whether the viewer's roles count without a membership.
    pub(super) fn sign(
        &self,
        way: Way,
        document: DocumentId,
        (viewer, believed): (&Viewer, bool),
        until: DateTime<Utc>,
    ) -> Result<String> {
        let grant = |grant: &crate::policy::Grant| Grant {
            organization: grant.organization.to_string(),
            role: grant.role.to_value(),
            regions: grant.regions.iter().map(ToString::to_string).collect(),
            delegations: grant.delegations.iter().map(ToString::to_string).collect(),
        };
        let told = Told {
            p: viewer.person.map(|person| person.to_string()),
            g: viewer.grants.iter().map(grant).collect(),
            a: believed,
            e: until.timestamp(),
        };
        let told = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&told).map_err(Error::internal)?);
        let seal = self.seal(way, document, &told)?.finalize().into_bytes();
        Ok(format!("{told}.{}", URL_SAFE_NO_PAD.encode(seal)))
    }

    /// For whom a link was made; nobody for what is public.
    ///
    /// # Errors
    /// When it is not one of ours for this, or not any more.
    pub(super) fn open(
        &self,
        way: Way,
        document: DocumentId,
        link: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Claims>, NotGood> {
        let told = self.unsealed(way, document, link).ok_or(NotGood)?;
        let expires_at = DateTime::from_timestamp(told.e, 0).filter(|end| now < *end);
        let expires_at = expires_at.ok_or(NotGood)?;
        Ok(told.p.map(|subject| Claims {
            issuer: String::new(),
            subject,
            grants: told.g,
            scopes: Vec::new(),
            local: true,
            authoritative: told.a,
            by_membership: false,
            expires_at,
        }))
    }

    /// What a link of ours says.
    fn unsealed(&self, way: Way, document: DocumentId, link: &str) -> Option<Told> {
        let (told, seal) = link.split_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        self.seal(way, document, told).ok()?.verify_slice(&seal).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(told).ok()?).ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use entity::PersonId;

    use super::*;

    #[test]
    fn a_link_is_good_for_one_thing() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
        let until = now + TimeDelta::minutes(5);
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let (document, another) = (DocumentId::new(now), DocumentId::new(now));
        let person = PersonId::new(now);
        let viewer = Viewer { person: Some(person), ..Viewer::anonymous(now) };
        let link = key.sign(Way::Out, document, (&viewer, false), until).unwrap();
        let opened = key.open(Way::Out, document, &link, now).unwrap().unwrap();
        assert_eq!(opened.subject, person.to_string());
        assert!(opened.local && !opened.authoritative);
        assert!(key.open(Way::Out, document, &link, until - TimeDelta::seconds(1)).is_ok());
        assert!(key.open(Way::Out, document, &link, until).is_err());
        assert!(key.open(Way::In, document, &link, now).is_err());
        assert!(key.open(Way::Out, another, &link, now).is_err());
        assert!(other.open(Way::Out, document, &link, now).is_err());
        let believed = key.sign(Way::Out, document, (&viewer, true), until).unwrap();
        let believed = key.open(Way::Out, document, &believed, now).unwrap().unwrap();
        assert!(believed.authoritative);
        // What it says cannot be changed, and neither can be cut.
        let (told, seal) = link.split_once('.').unwrap();
        let nobody = Viewer::anonymous(now);
        let public = key.sign(Way::Out, document, (&nobody, false), until).unwrap();
        assert!(key.open(Way::Out, document, &public, now).unwrap().is_none());
        let (public, _) = public.split_once('.').unwrap();
        for forged in [
            format!("{public}.{seal}"),
            format!("{told}."),
            format!("{told}.{}", &seal[..20]),
            told.to_owned(),
            String::new(),
            ".".to_owned(),
        ] {
            assert!(key.open(Way::Out, document, &forged, now).is_err(), "{forged}");
        }
    }
}
