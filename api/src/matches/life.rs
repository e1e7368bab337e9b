//! The life of a match: what intermediaries decide about it, and what follows from
//! its two sides.

use chrono::{DateTime, Utc};
use entity::{MatchId, MatchSource, MatchStatus, NeedId, OfferId, match_, need, offer};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter};

use super::{engine::Engine, suggest::suggestion};
use crate::{
    error::{Error, Result, UserErrorCode},
    event::Event,
    lifecycle::{self, Living, Verb, Why, check_open, names_of, step},
    policy::{MatchAction, OFFICE, Parties, need_takes_interest, offer_takes_interest},
    work::Work,
};

impl Living for match_::Model {
    type Status = MatchStatus;

    fn record(&self) -> String {
        self.id.to_string()
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn status(&self) -> MatchStatus {
        self.status
    }

    fn advance(&mut self, status: Option<MatchStatus>, _: DateTime<Utc>) {
        self.version += 1;
        self.status = status.unwrap_or(self.status);
    }
}

impl Verb for MatchAction {
    fn possible_in(self) -> &'static [MatchStatus] {
        self.from()
    }

    fn leads_to(self) -> Option<MatchStatus> {
        Some(self.to())
    }

    fn done(self, row: &match_::Model) -> Event {
        let r#match = row.id;
        match self {
            Self::Propose => Event::MatchProposed { r#match },
            Self::Shortlist => Event::MatchShortlisted { r#match },
            Self::Dismiss => Event::MatchDismissed { r#match },
            Self::Convert => Event::MatchConverted { r#match },
            Self::SetAside => Event::MatchSetAside { r#match },
            Self::TakeUpAgain => Event::MatchTakenUpAgain { r#match },
        }
    }
}

/// Says of a need and an offer that they fit, where the engine has not.
pub(super) async fn propose(
    work: &mut Work,
    engine: &Engine,
    need: NeedId,
    offer: OfferId,
) -> Result<match_::Model> {
    let need = work.viewer().known(work.keep::<need::Entity>(need).await?);
    let need = need.ok_or_else(|| Error::no_such("input.need"))?;
    let offer = work.viewer().known(work.keep::<offer::Entity>(offer).await?);
    let offer = offer.ok_or_else(|| Error::no_such("input.offer"))?;
    let found = engine.judge(&need, &offer);
    let id = MatchId::new(work.now);
    let mut row = suggestion(&found, id, Parties::of(&need, offer.ott_id), work.now);
    let by_office = work.viewer().holding(OFFICE).any(|grant| grant.organization == row.ott_id);
    row.source = if by_office { MatchSource::Officer } else { MatchSource::Liaison };
    let allowed = work.allow_new(MatchAction::Propose, row)?;
    check_open("input.need", need_takes_interest(&need))?;
    check_open("input.offer", offer_takes_interest(&offer))?;
    let known = match_::Entity::find()
        .filter(match_::Column::NeedId.eq(need.id))
        .filter(match_::Column::OfferId.eq(offer.id))
        .one(work.tx())
        .await?;
    if let Some(known) = known {
        let status = known.status.to_value();
        return Err(Error::refused(
            UserErrorCode::Duplicate,
            format!("ya existe, en estado {status} / exists already, in status {status}"),
        ));
    }
    let row = work.insert(allowed).await?;
    work.history(row.id.to_string(), None, row.status.to_value(), (None, None)).await?;
    work.record(Event::MatchProposed { r#match: row.id });
    Ok(row)
}

/// Decides about a match: takes it up, puts it aside, or turns it into an interest.
pub(crate) async fn decide(
    work: &mut Work,
    id: MatchId,
    expected_version: Option<i32>,
    action: MatchAction,
    why: Why,
) -> Result<match_::Model> {
    let (viewer, now, reason) = (work.viewer().clone(), work.now, why.0);
    let note = why.1.clone();
    let row = step(work, id, expected_version, action, why, |row| {
        row.decided_at = Some(now);
        row.decided_by_id = MatchAction::in_name_of(&viewer, row);
        row.dismissed_reason = reason;
        Ok(())
    })
    .await?;
    if let Some(note) = note {
        // The office reads it, and does not know whose need it is.
        let companies = need::Entity::find_by_id(row.need_id).one(work.tx()).await?;
        let companies = companies.map(|need| need.shared_by.parsed()).unwrap_or_default();
        let names = names_of(work, [vec![row.company_id], companies].concat()).await?;
        lifecycle::check_blind([note.as_str()], &names)?;
    }
    Ok(row)
}
