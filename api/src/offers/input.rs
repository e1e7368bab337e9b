//! What people write into an offer, and what must be right about it.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{
    DevelopmentStage, ExclusivityAvailable, InnovationReadiness, IprStatus, OfferEconomics,
    OfferType, OrganizationKind, PartnershipType, TechnologyComparison, TechnologyComparisons,
    TransferMechanism, TrlEvidence, TrlEvidences, VerifiedClaim, VerifiedClaims, offer,
};
use serde::Deserialize;

use crate::{
    checks::{Checks, set},
    codes::{self, IPC, SCIAN, SDG, STATE},
    error::UserErrorCode,
    lifecycle::all_texts,
    scalars::LocalizedTextInput,
    text,
};

/// The contents of an offer. A field that is not given stays as it is; null empties it.
///
/// In files, the names of the EEN partner interface are understood as well.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[graphql(name = "OfferInput")]
#[serde(rename_all = "camelCase", default)]
pub struct OfferInput {
    /// What kind of offer it is; a technology offer when nothing is said.
    #[graphql(name = "type")]
    #[serde(rename = "type", alias = "profileType")]
    pub kind: MaybeUndefined<OfferType>,
    /// What is offered, at most 256 characters. Required.
    pub title: MaybeUndefined<LocalizedTextInput>,
    /// What is offered in a few sentences, at most 500 characters; public. Required.
    #[serde(alias = "shortSummary")]
    pub summary: MaybeUndefined<LocalizedTextInput>,
    /// The offer in full, at most 4,000 characters; for the network. Required before review.
    pub description: MaybeUndefined<LocalizedTextInput>,
    /// The problem that it solves, at most 2,000 characters; public.
    pub problem_solved: MaybeUndefined<LocalizedTextInput>,
    /// What is used today, at most 2,000 characters; for the network.
    pub state_of_the_art: MaybeUndefined<LocalizedTextInput>,
    /// What is better about it, at most 2,000 characters; public. Required before review.
    #[serde(alias = "advantagesAndInnovation")]
    pub advantages: MaybeUndefined<LocalizedTextInput>,
    /// How it compares with what is used today, at most 20.
    pub comparators: MaybeUndefined<Vec<TechnologyComparison>>,
    /// What it saves its user.
    pub economics: MaybeUndefined<OfferEconomics>,
    /// How far the technology has come; must agree with `trl`. Required before review.
    #[serde(alias = "stageOfDevelopment")]
    pub stage: MaybeUndefined<DevelopmentStage>,
    /// Technology readiness level, 1 to 9. Required before review.
    pub trl: MaybeUndefined<i32>,
    /// What proves the readiness level, at most 20.
    pub trl_evidence: MaybeUndefined<Vec<TrlEvidence>>,
    /// How ready the innovation is beside its technology.
    pub readiness: MaybeUndefined<InnovationReadiness>,
    /// Manufacturing readiness level, 1 to 10.
    pub mrl: MaybeUndefined<i32>,
    /// How the technology is protected. Required before review.
    pub ipr_status: MaybeUndefined<IprStatus>,
    /// Publications about it: DOIs or addresses, at most 20 of at most 300 characters; public.
    pub publications: MaybeUndefined<Vec<String>>,
    /// The economic activities in which it can be used: SCIAN codes, at most ten. Required before review.
    pub application_scian: MaybeUndefined<Vec<String>>,
    /// The economic activities from which it comes: SCIAN codes, at most five.
    pub scian: MaybeUndefined<Vec<String>>,
    /// The assimilation level, 1 to 4, that its recipient needs.
    pub min_assimilation_level: MaybeUndefined<i32>,
    /// How the technology can pass to its recipient. Required before review.
    pub transfer_mechanisms: MaybeUndefined<Vec<TransferMechanism>>,
    /// Kinds of partnership that the office accepts, at most three.
    #[serde(alias = "typesOfPartnership")]
    pub partnership_types: MaybeUndefined<Vec<PartnershipType>>,
    /// What the sought partner would do, at most 4,000 characters; public. Required before review.
    #[serde(alias = "expectedRoleOfThePartner")]
    pub partner_role: MaybeUndefined<LocalizedTextInput>,
    /// Kinds of partner that are sought; empty for any.
    pub partner_kinds: MaybeUndefined<Vec<OrganizationKind>>,
    /// What exclusivity can be had.
    pub exclusivity_available: MaybeUndefined<ExclusivityAvailable>,
    /// On what terms it could be had, at most 4,000 characters; told under a non-disclosure agreement alone.
    pub indicative_terms: MaybeUndefined<LocalizedTextInput>,
    /// How it is done, at most 4,000 characters; told under a non-disclosure agreement alone.
    pub enabling_detail: MaybeUndefined<LocalizedTextInput>,
    /// Who invented it, at most 20 names; for parties that were introduced.
    pub inventors: MaybeUndefined<Vec<String>>,
    /// Claims about it that somebody else has checked, at most 20; public.
    pub verified_claims: MaybeUndefined<Vec<VerifiedClaim>>,
    /// What technology it is: IPC classes or subclasses, at most five. Required before review for technology offers.
    pub technology_keywords: MaybeUndefined<Vec<String>>,
    /// What market it is for: SCIAN codes, at most five.
    pub market_keywords: MaybeUndefined<Vec<String>>,
    /// The Sustainable Development Goals that it serves, 1 to 17.
    #[serde(alias = "sdgKeywords")]
    pub sdg: MaybeUndefined<Vec<i32>>,
    /// The states in which partners are sought first; excludes nobody.
    pub target_states: MaybeUndefined<Vec<String>>,
    /// Whether its public text may not tell from whom it comes; false when nothing is said.
    pub anonymous: MaybeUndefined<bool>,
}

