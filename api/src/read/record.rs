//! Rows as they come from the database. SQLite's driver carries every value of every row from one
//! thread to another; there all rows of a statement come as one text of JSON. And the rows of a list
//! below one thing come as a value in its row: of JSON there, of records on PostgreSQL.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnType, DatabaseBackend, QueryResult, Value,
    sea_query::{Func, QueryStatementBuilder, SelectStatement, SimpleExpr, ValueType},
    sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _},
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    packed::{self, Broken, Packed},
    reading::Values,
};
use crate::error::{Error, Result};

/// A row of a reading.
pub(crate) enum Record {
    /// As PostgreSQL's driver has it.
    Row(QueryResult),
    /// Its values, in the order of the statement, on SQLite.
    Json(Vec<Json>),
    /// The same on PostgreSQL, in the row of another one.
    Packed(Packed),
}

/// The values of a row as one value.
pub(super) fn row(values: Values, backend: DatabaseBackend) -> SimpleExpr {
    if backend == DatabaseBackend::Postgres {
        let values = values.into_iter().map(|(value, _)| value);
        return Func::cust("ROW").args(values).into();
    }
    let values = values.into_iter().map(|(value, ty)| {
        // JSON has no bytes.
        if is_bytes(&ty) { Func::cust("hex").arg(value).into() } else { value }
    });
    Func::cust("json_array").args(values).into()
}

/// The rows of a statement as one value.
pub(super) fn rows(row: SimpleExpr, backend: DatabaseBackend) -> SimpleExpr {
    let all = if backend == DatabaseBackend::Postgres { "array_agg" } else { "json_group_array" };
    Func::cust(all).arg(row).into()
}

/// The rows of a statement that are one value of another one. SQLite forgets that they are JSON.
pub(super) fn within(rows: SelectStatement, backend: DatabaseBackend) -> SimpleExpr {
    let value = SimpleExpr::SubQuery(None, Box::new(rows.into_sub_query_statement()));
    if backend == DatabaseBackend::Postgres { value } else { Func::cust("json").arg(value).into() }
}

/// The rows in the one value that there is.
///
/// # Errors
/// When it is none of JSON: our fault.
pub(super) fn unpacked(rows: Vec<QueryResult>) -> Result<Vec<Record>> {
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    let text: String = row.try_get_by_index(0)?;
    let rows: Vec<Vec<Json>> = serde_json::from_str(&text).map_err(Error::internal)?;
    Ok(rows.into_iter().map(Record::Json).collect())
}

impl Record {
    /// The rows that are one of its values.
    ///
    /// # Errors
    /// When they are none: our fault.
    pub(super) fn rows(&self, place: usize) -> Result<Vec<Self>> {
        let none = || Error::internal("a list of rows is none");
        match self {
            Self::Row(row) => {
                let Some(array) = sent(row, place)? else { return Ok(Vec::new()) };
                let rows = packed::rows(array).map_err(|Broken| none())?;
                Ok(rows.into_iter().map(Self::Packed).collect())
            }
            Self::Packed(row) => {
                let rows = row.rows(place).map_err(|Broken| none())?;
                Ok(rows.into_iter().map(Self::Packed).collect())
            }
            Self::Json(values) => match values.get(place) {
                None | Some(Json::Null) => Ok(Vec::new()),
                Some(Json::Array(rows)) => {
                    let row = |row: &Json| row.as_array().cloned().map(Self::Json);
                    rows.iter().map(|one| row(one).ok_or_else(none)).collect()
                }
                Some(_) => Err(none()),
            },
        }
    }

    /// A value.
    ///
    /// # Errors
    /// When there is something else: our fault.
    pub(super) fn get<T: ValueType>(&self, place: usize) -> Result<T> {
        made(self.value(place, &T::column_type())?, place)
    }

    /// A value; nothing when there is none.
    ///
    /// # Errors
    /// As [`Record::get`].
    pub(super) fn find<T: ValueType>(&self, place: usize) -> Result<Option<T>> {
        let value = self.value(place, &T::column_type())?;
        if is_nothing(&value) { Ok(None) } else { made(value, place).map(Some) }
    }

    /// What is at a place, which is of this type. The drivers' own ways to a value compare its type
    /// with the one that is wanted first, which costs as much as the value does.
    fn value(&self, place: usize, ty: &ColumnType) -> Result<Value> {
        let value = match self {
            Self::Row(row) => {
                debug_assert!(is_kept_as(row, place, ty), "what is at {place} is read as {ty:?}");
                packed::value(sent(row, place)?, ty)
            }
            Self::Packed(row) => row.value(place, ty),
            Self::Json(values) => value(values.get(place).unwrap_or(&Json::Null), ty),
        };
        value.ok_or_else(|| Error::internal(format!("what is at {place} is no {ty:?}")))
    }
}

/// What PostgreSQL has sent at a place of a row; nothing when it is null.
fn sent(row: &QueryResult, place: usize) -> Result<Option<&[u8]>> {
    let row = row.try_as_pg_row().ok_or_else(|| Error::internal("a row of another database"))?;
    let value = row.try_get_raw(place).map_err(Error::internal)?;
    if value.is_null() {
        return Ok(None);
    }
    value.as_bytes().map(Some).map_err(Error::internal)
}

