//! Whether a database is at the version that this binary needs. `serve` refuses
//! to start when it is not; it never migrates by itself.

use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};

use crate::{db::Db, error::Result};

/// What `serve` needs to know about a database.
///
/// # Errors
/// What is missing and the command that mends it, for the operator.
pub(crate) async fn check(db: &Db) -> Result<(), String> {
    let away = |_| "the database does not answer".to_owned();
    db.read().execute_unprepared("SELECT 1").await.map_err(away)?;
    let codes = entity::code::Entity::find().count(db.read()).await;
    match codes {
        Ok(0) => Err("the official lists are missing; run `vinculo migrate up`".to_owned()),
        Ok(_) => Ok(()),
        Err(_) => Err("the database is behind; run `vinculo migrate up`".to_owned()),
    }
}
