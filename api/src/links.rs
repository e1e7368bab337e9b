//! Signed links: whoever holds one may do one thing with one file, as the person or the machine for
//! whom it was made, for a short time. What they may do is looked at again when it is used.

use std::fmt::Display;

use async_graphql::Context;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::OrganizationId;
use hmac::{Hmac, Mac};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{
    context::{Believed, Request},
    error::{Error, Result},
    policy::Viewer,
    token::{Claims, Grant},
};

/// How long a link to fetch bytes is good.
pub(crate) const LINK: TimeDelta = TimeDelta::minutes(5);

/// What links are signed with.
pub(crate) struct Key([u8; 32]);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To send the bytes.
    In,
    /// To fetch them.
    Out,
}

/// A link is not one of ours, not for this, or has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotGood;

/// Who asked, as much as their token said: enough to find out later what they may do by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asker {
    /// The person, or the machine; nobody for what is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    /// The roles that they came with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    g: Vec<Grant>,
    /// What a machine may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    s: Vec<String>,
    /// Whether the roles count without a membership.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    a: bool,
}

impl Asker {
    /// A viewer; `believed` is whether their roles count without a membership.
    pub(crate) fn of(viewer: &Viewer, believed: bool) -> Self {
        let grant = |grant: &crate::policy::Grant| Grant {
            organization: grant.organization.to_string(),
            role: grant.role.to_value(),
            regions: grant.regions.iter().map(ToString::to_string).collect(),
            delegations: grant.delegations.iter().map(ToString::to_string).collect(),
        };
        let machine = viewer.machine.as_ref();
        let person = viewer.person.map(|person| person.to_string());
        let scopes = machine.into_iter().flat_map(|machine| &machine.scopes);
        Self {
            p: person.or_else(|| machine.map(|machine| machine.client.to_string())),
            g: viewer.grants.iter().map(grant).collect(),
            s: scopes.map(ActiveEnum::to_value).collect(),
            a: believed,
        }
    }

    /// Whoever asks by a request.
    pub(crate) fn here(ctx: &Context<'_>) -> Self {
        let believed = ctx.data_opt::<Believed>().is_some_and(|believed| believed.0);
        Self::of(ctx.viewer(), believed)
    }

    /// What a token of them says; nothing for nobody.
    pub(crate) fn claims(self, expires_at: DateTime<Utc>) -> Option<Claims> {
        Some(Claims {
            issuer: String::new(),
            subject: self.p?,
            grants: self.g,
            scopes: self.s,
            local: true,
            authoritative: self.a,
            by_membership: false,
            expires_at,
        })
    }

    /// Whether they are this viewer, and whatever counted of what they came with counts still.
    pub(crate) fn still_counts(&self, viewer: &Viewer) -> bool {
        let now = Self::of(viewer, self.a);
        self.p == now.p
            && self.g.iter().all(|grant| now.g.contains(grant))
            && self.s.iter().all(|scope| now.s.contains(scope))
    }

