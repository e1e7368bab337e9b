//! What can be done to intellectual property.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{IpAssetId, IpCommercialStatus, IpEventId, IpFeeDecision, OrganizationId, ip_asset};

use super::{
    IpAsset,
    input::{IpAssetInput, IpEventInput},
    life,
};
use crate::{
    checks::Checks,
    context::Request,
    error::{Result, Told, UserError},
    mutation::{carry_out, told_anew},
    work::Work,
};

/// The piece of intellectual property as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct IpAssetPayload {
    /// The piece of intellectual property after the change. Null when `userErrors` is not empty, and when you may know of it no longer.
    ip_asset: Option<IpAsset>,
    /// What was wrong with the input; nothing was changed. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A piece of intellectual property that is put on record.
#[derive(Debug, InputObject)]
pub struct RecordIpAssetInput {
    /// The transfer office, or the start-up, that looks after it.
    ott: OrganizationId,
    /// What is said of it.
    #[graphql(flatten)]
    asset: IpAssetInput,
    /// What has happened to it before its office so far, at most 200 events.
    #[graphql(default)]
    events: Vec<IpEventInput>,
}

/// A change to what is said of a piece of intellectual property.
#[derive(Debug, InputObject)]
pub struct ReviseIpAssetInput {
    /// The piece of intellectual property.
    id: IpAssetId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What is said of it now; fields that are not given stay.
    #[graphql(flatten)]
    asset: IpAssetInput,
}

/// Something that happened to a piece of intellectual property before its office.
#[derive(Debug, InputObject)]
pub struct RecordIpEventInput {
    /// The piece of intellectual property.
    id: IpAssetId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What happened.
    #[graphql(flatten)]
    event: IpEventInput,
    /// The event (`ipevent_…`) that was said by mistake, in whose place this is: it is taken back together with this. For managers of the office.
    replaces: Option<IpEventId>,
}

/// Something that was said by mistake.
#[derive(Debug, InputObject)]
pub struct RemoveIpEventInput {
    /// The piece of intellectual property.
    id: IpAssetId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What did not happen, or not so.
    event: IpEventId,
}

/// What is done with a piece of intellectual property.
#[derive(Debug, InputObject)]
pub struct MarketIpAssetInput {
    /// The piece of intellectual property.
    id: IpAssetId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What is done with it now.
    status: IpCommercialStatus,
    /// What it rests on, at most 1,000 characters; an agreement that was made elsewhere, for one.
    note: Option<String>,
}

/// What is to be done about the next fee of a piece of intellectual property.
#[derive(Debug, InputObject)]
pub struct DecideIpFeeInput {
    /// The piece of intellectual property.
    id: IpAssetId,
    /// The version that you read; the change is refused when it has changed since.
    expected_version: i32,
    /// What is to be done.
    decision: IpFeeDecision,
}

/// Mutations of intellectual property.
#[derive(Debug, Default)]
pub struct IpMutation;

#[Object]
impl IpMutation {
    /// Puts a piece of intellectual property on record, with what has happened to it so far. For officers and managers of the office.
    async fn record_ip_asset(
        &self,
        ctx: &Context<'_>,
        input: RecordIpAssetInput,
    ) -> Told<IpAssetPayload> {
        let RecordIpAssetInput { ott, asset, events } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| life::record(work, labels, ott, asset, events).await).await
    }

    /// Changes what is said of it. For officers and managers of the office.
    async fn revise_ip_asset(
        &self,
        ctx: &Context<'_>,
        input: ReviseIpAssetInput,
    ) -> Told<IpAssetPayload> {
        let ReviseIpAssetInput { id, expected_version, asset } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            life::revise(work, labels, id, Some(expected_version), asset).await
        })
        .await
    }

    /// Says what happened to it before its office: status, dates, term and fees follow from it. What happened earlier can be told later. For officers and managers of the office.
    async fn record_ip_event(
        &self,
        ctx: &Context<'_>,
        input: RecordIpEventInput,
    ) -> Told<IpAssetPayload> {
        let RecordIpEventInput { id, expected_version, event, replaces } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            life::record_event(work, labels, id, Some(expected_version), event, replaces).await
        })
        .await
    }

    /// Takes back what was said by mistake, unless something that happened later depends on it. For managers of the office.
    async fn remove_ip_event(
        &self,
        ctx: &Context<'_>,
        input: RemoveIpEventInput,
    ) -> Told<IpAssetPayload> {
        let RemoveIpEventInput { id, expected_version, event } = input;
        change(ctx, async |work| life::remove_event(work, id, expected_version, event).await).await
    }

    /// Says what is done with it: for what happens outside; what follows from agreements in force, the service says by itself. For officers and managers of the office.
    async fn market_ip_asset(
        &self,
        ctx: &Context<'_>,
        input: MarketIpAssetInput,
    ) -> Told<IpAssetPayload> {
        let MarketIpAssetInput { id, expected_version, status, note } = input;
        let labels = ctx.service().labels();
        change(ctx, async |work| {
            let mut checks = Checks::new("input.", labels);
            let note = note.and_then(|note| checks.plain("note", &note, 1_000));
            checks.done()?;
            life::market(work, id, expected_version, status, note).await
        })
        .await
    }

    /// Says what is to be done about the next fee: to keep it, to offer it or to let it lapse. The service asks 180 days before the fee is due (`IP_FEE_TO_DECIDE` in the inbox). For managers of the office.
    async fn decide_ip_fee(
        &self,
        ctx: &Context<'_>,
        input: DecideIpFeeInput,
    ) -> Told<IpAssetPayload> {
        let DecideIpFeeInput { id, expected_version, decision } = input;
        change(ctx, async |work| life::decide_fee(work, id, expected_version, decision).await).await
    }
}

async fn change(
    ctx: &Context<'_>,
    task: impl AsyncFnOnce(&mut Work) -> Result<ip_asset::Model>,
) -> Told<IpAssetPayload> {
    let done = carry_out(ctx, async |work: &mut Work| Ok(task(work).await?.id)).await;
    told_anew(ctx, "ipAsset", done, |ip_asset, user_errors| IpAssetPayload {
        ip_asset,
        user_errors,
    })
    .await
}
