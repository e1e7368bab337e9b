//! How a machine proves who it is, and when it last did.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use entity::{ClientId, ClientScope, api_client};
use sea_orm::EntityTrait;

use super::secret;
use crate::{
    context::Service,
    error::{Error, Result},
    policy::is_let_in,
    work,
};

/// A machine that has proved who it is.
#[derive(Clone, Debug)]
pub struct LetIn {
    /// Which.
    pub client: ClientId,
    /// What it may do.
    pub scopes: Vec<ClientScope>,
    /// Until when it is let in.
    pub until: DateTime<Utc>,
}

/// Why a machine is not let in.
#[derive(Clone, Debug)]
pub enum Denied {
    /// There is no such machine, its secret is another one, or its time is over: nobody learns which.
    Wrong,
    /// Too many wrong tries: for so many seconds none more is looked at.
    Wait(i64),
    /// The database is away.
    Failed(Error),
}

impl Service {
    /// Looks whether a machine is who it says, by its id and its secret.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn let_in(&self, client: &str, secret: &str, from: IpAddr) -> Result<LetIn, Denied> {
        let Ok(id) = client.parse::<ClientId>() else { return Err(Denied::Wrong) };
        let now = self.now();
        let attempt = self.tries().begin(&(id, from), now).await.map_err(Denied::Wait)?;
        let row = api_client::Entity::find_by_id(id).one(self.db().fresh()).await;
        let row = row.map_err(|error| Denied::Failed(error.into()))?;
        let fits = secret::fits(row.as_ref(), secret, now);
        let Some(row) = row.filter(|row| fits && is_let_in(row, now)) else {
            attempt.was_wrong();
            return Err(Denied::Wrong);
        };
        Ok(LetIn { client: id, scopes: row.scopes.values(), until: row.expires_at })
    }
}

/// Writes when machines last asked, as far as it is not written yet. The clockwork does it, so that
/// no question waits for a writer.
///
/// # Errors
/// When the database is away.
pub(crate) async fn write_uses(service: &Service) -> Result<()> {
    work::write_uses(service.db(), service.uses()).await
}
