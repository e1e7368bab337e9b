//! What the benchmark's operations cost at least: each is one hand-written statement that makes the
//! whole answer as JSON in PostgreSQL, prepared once a connection and handed straight through. No
//! GraphQL, no authorization, no limits: a yardstick, not a service.
//!
//! `DATABASE_URL`, `PORT` and `POOL` (connections, shared out among the workers) come from the environment.

use std::{
    cell::Cell,
    env,
    error::Error,
    fmt::{self, Display},
};

use actix_web::{
    App, HttpResponse, HttpServer, ResponseError,
    web::{Data, Json, get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::{
    Client, NoTls, Statement,
    types::{ToSql, Type},
};
use uuid::Uuid;

const WORKERS: usize = 2;

/// The statements, in the order of the operations, with the types of their parameters.
const STATEMENTS: [(&str, &[Type]); 7] = [
    (include_str!("operations/q1.sql"), &[Type::TEXT, Type::TEXT]),
    (include_str!("operations/q2.sql"), &[Type::UUID]),
    (include_str!("operations/q3.sql"), &[]),
    (include_str!("operations/q4.sql"), &[Type::TEXT]),
    (
        include_str!("operations/q5.sql"),
        &[Type::UUID, Type::TEXT, Type::TEXT, Type::TEXT, Type::TEXT],
    ),
    (include_str!("operations/q6.sql"), &[]),
    (include_str!("operations/q7.sql"), &[Type::TIMESTAMPTZ_ARRAY, Type::UUID_ARRAY]),
];

/// The connections of a worker, in turn.
struct Database {
    connections: Vec<(Client, Vec<Statement>)>,
    turn: Cell<usize>,
}

/// What PostgreSQL said.
#[derive(Debug)]
struct Failed(tokio_postgres::Error);

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl ResponseError for Failed {}

type Answer = Result<HttpResponse, Failed>;
type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Database {
    async fn connect(url: String, connections: usize) -> Result<Self, tokio_postgres::Error> {
        let mut all = Vec::new();
        for _ in 0..connections {
            let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
            actix_web::rt::spawn(connection);
            let mut statements = Vec::new();
            for (text, types) in STATEMENTS {
                statements.push(client.prepare_typed(text, types).await?);
            }
            all.push((client, statements));
        }
        Ok(Self { connections: all, turn: Cell::new(0) })
    }

    /// The answer of operation `number` (1 to 7).
    async fn answer(&self, number: usize, values: Values<'_>) -> Answer {
        let turn = self.turn.get();
        self.turn.set((turn + 1) % self.connections.len());
        let (client, statements) = &self.connections[turn];
        let row = client.query_one(&statements[number - 1], values).await.map_err(Failed)?;
        let text: String = row.try_get(0).map_err(Failed)?;
        Ok(HttpResponse::Ok().content_type("application/json").body(text))
    }
}

#[derive(Deserialize)]
struct OpenNeeds {
    state: String,
    subsector: String,
}

async fn open_needs(database: Data<Database>, asked: Json<OpenNeeds>) -> Answer {
    database.answer(1, &[&asked.state, &asked.subsector]).await
}

#[derive(Deserialize)]
struct NeedWithMatches {
    id: Uuid,
}

async fn need_with_matches(database: Data<Database>, asked: Json<NeedWithMatches>) -> Answer {
    database.answer(2, &[&asked.id]).await
}

async fn offices(database: Data<Database>) -> Answer {
    database.answer(3, &[]).await
}

#[derive(Deserialize)]
struct Search {
    text: String,
}

async fn search(database: Data<Database>, asked: Json<Search>) -> Answer {
    database.answer(4, &[&asked.text]).await
}

#[derive(Deserialize)]
struct Draft {
    company: Uuid,
    title: Value,
    summary: Value,
    urgency: String,
    scian: String,
}

async fn draft(database: Data<Database>, asked: Json<Draft>) -> Answer {
    let (title, summary) = (asked.title.to_string(), asked.summary.to_string());
    database.answer(5, &[&asked.company, &title, &summary, &asked.urgency, &asked.scian]).await
}

async fn counts(database: Data<Database>) -> Answer {
    database.answer(6, &[]).await
}

#[derive(Deserialize)]
struct Pages {
    listed_at: Vec<DateTime<Utc>>,
    id: Vec<Uuid>,
}

async fn pages(database: Data<Database>, asked: Json<Pages>) -> Answer {
    database.answer(7, &[&asked.listed_at, &asked.id]).await
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL")?;
    let port: u16 = env::var("PORT")?.parse()?;
    let connections = env::var("POOL")?.parse::<usize>()?.div_ceil(WORKERS);
    let app = move || {
        let url = url.clone();
        App::new()
            .data_factory(move || Database::connect(url.clone(), connections))
            .route("/ready", get().to(HttpResponse::Ok))
            .route("/q1", post().to(open_needs))
            .route("/q2", post().to(need_with_matches))
            .route("/q3", post().to(offices))
            .route("/q4", post().to(search))
            .route("/q5", post().to(draft))
            .route("/q6", post().to(counts))
            .route("/q7", post().to(pages))
    };
    HttpServer::new(app).workers(WORKERS).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}
