//! A stub, replaced by the schema: small, but with every shape the envelope
//! must understand.

use std::time::Duration;

use async_graphql::{
    EmptySubscription, Enum, InputObject, Interface, Object, OneofObject, SimpleObject, Union,
};

use crate::error::Error;

/// The schema of the stub.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Builds it.
#[must_use]
pub fn build() -> Schema {
    async_graphql::Schema::build(Query, Mutation, EmptySubscription).disable_suggestions().finish()
}

/// The schema as text.
#[must_use]
pub fn sdl() -> String {
    build().sdl()
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
        let asker = ctx.data_opt::<crate::context::Asker>()?;
        asker.0.as_ref().map(|claims| claims.subject.clone())
    }
    /// Not yours.
    async fn forbidden(&self) -> Result<Option<String>, Error> {
        Err(Error::Forbidden)
    }
    /// Breaks down, with an error that nobody gave a code.
    async fn leak(&self) -> async_graphql::Result<Option<String>> {
        Err(std::fmt::Error.into())
    }
    /// Panics.
    async fn panic(&self) -> Option<String> {
        assert!(std::hint::black_box(false), "secret of the panic");
        None
    }
    /// Takes its time.
    async fn slow(&self, milliseconds: u64) -> bool {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        true
    }
    /// A long answer.
    async fn long(&self) -> String {
        "abc ".repeat(1_000)
    }
}

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
    /// Panics.
    async fn panic(&self) -> bool {
        assert!(std::hint::black_box(false), "secret of the panic");
        true
    }
}
