//! The conversation on an expression of interest: what its parties write to each
//! other, each message for those who see enough of the interest.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, InputObject, Object, SimpleObject, dataloader::Loader,
};
use chrono::{DateTime, Utc};
use entity::{
    DisclosureLevel, InterestId, InterestParty, MessageId, PersonId, interest,
    message::{self, Column},
    message_read,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::SimpleExpr,
};

use super::{Interest, guards::check_blind};
use crate::{
    checks::Checks,
    context::Request,
    error::{Error, Result, Told, UserError},
    event::Event,
    lifecycle::not_in,
    mutation::{carry_out, told_anew},
    policy::{
        Allowed, Converse, InterestAction, MessageFacts, Sides, Viewer, reader_of_messages,
        speaker, unread_messages, visible_messages,
    },
    read::{
        Asked, Batch, Facts, Field, Kind, List, Node, Order, PageArgs, Row, SIZES, fingerprint,
        redacted,
    },
    work::Work,
};

/// A message in the conversation on an expression of interest.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Message {
    /// Identifies it.
    pub(crate) id: MessageId,
    /// For whom its author spoke.
    party: InterestParty,
    /// From which level on the interest it is read; its own party always reads it.
    level: DisclosureLevel,
    /// What it says, at most 4,000 characters.
    text: String,
    /// When it was sent.
    sent_at: DateTime<Utc>,
    /// The person who wrote it, by id alone: names are personal data. Null below `INTRODUCED` on the interest, or when the service wrote it.
    author: Option<PersonId>,
    /// The fields that are null because they are hidden from you, not because they are empty.
    redacted_fields: Vec<&'static str>,
}

/// That a party has read a message.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReadMark {
    /// The party.
    party: InterestParty,
    /// When the first of its people did.
    at: DateTime<Utc>,
}

#[ComplexObject]
impl Message {
    /// Which of the other parties have read it. Null only when it cannot be read.
    async fn read_by(&self, ctx: &Context<'_>) -> Told<Vec<ReadMark>> {
        let marks = ctx.loaders().load_for(MarksOf(self.id)).await;
        Some(marks.map(|marks| {
            let marks = marks.unwrap_or_default().into_iter();
            marks.map(|mark| ReadMark { party: mark.party, at: mark.read_at }).collect()
        }))
    }
}

use DisclosureLevel::{Introduced as L2, PublicBlind as L0};

/// Every field that is read from columns. Whoever reads a message reads all of it, but for
/// who wrote it.
pub const MESSAGE_FIELDS: &[Field<Column>] = &[
    Field::new("id", &[Column::Id], L0),
    Field::new("party", &[Column::Party], L0),
    Field::new("level", &[Column::Level], L0),
    Field::new("text", &[Column::Body], L0),
    Field::new("sentAt", &[Column::SentAt], L0),
    Field::new("author", &[Column::AuthorId], L2),
];

impl Node for Message {
    type Entity = message::Entity;
    type Column = Column;
    type Id = MessageId;
    type Facts = MessageFacts;

    const KEY: Column = Column::Id;

    fn fields() -> &'static [Field<Column>] {
        MESSAGE_FIELDS
    }

    fn facts() -> &'static [Column] {
        &[Column::Id, Column::InterestId]
    }

    fn computed(viewer: &Viewer, _: DisclosureLevel) -> Option<SimpleExpr> {
        reader_of_messages(viewer)
    }

    fn visible(viewer: &Viewer) -> Condition {
        visible_messages(viewer)
    }

    fn know(row: &Facts<'_, Column>) -> Result<MessageFacts> {
        Ok(MessageFacts::from_database(row.fact(Column::Id)?, row.computed()?))
    }

    fn id(&self) -> MessageId {
        self.id
    }

    fn disclose(
        _: &Viewer,
        facts: MessageFacts,
        row: &Row<'_, Column>,
        level: DisclosureLevel,
    ) -> Result<Self> {
        Ok(Self {
            id: facts.id,
            party: row.get_or_default(Column::Party)?,
            level: row.get_or_default(Column::Level)?,
            text: row.get_or_default(Column::Body)?,
            sent_at: row.get_or_default(Column::SentAt)?,
            author: row.get(Column::AuthorId)?,
            redacted_fields: redacted(MESSAGE_FIELDS, level).collect(),
        })
    }
}

/// The messages of an interest, the last first.
pub(super) fn last_messages(viewer: &Viewer, asked: &Asked<'_>) -> Result<List<Message>> {
    let order = Order { name: "LAST", by: &[(Column::SentAt, Kind::Time)], descending: true };
    let (args, print) = (PageArgs::of(asked)?, fingerprint(&asked.name()));
    List::new(asked, (&args, SIZES), order, visible_messages(viewer), print)
}

/// The read marks of a message. Ask the policy about the message first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MarksOf(MessageId);

impl Loader<MarksOf> for Batch {
    type Value = Vec<message_read::Model>;
    type Error = Error;

    async fn load(&self, keys: &[MarksOf]) -> Result<HashMap<MarksOf, Vec<message_read::Model>>> {
        let rows = message_read::Entity::find()
            .filter(message_read::Column::MessageId.is_in(keys.iter().map(|key| key.0)))
            .order_by_asc(message_read::Column::ReadAt)
            .all(self.db.read())
            .await?;
        let mut found: HashMap<MarksOf, Vec<message_read::Model>> = HashMap::new();
        for row in rows {
            found.entry(MarksOf(row.message_id)).or_default().push(row);
        }
        Ok(found)
    }
}

/// How many messages of others on an interest nobody of the viewer's party has read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnreadOf(pub(super) InterestId);

