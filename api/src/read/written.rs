//! Statements that are written once. What differs from one request to the next stands in gaps:
//! a page's filter and size, the ids of parents, and the moment of which rules speak.

use std::fmt::{self, Write};

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    DatabaseBackend, Statement, Value, Values,
    sea_query::{
        Expr, PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, SqliteQueryBuilder,
    },
};

use crate::policy::{Viewer, from_now};

/// A number that no statement of ours has as a value: where it would be bound, a gap is left.
pub(super) const GAP: u64 = u64::MAX;

/// An expression that is filled in later.
pub(super) fn gap() -> Expr {
    Expr::val(GAP)
}

/// A statement, written for one database.
#[derive(Debug)]
pub(super) struct Written {
    backend: DatabaseBackend,
    /// Its text between the gaps: one part more than there are gaps.
    parts: Vec<String>,
    values: Vec<Value>,
    /// Which values speak of the moment of the request, and how far they are from it.
    moments: Vec<(usize, Duration)>,
}

impl Written {
    /// Writes a statement that was made for a viewer as it stands all day.
    pub(super) fn new(
        query: &SelectStatement,
        standing: &Viewer,
        backend: DatabaseBackend,
    ) -> Self {
        let mut writer = Writer { keeps: true, ..Writer::new(backend) };
        match backend {
            DatabaseBackend::Postgres => {
                query.build_collect_into(PostgresQueryBuilder, &mut writer);
            }
            _ => query.build_collect_into(SqliteQueryBuilder, &mut writer),
        }
        let Writer { mut parts, text, values, .. } = writer;
        parts.push(text);
        let moment = |(place, value): (usize, &Value)| match value {
            Value::ChronoDateTimeUtc(Some(at)) => Some((place, from_now(*at, standing)?)),
            _ => None,
        };
        let moments = values.iter().enumerate().filter_map(moment).collect();
        Self { backend, parts, values, moments }
    }

    /// The statement at a moment with its gaps filled, in the order in which they stand.
    pub(super) fn filled<const GAPS: usize>(
        &self,
        now: DateTime<Utc>,
        gaps: [Expr; GAPS],
    ) -> Statement {
        debug_assert_eq!(self.parts.len(), GAPS + 1, "a gap for each filling");
        let mut writer = Writer::new(self.backend);
        writer.values.reserve(self.values.len() + 2 * GAPS);
        writer.values.extend_from_slice(&self.values);
        for (place, from_now) in &self.moments {
            writer.values[*place] = (now + *from_now).into();
        }
        let length: usize = self.parts.iter().map(String::len).sum();
        writer.text.reserve(length + 128 * GAPS);
        let mut parts = self.parts.iter();
        writer.text.extend(parts.next().map(String::as_str));
        for (part, filling) in parts.zip(gaps) {
            writer.fill(&filling);
            writer.text.push_str(part);
        }
        let values = Some(Values(writer.values));
        Statement { sql: writer.text, values, db_backend: self.backend }
    }
}

/// Writes text with numbered places for values, on both databases: a filling has numbers of its own,
/// wherever its gap is.
#[derive(Debug)]
struct Writer {
    backend: DatabaseBackend,
    /// The parts before gaps that are complete.
    parts: Vec<String>,
    text: String,
    values: Vec<Value>,
    /// Whether this is kept: then it pays to have few values.
    keeps: bool,
}

impl Writer {
    fn new(backend: DatabaseBackend) -> Self {
        Self { backend, parts: Vec::new(), text: String::new(), values: Vec::new(), keeps: false }
    }

    fn fill(&mut self, filling: &Expr) {
        if let Expr::Value(value) = filling {
            self.bind(value.clone());
            return;
        }
        self.text.push('(');
        match self.backend {
            DatabaseBackend::Postgres => PostgresQueryBuilder.prepare_expr(filling, self),
            _ => SqliteQueryBuilder.prepare_expr(filling, self),
        }
        self.text.push(')');
    }

    fn bind(&mut self, value: Value) {
        // The size of a page. SQLite looks at a bound one when it plans, and so plans each time anew.
        if let (DatabaseBackend::Sqlite, Value::BigUnsigned(Some(size))) = (self.backend, &value) {
            let _ = write!(self.text, "{size}");
            return;
        }
        // Rules say the same of several tables: whose office, and which moment.
        let known = self.values.iter().position(|known| self.keeps && *known == value);
        let place = known.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        let sign = if self.backend == DatabaseBackend::Postgres { '$' } else { '?' };
        // Writing to a string does not fail.
        let _ = write!(self.text, "{sign}{}", place + 1);
    }
}

