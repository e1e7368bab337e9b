//! How an instance is at one moment: what its operator watches beside what it was asked.

use matching::Kind;

use crate::{
    context::Service,
    db::Connections,
    error::Result,
    followers::{bookmarks, lag},
};

/// How an instance is.
#[derive(Clone, Debug)]
pub struct Vitals {
    /// Subscriptions that are open.
    pub subscriptions: usize,
    /// Records in the index of search and matching, by kind.
    pub index: Vec<(&'static str, usize)>,
    /// Connections to the database.
    pub connections: Vec<Connections>,
    /// Statements that were sent to it since the start.
    pub statements: u64,
    /// For how many seconds the oldest event has been waiting for each follower. Nothing when the
    /// database does not answer.
    pub lag: Option<Vec<(String, f64)>>,
}

impl Service {
    /// How this instance is now.
    pub async fn vitals(&self) -> Vitals {
        Vitals {
            subscriptions: self.subscriptions(),
            index: self.engine().counts().map(|(kind, count)| (name(kind), count)).to_vec(),
            connections: self.db().connections(),
            statements: self.db().statements(),
            lag: lags(self).await.ok(),
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Need => "need",
        Kind::Offer => "offer",
        Kind::Capability => "capability",
        Kind::Asset => "ip_asset",
    }
}

async fn lags(service: &Service) -> Result<Vec<(String, f64)>> {
    let db = service.db();
    let mut places = bookmarks(db).await?;
    places.push(("index".to_owned(), service.feed().place()));
    let mut lags = Vec::with_capacity(places.len());
    for (name, place) in places {
        let lag = lag(db, place, service.now()).await?;
        lags.push((name, lag.as_seconds_f64()));
    }
    Ok(lags)
}