    /// The organizations in which they hold a role, each once.
    pub(crate) fn organizations(&self) -> Vec<OrganizationId> {
        let mut all: Vec<_> =
            self.g.iter().filter_map(|grant| grant.organization.parse().ok()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What a link says.
#[derive(Serialize, Deserialize)]
struct Told {
    /// For whom it was made.
    #[serde(flatten)]
    asker: Asker,
    /// Until when, in seconds.
    e: i64,
}

/// A link to the bytes of a file, below a folder of ours, for whoever asks.
pub(crate) fn link(
    ctx: &Context<'_>,
    way: Way,
    (folder, file): (&str, impl Display),
    until: DateTime<Utc>,
) -> Result<String> {
    let archive = ctx.service().archive()?;
    let signed = archive.key().sign(way, &file, Asker::here(ctx), until)?;
    Ok(format!("{}/{folder}/{file}?link={signed}", archive.address()))
}

impl Key {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The signature of what a link says, for one way to one file.
    fn seal(&self, way: Way, file: impl Display, told: &str) -> Result<Hmac<Sha256>> {
        let mut seal = Hmac::<Sha256>::new_from_slice(&self.0).map_err(Error::internal)?;
        let way = match way {
            Way::In => "in",
            Way::Out => "out",
        };
        seal.update(format!("{way} {file} {told}").as_bytes());
        Ok(seal)
    }

    /// Signs a link.
    pub(crate) fn sign(
        &self,
        way: Way,
        file: impl Display,
        asker: Asker,
        until: DateTime<Utc>,
    ) -> Result<String> {
        let told = Told { asker, e: until.timestamp() };
        let told = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&told).map_err(Error::internal)?);
        let seal = self.seal(way, file, &told)?.finalize().into_bytes();
        Ok(format!("{told}.{}", URL_SAFE_NO_PAD.encode(seal)))
    }

    /// For whom a link was made; nobody for what is public.
    ///
    /// # Errors
    /// When it is not one of ours for this, or not any more.
    pub(crate) fn open(
        &self,
        way: Way,
        file: impl Display,
        link: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Claims>, NotGood> {
        let told = self.unsealed(way, file, link).ok_or(NotGood)?;
        let expires_at = DateTime::from_timestamp(told.e, 0).filter(|end| now < *end);
        Ok(told.asker.claims(expires_at.ok_or(NotGood)?))
    }

    /// What a link of ours says.
    fn unsealed(&self, way: Way, file: impl Display, link: &str) -> Option<Told> {
        let (told, seal) = link.split_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        self.seal(way, file, told).ok()?.verify_slice(&seal).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(told).ok()?).ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use chrono::{TimeDelta, TimeZone};
    use entity::{ClientId, ClientScope, DocumentId, PersonId};

    use super::*;
    use crate::policy::Machine;

    #[test]
    fn a_link_is_good_for_one_thing() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
        let until = now + TimeDelta::minutes(5);
        let (key, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let (document, another) = (DocumentId::new(now), DocumentId::new(now));
        let person = PersonId::new(now);
        let viewer = Viewer { person: Some(person), ..Viewer::anonymous(now) };
        let link = key.sign(Way::Out, document, Asker::of(&viewer, false), until).unwrap();
        let opened = key.open(Way::Out, document, &link, now).unwrap().unwrap();
        assert_eq!(opened.subject, person.to_string());
        assert!(opened.local && !opened.authoritative);
        assert!(key.open(Way::Out, document, &link, until - TimeDelta::seconds(1)).is_ok());
        assert!(key.open(Way::Out, document, &link, until).is_err());
        assert!(key.open(Way::In, document, &link, now).is_err());
        assert!(key.open(Way::Out, another, &link, now).is_err());
        assert!(other.open(Way::Out, document, &link, now).is_err());
        let believed = key.sign(Way::Out, document, Asker::of(&viewer, true), until).unwrap();
        let believed = key.open(Way::Out, document, &believed, now).unwrap().unwrap();
        assert!(believed.authoritative);
        // What it says cannot be changed, and neither can be cut.
        let (told, seal) = link.split_once('.').unwrap();
        let nobody = Viewer::anonymous(now);
        let public = key.sign(Way::Out, document, Asker::of(&nobody, false), until).unwrap();
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

    #[test]
    fn a_machine_is_known_again_as_long_as_it_may_do_the_same() {
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
        let client = ClientId::new(now);
        let with = |scopes: &[ClientScope]| Viewer {
            machine: Some(Machine { client, scopes: scopes.to_vec() }),
            ..Viewer::anonymous(now)
        };
        let (reads, writes) = (ClientScope::ReadNetwork, ClientScope::WriteNeeds);
        let asker = Asker::of(&with(&[reads]), false);
        assert_eq!(asker.clone().claims(now).unwrap().client(), Some(client));
        assert!(asker.still_counts(&with(&[reads])) && asker.still_counts(&with(&[writes, reads])));
        assert!(!asker.still_counts(&with(&[writes])));
        assert!(!asker.still_counts(&Viewer::anonymous(now)));
    }
}
