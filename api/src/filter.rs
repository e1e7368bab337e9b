//! The few kinds of condition that list filters are made of: nothing for what a filter is not
//! given. What it is given is checked: a wrong code is an error, never an empty page.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, Value,
    sea_query::{LikeExpr, SimpleExpr},
};

use crate::{
    codes::{Labels, SCIAN, STATE},
    error::{Error, Result},
    text,
};

/// Text inside a folded column, `%`, `_` and `\` taken literally.
///
/// # Errors
/// When it does not say anything, or too much.
pub(crate) fn text(column: impl ColumnTrait, wanted: Option<String>) -> Result<Option<SimpleExpr>> {
    let Some(wanted) = wanted else { return Ok(None) };
    check_text("filter.text", &wanted)?;
    let pattern = format!("%{}%", escaped(&text::fold(&wanted)));
    Ok(Some(column.into_expr().like(LikeExpr::new(pattern).escape('\\'))))
}

/// A folio, letter by letter.
///
/// # Errors
/// When it does not say anything, or too much.
pub(crate) fn folio(
    column: impl ColumnTrait,
    wanted: Option<String>,
) -> Result<Option<SimpleExpr>> {
    exactly("filter.folio", column, wanted)
}

/// A text, letter by letter.
///
/// # Errors
/// When it does not say anything, or too much.
pub(crate) fn exactly(
    field: &'static str,
    column: impl ColumnTrait,
    wanted: Option<String>,
) -> Result<Option<SimpleExpr>> {
    let Some(wanted) = wanted else { return Ok(None) };
    check_text(field, &wanted)?;
    Ok(Some(column.eq(wanted)))
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

/// One of the SCIAN codes of a list column is this one, or begins with it.
///
/// # Errors
/// When the list has no such code.
pub(crate) fn scian(
    labels: &Labels,
    column: impl ColumnTrait,
    code: Option<String>,
) -> Result<Option<Condition>> {
    let Some(code) = code else { return Ok(None) };
    let prefixes = scian_prefixes(labels, "filter.scian", &code)?;
    let begins = |prefix: &String| {
        let like = LikeExpr::new(format!("%|{}%", escaped(prefix))).escape('\\');
        column.into_expr().like(like)
    };
    Ok(Some(prefixes.iter().map(begins).fold(Condition::any(), Condition::add)))
}

/// The SCIAN subsector of a column.
///
/// # Errors
/// When the list has no such subsector.
pub(crate) fn subsector(
    labels: &Labels,
    column: impl ColumnTrait,
    code: Option<String>,
) -> Result<Option<SimpleExpr>> {
    let Some(code) = code else { return Ok(None) };
    if labels.subsector(&code).is_some_and(|entry| entry.code == code) {
        return Ok(Some(column.eq(code)));
    }
    let wrong = "is not a SCIAN subsector of the edition in use";
    Err(Error::Argument("filter.subsector", wrong.into()))
}

/// A federal state by its key.
///
/// # Errors
/// When there is no such state.
pub(crate) fn state(
    labels: &Labels,
    column: impl ColumnTrait,
    code: Option<String>,
) -> Result<Option<SimpleExpr>> {
    Ok(known_state(labels, code)?.map(|code| column.eq(code)))
}

/// A federal state by its key, in a list column.
///
/// # Errors
/// When there is no such state.
pub(crate) fn among_states(
    labels: &Labels,
    column: impl ColumnTrait,
    code: Option<String>,
) -> Result<Option<SimpleExpr>> {
    Ok(known_state(labels, code)?.map(|code| column.contains(format!("|{code}|"))))
}

fn known_state(labels: &Labels, code: Option<String>) -> Result<Option<String>> {
    if code.as_ref().is_none_or(|code| labels.has(STATE, code)) {
        return Ok(code);
    }
    Err(Error::Argument("filter.state", "is not an INEGI state key (01 to 32)".into()))
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

/// A text filter has 1 to 200 characters, and says something: it is not made of marks alone.
fn check_text(field: &'static str, wanted: &str) -> Result<()> {
    let fits = wanted.chars().count() <= 200 && !text::fold(wanted).is_empty();
    if fits && !wanted.contains('\0') {
        return Ok(());
    }
    Err(Error::Argument(field, "must have 1 to 200 characters".into()))
}

/// What a column refers to.
///
/// # Errors
/// When the text was no id of this kind: it became nobody's.
pub(crate) fn id<I>(
    field: &'static str,
    column: impl ColumnTrait,
    id: Option<I>,
) -> Result<Option<SimpleExpr>>
where
    I: Default + PartialEq + Into<Value>,
{
    Ok(known(field, id)?.map(|id| column.eq(id)))
}

/// An id of the right kind.
///
/// # Errors
/// When the text was no id of this kind: it became nobody's.
pub(crate) fn known<I: Default + PartialEq>(
    field: &'static str,
    id: Option<I>,
) -> Result<Option<I>> {
    if id.as_ref().is_some_and(|id| *id == I::default()) {
        return Err(Error::Argument(field, "is not an id of this kind".into()));
    }
    Ok(id)
}

/// On this day or before.
///
/// # Errors
/// When its year is before 1900 or after 9998.
pub(crate) fn until(
    field: &'static str,
    column: impl ColumnTrait,
    day: Option<NaiveDate>,
) -> Result<Option<SimpleExpr>> {
    match day {
        Some(day) if !text::is_plausible_year(day.year()) => {
            Err(Error::Argument(field, "has a year that is not possible".into()))
        }
        day => Ok(day.map(|day| column.lte(day))),
    }
}

/// At this moment or later.
///
/// # Errors
/// When its year is before 1900 or after 9998.
pub(crate) fn since(
    field: &'static str,
    column: impl ColumnTrait,
    at: Option<DateTime<Utc>>,
) -> Result<Option<SimpleExpr>> {
    Ok(at.map(|at| moment(field, at)).transpose()?.map(|at| column.gte(at)))
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
