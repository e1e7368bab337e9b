//! What is said of intellectual property, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::{
    IpEvent, IpFigure, IpInventor, IpInventors, IpOffice, IpOwner, IpOwners, Language, OfferId,
    ip_asset,
};
use serde::Deserialize;

use crate::{
    checks::{Checks, set},
    codes::{self, IPC, SCIAN},
    error::UserErrorCode,
    lifecycle::all_texts,
    scalars::LocalizedTextInput,
    text,
};

/// All of a thing that is shared: in basis points.
const WHOLE: i32 = 10_000;

/// What is said of a piece of intellectual property; fields that are not given stay as they are.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[graphql(name = "IpAssetInput")]
#[serde(rename_all = "camelCase", default)]
pub struct IpAssetInput {
    /// By what it is protected. Required.
    pub figure: MaybeUndefined<IpFigure>,
    /// The office with which it is applied for; IMPI when nothing is said.
    pub office: MaybeUndefined<IpOffice>,
    /// What it is, at most 256 characters; public once it is listed. Required.
    pub title: MaybeUndefined<LocalizedTextInput>,
    /// What it is good for in a few sentences, at most 500 characters; public once it is listed.
    pub summary: MaybeUndefined<LocalizedTextInput>,
    /// The economic activities in which it can be used: SCIAN codes, at most ten.
    pub scian: MaybeUndefined<Vec<String>>,
    /// What technology it is: IPC classes or subclasses, at most five.
    pub technology_keywords: MaybeUndefined<Vec<String>>,
    /// Technology readiness level, 1 to 9.
    pub trl: MaybeUndefined<i32>,
    /// The number of the application, at most 60 characters.
    pub application_no: MaybeUndefined<String>,
    /// The number of the publication, at most 60 characters.
    pub publication_no: MaybeUndefined<String>,
    /// The number of the grant or the registration, at most 60 characters.
    pub grant_no: MaybeUndefined<String>,
    /// The day of an earlier application whose priority it claims.
    pub priority_on: MaybeUndefined<NaiveDate>,
    /// Who owns it, at most 20 organizations; the shares add up to 10,000. The office's institution, whole, when nothing is said.
    pub owners: MaybeUndefined<Vec<IpOwner>>,
    /// Who invented it, at most 20 people; the shares add up to 10,000.
    pub inventors: MaybeUndefined<Vec<IpInventor>>,
    /// What it has in common with others that protect the same invention, at most 60 characters.
    pub family: MaybeUndefined<String>,
    /// The offer by which it is offered: one of the same office that has not ended.
    pub offer: MaybeUndefined<OfferId>,
    /// Whether the network may know of it once it has been made public by law; false when nothing is said.
    pub listed: MaybeUndefined<bool>,
}

impl IpAssetInput {
    /// What must be said of a new one: what is absent counts as empty.
    pub(super) fn demand(&mut self, checks: &mut Checks<'_>) {
        if !matches!(self.figure, MaybeUndefined::Value(_)) {
            checks.wrong("figure", UserErrorCode::Required, "es obligatorio / is required");
        }
        if self.title.is_undefined() {
            self.title = MaybeUndefined::Null;
        }
    }

    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(self, row: &mut ip_asset::Model, checks: &mut Checks<'_>) {
        if let MaybeUndefined::Value(figure) = self.figure {
            row.figure = figure;
        }
        if let MaybeUndefined::Value(office) = self.office {
            row.office = office;
        }
        checks.required_text("title", self.title, 256, &mut row.title);
        checks.optional_text("summary", self.summary, 500, &mut row.summary);
        checks.codes("scian", SCIAN, self.scian, 10, &mut row.scian);
        checks.codes(
            "technologyKeywords",
            IPC,
            self.technology_keywords,
            5,
            &mut row.technology_keywords,
        );
        checks.number("trl", self.trl, 1..=9, &mut row.trl);
        checks.optional_plain("applicationNo", self.application_no, 60, &mut row.application_no);
        checks.optional_plain("publicationNo", self.publication_no, 60, &mut row.publication_no);
        checks.optional_plain("grantNo", self.grant_no, 60, &mut row.grant_no);
        checks.day("priorityOn", self.priority_on, &mut row.priority_on);
        if let Some(owners) = given(self.owners) {
            row.owners = IpOwners(check_owners(owners, checks));
        }
        if let Some(inventors) = given(self.inventors) {
            row.inventors = IpInventors(check_inventors(inventors, checks));
        }
        checks.optional_plain("family", self.family, 60, &mut row.family);
        set(self.offer, &mut row.offer_id);
        if let MaybeUndefined::Value(listed) = self.listed {
            row.listed = listed;
        }
        let title = row.title.in_language(Language::Es).unwrap_or_default();
        row.title_folded = text::fold(&title);
        row.public_text_folded = text::fold(&public_texts(row).join(" "));
        row.subsector = codes::main_subsector(&row.scian);
    }
}

