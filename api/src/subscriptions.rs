//! How a subscription is carried out: it is an operation that is asked anew for each event, as
//! whoever subscribed is then, and that says something of it or nothing.
//!
//! A field of the schema says with `say` what it follows, and what it makes of an event; it
//! reads as a mutation's payload does.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::{Context, Executor, Request as Asking, Response, SimpleObject, Value};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{EventId, event};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    context::{Request, Service, failed},
    error::{Error, Result},
    event::TimelineKind,
    feed::{Ear, Following, Left, Moment, Topic, left},
    followers::Bookmark,
    read::Node,
    timeline::TimelineEntry,
    token::Claims,
};

/// Where a piece of news stands.
#[derive(Clone, Debug, SimpleObject)]
pub struct Mark {
    /// Its place: subscribe again with this as `after`, within 24 hours, and nothing in between is missed. Null when there is no place to go on from but now.
    cursor: Option<String>,
    /// Whether more happened than can be told one by one (1,000 events behind the last one, or 24 hours behind `after`): read again what you show. What happens from here on is told.
    resync: bool,
}

impl Mark {
    /// The place behind an event: its id, which tells nothing but when it happened.
    fn of(event: &event::Model) -> Self {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(event.id.0.as_bytes());
        Self::at(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn at(cursor: String) -> Self {
        Self { cursor: Some(cursor), resync: false }
    }

    /// What stands for everything that a subscription tells, as it is now; `resync` when what is
    /// told does not lead there.
    pub(crate) fn standing(cursor: String, resync: bool) -> Self {
        Self { cursor: Some(cursor), resync }
    }

    /// That something was missed.
    pub(crate) fn missed() -> Self {
        Self { cursor: None, resync: true }
    }
}

/// Version of the format of cursors.
const VERSION: u8 = 1;

fn event_of(cursor: &str) -> Option<EventId> {
    match URL_SAFE_NO_PAD.decode(cursor).ok()?.as_slice() {
        [VERSION, id @ ..] => Uuid::from_slice(id).ok().map(EventId),
        _ => None,
    }
}

/// What a subscription says of an event.
pub(crate) trait News {
    /// What it says when something was missed.
    fn missed(mark: Mark) -> Self;
}

/// What there is to say at one moment: something, or nothing.
pub(crate) type Said<N> = stream::Iter<std::option::IntoIter<N>>;

/// The answer of a field that follows `topic` behind `after`, and makes of an event what `of`
/// says.
///
/// # Errors
/// When `after` is no cursor, or as `of` says.
pub(crate) async fn say<N: News>(
    ctx: &Context<'_>,
    topic: Topic,
    after: Option<String>,
    of: impl AsyncFnOnce(&event::Model, Mark) -> Result<Option<N>>,
) -> Result<Said<N>> {
    let said = match ctx.data_unchecked::<Moment>() {
        Moment::Opening(following) => {
            let (after, missed) = match after {
                Some(cursor) => place(ctx.service(), &cursor).await?,
                None => (None, false),
            };
            // A subscription has one field, so nobody was here before.
            let _ = following.set(Following { topic, after });
            missed.then(|| N::missed(Mark::missed()))
        }
        Moment::Event(event) => Box::pin(of(event, Mark::of(event))).await?,
        Moment::TooMuch => Some(N::missed(Mark::missed())),
    };
    Ok(stream::iter(said))
}

/// Nothing to say.
pub(crate) fn nothing<N>() -> Said<N> {
    stream::iter(None)
}

/// Something to say.
pub(crate) fn something<N>(news: N) -> Said<N> {
    stream::iter(Some(news))
}

/// The place behind which to go on, and whether it is lost.
async fn place(service: &Service, cursor: &str) -> Result<(Option<Bookmark>, bool)> {
    let unknown = || Error::Argument("after", "is not a cursor of a subscription".into());
    let event = event_of(cursor).ok_or_else(unknown)?;
    match left(service.db(), event, service.now()).await? {
        Left::At(place) => Ok((Some(place), false)),
        Left::TooLongAgo => Ok((None, true)),
        Left::Nowhere => Err(unknown()),
    }
}

/// What timelines tell of records of this kind, or of one of them alone.
pub(crate) fn told_of(noun: &'static [&'static str], record: Option<Uuid>) -> Topic {
    use sea_orm::{ActiveEnum, Iterable};
    let kinds = TimelineKind::iter().map(|kind| kind.to_value()).collect();
    Topic { kinds, nouns: noun, record, ..Topic::default() }
}

/// A record of these to which something happened, and what of that its timeline tells the viewer;
/// nothing when they may not know of the one or the other.
///
/// # Errors
/// When the database is at fault.
pub(crate) async fn changed<N: Node>(
    ctx: &Context<'_>,
    name: &str,
    event: &event::Model,
    these: Condition,
) -> Result<Option<(N, TimelineEntry)>> {
    let this = Condition::all().add(N::KEY.eq(event.subject_id)).add(these);
    let Some(record) = ctx.find::<N>(name, this).await?.pop() else {
        return Ok(None);
    };
    let this = event::Column::Id.eq(event.id).into();
    let told = ctx.find::<TimelineEntry>("happened", this).await?.pop();
    Ok(told.map(|told| (record, told)))
}

/// An operation, made anew for each moment at which it is asked.
pub type Again = Box<dyn Fn() -> Asking + Send + Sync>;

/// Opens a subscription. `validating` looks at its document, `trusting` does not again.
///
/// # Errors
/// The response that says why it cannot be opened.
pub async fn open<E: Executor>(
    service: Service,
    (validating, trusting): (E, E),
    again: Again,
    claims: Option<Arc<Claims>>,
) -> Result<BoxStream<'static, Response>, Response> {
    // First: what happens while it is opened is told as well.
    let ear = service.feed().listen();
    let slot = Arc::new(OnceLock::new());
    let opening = Moment::Opening(slot.clone());
    let memory = Memory::default();
    let request = again().data(memory.clone());
    let first = service.ask(&validating, request, claims.as_deref(), opening).await;
    let first = match first {
        Some(response) if is_lost(&response) => return Err(response),
        first => first,
    };
    // Nothing is followed where `@skip` left nothing.
    let Some(following) = slot.get().cloned() else { return Ok(stream::empty().boxed()) };
    let mut subscriber = Subscriber {
        _open: service.feed().count(),
        service,
        schema: trusting,
        again,
        claims,
        memory,
        ear,
        following,
        ended: false,
    };
    let missed = match subscriber.go_back().await {
        Ok(true) => None,
        Ok(false) => subscriber.ask(Moment::TooMuch).await,
        Err(error) => return Err(failed(error)),
    };
    let told = stream::iter(first.into_iter().chain(missed));
    let rest = stream::unfold(subscriber, |mut subscriber| async {
        subscriber.next().await.map(|response| (response, subscriber))
    });
    Ok(told.chain(rest).boxed())
}

