//! `graphql-transport-ws`: operations and their answers over one WebSocket.
//!
//! Whoever opens one says who they are in `connection_init`, or with the upgrade. What it may
//! keep in memory is bounded: the length of a message, the operations under way, the messages
//! that wait to be sent. Its token's end is its own.

use std::{
    cell::RefCell,
    collections::HashMap,
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{HOST, HeaderMap, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
    },
    rt, web,
};
use actix_ws::{
    AggregatedMessage as Message, AggregatedMessageStream, CloseCode, CloseReason, Closed,
    ProtocolError, Session,
};
use futures_util::{FutureExt, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Interval, interval_at, sleep_until, timeout},
};

use super::{
    App,
    answer::Answer,
    bearer,
    caller::Caller,
    events::{stop, until},
    graphql::shows_cost,
    ids::{self, Ids},
    leases::{Kind, Lease},
    log::{SocketLine, Summary},
    operation::{self, Asking, Came},
    params::Params,
    persisted::Application,
    plan::Way,
    problem::problem,
    refusal::{Outcome, Refusal},
};
use crate::{config::SubscriptionSettings, error::Code, token::Claims};

/// The one subprotocol that we speak.
const PROTOCOL: &str = "graphql-transport-ws";
/// Answers that wait to be sent, of all operations of a socket.
const WAITING: usize = 16;
/// Longest id of an operation, in bytes.
const LONGEST_ID: usize = 256;
/// How long a client may take to answer that its socket is closed.
const FAREWELL: Duration = Duration::from_secs(2);

/// Whether a request asks to go on as a WebSocket.
#[must_use]
pub fn is_asked_for(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| {
        value.split(',').any(|one| one.trim().eq_ignore_ascii_case("websocket"))
    })
}

/// Goes on as a WebSocket.
pub async fn open(
    request: &HttpRequest,
    payload: web::Payload,
    app: web::Data<App>,
) -> HttpResponse {
    let ids = ids::of(request);
    let headers = request.headers();
    // Browsers let any page open a socket to anywhere, and leave it to us to look from where.
    if !may_come_from(headers, &app.settings.cors_origins) {
        let detail = "pages of this origin may not call the service";
        return problem(StatusCode::FORBIDDEN, detail, &ids);
    }
    let claims = match bearer::sender(request, &app).await {
        Ok(claims) => claims,
        Err(refusal) => return bearer::refused(&refusal, &ids),
    };
    let from = app.address(request);
    let page = app.persisted.application(headers).cloned();
    let asked_for_cost = shows_cost(headers, None);
    let speaks = speaks(headers);
    let Ok((mut response, session, incoming)) = actix_ws::handle(request, payload) else {
        return problem(StatusCode::BAD_REQUEST, "this is no handshake of a WebSocket", &ids);
    };
    if speaks {
        let protocol = HeaderValue::from_static(PROTOCOL);
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let most = app.settings.limits.body_bytes as usize;
    let incoming = incoming.max_frame_size(most).aggregate_continuations();
    let incoming = incoming.max_continuation_size(most);
    let (outgoing, answers) = mpsc::channel(WAITING);
    let socket = Socket {
        settings: app.settings.subscriptions,
        stopping: app.stopping.subscribe(),
        app,
        ids,
        session,
        from,
        page,
        asked_for_cost,
        claims,
        standing: Standing::Silent,
        operations: HashMap::new(),
        numbers: 0,
        outgoing,
        heard: Instant::now(),
    };
    rt::spawn(socket.run(incoming, answers, speaks));
    response
}

fn speaks(headers: &HeaderMap) -> bool {
    headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim() == PROTOCOL)
}

/// Whether a page from where this comes may call the service: from the list, or our own. What
/// is no page has no origin.
fn may_come_from(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let own = origin.split_once("://").map(|(_, host)| host);
    origins.iter().any(|one| one == origin) || (own.is_some() && own == host)
}