/// All text of it that anybody may read.
pub(super) fn public_texts(row: &ip_asset::Model) -> Vec<&str> {
    all_texts([Some(&row.title), row.summary.as_ref()]).collect()
}

fn given<T>(input: MaybeUndefined<Vec<T>>) -> Option<Vec<T>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(Vec::new()),
        MaybeUndefined::Value(values) => Some(values),
    }
}

/// Each holds a part, all hold the whole, to the basis point.
fn check_shares(field: &str, shares: &[i32], checks: &mut Checks<'_>) {
    for (place, share) in shares.iter().enumerate() {
        let share = MaybeUndefined::Value(*share);
        checks.number(&format!("{field}.{place}.shareBp"), share, 1..=WHOLE, &mut None);
    }
    let sum: i64 = shares.iter().copied().map(i64::from).sum();
    if !shares.is_empty() && sum != i64::from(WHOLE) {
        let message = format!("suman {sum} y no {WHOLE} / add up to {sum}, not {WHOLE}");
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
}

fn check_owners(owners: Vec<IpOwner>, checks: &mut Checks<'_>) -> Vec<IpOwner> {
    let shares: Vec<_> = owners.iter().map(|owner| owner.share_bp).collect();
    check_shares("owners", &shares, checks);
    for (place, owner) in owners.iter().enumerate() {
        if owners[..place].iter().any(|before| before.organization == owner.organization) {
            checks.wrong(
                &format!("owners.{place}.organization"),
                UserErrorCode::Duplicate,
                "se repite / occurs twice",
            );
        }
    }
    checks.at_most("owners", owners, 20)
}

fn check_inventors(mut inventors: Vec<IpInventor>, checks: &mut Checks<'_>) -> Vec<IpInventor> {
    let shares: Vec<_> = inventors.iter().map(|inventor| inventor.share_bp).collect();
    check_shares("inventors", &shares, checks);
    for (place, inventor) in inventors.iter_mut().enumerate() {
        checks.part(&format!("inventors.{place}.name"), &mut inventor.name, 200);
    }
    checks.at_most("inventors", inventors, 20)
}

/// Something that happened to it before its office.
#[derive(Clone, Debug, InputObject, Deserialize)]
#[graphql(name = "IpEventInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IpEventInput {
    /// What happened.
    pub kind: IpEvent,
    /// On which day; not in the future.
    pub on: NaiveDate,
    /// Until which day fees are paid with it: required for `FEE_PAID` and `REHABILITATED`, possible for `GRANTED`.
    pub paid_until: Option<NaiveDate>,
    /// What else is to be known of it, at most 500 characters; for the office's own people.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::check_shares;
    use crate::{checks::Checks, codes::Labels};

    fn is_right(labels: &Labels, shares: &[i32]) -> bool {
        let mut checks = Checks::new("input.", labels);
        check_shares("owners", shares, &mut checks);
        checks.done().is_ok()
    }

    /// However a whole is cut, its parts are accepted, and no basis point more or less is.
    #[test]
    fn no_basis_point_is_lost_or_added() {
        let labels = Labels::of_file().expect("the lists");
        let is_right = |shares: &[i32]| is_right(&labels, shares);
        let mut state: u64 = 7;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i32::try_from(state >> 33 & 0x7fff).expect("small")
        };
        for _ in 0..2_000 {
            let mut shares = Vec::new();
            let mut rest = 10_000;
            while rest > 0 && shares.len() < 19 {
                let share = 1 + next() % rest;
                shares.push(share);
                rest -= share;
            }
            if rest > 0 {
                shares.push(rest);
            }
            assert!(is_right(&shares), "{shares:?}");
            let place = usize::try_from(next()).expect("small") % shares.len();
            for wrong in [-1, 1] {
                let mut shares = shares.clone();
                shares[place] += wrong;
                assert!(!is_right(&shares), "{shares:?}");
            }
        }
        assert!(is_right(&[]) && is_right(&[10_000]));
        for wrong in [&[0, 10_000][..], &[20_000, -10_000], &[i32::MAX, i32::MAX], &[9_999]] {
            assert!(!is_right(wrong), "{wrong:?}");
        }
    }
}
