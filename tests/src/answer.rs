//! What comes back.

use serde_json::Value;

/// The answer to one operation.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// `data`, of an answer without errors.
    ///
    /// # Panics
    /// When there are errors.
    #[allow(clippy::must_use_candidate, reason = "that it can be had may be the question")]
    pub fn data(&self) -> &Value {
        assert!(self.body["errors"].is_null(), "{:#}", self.body);
        &self.body["data"]
    }

    /// What the only root field answered.
    ///
    /// # Panics
    /// When there are errors, or several root fields.
    #[must_use]
    pub fn root(&self) -> &Value {
        let data = self.data().as_object().unwrap_or_else(|| panic!("{:#}", self.body));
        let mut fields = data.values();
        let root = fields.next().unwrap_or(&Value::Null);
        assert!(fields.next().is_none(), "one root field at a time: {:#}", self.body);
        root
    }

    /// The code of the first error.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        let code = self.body["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no error with a code: {:#}", self.body))
    }

    /// What the sender can mend, as `CODE` or `CODE path.of.the.field`.
    ///
    /// # Panics
    /// When there are errors.
    #[must_use]
    pub fn user_errors(&self) -> Vec<String> {
        let told = self.root()["userErrors"].as_array().cloned().unwrap_or_default();
        told.iter()
            .map(|error| {
                let code = error["code"].as_str().unwrap_or_default();
                let path: Vec<_> = error["field"]
                    .as_array()
                    .map(|parts| parts.iter().filter_map(Value::as_str).collect())
                    .unwrap_or_default();
                format!("{code} {}", path.join(".")).trim_end().to_owned()
            })
            .collect()
    }

    /// How it ended, in a word: the code of the error, the codes of the mistakes, or `DONE`.
    #[must_use]
    pub fn outcome(&self) -> String {
        if !self.body["errors"].is_null() {
            return self.code().to_owned();
        }
        let mistakes = self.user_errors();
        if mistakes.is_empty() { "DONE".to_owned() } else { mistakes.join(", ") }
    }
}
