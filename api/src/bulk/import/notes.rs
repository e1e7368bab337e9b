//! What there is to say of the lines of a file: the file that its sender fetches afterwards.

use entity::BulkFormat;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{bulk::carry::Broken, error::Error, import::Note};

/// How many notes are told; the counts of the job have them all.
const MOST: u64 = 100_000;
/// From how many bytes on they become a piece of the file, so that what is written down with every
/// batch of lines stays short.
const PIECE: usize = 16 << 10;

/// The notes that are not in a piece of the file yet, and how many there were.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Notes {
    waiting: String,
    told: u64,
}

impl Notes {
    /// The file as it begins.
    pub(super) fn begin(format: BulkFormat) -> Self {
        let waiting = match format {
            BulkFormat::Csv => "line,column,kind,message\n".to_owned(),
            BulkFormat::Jsonl => String::new(),
        };
        Self { waiting, told: 0 }
    }

    /// Adds one, as long as there is room.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(super) fn add(&mut self, note: &Note, format: BulkFormat) -> Result<(), Broken> {
        self.told += 1;
        if self.told > MOST {
            return Ok(());
        }
        let kind = if note.error { "ERROR" } else { "WARNING" };
        match format {
            BulkFormat::Jsonl => {
                let told = json!({ "line": note.line, "column": note.column, "kind": kind, "message": note.message });
                self.waiting += &told.to_string();
                self.waiting.push('\n');
            }
            BulkFormat::Csv => {
                let mut writer = csv::Writer::from_writer(Vec::new());
                let column = note.column.as_deref().unwrap_or_default();
                writer
                    .write_record([note.line.to_string().as_str(), column, kind, &note.message])
                    .map_err(Error::internal)?;
                let written =
                    writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
                self.waiting += &String::from_utf8(written).map_err(Error::internal)?;
            }
        }
        Ok(())
    }

    /// A piece of the file, once there is enough for one; at the end, whatever there is.
    pub(super) fn piece(&mut self, end: bool) -> Option<Vec<u8>> {
        let enough = end || self.waiting.len() >= PIECE;
        (enough && !self.waiting.is_empty()).then(|| std::mem::take(&mut self.waiting).into_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn note(line: u64, message: &str) -> Note {
        Note { line, column: Some("rfc".to_owned()), error: true, message: message.to_owned() }
    }

    #[test]
    fn notes_are_lines_of_either_kind() {
        let mut notes = Notes::begin(BulkFormat::Csv);
        notes.add(&note(3, "no es, así / \"is\" not"), BulkFormat::Csv).unwrap();
        assert!(notes.piece(false).is_none());
        let told = String::from_utf8(notes.piece(true).unwrap()).unwrap();
        let expected = "line,column,kind,message\n3,rfc,ERROR,\"no es, así / \"\"is\"\" not\"\n";
        assert_eq!(told, expected);
        let mut notes = Notes::begin(BulkFormat::Jsonl);
        notes.add(&note(4, "x"), BulkFormat::Jsonl).unwrap();
        let told: serde_json::Value = serde_json::from_slice(&notes.piece(true).unwrap()).unwrap();
        assert_eq!(told, json!({ "line": 4, "column": "rfc", "kind": "ERROR", "message": "x" }));
        assert!(notes.piece(true).is_none());
    }

    #[test]
    fn what_is_told_has_an_end() {
        let mut notes = Notes::begin(BulkFormat::Jsonl);
        let mut length = 0;
        for line in 0..MOST + 10 {
            notes.add(&note(line, "x"), BulkFormat::Jsonl).unwrap();
            length +=
                notes.piece(false).map_or(0, |piece| piece.split(|b| *b == b'\n').count() - 1);
        }
        length += notes.piece(true).map_or(0, |piece| piece.split(|b| *b == b'\n').count() - 1);
        assert_eq!((length as u64, notes.told), (MOST, MOST + 10));
    }
}
