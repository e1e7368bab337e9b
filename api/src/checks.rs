//! Checks of what people send: every mistake is collected, none stops at the first.

use async_graphql::MaybeUndefined;
use chrono::{Datelike, NaiveDate};
use entity::{Codes, Confidential, Localized, Texts};
use sea_orm::ActiveEnum;

use crate::{
    codes::Labels,
    error::{Error, Result, UserError, UserErrorCode},
    scalars::LocalizedTextInput,
    text::{is_invisible, is_plausible_year},
};

/// The mistakes found so far, each with the path of its field.
#[derive(Debug)]
pub(crate) struct Checks<'a> {
    /// The path of the input object, with a dot behind it.
    prefix: &'static str,
    labels: &'a Labels,
    errors: Vec<UserError>,
}

impl<'a> Checks<'a> {
    /// Checks of an input object at `prefix` (`input.`).
    pub(crate) fn new(prefix: &'static str, labels: &'a Labels) -> Self {
        Self { prefix, labels, errors: Vec::new() }
    }

    /// A mistake in a field.
    pub(crate) fn wrong(&mut self, field: &str, code: UserErrorCode, message: impl Into<String>) {
        self.errors.push(UserError::at(&format!("{}{field}", self.prefix), code, message));
    }

    /// A field that must be given is not.
    fn missing(&mut self, field: &str) {
        self.errors.push(UserError::required(&format!("{}{field}", self.prefix)));
    }