/// Why a socket ends.
#[derive(Debug)]
enum End {
    /// We close it, and say why.
    Close(u16, &'static str),
    /// Its client closes it.
    Answered(Option<CloseReason>),
    /// Nobody is there any more, or nobody who reads.
    Gone,
}

impl From<Closed> for End {
    fn from(_: Closed) -> Self {
        Self::Gone
    }
}

/// How far a socket has said who it speaks for.
enum Standing {
    Silent,
    /// Acknowledged; it has its place among those that are open.
    Known(#[allow(dead_code, reason = "given back when it is dropped")] Lease),
}

/// An operation under way; it ends with this.
struct Operation {
    /// Answers to one with the same id that ended before have another.
    number: u64,
    task: JoinHandle<()>,
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What an operation says.
enum Said {
    Next(String),
    Error(String),
    Complete,
}

struct Answered {
    id: String,
    number: u64,
    said: Said,
}

/// What a client says.
#[derive(Deserialize)]
struct Word {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    payload: Option<Json>,
}

struct Socket {
    app: web::Data<App>,
    settings: SubscriptionSettings,
    stopping: watch::Receiver<bool>,
    ids: Ids,
    session: Session,
    from: IpAddr,
    page: Option<Arc<Application>>,
    /// Whether its client wants to know what everything costs.
    asked_for_cost: bool,
    claims: Option<Arc<Claims>>,
    standing: Standing,
    operations: HashMap<String, Operation>,
    numbers: u64,
    outgoing: mpsc::Sender<Answered>,
    heard: Instant,
}

impl Socket {
    async fn run(
        mut self,
        mut incoming: AggregatedMessageStream,
        mut answers: mpsc::Receiver<Answered>,
        speaks: bool,
    ) {
        let ping = self.settings.ping;
        let mut ticks = interval_at(tokio::time::Instant::now() + ping, ping);
        let end = if speaks {
            self.serve(&mut incoming, &mut answers, &mut ticks).await
        } else {
            End::Close(4406, "Subprotocol not acceptable")
        };
        self.operations.clear();
        tracing::debug!(request_id = %self.ids.request, ?end, "a socket ends");
        let reason = match end {
            End::Close(code, reason) => {
                Some(CloseReason { code: CloseCode::from(code), description: Some(reason.into()) })
            }
            End::Answered(reason) => reason,
            End::Gone => return,
        };
        // Until the client has answered, it may still be sending, and what is sent to a closed
        // connection would take our last word from it.
        if self.session.close(reason).await.is_ok() {
            let rest = async { while let Some(Ok(_)) = incoming.recv().await {} };
            let _ = timeout(FAREWELL, rest).await;
        }
    }