impl OfferInput {
    /// Writes what is given into an offer; every mistake goes into `checks`.
    pub(crate) fn write(self, offer: &mut offer::Model, checks: &mut Checks<'_>) {
        if let MaybeUndefined::Value(kind) = self.kind {
            offer.kind = kind;
        }
        checks.required_text("title", self.title, 256, &mut offer.title);
        checks.required_text("summary", self.summary, 500, &mut offer.summary);
        checks.optional_text("description", self.description, 4_000, &mut offer.description);
        checks.optional_text(
            "problemSolved",
            self.problem_solved,
            2_000,
            &mut offer.problem_solved,
        );
        checks.optional_text(
            "stateOfTheArt",
            self.state_of_the_art,
            2_000,
            &mut offer.state_of_the_art,
        );
        checks.optional_text("advantages", self.advantages, 2_000, &mut offer.advantages);
        checks.optional_text("partnerRole", self.partner_role, 4_000, &mut offer.partner_role);
        checks.sealed_text(
            "indicativeTerms",
            self.indicative_terms,
            4_000,
            &mut offer.indicative_terms,
        );
        checks.sealed_text(
            "enablingDetail",
            self.enabling_detail,
            4_000,
            &mut offer.enabling_detail,
        );
        write_comparators(self.comparators, offer, checks);
        write_economics(self.economics, offer, checks);
        set(self.stage, &mut offer.stage);
        checks.number("trl", self.trl, 1..=9, &mut offer.trl);
        write_evidence(self.trl_evidence, offer, checks);
        write_readiness(self.readiness, offer, checks);
        checks.number("mrl", self.mrl, 1..=10, &mut offer.mrl);
        set(self.ipr_status, &mut offer.ipr_status);
        checks.texts("publications", self.publications, 20, 300, &mut offer.publications);
        checks.codes(
            "applicationScian",
            SCIAN,
            self.application_scian,
            10,
            &mut offer.application_scian,
        );
        checks.codes("scian", SCIAN, self.scian, 5, &mut offer.scian);
        checks.number(
            "minAssimilationLevel",
            self.min_assimilation_level,
            1..=4,
            &mut offer.min_assimilation_level,
        );
        checks.values(
            "transferMechanisms",
            self.transfer_mechanisms,
            8,
            &mut offer.transfer_mechanisms,
        );
        checks.values("partnershipTypes", self.partnership_types, 3, &mut offer.partnership_types);
        checks.values("partnerKinds", self.partner_kinds, 18, &mut offer.partner_kinds);
        set(self.exclusivity_available, &mut offer.exclusivity_available);
        checks.texts("inventors", self.inventors, 20, 200, &mut offer.inventors);
        write_claims(self.verified_claims, offer, checks);
        checks.codes(
            "technologyKeywords",
            IPC,
            self.technology_keywords,
            5,
            &mut offer.technology_keywords,
        );
        checks.codes("marketKeywords", SCIAN, self.market_keywords, 5, &mut offer.market_keywords);
        let sdg = self.sdg.map_value(|goals| goals.iter().map(ToString::to_string).collect());
        checks.codes("sdg", SDG, sdg, 17, &mut offer.sdg);
        checks.codes("targetStates", STATE, self.target_states, 32, &mut offer.target_states);
        if let MaybeUndefined::Value(anonymous) = self.anonymous {
            offer.anonymous = anonymous;
        }
        check_stage(offer, checks);
        let title = offer.title.in_language(entity::Language::Es).unwrap_or_default();
        offer.title_folded = text::fold(&title);
        offer.public_text_folded = text::fold(&public_texts(offer).join(" "));
        offer.subsector = codes::main_subsector(&offer.application_scian);
    }
}

