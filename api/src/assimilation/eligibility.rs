//! Whether a technology suits a company, and the way there.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgreementType, AssimilationDimension, Eligibility, EligibilityStep, Language, OfferId,
    OrganizationId, PersonId, assessment, offer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    assessment::{AssessmentsOf, current, level_of},
    ladder,
};
use crate::{
    calendar::day_of,
    context::Request,
    error::{Error, Result},
    policy::visible_offers,
    read::Batch,
    work::Work,
};

/// Whether a company can take the technology of an offer up. Beside matches and expressions of interest, never in a score; for the company, its chamber, and an office that was introduced to it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct EligibilityAnswer {
    /// The answer: what the office decided, or what follows from the two levels.
    eligibility: Eligibility,
    /// What follows from the two levels, whatever was decided.
    computed: Eligibility,
    /// The level of the company, 1 to 4.
    company_level: i32,
    /// On which day it was assessed.
    assessed_on: NaiveDate,
    /// The level that the technology asks for, 1 to 4.
    required_level: i32,
    /// Whether its office did not name that level, and it follows from its readiness.
    inferred: bool,
    /// What the company does before; empty unless the answer is `CONDITIONAL` by the levels.
    steps: Vec<EligibilityStep>,
    /// What the office decided in spite of the levels. Null when it did not.
    overridden: Option<Override>,
}

/// What an office decided in spite of the levels.
#[derive(Clone, Debug, SimpleObject)]
pub struct Override {
    /// The decision.
    eligibility: Eligibility,
    /// Why, in words.
    reason: String,
    /// When.
    at: DateTime<Utc>,
    /// The person who decided, by id alone: names are personal data. Null when the service did.
    by: Option<PersonId>,
}

impl Override {
    /// As an expression of interest keeps it.
    pub(crate) fn told(
        eligibility: Option<Eligibility>,
        reason: Option<String>,
        at: Option<DateTime<Utc>>,
        by: Option<PersonId>,
    ) -> Option<Self> {
        Some(Self { eligibility: eligibility?, reason: reason?, at: at?, by })
    }
}

#[ComplexObject]
impl EligibilityAnswer {
    /// Why, in a sentence.
    async fn reason(
        &self,
        #[graphql(default, desc = "The language you prefer.")] language: Language,
    ) -> String {
        let (has, asks) = (self.company_level, self.required_level);
        match language {
            Language::Es => {
                format!("La empresa está en el nivel {has}; la tecnología pide el {asks}.")
            }
            Language::En => {
                format!("The company is at level {has}; the technology asks for level {asks}.")
            }
        }
    }
}

impl EligibilityAnswer {
    /// With what the office decided.
    pub(crate) fn decided(self, overridden: Option<Override>) -> Self {
        let eligibility = overridden.as_ref().map_or(self.computed, |told| told.eligibility);
        Self { eligibility, overridden, ..self }
    }
}

/// The level that an offer asks for, and whether it follows from its readiness.
fn required(minimum: Option<i32>, trl: Option<i32>) -> Option<(i32, bool)> {
    let named = minimum.map(|level| (level, false));
    named.or_else(|| trl.map(|trl| (ladder::asked_by_trl(trl), true)))
}

/// Whether an offer suits a company. Ask the policy about the company first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EligibilityOf {
    pub(crate) company: OrganizationId,
    pub(crate) offer: OfferId,
}

impl Loader<EligibilityOf> for Batch {
    type Value = EligibilityAnswer;
    type Error = Error;