impl Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl SqlWriter for Writer {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        if value == Value::BigUnsigned(Some(GAP)) {
            self.parts.push(std::mem::take(&mut self.text));
            return;
        }
        match &value {
            // The statuses of which rules speak: a database knows how many rows have one, and makes
            // its list once.
            Value::String(Some(word)) if self.keeps && is_constant(word) => {
                let _ = write!(self.text, "'{word}'");
            }
            _ => self.bind(value),
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}

/// Whether a text is written like the values of our vocabularies, and so needs no quoting.
fn is_constant(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use entity::{
        AgreementStatus,
        agreement::{Column, Entity},
    };
    use sea_orm::{
        ColumnTrait,
        sea_query::{Condition, ExprTrait, Query},
    };

    use super::*;

    fn texts(made: impl Fn(&Viewer) -> Condition) -> [(String, Vec<Value>); 2] {
        let morning: DateTime<Utc> = "2026-11-30T14:00:00.000001Z".parse().unwrap();
        let standing = Viewer::anonymous(morning).of_the_day();
        let now = morning + Duration::hours(7);
        [DatabaseBackend::Postgres, DatabaseBackend::Sqlite].map(|backend| {
            let mut query = Query::select();
            query.column(Column::Id).from(Entity).cond_where(made(&standing)).and_where(gap());
            query.limit(GAP);
            let written = Written::new(&query, &standing, backend);
            let filter = Column::Folio.eq("a").or(Column::Folio.eq("b"));
            let filled = written.filled(now, [filter, Expr::val(20_u64)]);
            (filled.sql, filled.values.unwrap().0)
        })
    }

    #[test]
    fn gaps_are_filled_wherever_they_are() {
        let [postgres, sqlite] = texts(|_| Condition::all().add(Column::Version.gt(1)));
        let text = r#"SELECT "id" FROM "agreement" WHERE "agreement"."version" > $1 AND ("agreement"."folio" = $2 OR "agreement"."folio" = $3) LIMIT $4"#;
        assert_eq!(postgres.0, text);
        assert_eq!(sqlite.0, text.replace("$4", "20").replace('$', "?"));
        let values: [Value; 4] = [1.into(), "a".into(), "b".into(), 20_u64.into()];
        assert_eq!(postgres.1, values);
        assert_eq!(sqlite.1, values[..3]);
    }

    #[test]
    fn what_rules_repeat_is_bound_once_and_their_words_are_written() {
        let made = |_: &Viewer| {
            let other =
                || Condition::any().add(Column::Folio.eq("a'")).add(Column::Folio.eq("AÑO"));
            Condition::all()
                .add(
                    Column::Status
                        .is_in([AgreementStatus::Active, AgreementStatus::InternalReview]),
                )
                .add(other())
                .add(other())
        };
        let [postgres, sqlite] = texts(made);
        let text = r#"SELECT "id" FROM "agreement" WHERE "agreement"."status" IN ('ACTIVE', 'INTERNAL_REVIEW') AND ("agreement"."folio" = $1 OR "agreement"."folio" = $2) AND ("agreement"."folio" = $1 OR "agreement"."folio" = $2) AND ("agreement"."folio" = $3 OR "agreement"."folio" = $4) LIMIT $5"#;
        assert_eq!(postgres.0, text);
        assert_eq!(sqlite.0, text.replace("$5", "20").replace('$', "?"));
        // What a client says is bound, whatever it looks like.
        let values: [Value; 5] = ["a'".into(), "AÑO".into(), "a".into(), "b".into(), 20_u64.into()];
        assert_eq!(postgres.1, values);
    }

    #[test]
    fn what_a_rule_says_of_the_moment_is_said_of_each() {
        let made = |viewer: &Viewer| {
            Condition::all()
                .add(Column::EndsAt.gt(viewer.now))
                .add(Column::EndsAt.lt(viewer.now + Duration::days(14)))
                .add(Column::EndsAt.ne("2026-11-30T12:00:00Z".parse::<DateTime<Utc>>().unwrap()))
        };
        let at = |text: &str| Value::from(text.parse::<DateTime<Utc>>().unwrap());
        for (_, values) in texts(made) {
            assert_eq!(values[0], at("2026-11-30T21:00:00.000001Z"));
            assert_eq!(values[1], at("2026-12-14T21:00:00.000001Z"));
            assert_eq!(values[2], at("2026-11-30T12:00:00Z"));
        }
    }
}