/// Whether PostgreSQL keeps what is at a place of a row as what it is read as. The columns are ours: it
/// is tried wherever a test reads, and not in service.
fn is_kept_as(row: &QueryResult, place: usize, ty: &ColumnType) -> bool {
    let column = row.try_as_pg_row().and_then(|row| row.try_column(place).ok());
    let Some(kept) = column.map(|column| column.type_info().name()) else { return false };
    match ty {
        ColumnType::Uuid => kept == "UUID",
        ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger => {
            matches!(kept, "INT2" | "INT4" | "INT8")
        }
        ColumnType::Float | ColumnType::Double => matches!(kept, "FLOAT4" | "FLOAT8"),
        ColumnType::Boolean => kept == "BOOL",
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            kept == "TIMESTAMPTZ"
        }
        ColumnType::Date => kept == "DATE",
        ColumnType::Json | ColumnType::JsonBinary => matches!(kept, "JSON" | "JSONB"),
        _ => matches!(kept, "TEXT" | "VARCHAR" | "CHAR"),
    }
}

fn made<T: ValueType>(value: Value, place: usize) -> Result<T> {
    let wrong = |_| Error::internal(format!("what is at {place} is no {}", T::type_name()));
    <T as ValueType>::try_from(value).map_err(wrong)
}

/// Whether it is the null of one of the types of which values are made here.
fn is_nothing(value: &Value) -> bool {
    matches!(
        value,
        Value::Uuid(None)
            | Value::String(None)
            | Value::SmallInt(None)
            | Value::Int(None)
            | Value::BigInt(None)
            | Value::Double(None)
            | Value::Bool(None)
            | Value::ChronoDateTimeUtc(None)
            | Value::ChronoDate(None)
            | Value::Json(None)
    )
}

/// Ids are the only bytes that nodes have.
fn is_bytes(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Uuid)
}

/// What a value of JSON is in a column of this type, as SQLite keeps it; nothing when it is no such
/// value.
fn value(json: &Json, ty: &ColumnType) -> Option<Value> {
    let text = json.as_str();
    let is_null = json.is_null();
    // What is there has to be a value.
    macro_rules! known {
        ($value:expr) => {
            if is_null { None } else { Some($value?) }
        };
    }
    Some(match ty {
        ColumnType::Uuid if text == Some("") => Value::Uuid(None),
        ColumnType::Uuid => Value::Uuid(known!(Uuid::try_parse(text?).ok())),
        ColumnType::Char(_)
        | ColumnType::String(_)
        | ColumnType::Text
        | ColumnType::Enum { .. }
        | ColumnType::Custom(_) => Value::String(known!(text.map(ToOwned::to_owned))),
        ColumnType::SmallInteger => {
            Value::SmallInt(known!(<i16 as TryFrom<_>>::try_from(json.as_i64()?).ok()))
        }
        ColumnType::Integer => {
            Value::Int(known!(<i32 as TryFrom<_>>::try_from(json.as_i64()?).ok()))
        }
        ColumnType::BigInteger => Value::BigInt(known!(json.as_i64())),
        ColumnType::Float | ColumnType::Double => Value::Double(known!(json.as_f64())),
        ColumnType::Boolean => Value::Bool(known!(json.as_i64().map(|bit| bit != 0))),
        ColumnType::DateTime | ColumnType::Timestamp | ColumnType::TimestampWithTimeZone => {
            let at = || DateTime::parse_from_rfc3339(text?).ok();
            Value::ChronoDateTimeUtc(known!(at().map(|at| at.with_timezone(&Utc))))
        }
        ColumnType::Date => Value::ChronoDate(known!(text?.parse::<NaiveDate>().ok())),
        ColumnType::Json | ColumnType::JsonBinary => {
            Value::Json(known!(serde_json::from_str(text?).ok().map(Box::new)))
        }
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use entity::{Codes, Localized, NeedId, NeedStatus};
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_that_were_written() {
        let id = "018C1D8674007B41A132091C813A638E";
        let row = Record::Json(vec![
            json!(id),
            json!(""),
            json!("PUBLISHED"),
            json!(7),
            json!(1),
            json!("2026-11-30T12:00:00.000001+00:00"),
            json!("2026-11-30"),
            json!("{\"es\":\"Calor\"}"),
            json!("|a|b|"),
            json!(null),
        ]);
        assert_eq!(row.get::<NeedId>(0).unwrap().0, Uuid::try_parse(id).unwrap());
        assert_eq!(row.find::<NeedId>(1).unwrap(), None);
        assert_eq!(row.get::<Option<Uuid>>(1).unwrap(), None);
        assert_eq!(row.get::<NeedStatus>(2).unwrap(), NeedStatus::Published);
        assert_eq!((row.get::<i32>(3).unwrap(), row.get::<i64>(3).unwrap()), (7, 7));
        assert!(row.get::<bool>(4).unwrap());
        let at: DateTime<Utc> = "2026-11-30T12:00:00.000001Z".parse().unwrap();
        assert_eq!(row.find::<DateTime<Utc>>(5).unwrap(), Some(at));
        assert_eq!(row.get::<NaiveDate>(6).unwrap().to_string(), "2026-11-30");
        assert!(row.find::<Localized>(7).unwrap().is_some());
        assert_eq!(row.get::<Codes>(8).unwrap().0.len(), 2);
        assert_eq!(row.find::<String>(9).unwrap(), None);
        assert_eq!(row.get::<Option<String>>(9).unwrap(), None);
        // What is something else is an error, and not another value.
        assert!(row.get::<i32>(0).is_err() && row.find::<NeedId>(3).is_err());
        assert!(row.get::<NeedStatus>(8).is_err() && row.get::<String>(9).is_err());
    }
}