/// All text of an offer that anybody may read.
pub(crate) fn public_texts(offer: &offer::Model) -> Vec<&str> {
    let mut texts: Vec<&str> = all_texts([
        Some(&offer.title),
        Some(&offer.summary),
        offer.problem_solved.as_ref(),
        offer.advantages.as_ref(),
        offer.partner_role.as_ref(),
    ])
    .collect();
    texts.extend(offer.publications.0.iter().map(String::as_str));
    for claim in &offer.verified_claims.0 {
        texts.extend([claim.claim.as_str(), claim.method.as_str(), claim.verifier.as_str()]);
    }
    texts
}

/// The stage must agree with the readiness level (`domain` list C of the EEN, 2024, crosswalked to TRL).
fn check_stage(offer: &offer::Model, checks: &mut Checks<'_>) {
    let (Some(stage), Some(trl)) = (offer.stage, offer.trl) else { return };
    let range = match stage {
        DevelopmentStage::Concept => 1..=2,
        DevelopmentStage::UnderDevelopment => 3..=3,
        DevelopmentStage::LabTested => 4..=5,
        DevelopmentStage::AvailableForDemonstration => 6..=7,
        DevelopmentStage::OnTheMarket => 8..=9,
    };
    if !range.contains(&trl) {
        let (least, most) = (range.start(), range.end());
        checks.wrong(
            "stage",
            UserErrorCode::Invalid,
            format!("esta etapa corresponde a TRL {least} a {most} / this stage stands for TRL {least} to {most}"),
        );
    }
}

fn given<T>(input: MaybeUndefined<Vec<T>>) -> Option<Vec<T>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(Vec::new()),
        MaybeUndefined::Value(values) => Some(values),
    }
}

fn write_comparators(
    input: MaybeUndefined<Vec<TechnologyComparison>>,
    offer: &mut offer::Model,
    checks: &mut Checks<'_>,
) {
    let Some(rows) = given(input) else { return };
    let mut rows = checks.at_most("comparators", rows, 20);
    for (index, row) in rows.iter_mut().enumerate() {
        let at = |name: &str| format!("comparators.{index}.{name}");
        checks.part(&at("alternative"), &mut row.alternative, 200);
        checks.part(&at("metric"), &mut row.metric, 200);
        checks.part(&at("ours"), &mut row.ours, 80);
        checks.part(&at("theirs"), &mut row.theirs, 80);
        checks.optional_part(&at("unit"), &mut row.unit, 40);
        checks.optional_part(&at("evidence"), &mut row.evidence, 500);
    }
    offer.comparators = TechnologyComparisons(rows);
}

