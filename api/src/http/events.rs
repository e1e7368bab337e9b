//! Server-sent events, in distinct connections: one operation, and its answers one after the
//! other, each an event `next`, and at the end an event `complete`.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING, VARY},
    web::{self, Bytes},
};
use async_graphql::Response;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{
    sync::watch,
    time::{Instant, Interval, interval_at},
};

use super::{
    App, answer::Answer, bearer::invalid_token, ids::Ids, leases::Lease, negotiate::Media,
};
use crate::token::Claims;

/// A comment: it tells nothing, and proxies see that somebody is there.
const SIGN_OF_LIFE: &str = ":\n\n";
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A stream with one answer. JSON of ours has no line breaks.
#[must_use]
pub fn whole(answer: &str) -> String {
    format!("{}{COMPLETE}", next(answer))
}

fn next(answer: &str) -> String {
    format!("event: next\ndata: {answer}\n\n")
}

/// The stream of all answers to a subscription.
#[must_use]
pub fn stream(
    app: web::Data<App>,
    ids: Ids,
    claims: Option<Arc<Claims>>,
    lease: Lease,
    answers: BoxStream<'static, Response>,
) -> HttpResponse {
    let ping = app.settings.subscriptions.ping;
    let events = Events {
        begun: false,
        ended: false,
        ticks: interval_at(Instant::now() + ping, ping),
        stopping: app.stopping.subscribe(),
        app,
        ids,
        claims,
        answers,
        _lease: lease,
    };
    let body = stream::unfold(events, |mut events| async {
        events.next().await.map(|text| (Ok::<_, actix_web::Error>(Bytes::from(text)), events))
    });
    HttpResponse::Ok()
        .content_type(Media::Events.content_type())
        .insert_header((VARY, "accept"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // Neither here nor on the way is anything held back.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body)
}

struct Events {
    begun: bool,
    ended: bool,
    ticks: Interval,
    stopping: watch::Receiver<bool>,
    app: web::Data<App>,
    ids: Ids,
    claims: Option<Arc<Claims>>,
    answers: BoxStream<'static, Response>,
    _lease: Lease,
}

impl Events {
    /// What is sent next; nothing when the stream is over.
    async fn next(&mut self) -> Option<String> {
        if self.ended {
            return None;
        }
        if !self.begun {
            // The head goes out with the first of the body.
            self.begun = true;
            return Some(SIGN_OF_LIFE.to_owned());
        }
        tokio::select! {
            answer = self.answers.next() => {
                if self.is_expired() {
                    return Some(self.expire());
                }
                self.ended = answer.is_none();
                match answer.map(|answer| Answer::executed(answer).json(&self.ids)) {
                    Some(Ok(answer)) => Some(next(&answer)),
                    Some(Err(cause)) => {
                        tracing::error!(%cause, "an answer cannot be written");
                        None
                    }
                    None => Some(COMPLETE.to_owned()),
                }
            }
            _ = self.ticks.tick() => {
                Some(if self.is_expired() { self.expire() } else { SIGN_OF_LIFE.to_owned() })
            }
            () = until(self.claims.as_deref(), &self.app) => Some(self.expire()),
            // Not complete: whoever was cut off may come back.
            () = stop(&mut self.stopping) => None,
        }
    }

    fn is_expired(&self) -> bool {
        let now = self.app.backend.now();
        self.claims.as_ref().is_some_and(|claims| claims.expires_at <= now)
    }

    fn expire(&mut self) -> String {
        self.ended = true;
        let answer = Answer::from(invalid_token()).json(&self.ids);
        answer.map_or_else(|_| COMPLETE.to_owned(), |answer| whole(&answer))
    }
}

/// Returns when the token of whoever asks ends; never, without one.
pub async fn until(claims: Option<&Claims>, app: &App) {
    let Some(claims) = claims else { return std::future::pending().await };
    let left = (claims.expires_at - app.backend.now()).to_std().unwrap_or(Duration::ZERO);
    tokio::time::sleep(left).await;
}

/// Returns when the service is told to stop.
pub async fn stop(stopping: &mut watch::Receiver<bool>) {
    // Without anybody to tell, it has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