    async fn serve(
        &mut self,
        incoming: &mut AggregatedMessageStream,
        answers: &mut mpsc::Receiver<Answered>,
        ticks: &mut Interval,
    ) -> End {
        let late = tokio::time::Instant::now() + self.settings.init;
        loop {
            let known = matches!(self.standing, Standing::Known(_));
            let mut stopping = self.stopping.clone();
            let done = tokio::select! {
                message = incoming.recv() => self.hear(message).await,
                Some(answered) = answers.recv() => self.answer(answered).await,
                () = sleep_until(late), if !known => {
                    Err(End::Close(4408, "Connection initialisation timeout"))
                }
                _ = ticks.tick() => self.give_sign().await,
                () = until(self.claims.as_deref(), &self.app) => Err(EXPIRED),
                () = stop(&mut stopping) => Err(End::Close(1001, "The service stops")),
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    /// Looks whether the client is there, and shows that we are.
    async fn give_sign(&mut self) -> Result<(), End> {
        self.check_token()?;
        // Two were not answered; the time of a third is not over yet.
        if self.heard.elapsed() > self.settings.ping * 5 / 2 {
            return Err(End::Gone);
        }
        timeout(self.settings.stalled, self.session.ping(b"")).await.map_err(|_| End::Gone)??;
        Ok(())
    }

    fn check_token(&self) -> Result<(), End> {
        let now = self.app.backend.now();
        let ended = self.claims.as_ref().is_some_and(|claims| claims.expires_at <= now);
        if ended { Err(EXPIRED) } else { Ok(()) }
    }

    async fn hear(&mut self, message: Option<Result<Message, ProtocolError>>) -> Result<(), End> {
        self.heard = Instant::now();
        match message {
            Some(Ok(Message::Text(text))) => self.take(&text).await,
            Some(Ok(Message::Ping(bytes))) => Ok(self.session.pong(&bytes).await?),
            Some(Ok(Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => Err(End::Close(4400, "Messages are text")),
            Some(Ok(Message::Close(reason))) => Err(End::Answered(reason)),
            Some(Err(ProtocolError::Overflow)) => Err(TOO_LONG),
            Some(Err(ProtocolError::Io(error))) => Err(match error.kind() {
                std::io::ErrorKind::InvalidData => End::Close(1007, "Messages are UTF-8"),
                // All fragments together. A connection that broke is told nothing.
                _ => TOO_LONG,
            }),
            Some(Err(_)) => Err(End::Close(1002, "This is no WebSocket")),
            None => Err(End::Gone),
        }
    }

    /// Takes a message.
    async fn take(&mut self, text: &str) -> Result<(), End> {
        let bad = End::Close(4400, "Invalid message received");
        let Ok(Word { kind, id, payload }) = serde_json::from_str(text) else { return Err(bad) };
        let payload = payload.filter(|payload| !payload.is_null());
        let id = id.filter(|id| (1..=LONGEST_ID).contains(&id.len()));
        match (kind.as_str(), id, payload) {
            ("connection_init", None, None) => self.begin(Map::new()).await,
            ("connection_init", None, Some(Json::Object(payload))) => self.begin(payload).await,
            ("ping", None, None) => self.send(json!({ "type": "pong" }).to_string()).await,
            ("ping", None, Some(Json::Object(payload))) => {
                self.send(json!({ "type": "pong", "payload": payload }).to_string()).await
            }
            ("pong", None, None | Some(Json::Object(_))) => Ok(()),
            ("subscribe", Some(id), Some(Json::Object(payload))) => self.start(id, payload).await,
            ("complete", Some(id), None) => {
                self.operations.remove(&id);
                Ok(())
            }
            _ => Err(bad),
        }
    }

    /// Hears who the socket speaks for.
    async fn begin(&mut self, payload: Map<String, Json>) -> Result<(), End> {
        if let Standing::Known(_) = self.standing {
            return Err(End::Close(4429, "Too many initialisation requests"));
        }
        let said = payload
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .map(|(_, value)| value)
            .collect::<Vec<_>>();
        match said.as_slice() {
            [] => {}
            [Json::String(said)] => {
                let now = self.app.backend.now();
                match bearer::verified(said, &self.app.issuers, now).await {
                    Ok(claims) => self.claims = Some(claims),
                    Err(reason) => {
                        tracing::info!(request_id = %self.ids.request, reason, "socket refused");
                        // It ends either way.
                        let nobody = Caller::nobody(self.from);
                        let _ = self.app.allowances.wrong_token(nobody, now);
                        return Err(FORBIDDEN);
                    }
                }
            }
            _ => return Err(FORBIDDEN),
        }
        self.check_token()?;
        let room = self.app.leases.take(Kind::Socket, self.claims.as_deref());
        let room = room.ok_or(End::Close(1013, "Too many sockets are open"))?;
        self.standing = Standing::Known(room);
        self.send(json!({ "type": "connection_ack" }).to_string()).await
    }

    /// Begins with an operation.
    async fn start(&mut self, id: String, payload: Map<String, Json>) -> Result<(), End> {
        if let Standing::Silent = self.standing {
            return Err(End::Close(4401, "Unauthorized"));
        }
        self.check_token()?;
        if self.operations.contains_key(&id) {
            return Err(End::Close(4409, "Subscriber for this id already exists"));
        }
        let params = match Params::from_members(payload) {
            Ok(params) => params,
            Err(refusal) if refusal.outcome == Outcome::NoRequest => {
                return Err(End::Close(4400, "Invalid message received"));
            }
            Err(refusal) => return self.refuse(&id, refusal).await,
        };
        let most = self.settings.operations;
        let open = u32::try_from(self.operations.len()).unwrap_or(u32::MAX);
        if open >= most {
            let what = "operations under way on one socket";
            let refusal = Refusal::limit(Code::RateLimited, what, most, open.saturating_add(1));
            return self.refuse(&id, refusal).await;
        }
        self.numbers += 1;
        let way = Way { safe: false, streams: true };
        let asking = Asking { claims: self.claims.clone(), page: self.page.clone(), way };
        let machine = self.claims.as_ref().is_some_and(|claims| claims.client().is_some());
        let mut task = Task {
            app: self.app.clone(),
            ids: self.ids.clone(),
            caller: Caller::of(self.claims.as_deref(), self.from),
            asking,
            shows_cost: self.asked_for_cost || machine,
            id: id.clone(),
            number: self.numbers,
            outgoing: self.outgoing.clone(),
        };
        let task = rt::spawn(async move { task.run(params).await });
        self.operations.insert(id, Operation { number: self.numbers, task });
        Ok(())
    }

    async fn refuse(&mut self, id: &str, refusal: Refusal) -> Result<(), End> {
        let errors = Answer::from(refusal).errors_json(&self.ids).unwrap_or_else(|_| "[]".into());
        self.send(said(id, &Said::Error(errors))).await
    }

    /// Sends what an operation says, unless it has ended.
    async fn answer(&mut self, Answered { id, number, said: what }: Answered) -> Result<(), End> {
        if self.operations.get(&id).is_none_or(|known| known.number != number) {
            return Ok(());
        }
        // Not after the token's end, though its timer be late.
        self.check_token()?;
        if !matches!(what, Said::Next(_)) {
            self.operations.remove(&id);
        }
        self.send(said(&id, &what)).await
    }

    /// Who does not read what was sent is not waited for.
    async fn send(&mut self, text: String) -> Result<(), End> {
        let sent = timeout(self.settings.stalled, self.session.text(text)).await;
        Ok(sent.map_err(|_| End::Gone)??)
    }
}

const EXPIRED: End = End::Close(4401, "The access token has expired");
const FORBIDDEN: End = End::Close(4403, "Forbidden");
const TOO_LONG: End = End::Close(1009, "The message is too long");

/// A message about an operation; what it says is JSON already.
fn said(id: &str, what: &Said) -> String {
    let id = Json::from(id);
    match what {
        Said::Next(answer) => format!(r#"{{"id":{id},"type":"next","payload":{answer}}}"#),
        Said::Error(errors) => format!(r#"{{"id":{id},"type":"error","payload":{errors}}}"#),
        Said::Complete => format!(r#"{{"id":{id},"type":"complete"}}"#),
    }
}

/// An operation as it is carried out.
struct Task {
    app: web::Data<App>,
    ids: Ids,
    caller: Caller,
    asking: Asking,
    shows_cost: bool,
    id: String,
    number: u64,
    outgoing: mpsc::Sender<Answered>,
}

impl Task {
    async fn run(&mut self, params: Params) {
        let line = SocketLine::new(self.app.clone(), &self.ids);
        let carried = AssertUnwindSafe(self.carry_out(params, &line)).catch_unwind().await;
        let last = carried.unwrap_or_else(|_| {
            // The panic itself has been logged where it happened.
            self.refused(Answer::failed("an operation panicked"), &line.summary)
        });
        drop(line);
        self.say(last).await;
    }

    /// Says everything but the last word, which it returns.
    async fn carry_out(&mut self, params: Params, line: &SocketLine) -> Said {
        let (app, asking, summary) = (self.app.clone(), self.asking.clone(), &line.summary);
        let mut spending = match app.allowances.begin(self.caller.clone(), app.backend.now()) {
            Ok(spending) => spending,
            Err(refusal) => return self.refused(refusal.into(), summary),
        };
        let carrying = operation::carry_out(&app, params, asking, &mut spending, summary);
        match line.step.around(carrying).await {
            Ok((Came::Answer(mut answer), bill)) if answer.has_data() => {
                if self.shows_cost {
                    let standing = app.allowances.standing(&self.caller, app.backend.now());
                    answer.show_cost(&bill, &standing);
                }
                self.next(*answer, summary).await;
                Said::Complete
            }
            Ok((Came::Answer(answer), _)) => self.refused(*answer, summary),
            Ok((Came::Stream(mut answers), _)) => {
                // Opened; that its client ends it is how it ends.
                summary.borrow_mut().outcome = Some("ok".into());
                while let Some(response) = answers.next().await {
                    self.next(Answer::executed(response), summary).await;
                }
                Said::Complete
            }
            Err(refusal) => self.refused(refusal.into(), summary),
        }
    }

    async fn next(&mut self, mut answer: Answer, summary: &RefCell<Summary>) {
        let outcome = answer.first_code().unwrap_or_else(|| "ok".into());
        summary.borrow_mut().outcome = Some(outcome);
        match answer.json(&self.ids) {
            Ok(answer) => self.say(Said::Next(answer)).await,
            Err(cause) => tracing::error!(%cause, "an answer cannot be written"),
        }
    }

    fn refused(&self, mut answer: Answer, summary: &RefCell<Summary>) -> Said {
        summary.borrow_mut().outcome = answer.first_code();
        Said::Error(answer.errors_json(&self.ids).unwrap_or_else(|_| "[]".into()))
    }

    /// Waits for its place among what is to be sent; if the socket is gone, this is over, too.
    async fn say(&self, said: Said) {
        let (id, number) = (self.id.clone(), self.number);
        let _ = self.outgoing.send(Answered { id, number, said }).await;
    }
}
