//! What the database is asked before anything is measured, through `psql`.

use std::{
    io,
    path::PathBuf,
    process::{Command, Output},
};

use serde::Deserialize;
use serde_json::Value;

/// A database and the program that asks it.
#[derive(Clone, Debug)]
pub struct Database {
    pub psql: PathBuf,
    pub url: String,
}

/// What the operations are asked for; `parameters.sql` says how it is chosen.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    pub open_needs: Vec<Value>,
    pub needs: Vec<String>,
    pub words: Vec<String>,
    pub places: Vec<Place>,
    pub office: String,
    pub company: String,
}

/// Where a page of offers ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    pub listed_at: String,
    pub id: String,
}

impl Database {
    pub fn parameters(&self) -> io::Result<Parameters> {
        let answer = self.ask(include_str!("../parameters.sql"))?;
        serde_json::from_str(&answer).map_err(|error| {
            io::Error::other(format!("the data does not serve for the operations: {error}"))
        })
    }

    /// The one value of a statement, as text.
    pub fn ask(&self, statement: &str) -> io::Result<String> {
        let output = Command::new(&self.psql)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement, &self.url])
            .output()?;
        said(&output)
    }
}

/// What a program printed, if it went well.
pub fn said(output: &Output) -> io::Result<String> {
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
