//! The ledger of disclosures: who outside saw what, on what ground, and when. What a
//! request has seen is written before its answer leaves; requests that end at the same
//! time are written together.

mod object;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use entity::{
    AgreementId, DisclosureId, InterestId, InterestStatus, IpAssetId, NeedId, OfferId,
    OrganizationId, disclosure, interest, ip_asset,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use tokio::sync::{Mutex as Turn, oneshot};
use uuid::Uuid;

use crate::{
    db::Db,
    error::{Error, Result},
    policy::{IN_FORCE, OFFICE, Viewer, nda_of_interest, own_interests},
    read::{Account, Seen},
    work,
};

pub use object::{Disclosure, FIELDS, LedgerQuery};

/// Entries of one request, and who waits for them to be written.
type Waiting = (Vec<disclosure::Model>, oneshot::Sender<Result<()>>);

/// The pen of one instance: who comes while it writes is written next, together.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    waiting: Mutex<Vec<Waiting>>,
    turn: Turn<()>,
}

impl Ledger {
    /// Writes down what a request has seen. Returns when it is committed.
    ///
    /// # Errors
    /// When it could not be written: then the answer must not leave.
    pub(crate) async fn settle(&self, db: &Db, viewer: &Viewer, account: &Account) -> Result<()> {
        let seen = account.take();
        if seen.is_empty() {
            return Ok(());
        }
        let entries = entries(db, viewer, seen).await?;
        loop {
            let (done, mut written) = oneshot::channel();
            self.queue().push((entries.clone(), done));
            let turn = self.turn.lock().await;
            // Somebody before may have written ours along with theirs.
            match written.try_recv() {
                Ok(outcome) => return outcome,
                // They went away in the middle of it, and nothing was written.
                Err(oneshot::error::TryRecvError::Closed) => continue,
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let (entries, waiting): (Vec<_>, Vec<_>) = self.due().unzip();
            let outcome = work::write_down(db, entries.into_iter().flatten().collect()).await;
            drop(turn);
            for done in waiting {
                // Who does not wait any more has no answer to send.
                let _ = done.send(outcome.clone());
            }
            return outcome;
        }
    }

    /// What is to be written now, with who waits for it. Who went away in the meantime has no
    /// answer that could leave, and has seen nothing.
    fn due(&self) -> impl Iterator<Item = Waiting> + use<> {
        let all = std::mem::take(&mut *self.queue());
        all.into_iter().filter(|(_, done)| !done.is_closed())
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An interest on whose ground something was seen.
#[derive(FromQueryResult)]
struct Ground {
    id: InterestId,
    status: InterestStatus,
    need_id: Option<NeedId>,
    offer_id: Option<OfferId>,
    company_id: OrganizationId,
    ott_id: OrganizationId,
    chamber_id: OrganizationId,
    nda: Option<AgreementId>,
}

/// The offers of the intellectual property among what was seen.
async fn offers_of_assets(db: &Db, seen: &[Seen]) -> Result<HashMap<IpAssetId, OfferId>> {
    let assets: Vec<IpAssetId> =
        seen.iter().filter_map(|seen| seen.record.parse::<IpAssetId>().ok()).collect();
    if assets.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = ip_asset::Entity::find()
        .select_only()
        .columns([ip_asset::Column::Id, ip_asset::Column::OfferId])
        .filter(ip_asset::Column::Id.is_in(assets))
        .filter(ip_asset::Column::OfferId.is_not_null())
        .into_tuple::<(IpAssetId, OfferId)>()
        .all(db.fresh())
        .await?;
    Ok(rows.into_iter().collect())
}

/// The entries for what somebody saw: one for each record, with the interest that opened it.
async fn entries(db: &Db, viewer: &Viewer, seen: Vec<Seen>) -> Result<Vec<disclosure::Model>> {
    use interest::Column;
    let mut ids: Vec<Uuid> = seen.iter().map(|seen| seen.id).collect();
    // Intellectual property is seen by way of its offer.
    let offers = offers_of_assets(db, &seen).await?;
    ids.extend(offers.values().map(|offer| offer.0));
    let concerns = Condition::any()
        .add(Column::Id.is_in(ids.iter().copied().map(InterestId)))
        .add(Column::NeedId.is_in(ids.iter().copied().map(NeedId)))
        .add(Column::OfferId.is_in(ids.iter().copied().map(OfferId)))
        .add(Column::CompanyId.is_in(ids.iter().copied().map(OrganizationId)))
        .add(Column::OttId.is_in(ids.iter().copied().map(OrganizationId)));
    // An interest is its own ground, also before it is in force.
    let grounds = Condition::any()
        .add(Column::Status.is_in(IN_FORCE.iter().copied()))
        .add(Column::Id.is_in(ids.iter().copied().map(InterestId)));
    let mut grounds: Vec<Ground> = interest::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Status, Column::NeedId, Column::OfferId])
        .columns([Column::CompanyId, Column::OttId, Column::ChamberId])
        .column_as(nda_of_interest(viewer), "nda")
        .filter(own_interests(viewer))
        .filter(grounds)
        .filter(concerns)
        .order_by_asc(Column::Id)
        .limit(u64::from(u16::MAX))
        .into_model()
        .all(db.fresh())
        .await?;
    // What was confided was seen under the agreement, whatever else leads to the same record.
    grounds.sort_by_key(|ground| ground.nda.is_none());
    let mut by_record: HashMap<Uuid, &Ground> = HashMap::new();
    for ground in &grounds {
        let opened = [
            ground.need_id.map(|id| id.0),
            ground.offer_id.map(|id| id.0),
            Some(ground.company_id.0),
            Some(ground.ott_id.0),
        ];
        // What is over opens nothing but itself.
        let opened = opened.into_iter().flatten().filter(|_| IN_FORCE.contains(&ground.status));
        for record in opened.chain([ground.id.0]) {
            by_record.entry(record).or_insert(ground);
        }
    }
    let somewhere = viewer.grants.first().map(|grant| grant.organization);
    let entry = |seen: Seen| {
        let way = offers.get(&IpAssetId(seen.id)).map_or(seen.id, |offer| offer.0);
        let basis = by_record.get(&way);
        let organization = basis.map(|row| {
            let office = viewer.holding(OFFICE).any(|grant| grant.organization == row.ott_id);
            let company = viewer.grants.iter().any(|grant| grant.organization == row.company_id);
            match (office, company) {
                (true, _) => row.ott_id,
                (false, true) => row.company_id,
                (false, false) => row.chamber_id,
            }
        });
        Ok(disclosure::Model {
            id: DisclosureId::new(viewer.now),
            record: seen.record,
            owner_id: seen.owner,
            fields: seen.fields.iter().collect(),
            person_id: viewer.person,
            client_id: viewer.machine.as_ref().map(|machine| machine.client),
            organization_id: organization
                .or(somewhere)
                .ok_or_else(|| Error::internal("somebody without a role saw what is guarded"))?,
            basis_id: basis.map(|row| row.id),
            agreement_id: basis.and_then(|row| row.nda),
            seen_at: viewer.now,
        })
    };
    seen.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::Ledger;

    #[test]
    fn nothing_is_written_for_who_went_away() {
        let ledger = Ledger::default();
        let (stays, mut written) = oneshot::channel();
        let (goes, gone) = oneshot::channel();
        ledger.queue().extend([(Vec::new(), goes), (Vec::new(), stays)]);
        drop(gone);
        let mut due = ledger.due();
        let (_, done) = due.next().expect("the one that stays");
        assert!(due.next().is_none());
        done.send(Ok(())).expect("somebody waits");
        assert!(written.try_recv().expect("was told").is_ok());
        assert!(ledger.queue().is_empty());
    }
}
