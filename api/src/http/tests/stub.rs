//! A house behind the envelope: a small schema with every shape that the envelope
//! must understand, and a service that needs no database.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{
    EmptySubscription, Enum, InputObject, Interface, Object, OneofObject, Request, Response,
    SimpleObject, Union, ValidationMode, parser::types::OperationType,
};

use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture, stream::BoxStream};
use tokio::sync::Semaphore;

use super::{Backend, File, Incoming};
use crate::{
    clients::{Denied, LetIn},
    documents::{Delivery, Unserved},
    error::Error,
    subscriptions::Again,
    token::Claims,
    vitals::Vitals,
};

/// What answers in place of the service.
#[derive(Clone, Debug)]
pub struct Stub {
    /// The time of every request.
    pub now: DateTime<Utc>,
    /// Whether those without a token may read.
    pub anonymous: bool,
    /// Why it is not ready, if it is not.
    pub unready: Option<String>,
    /// How many operations were executed without being validated again.
    pub trusted: Arc<AtomicUsize>,
    /// Lets one operation go on that is held.
    pub gate: Arc<Semaphore>,
}

/// Who asks, in a request's data.
struct Asker(Option<Arc<Claims>>);

/// The schema that validates and the one that does not.
pub type Schemas = [Schema; 2];

impl Backend for (Schemas, Stub) {
    fn now(&self) -> DateTime<Utc> {
        self.1.now
    }

    fn prepare(
        &self,
        request: Request,
        _: OperationType,
        claims: Option<Arc<Claims>>,
    ) -> BoxFuture<'_, Result<Request, Error>> {
        let prepared = match &claims {
            None if !self.1.anonymous => Err(Error::Unauthenticated),
            Some(claims) if claims.subject == "broken" => {
                Err(Error::internal("secret of the database"))
            }
            Some(claims) if claims.subject == "crowded" => Err(Error::Overloaded),
            _ => Ok(request.data(Asker(claims)).data(self.1.gate.clone())),
        };
        std::future::ready(prepared).boxed()
    }

    fn vitals(&self) -> BoxFuture<'_, Vitals> {
        let vitals = Vitals {
            subscriptions: 0,
            index: Vec::new(),
            connections: Vec::new(),
            statements: 3,
            lag: self.1.unready.is_none().then(|| vec![("index".to_owned(), 0.5)]),
        };
        std::future::ready(vitals).boxed()
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), String>> {
        std::future::ready(self.1.unready.clone().map_or(Ok(()), Err)).boxed()
    }

    fn execute(&self, request: Request, valid: bool) -> BoxFuture<'static, Response> {
        if valid {
            self.1.trusted.fetch_add(1, Ordering::SeqCst);
        }
        let schema = self.0[usize::from(valid)].clone();
        async move { schema.execute(request).await }.boxed()
    }

    fn let_in<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: IpAddr,
    ) -> BoxFuture<'a, Result<LetIn, Denied>> {
        std::future::ready(Err(Denied::Wrong)).boxed()
    }

    fn subscribe(
        &self,
        again: Again,
        _: Option<Arc<Claims>>,
        valid: bool,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Response>, Response>> {
        let answers = self.0[usize::from(valid)].execute_stream(again());
        std::future::ready(Ok(answers)).boxed()
    }

    fn incoming<'a>(
        &'a self,
        _: File<'a>,
        _: &'a str,
        _: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Incoming, Unserved>> {
        std::future::ready(Err(Unserved::Link)).boxed()
    }

    fn deliver<'a>(
        &'a self,
        _: File<'a>,
        _: &'a str,
        _: Option<Arc<Claims>>,
    ) -> BoxFuture<'a, Result<Delivery, Unserved>> {
        std::future::ready(Err(Unserved::Link)).boxed()
    }
}

/// The schema of the stub.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds it.
#[must_use]
pub fn build() -> Schemas {
    [ValidationMode::Strict, ValidationMode::Fast].map(|mode| {
        async_graphql::Schema::build(Query, Mutation, EmptySubscription)
            .disable_suggestions()
            .validation_mode(mode)
            .finish()
    })
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    build()[0].sdl()
}

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Colour {
    /// Like roses.
    Red,
    /// Like the "sky" and \ more.
    Blue,
}

/// A thing.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct Thing {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
}

#[async_graphql::ComplexObject]
impl Thing {
    /// Things below.
    async fn things(
        &self,
        #[graphql(default = 20)] first: i32,
        after: Option<String>,
    ) -> ThingConnection {
        let _ = after;
        ThingConnection::page(first)
    }
    /// Related things, without a page.
    async fn related(&self) -> Vec<Thing> {
        Vec::new()
    }
    /// The thing itself.
    async fn me(&self) -> Thing {
        self.clone()
    }
}

/// A page of things.
#[derive(Clone, Debug, SimpleObject)]
pub struct ThingConnection {
    /// The things.
    pub nodes: Vec<Thing>,
    /// The things, with their cursors.
    pub edges: Vec<ThingEdge>,
    /// How many there are.
    pub total_count: i32,
    /// About the page.
    pub page_info: PageInfo,
}

