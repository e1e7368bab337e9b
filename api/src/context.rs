//! A stub, replaced by the service.

use async_graphql::Request;
use chrono::{DateTime, Utc};

use crate::{error::Error, token::Claims};

/// What the resolvers stand on.
#[derive(Clone, Debug)]
pub struct Service {
    /// The time of every request.
    pub now: DateTime<Utc>,
    /// Whether those without a token may read.
    pub anonymous: bool,
    /// Why it is not ready, if it is not.
    pub unready: Option<String>,
}

/// Who asks, in a request's data.
#[derive(Clone, Debug)]
pub struct Asker(pub Option<Claims>, pub String);

impl Service {
    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Puts what the resolvers need into the request.
    pub async fn prepare(
        &self,
        request: Request,
        claims: Option<Claims>,
        request_id: &str,
    ) -> Result<Request, Error> {
        if claims.is_none() && !self.anonymous {
            return Err(Error::Unauthenticated);
        }
        if claims.as_ref().is_some_and(|claims| claims.subject == "broken") {
            return Err(Error::internal("secret of the database"));
        }
        Ok(request.data(Asker(claims, request_id.to_owned())))
    }

    /// Whether requests can be served.
    pub async fn ready(&self) -> Result<(), String> {
        self.unready.clone().map_or(Ok(()), Err)
    }
}