fn write_economics(
    input: MaybeUndefined<OfferEconomics>,
    offer: &mut offer::Model,
    checks: &mut Checks<'_>,
) {
    match input {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => offer.economics = None,
        MaybeUndefined::Value(mut economics) => {
            checks.optional_part("economics.costSaving", &mut economics.cost_saving, 500);
            checks.optional_part("economics.assumptions", &mut economics.assumptions, 1_000);
            let months = Some(economics.payback_months.take()).into();
            checks.number(
                "economics.paybackMonths",
                months,
                0..=600,
                &mut economics.payback_months,
            );
            offer.economics = Some(economics);
        }
    }
}

fn write_evidence(
    input: MaybeUndefined<Vec<TrlEvidence>>,
    offer: &mut offer::Model,
    checks: &mut Checks<'_>,
) {
    let Some(rows) = given(input) else { return };
    let mut rows = checks.at_most("trlEvidence", rows, 20);
    for (index, row) in rows.iter_mut().enumerate() {
        checks.part(&format!("trlEvidence.{index}.title"), &mut row.title, 300);
        let level = MaybeUndefined::Value(row.level);
        checks.number(&format!("trlEvidence.{index}.level"), level, 1..=9, &mut None);
    }
    offer.trl_evidence = TrlEvidences(rows);
}

fn write_readiness(
    input: MaybeUndefined<InnovationReadiness>,
    offer: &mut offer::Model,
    checks: &mut Checks<'_>,
) {
    match input {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => offer.readiness = None,
        MaybeUndefined::Value(readiness) => {
            for (name, level) in [
                ("crl", readiness.crl),
                ("brl", readiness.brl),
                ("iprl", readiness.iprl),
                ("tmrl", readiness.tmrl),
                ("frl", readiness.frl),
            ] {
                checks.number(&format!("readiness.{name}"), Some(level).into(), 1..=9, &mut None);
            }
            offer.readiness = Some(readiness);
        }
    }
}

fn write_claims(
    input: MaybeUndefined<Vec<VerifiedClaim>>,
    offer: &mut offer::Model,
    checks: &mut Checks<'_>,
) {
    let Some(rows) = given(input) else { return };
    let mut rows = checks.at_most("verifiedClaims", rows, 20);
    for (index, row) in rows.iter_mut().enumerate() {
        let at = |name: &str| format!("verifiedClaims.{index}.{name}");
        checks.part(&at("claim"), &mut row.claim, 300);
        checks.part(&at("method"), &mut row.method, 300);
        checks.part(&at("verifier"), &mut row.verifier, 200);
        checks.day(&at("verifiedOn"), MaybeUndefined::Value(row.verified_on), &mut None);
    }
    offer.verified_claims = VerifiedClaims(rows);
}

/// What must be there before an offer can be reviewed, by its type (EEN, 2024).
pub(crate) fn check_complete(offer: &offer::Model, checks: &mut Checks<'_>) {
    checks.present("title", offer.title.texts().next().is_some());
    checks.present("summary", offer.summary.texts().next().is_some());
    checks.present("description", offer.description.is_some());
    checks.present("advantages", offer.advantages.is_some());
    checks.present("partnerRole", offer.partner_role.is_some());
    checks.present("applicationScian", !offer.application_scian.0.is_empty());
    checks.present("transferMechanisms", !offer.transfer_mechanisms.0.is_empty());
    // There are no IP assets on record yet, so an offer says how it is protected.
    checks.present("iprStatus", offer.ipr_status.is_some());
    // What is offered as a service or as work together has no readiness of its own.
    if matches!(offer.kind, OfferType::TechnologyOffer | OfferType::LicenceOffer) {
        checks.present("stage", offer.stage.is_some());
        checks.present("trl", offer.trl.is_some());
        checks.present("technologyKeywords", !offer.technology_keywords.0.is_empty());
    }
    check_stage(offer, checks);
}
