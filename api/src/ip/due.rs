//! What happens to intellectual property because time passes.

use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::{
    IpAssetId, IpEvent, IpLegalStatus, agreement,
    ip_asset::{self, Column},
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{
    dormancy::FEE_NEAR,
    input::IpEventInput,
    life::record_event,
    uses::{free, gives_back},
};
use crate::{
    calendar::{day_of, last_day_over},
    codes::Labels,
    error::{Error, Result},
    lifecycle::{not_due, step},
    policy::{IpAssetAction, Resource},
    work::Work,
};

/// What is due by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Its office is asked about the next fee.
    Ask,
    /// The fee was not paid: the time of grace begins.
    Grace,
    /// The time of grace is over.
    Lapse,
    /// Its term is over.
    Expire,
    /// The agreement that used it has ended.
    Free,
}

/// Those about which something is due by itself, in the order in which it is done: what a
/// service that stood still finds, it goes through step by step.
pub(crate) fn due(now: DateTime<Utc>) -> [(Condition, Due); 5] {
    let granted = || Condition::all().add(Column::LegalStatus.eq(IpLegalStatus::GrantedInForce));
    let over = last_day_over(now);
    let near = day_of(now) + FEE_NEAR;
    let ask = Condition::all()
        .add(Column::FeeAskedAt.is_null())
        .add(Column::LegalStatus.eq(IpLegalStatus::GrantedInForce))
        .add(Column::NextFeeDueOn.lte(near));
    let grace = granted().add(Column::NextFeeDueOn.lte(over)).add(Column::GraceUntil.is_null());
    let lapse = granted().add(Column::GraceUntil.lte(over));
    // What can be renewed has time of grace at the end of each term.
    let renewable = Condition::any()
        .add(Column::NextFeeDueOn.is_null())
        .add(Expr::col(Column::NextFeeDueOn).ne(Expr::col(Column::ExpiresOn)));
    let expire = granted().add(Column::ExpiresOn.lte(over)).add(renewable);
    let mut ended = Query::select();
    ended
        .column((agreement::Entity, agreement::Column::Id))
        .from(agreement::Entity)
        .and_where(
            Expr::col((agreement::Entity, agreement::Column::Id))
                .equals((ip_asset::Entity, Column::AgreementId)),
        )
        .cond_where(gives_back());
    let free = Condition::all().add(Column::AgreementId.is_not_null()).add(Expr::exists(ended));
    [
        (ask, Due::Ask),
        (grace, Due::Grace),
        (lapse, Due::Lapse),
        (expire, Due::Expire),
        (free, Due::Free),
    ]
}

/// Does what is due, if it still is.
pub(crate) async fn move_on(
    work: &mut Work,
    labels: &Labels,
    id: IpAssetId,
    due: Due,
) -> Result<()> {
    let now = work.now;
    let row = work.keep::<ip_asset::Entity>(id).await?;
    let row = row.ok_or(Error::NotFound(ip_asset::Model::NAME))?;
    let over = last_day_over(now);
    let is_over = |day: Option<NaiveDate>| day.filter(|day| *day <= over);
    let granted = row.legal_status == IpLegalStatus::GrantedInForce;
    let happened = match due {
        Due::Ask => return ask(work, id).await,
        Due::Free => return free(work, &row).await,
        Due::Grace if row.grace_until.is_none() => {
            is_over(row.next_fee_due_on).map(|day| (IpEvent::GracePeriodStarted, day))
        }
        // Its term can end before the time of grace does: then nothing lapses.
        Due::Lapse
            if row.next_fee_due_on == row.expires_on
                || row.expires_on.is_none_or(|end| row.grace_until < Some(end)) =>
        {
            is_over(row.grace_until).map(|day| (IpEvent::Lapsed, day))
        }
        Due::Expire if row.next_fee_due_on.is_none_or(|day| Some(day) != row.expires_on) => {
            is_over(row.expires_on).map(|day| (IpEvent::Expired, day))
        }
        Due::Grace | Due::Lapse | Due::Expire => None,
    };
    let Some((kind, last)) = happened.filter(|_| granted) else { return Err(not_due()) };
    let event = IpEventInput { kind, on: last + Days::new(1), paid_until: None, note: None };
    record_event(work, labels, id, None, event, None).await.map(drop)
}

async fn ask(work: &mut Work, id: IpAssetId) -> Result<()> {
    let now = work.now;
    step(work, id, None, IpAssetAction::AskFee, (None, None), |row| {
        let near = row.next_fee_due_on.is_some_and(|due| due <= day_of(now) + FEE_NEAR);
        if row.fee_asked_at.is_some() || !near || row.legal_status != IpLegalStatus::GrantedInForce
        {
            return Err(not_due());
        }
        row.fee_asked_at = Some(now);
        Ok(())
    })
    .await
    .map(drop)
}