    /// Nothing when everything is right.
    pub(crate) fn done(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Refused(self.errors)) }
    }

    /// The lists that codes are checked against.
    pub(crate) fn labels(&self) -> &'a Labels {
        self.labels
    }

    /// A plain text of at most `most` characters: trimmed, without control characters; nothing when blank.
    pub(crate) fn plain(&mut self, field: &str, text: &str, most: usize) -> Option<String> {
        let text = text.trim();
        let mislead = |letter: char| {
            is_invisible(letter) || letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
        };
        if text.chars().any(mislead) {
            self.wrong(
                field,
                UserErrorCode::Invalid,
                "tiene caracteres de control / has control characters",
            );
        }
        let length = text.chars().count();
        if length > most {
            self.wrong(
                field,
                UserErrorCode::TooLong,
                format!("tiene {length} caracteres; el máximo es {most} / has {length} characters; the most is {most}"),
            );
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The same for a text that must be there.
    pub(crate) fn required_plain(&mut self, field: &str, text: &str, most: usize) -> String {
        let text = self.plain(field, text, most);
        if text.is_none() {
            self.missing(field);
        }
        text.unwrap_or_default()
    }

    /// A text in one or both languages, each of at most `most` characters; nothing when both are blank.
    pub(crate) fn localized(
        &mut self,
        field: &str,
        text: LocalizedTextInput,
        most: usize,
    ) -> Option<Localized> {
        let mut side = |language: &str, text: Option<String>| {
            text.and_then(|text| self.plain(&format!("{field}.{language}"), &text, most))
        };
        let (es, en) = (side("es", text.es), side("en", text.en));
        (es.is_some() || en.is_some()).then_some(Localized { es, en })
    }

    /// Changes a text that must stay: blank or null is a mistake.
    pub(crate) fn required_text(
        &mut self,
        field: &str,
        input: MaybeUndefined<LocalizedTextInput>,
        most: usize,
        target: &mut Localized,
    ) {
        let told = match input {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(text) => self.localized(field, text, most),
        };
        match told {
            Some(text) => *target = text,
            None => self.missing(field),
        }
    }

    /// Changes a text that may be empty.
    pub(crate) fn optional_text(
        &mut self,
        field: &str,
        input: MaybeUndefined<LocalizedTextInput>,
        most: usize,
        target: &mut Option<Localized>,
    ) {
        match input {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *target = None,
            MaybeUndefined::Value(text) => *target = self.localized(field, text, most),
        }
    }

    /// Changes a confidential text that may be empty.
    pub(crate) fn sealed_text(
        &mut self,
        field: &str,
        input: MaybeUndefined<LocalizedTextInput>,
        most: usize,
        target: &mut Option<Confidential>,
    ) {
        match input {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *target = None,
            MaybeUndefined::Value(text) => {
                *target = self.localized(field, text, most).map(Confidential::new);
            }
        }
    }

    /// Changes a plain text that may be empty.
    pub(crate) fn optional_plain(
        &mut self,
        field: &str,
        input: MaybeUndefined<String>,
        most: usize,
        target: &mut Option<String>,
    ) {
        match input {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *target = None,
            MaybeUndefined::Value(text) => *target = self.plain(field, &text, most),
        }
    }

    /// Changes a number that must lie in a range.
    pub(crate) fn number(
        &mut self,
        field: &str,
        input: MaybeUndefined<i32>,
        range: std::ops::RangeInclusive<i32>,
        target: &mut Option<i32>,
    ) {
        if let MaybeUndefined::Value(number) = &input
            && !range.contains(number)
        {
            let (least, most) = (range.start(), range.end());
            self.wrong(
                field,
                UserErrorCode::Invalid,
                format!("debe estar entre {least} y {most} / must be between {least} and {most}"),
            );
        }
        set(input, target);
    }

    /// A currency code.
    pub(crate) fn currency(&mut self, field: &str, code: &str) {
        if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.wrong(
                field,
                UserErrorCode::Invalid,
                "debe ser un código ISO 4217 / must be an ISO 4217 code",
            );
        }
    }

    /// Changes a day, which must lie in a year that both databases can order.
    pub(crate) fn day(
        &mut self,
        field: &str,
        input: MaybeUndefined<NaiveDate>,
        target: &mut Option<NaiveDate>,
    ) {
        if let MaybeUndefined::Value(day) = &input
            && !is_plausible_year(day.year())
        {
            self.wrong(
                field,
                UserErrorCode::Invalid,
                "el año no es posible / the year is not possible",
            );
            return;
        }
        set(input, target);
    }

    /// Changes a list of codes of an official list.
    pub(crate) fn codes(
        &mut self,
        field: &str,
        list: &str,
        input: MaybeUndefined<Vec<String>>,
        most: usize,
        target: &mut Codes,
    ) {
        let codes = match input {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => Vec::new(),
            MaybeUndefined::Value(codes) => codes,
        };
        for code in codes.iter().filter(|code| !self.labels.has(list, code)) {
            // The code goes back to its sender, cut: a mistake may be long.
            let code: String = code.chars().take(20).collect();
            self.wrong(
                field,
                UserErrorCode::Invalid,
                format!("«{code}» no está en la lista {list} / is not in the list {list}"),
            );
        }
        *target = self.at_most(field, codes, most).into_iter().collect();
    }

    /// Changes a list of vocabulary values.
    pub(crate) fn values<E: ActiveEnum<Value = String>>(
        &mut self,
        field: &str,
        input: MaybeUndefined<Vec<E>>,
        most: usize,
        target: &mut Codes,
    ) {
        let values = match input {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => Vec::new(),
            MaybeUndefined::Value(values) => values,
        };
        let codes = values.iter().map(ActiveEnum::to_value).collect();
        *target = Codes(self.at_most(field, codes, most));
    }

    /// Changes a list of short texts.
    pub(crate) fn texts(
        &mut self,
        field: &str,
        input: MaybeUndefined<Vec<String>>,
        most: usize,
        longest: usize,
        target: &mut Texts,
    ) {
        let texts = match input {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => Vec::new(),
            MaybeUndefined::Value(texts) => texts,
        };
        let texts = self.at_most(field, texts, most);
        *target = Texts(texts.iter().filter_map(|text| self.plain(field, text, longest)).collect());
    }

    /// Each value once, and not more than `most` of them.
    pub(crate) fn at_most<T: PartialEq>(
        &mut self,
        field: &str,
        values: Vec<T>,
        most: usize,
    ) -> Vec<T> {
        let mut once = Vec::with_capacity(values.len());
        for value in values {
            if !once.contains(&value) {
                once.push(value);
            }
        }
        if once.len() > most {
            self.wrong(
                field,
                UserErrorCode::LimitReached,
                format!("admite a lo más {most} / takes at most {most}"),
            );
            once.truncate(most);
        }
        once
    }

    /// A text inside a structured list, of at most `most` characters; must not be blank.
    pub(crate) fn part(&mut self, field: &str, text: &mut String, most: usize) {
        match self.plain(field, text, most) {
            Some(trimmed) => *text = trimmed,
            None => self.missing(field),
        }
    }

    /// A text inside a structured list that may be absent.
    pub(crate) fn optional_part(&mut self, field: &str, text: &mut Option<String>, most: usize) {
        *text = text.take().and_then(|text| self.plain(field, &text, most));
    }

    /// What must be there before a record can go on.
    pub(crate) fn present(&mut self, field: &str, there: bool) {
        if !there {
            self.wrong(
                field,
                UserErrorCode::Required,
                "es obligatorio para enviar a revisión / is required before review",
            );
        }
    }
}

/// Changes a value that may be empty.
pub(crate) fn set<T>(input: MaybeUndefined<T>, target: &mut Option<T>) {
    match input {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *target = None,
        MaybeUndefined::Value(value) => *target = Some(value),
    }
}

/// A note of at most 1,000 characters that must be there (`input.note`).
pub(crate) fn checked_note(ctx: &async_graphql::Context<'_>, note: &str) -> Result<String> {
    use crate::context::Request;
    let mut checks = Checks::new("input.", ctx.service().labels());
    let note = checks.required_plain("note", note, 1_000);
    checks.done()?;
    Ok(note)
}
