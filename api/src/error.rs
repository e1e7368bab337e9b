//! Everything that can go wrong, and the one place that says how it is told.
//!
//! Two kinds of refusal (`docs/decisions/0002-refusals.md`): what the person at
//! the form can mend travels in the mutation's payload as [`UserError`]s;
//! everything else is an entry of `errors` with a [`Code`].

use async_graphql::{Enum, ErrorExtensions, SimpleObject, resolver_utils::enum_value};
use entity::ClientScope;
use sea_orm::{ActiveEnum, ConnAcquireErr, DbErr, RuntimeErr, SqlxError, SqlxSqliteError};

/// The result of anything that may be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a nullable field of the schema answers with. Not `Result<Option<T>>`:
/// its error would null the parent instead of the field.
pub type Told<T> = Option<Result<T>>;

/// Why a request was not carried out.
///
/// It has no `Display` on purpose: async-graphql turns anything that has one
/// into an error without a code, and its text into the client's.
#[derive(Clone, Debug)]
pub enum Error {
    /// There is no such thing, or the viewer may not know of it.
    NotFound(&'static str),
    /// The viewer may know of it, but not do this.
    Forbidden,
    /// A machine asks for what none of its scopes names: the one that does, if there is one.
    OutOfScope(Option<ClientScope>),
    /// Only for those who say who they are.
    Unauthenticated,
    /// An argument of a query cannot be used: its path and what is wrong.
    Argument(&'static str, String),
    /// What the person at the form can mend.
    Refused(Vec<UserError>),
    /// The idempotency key was used for the same mutation with other input.
    IdempotencyMismatch,
    /// What the idempotency key stands for is being done, and was not done in time.
    UnderWay,
    /// The time for this operation is up.
    Timeout,
    /// Too much is going on: there is no place, no connection or no lock to be had in time.
    Overloaded,
    /// Our fault. The cause is logged and never told.
    Internal(String),
}

/// What a client can branch on: `errors[].extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "ErrorCode")]
pub enum Code {
    /// The document is not GraphQL, or the request is not one.
    GraphqlParseFailed,
    /// The document does not fit the schema, or breaks a limit on its shape.
    GraphqlValidationFailed,
    /// A variable or an argument cannot be used as it is.
    BadUserInput,
    /// Only for those who say who they are.
    Unauthenticated,
    /// It exists, and you may not do this.
    Forbidden,
    /// It does not exist, or not for you.
    NotFound,
    /// The same is being done at this moment, under the same idempotency key: send it again a little later.
    Conflict,
    /// Too many requests in too short a time.
    RateLimited,
    /// The operation would cost more than one request may.
    CostLimitExceeded,
    /// The operation is nested more deeply than is allowed.
    DepthLimitExceeded,
    /// No document is stored under this hash.
    PersistedQueryNotFound,
    /// The idempotency key was used for the same mutation with other input; nothing was done.
    IdempotencyMismatch,
    /// The operation took too long and was ended.
    Timeout,
    /// The service has too much to do at the moment: try again a little later.
    Overloaded,
    /// Our fault; quote `extensions.reference` when you report it.
    Internal,
}

/// What is wrong with the input of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// The field must be given.
    Required,
    /// The text is longer than its limit.
    TooLong,
    /// The value does not fit its field.
    Invalid,
    /// It refers to something that does not exist for you.
    NotFound,
    /// There is one already.
    Duplicate,
    /// The record is not in a state that allows this.
    IllegalState,
    /// The record has changed since you read it; `expectedVersion` is not its version.
    StaleObject,
    /// Who wrote a text may not be the one who publishes it.
    FourEyes,
    /// The public text would tell who stands behind the record.
    BlindCheck,
    /// The company has not consented to this.
    ConsentMissing,
    /// A limit of the network is reached.
    LimitReached,
    /// The organization would be left without an admin: give the role to somebody else first.
    LastAdmin,
}

/// Something in the input that its sender can mend.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// What kind of mistake it is, for programs.
    pub code: UserErrorCode,
    /// The path of the field, from the mutation's argument down; null when it concerns no single field.
    pub field: Option<Vec<String>>,
    /// What is wrong, for people: Spanish first, then English after a slash.
    pub message: String,
    /// The version that the record has now. Null unless `code` is `STALE_OBJECT`.
    pub present_version: Option<i32>,
}

impl UserError {
    /// A mistake in the field at `path`, written with dots (`input.title.es`).
    #[must_use]
    pub fn at(path: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            field: Some(path.split('.').map(Into::into).collect()),
            message: message.into(),
            present_version: None,
        }
    }

    /// The field at `path` must be given.
    #[must_use]
    pub fn required(path: &str) -> Self {
        Self::at(path, UserErrorCode::Required, "es obligatorio / is required")
    }

    /// A mistake that concerns no single field.
    #[must_use]
    pub fn general(code: UserErrorCode, message: impl Into<String>) -> Self {
        Self { code, field: None, message: message.into(), present_version: None }
    }
}

impl Error {
    /// One mistake that its sender can mend.
    #[must_use]
    pub fn refused(code: UserErrorCode, message: impl Into<String>) -> Self {
        Self::Refused(vec![UserError::general(code, message)])
    }

