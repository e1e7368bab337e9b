//! How fast intermediaries answer: counted from the expressions of interest that
//! they were sent.

use async_graphql::{Context, SimpleObject};
use chrono::{DateTime, Datelike, Duration, NaiveTime, Utc};
use entity::{
    InterestDirection, InterestStatus, OrganizationId, OrganizationKind, Role,
    interest::{self, Column},
    organization,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, Order,
    sea_query::{CaseStatement, Expr, Func, Query, SimpleExpr},
};

use crate::{
    context::Request,
    error::{Error, Result},
    filter,
    policy::{CHAMBER, OFFICE},
};

/// How long the window is when nobody says.
const USUAL: Duration = Duration::days(365);
/// Of fewer senders nothing is told: who they are could be guessed.
const LEAST_SENDERS: i64 = 5;
/// The definitions below, in their present form.
const DEFINITIONS: &str = "responsiveness-1";

/// How fast an intermediary answers the expressions of interest that it is sent. Rates are
/// basis points: 10,000 is all of them.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResponseStatistics {
    /// From when on they were sent.
    since: DateTime<Utc>,
    /// Before when they were sent.
    until: DateTime<Utc>,
    /// When this was counted.
    as_of: DateTime<Utc>,
    /// Which definitions the numbers follow.
    definition_version: &'static str,
    /// Whether the numbers are withheld since fewer than five organizations sent anything. Never for the intermediary itself and the network's admin.
    suppressed: bool,
    /// How many were sent. Null when suppressed.
    submitted: Option<i64>,
    /// How many of them the intermediary has taken over. Null when suppressed.
    answered: Option<i64>,
    /// How many of them should have been taken over by the end of the window, ten working days after they were sent; without those that were withdrawn or cancelled before. Null when suppressed.
    due: Option<i64>,
    /// How many of those that are due were taken over in time. Null when suppressed.
    on_time: Option<i64>,
    /// How many of those that were sent lapsed, because the intermediary or then the owner was silent. Null when suppressed.
    lapsed: Option<i64>,
    /// `onTime / due`, 0 to 10,000. Null when suppressed, or when nothing is due.
    on_time_rate: Option<i64>,
    /// The lower median of the whole days until they were taken over. Null when suppressed, or when none was.
    median_days: Option<i32>,
    /// `lapsed / submitted`, 0 to 10,000. Null when suppressed, or when nothing was sent.
    lapse_rate: Option<i64>,
}

/// The beginning of a month, at midnight UTC.
fn month(at: DateTime<Utc>) -> DateTime<Utc> {
    let day = at.date_naive();
    day.with_day(1).unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
}

fn rate(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part * 10_000 / whole)
}

/// The statistics of an intermediary; nothing when there is none with this id.
///
/// # Errors
/// When the window cannot be used.
pub(super) async fn statistics(
    ctx: &Context<'_>,
    intermediary: OrganizationId,
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<Option<ResponseStatistics>> {
    let viewer = ctx.viewer();
    let now = viewer.now;
    let speaks = |roles| viewer.holding(roles).any(|grant| grant.organization == intermediary);
    let insider = viewer.is_any(Role::NetworkAdmin) || speaks(CHAMBER) || speaks(OFFICE);
    if !insider && (since.is_some() || until.is_some()) {
        // Two windows that differ a little would tell of single senders.
        let message = "is for the intermediary and the network's admin".to_owned();
        let field = if since.is_some() { "since" } else { "until" };
        return Err(Error::Argument(field, message));
    }
    let until = filter::moment("until", until.unwrap_or(if insider { now } else { month(now) }))?;
    let until = std::cmp::min(until, now);
    let since = filter::moment("since", since.unwrap_or(until - USUAL))?;
    if since >= until {
        return Err(Error::Argument("since", "must lie before until, and in the past".into()));
    }
    let reader = ctx.loaders().reader();
    let mut kind = Query::select();
    kind.column(organization::Column::Kind).from(organization::Entity);
    kind.and_where(organization::Column::Id.eq(intermediary));
    let Some(row) = reader.rows(&kind).await?.pop() else { return Ok(None) };
    let received = match row.try_get_by_index::<OrganizationKind>(0)? {
        OrganizationKind::Chamber => Condition::all()
            .add(Column::ChamberId.eq(intermediary))
            .add(Column::Direction.eq(InterestDirection::OfferToNeed)),
        OrganizationKind::TechnologyTransferOffice | OrganizationKind::Startup => Condition::all()
            .add(Column::OttId.eq(intermediary))
            .add(Column::Direction.eq(InterestDirection::NeedToOffer)),
        _ => return Ok(None),
    };
    let received = received.add(Column::SubmittedAt.gte(since)).add(Column::SubmittedAt.lt(until));
    let ended_before = Expr::col(Column::EndedAt)
        .lt(Expr::col(Column::AnswerDueAt))
        .and(Column::AnsweredAt.is_null());
    let is_due = || {
        let stood = Func::coalesce([ended_before.clone(), Expr::cust("FALSE")]);
        Column::AnswerDueAt.lt(until).and(SimpleExpr::from(stood).not())
    };
    // The sender is the one of the two principals that the intermediary does not speak for.
    let sender = CaseStatement::new()
        .case(Column::Direction.eq(InterestDirection::OfferToNeed), Expr::col(Column::OttId))
        .finally(Expr::col(Column::CompanyId));
    let mut query = Query::select();
    query
        .expr(Expr::cust("COUNT(*)"))
        .expr(count_where(Column::AnsweredAt.is_not_null()))
        .expr(count_where(is_due()))
        .expr(count_where(is_due().and(Column::AnsweredInTime.eq(true))))
        .expr(count_where(Column::Status.eq(InterestStatus::Lapsed)))
        .expr(Func::count_distinct(SimpleExpr::Case(Box::new(sender))))
        .from(interest::Entity)
        .cond_where(received.clone());
    let Some(row) = reader.rows(&query).await?.pop() else { return Ok(None) };
    let count = |place: usize| row.try_get_by_index::<i64>(place);
    let (submitted, answered, due) = (count(0)?, count(1)?, count(2)?);
    let (on_time, lapsed, senders) = (count(3)?, count(4)?, count(5)?);

    let mut median = Query::select();
    median
        .column(Column::AnswerDays)
        .from(interest::Entity)
        .cond_where(received.add(Column::AnswerDays.is_not_null()))
        .order_by(Column::AnswerDays, Order::Asc)
        .limit(1)
        .offset(u64::try_from((answered - 1) / 2).unwrap_or_default());
    let median = match reader.rows(&median).await?.pop() {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };

    let suppressed = !insider && senders < LEAST_SENDERS;
    let told = |number: i64| (!suppressed).then_some(number);
    Ok(Some(ResponseStatistics {
        since,
        until,
        as_of: now,
        definition_version: DEFINITIONS,
        suppressed,
        submitted: told(submitted),
        answered: told(answered),
        due: told(due),
        on_time: told(on_time),
        lapsed: told(lapsed),
        on_time_rate: rate(on_time, due).and_then(told),
        median_days: median.filter(|_| !suppressed),
        lapse_rate: rate(lapsed, submitted).and_then(told),
    }))
}

/// How many rows fulfil a condition.
fn count_where(condition: SimpleExpr) -> SimpleExpr {
    let one = CaseStatement::new().case(condition, Expr::cust("1"));
    Func::count(SimpleExpr::Case(Box::new(one))).into()
}
