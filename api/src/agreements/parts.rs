//! The parts of an agreement as its reader may see them: parties, people, promises, money.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, SimpleObject, dataloader::Loader};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgreementEconomics, AgreementId, AgreementPartyRole, CommitmentHorizon, CommitmentStatus,
    Commitments, DisclosureLevel, Language, Localized, OrganizationId, PersonId, agreement_party,
    confidant,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::commitments::is_open;
use crate::{
    calendar::end_of,
    context::Request,
    error::{Error, Result, Told},
    organizations::Organization,
    read::Batch,
    scalars::{Decimal, Money},
};

use DisclosureLevel::{Contract as L4, Introduced as L2};

/// A party to an agreement.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AgreementParty {
    /// As what it takes part.
    role: AgreementPartyRole,
    /// When it approved the text. Null below `CONTRACT`, or until it did.
    approved_at: Option<DateTime<Utc>>,
    /// When it signed. Null below `INTRODUCED`, or until it did.
    signed_at: Option<DateTime<Utc>>,
    /// The person who signed for it, by id alone: names are personal data. Null below `CONTRACT`, or until it signed.
    signed_by: Option<PersonId>,
    /// SHA-256 of the text that was signed, in lower-case hexadecimal. Null below `CONTRACT`, or until it signed.
    signed_sha256: Option<String>,
    /// Whether it lets the network know of the agreement. Null below `CONTRACT`.
    publishes: Option<bool>,
    #[graphql(skip)]
    organization_id: OrganizationId,
}

#[ComplexObject]
impl AgreementParty {
    /// Which organization. Null only when it cannot be read.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }
}

impl AgreementParty {
    pub(super) fn disclose(row: agreement_party::Model, level: DisclosureLevel) -> Self {
        let (contract, introduced) = (level >= L4, level >= L2);
        Self {
            role: row.role,
            approved_at: row.approved_at.filter(|_| contract),
            signed_at: row.signed_at.filter(|_| introduced),
            signed_by: row.signed_by.filter(|_| contract),
            signed_sha256: row.signed_sha256.filter(|_| contract),
            publishes: contract.then_some(row.publishes),
            organization_id: row.organization_id,
        }
    }
}

/// Somebody whom a party lets read what the other discloses.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Confidant {
    /// The person, by id alone: names are personal data.
    person: PersonId,
    /// When they were named.
    named_at: DateTime<Utc>,
    #[graphql(skip)]
    organization_id: OrganizationId,
}

#[ComplexObject]
impl Confidant {
    /// The party for which they read. Null only when it cannot be read.
    async fn organization(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.organization_id).await.transpose()
    }
}

impl From<confidant::Model> for Confidant {
    fn from(row: confidant::Model) -> Self {
        let confidant::Model { person_id: person, organization_id, named_at, .. } = row;
        Self { person, named_at, organization_id }
    }
}

/// The parties to an agreement, in their order. Ask the policy about the agreement first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PartiesOf(pub(super) AgreementId);

impl Loader<PartiesOf> for Batch {
    type Value = Vec<agreement_party::Model>;
    type Error = Error;