    /// One mistake in the field at `path` (dots between its parts).
    #[must_use]
    pub fn field(path: &str, code: UserErrorCode, message: impl Into<String>) -> Self {
        Self::Refused(vec![UserError::at(path, code, message)])
    }

    /// The field at `path` was meant for a record as it was before; `present` is its version now.
    #[must_use]
    pub fn stale(path: &str, present: i32, message: impl Into<String>) -> Self {
        let error = UserError::at(path, UserErrorCode::StaleObject, message);
        Self::Refused(vec![UserError { present_version: Some(present), ..error }])
    }

    /// The field at `path` refers to something that does not exist for its sender.
    #[must_use]
    pub fn no_such(path: &str) -> Self {
        Self::field(path, UserErrorCode::NotFound, "no existe / does not exist")
    }

    /// The field at `path` must be given.
    #[must_use]
    pub fn required(path: &str) -> Self {
        Self::Refused(vec![UserError::required(path)])
    }

    /// Our fault: `cause` is logged when the error is told.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The public code of this error.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => Code::NotFound,
            Self::Forbidden | Self::OutOfScope(_) => Code::Forbidden,
            Self::Unauthenticated => Code::Unauthenticated,
            Self::Argument(..) | Self::Refused(_) => Code::BadUserInput,
            Self::IdempotencyMismatch => Code::IdempotencyMismatch,
            Self::UnderWay => Code::Conflict,
            Self::Timeout => Code::Timeout,
            Self::Overloaded => Code::Overloaded,
            Self::Internal(_) => Code::Internal,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NotFound(what) => format!("there is no such {what}, or not for you"),
            Self::Forbidden => "this is not yours to do".into(),
            Self::OutOfScope(Some(scope)) => {
                format!("this needs the scope {}", scope.to_value())
            }
            Self::OutOfScope(None) => "this is for people, not for machines".into(),
            Self::Unauthenticated => "only for those who say who they are".into(),
            Self::Argument(field, problem) => format!("{field}: {problem}"),
            Self::Refused(errors) => {
                errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join("; ")
            }
            Self::IdempotencyMismatch => {
                "this idempotency key was used with other input: nothing was done".into()
            }
            Self::UnderWay => {
                "the same is being done under this idempotency key: send it again a little later"
                    .into()
            }
            Self::Timeout => "the operation took too long and was ended".into(),
            Self::Overloaded => {
                "too much is going on at the moment: try again a little later".into()
            }
            Self::Internal(_) => "something went wrong on our side".into(),
        }
    }

    /// For command lines and logs: the cause too.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Internal(cause) => cause.clone(),
            other => other.message(),
        }
    }
}

impl From<DbErr> for Error {
    fn from(cause: DbErr) -> Self {
        if matches!(cause, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) || is_busy(&cause) {
            return Self::Overloaded;
        }
        if is_away(&cause) {
            tracing::warn!(%cause, "the database is away");
            return Self::Overloaded;
        }
        let text = cause.to_string();
        // PostgreSQL ended one of two that waited for each other, or one that waited too long.
        if text.contains("deadlock detected")
            || text.contains("could not serialize access")
            || text.contains("canceling statement due to lock timeout")
        {
            return Self::Overloaded;
        }
        // PostgreSQL's statement timeout and SQLite's progress handler end a statement this way.
        if text.contains("canceling statement due to statement timeout")
            || text.contains("interrupted")
        {
            return Self::Timeout;
        }
        Self::Internal(text)
    }
}

/// Whether PostgreSQL cannot be reached, breaks off, or says that it ends or only begins.
fn is_away(cause: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = cause
    else {
        return false;
    };
    match cause.as_ref() {
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::WorkerCrashed => true,
        // Class 57: operator intervention (PostgreSQL, appendix A).
        SqlxError::Database(told) => told.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// Whether SQLite waited in vain for a lock that somebody else holds.
fn is_busy(cause: &DbErr) -> bool {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        cause
    else {
        return false;
    };
    let SqlxError::Database(told) = cause.as_ref() else { return false };
    let code = told.try_downcast_ref::<SqlxSqliteError>().and_then(|_| told.code()?.parse().ok());
    // The upper bytes of an extended code say why it is locked.
    code.is_some_and(|code: i32| matches!(code & 0xff, BUSY | LOCKED))
}

impl From<Error> for async_graphql::Error {
    #[expect(clippy::disallowed_methods, reason = "the one place where GraphQL errors are made")]
    fn from(error: Error) -> Self {
        let told = async_graphql::Error::new(error.message());
        told.extend_with(|_, extensions| {
            extensions.set("code", enum_value(error.code()));
            match &error {
                Error::Argument(field, _) => extensions.set(
                    "field",
                    field.split('.').map(async_graphql::Value::from).collect::<Vec<_>>(),
                ),
                Error::Internal(cause) => {
                    let reference = uuid::Uuid::new_v4().simple().to_string();
                    tracing::error!(%reference, %cause, "request failed");
                    extensions.set("reference", reference);
                }
                _ => {}
            }
        })
    }
}
