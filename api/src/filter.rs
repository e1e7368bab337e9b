//! The few kinds of condition that list filters are made of. What a filter is
//! given is checked: a wrong code is an error, never an empty page.

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{ColumnTrait, Condition, ExprTrait, sea_query::LikeExpr};

use crate::{
    codes::{Labels, SCIAN, STATE},
    error::{Error, Result},
    text,
};

/// Text inside a folded column, `%`, `_` and `\` taken literally.
pub(crate) fn contains(column: impl ColumnTrait, wanted: &str) -> Condition {
    let pattern = format!("%{}%", escaped(&text::fold(wanted)));
    Condition::all().add(column.into_expr().like(LikeExpr::new(pattern).escape('\\')))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// The beginnings that stand for a SCIAN code: three for `31-33`.
///
/// # Errors
/// When the list has no such code.
pub(crate) fn scian_prefixes(
    labels: &Labels,
    field: &'static str,
    code: &str,
) -> Result<Vec<String>> {
    if !labels.has(SCIAN, code) {
        return Err(Error::Argument(field, "is not a SCIAN code of the edition in use".into()));
    }
    Ok(match code {
        "31-33" => ["31", "32", "33"].map(String::from).to_vec(),
        "48-49" => ["48", "49"].map(String::from).to_vec(),
        code => vec![code.to_owned()],
    })
}

/// A SCIAN subsector.
///
/// # Errors
/// When the list has no such subsector.
pub(crate) fn subsector(labels: &Labels, field: &'static str, code: String) -> Result<String> {
    if labels.subsector(&code).is_some_and(|entry| entry.code == code) {
        return Ok(code);
    }
    Err(Error::Argument(field, "is not a SCIAN subsector of the edition in use".into()))
}

/// One code of a list column begins with one of these.
pub(crate) fn any_code_begins(column: impl ColumnTrait, prefixes: &[String]) -> Condition {
    prefixes.iter().fold(Condition::any(), |any, prefix| {
        any.add(
            column.into_expr().like(LikeExpr::new(format!("%|{}%", escaped(prefix))).escape('\\')),
        )
    })
}

/// A federal state by its key.
///
/// # Errors
/// When there is no such state.
pub(crate) fn state(labels: &Labels, field: &'static str, code: String) -> Result<String> {
    if labels.has(STATE, &code) {
        return Ok(code);
    }
    Err(Error::Argument(field, "is not an INEGI state key (01 to 32)".into()))
}

/// A readiness level.
///
/// # Errors
/// When it is not from 1 to 9.
pub(crate) fn trl(field: &'static str, level: i32) -> Result<i32> {
    if (1..=9).contains(&level) {
        return Ok(level);
    }
    Err(Error::Argument(field, "must be between 1 and 9".into()))
}

/// A text filter of 1 to 200 characters that says something.
///
/// # Errors
/// When it is empty, longer, or made of marks alone.
pub(crate) fn wanted_text(field: &'static str, wanted: &str) -> Result<()> {
    let fits = wanted.chars().count() <= 200 && !text::fold(wanted).is_empty();
    if fits && !wanted.contains('\0') {
        return Ok(());
    }
    Err(Error::Argument(field, "must have 1 to 200 characters".into()))
}

/// An id of the right kind.
///
/// # Errors
/// When the text was no such id.
pub(crate) fn known<I>(field: &'static str, id: I, nobodys: bool) -> Result<I> {
    if nobodys {
        return Err(Error::Argument(field, "is not an id of this kind".into()));
    }
    Ok(id)
}

/// A moment that both databases can compare.
///
/// # Errors
/// When its year is before 1900 or after 9998.
pub(crate) fn moment(field: &'static str, at: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if text::is_plausible_year(at.year()) {
        return Ok(at);
    }
    Err(Error::Argument(field, "must lie between the years 1900 and 9998".into()))
}