    async fn load(
        &self,
        keys: &[EligibilityOf],
    ) -> Result<HashMap<EligibilityOf, EligibilityAnswer>> {
        let today = day_of(self.viewer.now);
        let rows = assessment::Entity::find()
            .filter(assessment::Column::OrganizationId.is_in(keys.iter().map(|key| key.company)))
            .all(self.db.fresh())
            .await?;
        let mut companies: HashMap<OrganizationId, Vec<assessment::Model>> = HashMap::new();
        for row in rows {
            companies.entry(row.organization_id).or_default().push(row);
        }
        let offers: HashMap<OfferId, (Option<i32>, Option<i32>)> = offer::Entity::find()
            .select_only()
            .columns([offer::Column::Id, offer::Column::MinAssimilationLevel, offer::Column::Trl])
            .filter(offer::Column::Id.is_in(keys.iter().map(|key| key.offer)))
            .into_tuple::<(OfferId, Option<i32>, Option<i32>)>()
            .all(self.db.fresh())
            .await?
            .into_iter()
            .map(|(id, minimum, trl)| (id, (minimum, trl)))
            .collect();
        let answer = |key: &EligibilityOf| {
            let (minimum, trl) = *offers.get(&key.offer)?;
            let (required_level, inferred) = required(minimum, trl)?;
            let row = current(companies.get(&key.company)?, today)?;
            let (computed, steps) = ladder::judge(row.level, required_level);
            Some(EligibilityAnswer {
                eligibility: computed,
                computed,
                company_level: row.level,
                assessed_on: row.assessed_on,
                required_level,
                inferred,
                steps: steps.to_vec(),
                overridden: None,
            })
        };
        Ok(keys.iter().filter_map(|key| Some((*key, answer(key)?))).collect())
    }
}

/// Whether there is an answer for a company and an offer, against which an office can decide.
pub(crate) async fn is_judged(
    work: &Work,
    company: OrganizationId,
    offer: OfferId,
) -> Result<bool> {
    if level_of(work, company).await?.is_none() {
        return Ok(false);
    }
    let asks = offer::Entity::find_by_id(offer)
        .select_only()
        .columns([offer::Column::MinAssimilationLevel, offer::Column::Trl])
        .into_tuple::<(Option<i32>, Option<i32>)>()
        .one(work.tx())
        .await?;
    Ok(asks.is_some_and(|(minimum, trl)| required(minimum, trl).is_some()))
}

/// A step from one level to the next.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayStep {
    /// The level from which it leads, 1 to 3.
    from_level: i32,
    /// The level to which it leads, 2 to 4.
    to_level: i32,
    /// What the company does.
    steps: Vec<EligibilityStep>,
    /// The agreements that companies of the first of the two levels normally make.
    agreements: Vec<AgreementType>,
    /// How many points of the total of the nine scores are still missing for the second level.
    missing_points: i32,
    /// The dimensions that hold the level down by themselves until they rise.
    held_down_by: Vec<AssimilationDimension>,
    /// What shows that it is done.
    evidence: String,
}

/// The way of a company from its level to what an offer asks for; nothing when no assessment
/// of it counts, or nothing is known of what the offer asks for.
///
/// # Errors
/// When the viewer may not know of the offer.
pub(crate) async fn pathway(
    ctx: &Context<'_>,
    company: OrganizationId,
    offer: OfferId,
    language: Language,
) -> Result<Option<Vec<PathwayStep>>> {
    let known = offer::Entity::find_by_id(offer).filter(visible_offers(ctx.viewer()));
    let offer = known.one(ctx.service().db().read()).await?;
    let offer = offer.ok_or_else(|| Error::Argument("offer", "does not exist".into()))?;
    let Some(row) = AssessmentsOf(company).current(ctx).await? else { return Ok(None) };
    let Some((required, _)) = required(offer.min_assimilation_level, offer.trl) else {
        return Ok(None);
    };
    let step = |from: i32| {
        let (missing_points, held_down_by) = ladder::missing(&row.scores, from + 1);
        PathwayStep {
            from_level: from,
            to_level: from + 1,
            steps: ladder::steps(from).to_vec(),
            agreements: ladder::agreements(from).to_vec(),
            missing_points,
            held_down_by,
            evidence: evidence(from + 1, language),
        }
    };
    Ok(Some((row.level..required).map(step).collect()))
}

fn evidence(level: i32, language: Language) -> String {
    // Nobody calls itself creative.
    let by_others = level == ladder::HIGHEST;
    match (language, by_others) {
        (Language::Es, false) => format!("una evaluación vigente de nivel {level}"),
        (Language::Es, true) => {
            format!("una evaluación vigente de nivel {level}, asistida o auditada")
        }
        (Language::En, false) => format!("an assessment in force of level {level}"),
        (Language::En, true) => {
            format!("an assessment in force of level {level}, assisted or audited")
        }
    }
}