impl ThingConnection {
    fn page(_: i32) -> Self {
        Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            total_count: 0,
            page_info: PageInfo { has_next_page: false },
        }
    }
}

/// An edge.
#[derive(Clone, Debug, SimpleObject)]
pub struct ThingEdge {
    /// The thing.
    pub node: Thing,
    /// Where it is.
    pub cursor: String,
}

/// About a page.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there is more.
    pub has_next_page: bool,
}

/// Something with a name.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "name", ty = "&String", desc = "Its name."))]
pub enum Named {
    /// A thing.
    Thing(Thing),
}

/// This or that.
#[derive(Clone, Debug, Union)]
pub enum Either {
    /// A thing.
    Thing(Thing),
    /// An edge.
    Edge(ThingEdge),
}

/// What a thing is made of.
#[derive(Clone, Debug, InputObject)]
pub struct ThingInput {
    /// Its title.
    pub title: String,
    /// Its colour.
    #[graphql(default_with = "Colour::Red")]
    pub colour: Colour,
    /// Its tags.
    pub tags: Option<Vec<String>>,
    /// Its size.
    pub size: Option<i32>,
    /// What it is part of.
    pub parent: Option<Box<ThingInput>>,
}

/// One way to find it.
#[derive(Clone, Debug, OneofObject)]
pub enum ThingBy {
    /// By id.
    Id(async_graphql::ID),
    /// By name.
    Name(String),
}

/// Questions.
#[derive(Clone, Copy, Debug)]
pub struct Query;

#[Object]
impl Query {
    /// Says it back.
    async fn echo(&self, text: Option<String>) -> Option<String> {
        text
    }
    /// A list of things.
    async fn things(&self, first: Option<i32>, last: Option<i32>) -> ThingConnection {
        let _ = last;
        ThingConnection::page(first.unwrap_or(20))
    }
    /// A connection without pages.
    async fn bare(&self) -> ThingConnection {
        ThingConnection::page(0)
    }
    /// One thing.
    async fn thing(&self, by: Option<ThingBy>) -> Option<Thing> {
        let _ = by;
        Some(Thing { name: "a".into(), colour: Colour::Blue })
    }
    /// Something named.
    async fn named(&self) -> Option<Named> {
        None
    }
    /// This or that.
    async fn either(&self) -> Option<Either> {
        None
    }
    /// By id.
    async fn nodes(&self, ids: Vec<async_graphql::ID>) -> Vec<Option<Thing>> {
        ids.iter().map(|_| None).collect()
    }
    /// The input, shown.
    async fn show(
        &self,
        input: Option<ThingInput>,
        ratio: Option<f64>,
        yes: Option<bool>,
    ) -> String {
        format!("{input:?} {ratio:?} {yes:?}")
    }
    /// Who asks.
    async fn who(&self, ctx: &async_graphql::Context<'_>) -> Option<String> {
        let asker = ctx.data_opt::<Asker>()?;
        asker.0.as_ref().map(|claims| claims.subject.clone())
    }
    /// Not yours.
    async fn forbidden(&self) -> Option<Result<String, Error>> {
        Some(Err(Error::Forbidden))
    }
    /// Breaks down, with an error that nobody gave a code.
    async fn leak(&self) -> Option<async_graphql::Result<String>> {
        Some(Err(std::fmt::Error.into()))
    }
    /// Panics.
    async fn panic(&self) -> Option<String> {
        assert!(std::hint::black_box(false), "secret of the panic");
        None
    }
    /// The time, said back.
    async fn at(&self, times: Option<Vec<DateTime<Utc>>>) -> Option<usize> {
        times.map(|times| times.len())
    }
    /// Takes its time.
    async fn slow(&self, milliseconds: u64) -> bool {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        SEEN.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        true
    }
    /// Waits at the gate.
    async fn held(&self, ctx: &async_graphql::Context<'_>) -> bool {
        pass(ctx).await
    }
    /// A long answer.
    async fn long(&self) -> String {
        "abc ".repeat(1_000)
    }
}

/// Goes through the gate when it opens, and closes it behind itself.
async fn pass(ctx: &async_graphql::Context<'_>) -> bool {
    let pass = ctx.data_unchecked::<Arc<Semaphore>>().acquire().await;
    pass.map(tokio::sync::SemaphorePermit::forget).is_ok()
}

/// Slow questions that came to their end.
pub static SEEN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
/// What a mutation leaves behind.
pub static DONE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// Changes.
#[derive(Clone, Copy, Debug)]
pub struct Mutation;

#[Object]
impl Mutation {
    /// Does something.
    async fn act(&self, milliseconds: Option<u64>) -> Thing {
        tokio::time::sleep(Duration::from_millis(milliseconds.unwrap_or_default())).await;
        DONE.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Thing { name: "a".into(), colour: Colour::Red }
    }
    /// Waits at the gate.
    async fn held(&self, ctx: &async_graphql::Context<'_>) -> bool {
        pass(ctx).await
    }
    /// Panics.
    async fn panic(&self) -> bool {
        assert!(std::hint::black_box(false), "secret of the panic");
        true
    }
}