    async fn load(&self, keys: &[PartiesOf]) -> Result<HashMap<PartiesOf, Self::Value>> {
        use agreement_party::Column;
        let rows = agreement_party::Entity::find()
            .filter(Column::AgreementId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(Column::Place)
            .all(self.db.fresh())
            .await?;
        let mut found: HashMap<PartiesOf, Self::Value> = HashMap::new();
        for row in rows {
            found.entry(PartiesOf(row.agreement_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// The people whom the parties to an agreement named, the first named first. Ask the policy
/// about the agreement first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConfidantsOf(pub(super) AgreementId);

impl Loader<ConfidantsOf> for Batch {
    type Value = Vec<confidant::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ConfidantsOf]) -> Result<HashMap<ConfidantsOf, Self::Value>> {
        use confidant::Column;
        let rows = confidant::Entity::find()
            .filter(Column::AgreementId.is_in(keys.iter().map(|key| key.0)))
            .filter(Column::RemovedAt.is_null())
            .order_by_asc(Column::NamedAt)
            .order_by_asc(Column::PersonId)
            .all(self.db.fresh())
            .await?;
        let mut found: HashMap<ConfidantsOf, Self::Value> = HashMap::new();
        for row in rows {
            found.entry(ConfidantsOf(row.agreement_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// Something that a party promises, and what became of it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Commitment {
    /// Its number in the agreement, from 1.
    number: i32,
    /// In what time it is to be kept.
    horizon: CommitmentHorizon,
    /// The last day on which it can be kept in time.
    due_on: NaiveDate,
    /// What became of it.
    status: CommitmentStatus,
    /// Whether its day has passed and it was neither kept nor given up.
    overdue: bool,
    /// When it was kept or given up. Null until then.
    ended_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    made: entity::Commitment,
}

#[ComplexObject]
impl Commitment {
    /// What is promised, at most 500 characters.
    async fn text(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> String {
        self.made.text.in_language(language).unwrap_or_default()
    }

    /// What shows that it was kept, or why it was given up, at most 2,000 characters. Null until then.
    async fn evidence(
        &self,
        #[graphql(
            default,
            desc = "The language you prefer; the other one answers where it is missing."
        )]
        language: Language,
    ) -> Option<String> {
        self.made.evidence.as_ref().and_then(|text: &Localized| text.in_language(language))
    }

    /// The party that promises it. Null only when it cannot be read.
    async fn responsible(&self, ctx: &Context<'_>) -> Told<Arc<Organization>> {
        ctx.load(self.made.responsible).await.transpose()
    }
}

impl Commitment {
    pub(super) fn all(made: &Commitments, now: DateTime<Utc>) -> Vec<Self> {
        let numbered = made.0.iter().zip(1..);
        let one = |(made, number): (&entity::Commitment, i32)| Self {
            number,
            horizon: made.horizon,
            due_on: made.due_on,
            status: made.status,
            overdue: is_overdue(made, now),
            ended_at: made.ended_at,
            made: made.clone(),
        };
        numbered.map(one).collect()
    }
}

fn is_overdue(made: &entity::Commitment, now: DateTime<Utc>) -> bool {
    is_open(made.status) && end_of(made.due_on) <= now
}

/// How far the commitments of an agreement were kept.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct AgreementProgress {
    /// How many there are, without those given up.
    total: i32,
    /// How many were kept.
    done: i32,
    /// How many have been begun.
    in_progress: i32,
    /// How many were given up.
    cancelled: i32,
    /// How many should have been kept by today, without those given up.
    due: i32,
    /// How many of those were not.
    overdue: i32,
    /// `done` of `total` in basis points, 0 to 10,000. Null when there is none.
    progress_bp: Option<i32>,
    /// Of those `due`, how many were kept, in basis points, 0 to 10,000. Null when none is due.
    due_progress_bp: Option<i32>,
}

impl AgreementProgress {
    pub(super) fn of(made: &Commitments, now: DateTime<Utc>) -> Self {
        let count = |which: &dyn Fn(&entity::Commitment) -> bool| {
            i32::try_from(made.0.iter().filter(|made| which(made)).count()).unwrap_or(i32::MAX)
        };
        let is = |status: CommitmentStatus| count(&|made| made.status == status);
        let stands = |made: &entity::Commitment| made.status != CommitmentStatus::Cancelled;
        let due = |made: &entity::Commitment| stands(made) && end_of(made.due_on) <= now;
        let share = |part: i32, whole: i32| (part * 10_000).checked_div(whole);
        let (total, done, due_now) = (count(&stands), is(CommitmentStatus::Done), count(&due));
        let overdue = count(&|made| is_overdue(made, now));
        Self {
            total,
            done,
            in_progress: is(CommitmentStatus::InProgress),
            cancelled: is(CommitmentStatus::Cancelled),
            due: due_now,
            overdue,
            progress_bp: share(done, total),
            due_progress_bp: share(due_now - overdue, due_now),
        }
    }
}

/// What an agreement costs and brings.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "AgreementEconomics")]
pub struct Economics {
    /// What is paid on signing. Null when nothing was agreed.
    upfront: Option<Money>,
    /// What is paid every year at least. Null when nothing was agreed.
    annual_minimum: Option<Money>,
    /// Costs that are paid back. Null when nothing was agreed.
    reimbursed_costs: Option<Money>,
    /// Royalty in basis points, 0 to 10,000 (450 is 4.5 %). Null when nothing was agreed.
    royalty_bp: Option<i32>,
    /// What the royalty is counted on. Null when nothing was agreed.
    royalty_base: Option<String>,
    /// Share in a company in basis points, 0 to 10,000. Null when nothing was agreed.
    equity_bp: Option<i32>,
    /// Payments that fall due when something is reached.
    milestones: Vec<PaymentMilestone>,
}

/// A payment that falls due when something is reached.
#[derive(Clone, Debug, SimpleObject)]
pub struct PaymentMilestone {
    /// What must be reached.
    title: String,
    /// Until when. Null when no day was agreed.
    due_on: Option<NaiveDate>,
    /// How much.
    amount: Money,
}

impl From<AgreementEconomics> for Economics {
    fn from(terms: AgreementEconomics) -> Self {
        let money = |minor: i64| Money { amount: Decimal(minor), currency: terms.currency.clone() };
        let milestones = terms.milestones.iter().map(|milestone| PaymentMilestone {
            title: milestone.title.clone(),
            due_on: milestone.due_on,
            amount: money(milestone.minor),
        });
        Self {
            milestones: milestones.collect(),
            upfront: terms.upfront_minor.map(money),
            annual_minimum: terms.annual_minimum_minor.map(money),
            reimbursed_costs: terms.reimbursed_costs_minor.map(money),
            royalty_bp: terms.royalty_bp,
            royalty_base: terms.royalty_base.clone(),
            equity_bp: terms.equity_bp,
        }
    }
}