/// Whether a response tells nothing but why.
fn is_lost(response: &Response) -> bool {
    response.is_err() && response.data == Value::Null
}

/// What was told last, for a field whose news do not follow from an event alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<Option<String>>>);

impl Memory {
    /// What was remembered, in exchange for what is to be.
    pub(crate) fn exchange(&self, now: String) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(now)
    }
}

/// Somebody who has subscribed to something.
struct Subscriber<E> {
    service: Service,
    schema: E,
    again: Again,
    claims: Option<Arc<Claims>>,
    memory: Memory,
    ear: Ear,
    following: Following,
    ended: bool,
    _open: Arc<()>,
}

impl<E: Executor> Subscriber<E> {
    /// Goes back to where it left. False when too much has happened since.
    async fn go_back(&mut self) -> Result<bool> {
        let Some(after) = self.following.after else { return Ok(true) };
        self.ear.go_back(self.service.db(), &self.following.topic, after).await
    }

    /// What it is told next; nothing when it is over.
    async fn next(&mut self) -> Option<Response> {
        while !self.ended {
            let heard = self.ear.next(self.service.db(), &self.following.topic).await;
            let response = match heard {
                Ok(Some(moment)) => self.ask(moment).await,
                Ok(None) => return None,
                Err(error) => {
                    // What was missed cannot be read: whoever comes back goes on from their cursor.
                    self.ended = true;
                    Some(failed(error))
                }
            };
            if response.is_some() {
                return response;
            }
        }
        None
    }

    async fn ask(&mut self, moment: Moment) -> Option<Response> {
        let claims = self.claims.as_deref();
        let request = (self.again)().data(self.memory.clone());
        let response = self.service.ask(&self.schema, request, claims, moment).await?;
        // Who could not be told of this goes on from their cursor, if they may be told any more.
        self.ended = is_lost(&response);
        Some(response)
    }
}