impl Loader<UnreadOf> for Batch {
    type Value = i64;
    type Error = Error;

    async fn load(&self, keys: &[UnreadOf]) -> Result<HashMap<UnreadOf, i64>> {
        let rows: Vec<(InterestId, i64)> = message::Entity::find()
            .select_only()
            .column(Column::InterestId)
            .column_as(Column::Id.count(), "count")
            .filter(Column::InterestId.is_in(keys.iter().map(|key| key.0)))
            .filter(unread_messages(&self.viewer))
            .group_by(Column::InterestId)
            .into_tuple()
            .all(self.db.read())
            .await?;
        Ok(rows.into_iter().map(|(interest, count)| (UnreadOf(interest), count)).collect())
    }
}

/// The message as you see it now, or what its sender can mend.
#[derive(Debug, SimpleObject)]
pub struct MessagePayload {
    /// The message. Null when `userErrors` is not empty, and when you may know of it no longer.
    message: Option<Message>,
    /// What was wrong with the input; nothing was sent. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// The conversation as you see it now, or what its reader can mend.
#[derive(Debug, SimpleObject)]
pub struct MessagesReadPayload {
    /// The expression of interest. Null when `userErrors` is not empty, and when you may know of it no longer.
    interest: Option<Interest>,
    /// What was wrong with the input; nothing was marked. Empty when all went well.
    user_errors: Vec<UserError>,
}

/// A message.
#[derive(Debug, InputObject)]
pub struct SendMessageInput {
    /// The expression of interest on which you write.
    interest: InterestId,
    /// Who reads it: those who see this much of the interest, now or later. Below `INTRODUCED` it names nobody until the two sides know each other.
    level: DisclosureLevel,
    /// What it says, at most 4,000 characters. Required.
    text: String,
}

/// What was read.
#[derive(Debug, InputObject)]
pub struct MarkMessagesReadInput {
    /// The expression of interest.
    interest: InterestId,
    /// The last message that was read; those before it count as read as well.
    up_to: MessageId,
}

/// Mutations of conversations.
#[derive(Debug, Default)]
pub struct ConversationMutation;

#[Object]
impl ConversationMutation {
    /// Writes to the other parties of an expression of interest, while it goes on. For all of its parties.
    async fn send_message(
        &self,
        ctx: &Context<'_>,
        input: SendMessageInput,
    ) -> Told<MessagePayload> {
        let done = carry_out(ctx, async |work| send(ctx, work, input).await).await;
        told_anew(ctx, "message", done, |message, user_errors| MessagePayload {
            message,
            user_errors,
        })
        .await
    }

    /// Marks the messages of others as read by your party. For all parties of the expression of interest.
    async fn mark_messages_read(
        &self,
        ctx: &Context<'_>,
        input: MarkMessagesReadInput,
    ) -> Told<MessagesReadPayload> {
        let done = carry_out(ctx, async |work| mark(work, input).await).await;
        told_anew(ctx, "interest", done, |interest, user_errors| MessagesReadPayload {
            interest,
            user_errors,
        })
        .await
    }
}

/// The interest, for somebody who takes part in its conversation, and for whom they speak.
async fn converse(
    work: &Work,
    id: InterestId,
) -> Result<(Allowed<interest::Model>, InterestParty)> {
    let interest = work.hold(id, Converse).await?;
    let party = speaker(Sides::of(work.viewer(), &(&*interest).into()));
    Ok((interest, party.ok_or(Error::Forbidden)?))
}

async fn send(ctx: &Context<'_>, work: &mut Work, input: SendMessageInput) -> Result<MessageId> {
    let (interest, party) = converse(work, input.interest).await?;
    if !InterestAction::is_talked_about(interest.status) {
        let status = interest.status.to_value();
        return Err(not_in(&status));
    }
    let mut checks = Checks::new("input.", ctx.service().labels());
    let body = checks.required_plain("text", &input.text, 4_000);
    checks.done()?;
    if input.level < DisclosureLevel::Introduced && interest.accepted_at.is_none() {
        check_blind(work, &interest, [body.as_str()]).await?;
    }
    let message = message::Model {
        id: MessageId::new(work.now),
        interest_id: interest.id,
        author_id: work.viewer().person,
        party,
        level: input.level,
        body,
        sent_at: work.now,
    };
    let message = work.insert(interest.part(message)?).await?;
    work.record(Event::MessageSent { interest: interest.id, message: message.id });
    Ok(message.id)
}

async fn mark(work: &mut Work, input: MarkMessagesReadInput) -> Result<InterestId> {
    let (interest, party) = converse(work, input.interest).await?;
    let last = message::Entity::find_by_id(input.up_to)
        .filter(Column::InterestId.eq(interest.id))
        .filter(visible_messages(work.viewer()))
        .one(work.tx())
        .await?;
    let last = last.ok_or_else(|| Error::no_such("input.upTo"))?;
    let unread = message::Entity::find()
        .filter(Column::InterestId.eq(interest.id))
        .filter(Column::SentAt.lte(last.sent_at))
        .filter(unread_messages(work.viewer()))
        .all(work.tx())
        .await?;
    for row in unread.into_iter().filter(|row| (row.sent_at, row.id) <= (last.sent_at, last.id)) {
        let mark = message_read::Model {
            message_id: row.id,
            party,
            person_id: work.viewer().person,
            read_at: work.now,
        };
        let allowed = interest.part(row)?.part(mark)?;
        work.insert(allowed).await?;
    }
    work.record(Event::MessagesRead { interest: interest.id, message: last.id });
    Ok(interest.id)
}
