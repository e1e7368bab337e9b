//! The index on disk, so that a start reads what has changed since and no more.
//!
//! A file of lines: a head, which says up to which event the records are true; a record a line, as
//! the engine is told of it, which is what the network may read; and the SHA-256 of all that. It is
//! written beside its place and moved there whole. Whatever does not fit is not used: the index can
//! always be built from the database.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
    sync::Arc,
};

use entity::EventId;
use matching::Profile;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::followers::Bookmark;

/// Raised when a profile is made otherwise of its row, so that what an older program wrote is not
/// taken for true.
const FORMAT: u32 = 1;

/// Up to where a snapshot is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    format: u32,
    /// How many records follow.
    records: usize,
    pub(crate) bookmark: Bookmark,
    /// The event at the bookmark: another database has another one there.
    pub(crate) event: Option<EventId>,
}

/// Records and up to where they are true.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) head: Head,
    pub(crate) records: Vec<Arc<Profile>>,
}

impl Snapshot {
    pub(crate) fn new(
        bookmark: Bookmark,
        event: Option<EventId>,
        records: Vec<Arc<Profile>>,
    ) -> Self {
        let head = Head { format: FORMAT, records: records.len(), bookmark, event };
        Self { head, records }
    }

    /// Writes a snapshot in place of the one that is there.
    ///
    /// # Errors
    /// When it cannot be written; then the one that is there stays.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // What the network reads is for the network.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = BufWriter::new(options.open(&beside)?);
        let mut hash = Sha256::new();
        let mut put = |mut line: Vec<u8>| {
            line.push(b'\n');
            hash.update(&line);
            file.write_all(&line)
        };
        put(serde_json::to_vec(&self.head)?)?;
        for record in &self.records {
            put(serde_json::to_vec(&**record)?)?;
        }
        let hash: [u8; 32] = hash.finalize().into();
        serde_json::to_writer(&mut file, &hash)?;
        file.into_inner()?.sync_all()?;
        fs::rename(&beside, path)
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// When there is none, when it is not whole, or when another version wrote it.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let unfit = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let mut file = BufReader::new(File::open(path)?);
        let (mut line, mut hash) = (Vec::new(), Sha256::new());
        let mut next = |line: &mut Vec<u8>| -> io::Result<()> {
            line.clear();
            file.read_until(b'\n', line)?;
            Ok(())
        };
        next(&mut line)?;
        hash.update(&line);
        let head: Head = serde_json::from_slice(&line)?;
        if head.format != FORMAT {
            return Err(unfit("another version wrote it"));
        }
        let mut records = Vec::new();
        for _ in 0..head.records {
            next(&mut line)?;
            hash.update(&line);
            records.push(Arc::new(serde_json::from_slice::<Profile>(&line)?));
        }
        next(&mut line)?;
        let told: [u8; 32] = serde_json::from_slice(&line)?;
        if told != <[u8; 32]>::from(hash.finalize()) {
            return Err(unfit("its SHA-256 is another one"));
        }
        Ok(Self { head, records })
    }
}

#[cfg(test)]
mod tests {
    use matching::{Kind, Passage};
    use uuid::Uuid;

    use super::*;

    fn snapshot() -> Snapshot {
        let record = |id| Profile {
            title: vec![Passage::spanish("Teñido sin agua\ny sin sal")],
            trl: Some((3, 7)),
            ..Profile::new(Uuid::from_u128(id), Kind::Offer)
        };
        let records = (1..4).map(record).map(Arc::new).collect();
        Snapshot::new(Bookmark::default(), Some(EventId(Uuid::from_u128(9))), records)
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let folder = std::env::temp_dir().join(Uuid::new_v4().to_string());
        fs::create_dir(&folder).expect("a folder");
        let path = folder.join("index.snapshot");
        assert_eq!(Snapshot::read(&path).expect_err("none").kind(), io::ErrorKind::NotFound);
        let written = snapshot();
        written.write(&path).expect("written");
        let read = Snapshot::read(&path).expect("read");
        assert_eq!((read.head, &read.records), (written.head, &written.records));

        let whole = fs::read_to_string(&path).expect("text");
        let other_version = whole.replace("\"format\":1", "\"format\":0");
        for unfit in [
            "",
            "{}",
            &whole[..whole.len() / 2],
            &whole[..whole.len() - 4],
            &whole.replacen("agua", "aire", 1),
            &other_version,
        ] {
            fs::write(&path, unfit).expect("written");
            Snapshot::read(&path).expect_err(unfit);
        }
        fs::remove_dir_all(folder).expect("removed");
    }
}
