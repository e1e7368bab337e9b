//! Which applications run in browsers, and what they ask.

use std::path::PathBuf;

use serde::Deserialize;

/// One application of pages in browsers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationSettings {
    /// Its name, for the log.
    pub name: String,
    /// The origins of its pages, such as `https://red.example.mx`: by these it is known.
    pub origins: Vec<String>,
    /// Its documents, JSON as its build writes it: `{"id": "document", …}`. Several files, so that
    /// the pages of the release before still work.
    pub documents: Vec<PathBuf>,
    /// What becomes of other documents that its pages send. Default: `off`.
    #[serde(default)]
    pub mode: TrustMode,
}

/// What becomes of a document that is not one of its application's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrustMode {
    /// It is carried out.
    #[default]
    Off,
    /// It is carried out, and a line in the log says so.
    Log,
    /// It is refused.
    Enforce,
}
