//! The database goes up, down and up again, and holds what the rows say.

use std::collections::BTreeMap;

use entity::{
    MatchStatus, NeedStatus, OfferStatus, affiliation, agreement, agreement_party, api_client,
    application, assessment, bulk_job, capability, chamber_profile, code, confidant, consent,
    counter, delegation, disclosure, document, event, external_ref, follower, history,
    idempotency_key, interest, invitation, ip_asset, ip_event, match_, membership, message,
    message_read, milestone, need, offer, organization, ott_profile, outcome, person, programme,
    project, project_partner, project_source, region, saved_search, search_find, webhook_attempt,
    webhook_delivery, webhook_endpoint,
};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseConnection, EntityTrait, IdenStatic,
    Iterable, Statement,
};
use tests::{Database, World, on_empty, records};

tests::stories!(
    matches_survive_the_change_of_their_table,
    what_is_kept_as_json_survives_the_change_of_its_type,
);

/// A table's columns, and which of them may be null.
type Columns = BTreeMap<String, bool>;

fn columns<E: EntityTrait>() -> (String, Columns) {
    let columns = E::Column::iter().map(|c| (c.as_str().to_owned(), c.def().is_null()));
    (E::default().table_name().to_owned(), columns.collect())
}

fn rows() -> BTreeMap<String, Columns> {
    [
        columns::<affiliation::Entity>(),
        columns::<agreement::Entity>(),
        columns::<agreement_party::Entity>(),
        columns::<api_client::Entity>(),
        columns::<webhook_attempt::Entity>(),
        columns::<webhook_delivery::Entity>(),
        columns::<webhook_endpoint::Entity>(),
        columns::<programme::Entity>(),
        columns::<application::Entity>(),
        columns::<project::Entity>(),
        columns::<project_partner::Entity>(),
        columns::<project_source::Entity>(),
        columns::<milestone::Entity>(),
        columns::<outcome::Entity>(),
        columns::<assessment::Entity>(),
        columns::<capability::Entity>(),
        columns::<chamber_profile::Entity>(),
        columns::<code::Entity>(),
        columns::<confidant::Entity>(),
        columns::<consent::Entity>(),
        columns::<counter::Entity>(),
        columns::<delegation::Entity>(),
        columns::<disclosure::Entity>(),
        columns::<document::Entity>(),
        columns::<event::Entity>(),
        columns::<external_ref::Entity>(),
        columns::<follower::Entity>(),
        columns::<bulk_job::Entity>(),
        columns::<history::Entity>(),
        columns::<idempotency_key::Entity>(),
        columns::<interest::Entity>(),
        columns::<invitation::Entity>(),
        columns::<ip_asset::Entity>(),
        columns::<ip_event::Entity>(),
        columns::<match_::Entity>(),
        columns::<membership::Entity>(),
        columns::<message::Entity>(),
        columns::<message_read::Entity>(),
        columns::<need::Entity>(),
        columns::<offer::Entity>(),
        columns::<organization::Entity>(),
        columns::<ott_profile::Entity>(),
        columns::<person::Entity>(),
        columns::<region::Entity>(),
        columns::<saved_search::Entity>(),
        columns::<search_find::Entity>(),
    ]
    .into()
}

async fn tables(db: &DatabaseConnection) -> BTreeMap<String, Columns> {
    let backend = db.get_database_backend();
    let sql = if backend == DatabaseBackend::Postgres {
        "SELECT table_name::text AS t, column_name::text AS c, is_nullable = 'YES' AS n \
         FROM information_schema.columns WHERE table_schema = 'public'"
    } else {
        "SELECT t.name AS t, c.name AS c, NOT (c.\"notnull\" OR c.pk > 0) AS n \
         FROM sqlite_schema t, pragma_table_xinfo(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    };
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap() {
        let (table, column): (String, String) =
            (row.try_get("", "t").unwrap(), row.try_get("", "c").unwrap());
        if table != "seaql_migrations" {
            tables.entry(table).or_default().insert(column, row.try_get("", "n").unwrap());
        }
    }
    tables
}

async fn up_down_up(db: &DatabaseConnection) {
    Migrator::up(db, None).await.unwrap();
    let up = tables(db).await;
    assert_eq!(up, rows(), "the rows are the tables");
    Migrator::down(db, None).await.unwrap();
    assert_eq!(tables(db).await, BTreeMap::new(), "nothing stays behind");
    Migrator::up(db, None).await.unwrap();
    assert_eq!(tables(db).await, up);
    // One step at a time is the same way.
    let steps = u32::try_from(Migrator::migrations().len()).unwrap();
    for _ in 0..steps {
        Migrator::down(db, Some(1)).await.unwrap();
    }
    for _ in 0..steps {
        Migrator::up(db, Some(1)).await.unwrap();
    }
    assert_eq!(tables(db).await, up);
    Migrator::up(db, None).await.expect("nothing to do at head");
}

#[test]
fn up_down_and_up_on_sqlite() {
    on_empty(Database::Sqlite, async |db| up_down_up(db.write()).await);
}

#[test]
fn up_down_and_up_on_postgres() {
    on_empty(Database::Postgres, async |db| up_down_up(db.write()).await);
}

/// How many steps lead back to where the one of this name was not done yet.
fn steps_back_before(name: &str) -> u32 {
    let steps = Migrator::migrations();
    let change = steps.iter().position(|step| step.name().contains(name)).unwrap();
    u32::try_from(steps.len() - change).unwrap()
}

/// Matches that were there before they became records are there afterwards, and back again.
async fn matches_survive_the_change_of_their_table(world: &World) {
    let cast = world.cast().await;
    let offer = world.offer(&cast, OfferStatus::Published).await;
    let mut rows = Vec::new();
    for status in [MatchStatus::Suggested, MatchStatus::Dismissed] {
        let need = world.need(&cast, NeedStatus::Published).await;
        let row = match_::Model { status, ..records::suggestion(&need, &offer) };
        world.put(row.clone()).await;
        rows.push(row);
    }
    let db = world.db().write();
    Migrator::down(db, Some(steps_back_before("match_records"))).await.unwrap();
    Migrator::up(db, None).await.unwrap();
    let kept = match_::Entity::find().all(world.db().fresh()).await.unwrap();
    assert_eq!(kept, rows[..1], "what was decided has no place in the earlier form");
}

/// How many columns of the network's tables are of a type, on PostgreSQL.
async fn columns_of(db: &DatabaseConnection, ty: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) AS n FROM information_schema.columns \
         WHERE table_schema = 'public' AND data_type = '{ty}'"
    );
    let counted = Statement::from_string(DatabaseBackend::Postgres, sql);
    db.query_one_raw(counted).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// PostgreSQL sends `json` as it was written, and has to write `jsonb` out each time: a step that
/// adds the one keeps to the other's type.
async fn what_is_kept_as_json_survives_the_change_of_its_type(world: &World) {
    let cast = world.cast().await;
    let need = world.need(&cast, NeedStatus::Published).await;
    let db = world.db().write();
    let is_postgres = db.get_database_backend() == DatabaseBackend::Postgres;
    let is_away = async |ty| assert!(!is_postgres || columns_of(db, ty).await == 0, "{ty}");
    is_away("jsonb").await;
    Migrator::down(db, Some(steps_back_before("000025_json"))).await.unwrap();
    is_away("json").await;
    Migrator::up(db, None).await.unwrap();
    is_away("jsonb").await;
    let kept = need::Entity::find_by_id(need.id).one(world.db().fresh()).await.unwrap();
    assert_eq!(kept, Some(need));
}
