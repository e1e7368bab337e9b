//! Where bytes are kept: a folder of this machine, or a bucket that speaks S3.
//!
//! All that was ever kept for a document stands under its id, each time it was sent under a new
//! name: `<document>/<name>`; and so do the pieces of a bulk job's file. Which of them counts, the row says. So nothing is overwritten or
//! moved, and what the row does not name can be taken away.

use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder,
    buffered::BufWriter, local::LocalFileSystem, path::Path,
};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    links::Key,
};

/// How many bytes of a file are in memory before they are written; the least part that S3 takes.
const PART: usize = 5 * 1_024 * 1_024;

/// For how long a bucket may say nothing.
const SILENCE: Duration = Duration::from_secs(10);

/// Where and how documents are kept.
#[derive(Clone)]
pub struct ArchiveSettings {
    /// Where.
    pub place: Place,
    /// The most bytes that a document may have.
    pub most_bytes: i32,
    /// What links are signed with.
    pub link_key: [u8; 32],
    /// The address under which clients know the service; without it links begin with a slash.
    pub address: Option<String>,
}

/// Where bytes are kept.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder, which is made.
    Folder(PathBuf),
    /// In a bucket that speaks S3.
    Bucket(Bucket),
}

/// A bucket that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The address of the service, unless it is Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Id and secret of the key; without one, the machine's own rights count.
    pub key: Option<(String, String)>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for ArchiveSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchiveSettings").field("place", &self.place).finish_non_exhaustive()
    }
}

/// The archive. Cheap to clone.
#[derive(Clone)]
pub struct Archive(Arc<Inner>);

struct Inner {
    objects: Arc<dyn ObjectStore>,
    /// Where it is a folder of this machine.
    folder: Option<PathBuf>,
    most_bytes: i32,
    key: Key,
    address: String,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Archive({})", self.0.objects)
    }
}

impl Archive {
    /// Opens it. Of a bucket nothing is asked yet.
    ///
    /// # Errors
    /// When the folder cannot be made, or the bucket's address cannot be one.
    pub fn open(settings: ArchiveSettings) -> io::Result<Self> {
        let ArchiveSettings { place, most_bytes, link_key, address } = settings;
        let (objects, folder): (Arc<dyn ObjectStore>, _) = match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(&folder)?;
                let files = LocalFileSystem::new_with_prefix(&folder)?;
                // What the database says is kept must be kept, also when the power fails.
                (Arc::new(files.with_fsync(true).with_automatic_cleanup(true)), Some(folder))
            }
            Place::Bucket(bucket) => (Arc::new(open_bucket(bucket)?), None),
        };
        let (key, address) = (Key::new(link_key), address.unwrap_or_default());
        Ok(Self(Arc::new(Inner { objects, folder, most_bytes, key, address })))
    }

    /// The most bytes that a document may have.
    pub(crate) fn most_bytes(&self) -> i32 {
        self.0.most_bytes
    }

    /// What links are signed with.
    pub(crate) fn key(&self) -> &Key {
        &self.0.key
    }

    /// What links begin with.
    pub(crate) fn address(&self) -> &str {
        &self.0.address
    }

    /// Begins to keep bytes. They are there once the writer was shut down.
    pub(crate) fn writer(&self, of: impl Into<Uuid>, name: &str) -> BufWriter {
        let path = Path::from_iter([shelf(of).as_str(), name]);
        BufWriter::with_capacity(self.0.objects.clone(), path, PART).with_max_concurrency(1)
    }

    /// Bytes that are kept, piece by piece.
    pub(crate) async fn read(
        &self,
        of: impl Into<Uuid>,
        name: &str,
    ) -> Result<BoxStream<'static, io::Result<bytes::Bytes>>> {
        let path = Path::from_iter([shelf(of).as_str(), name]);
        let found = self.0.objects.get(&path).await.map_err(Error::internal)?;
        Ok(found.into_stream().map_err(io::Error::from).boxed())
    }

    /// Takes away all that is kept for a document or a bulk job, but for what is `named`.
    pub(crate) async fn tidy(&self, of: impl Into<Uuid>, named: &[&str]) -> Result<()> {
        let place = shelf(of);
        if let Some(folder) = &self.0.folder {
            // Files that a crash left half written have names of their own, which the store does not list.
            let folder = folder.join(place);
            return tidy_folder(folder, named).await.map_err(Error::internal);
        }
        let below = Path::from(place);
        let mut found = self.0.objects.list(Some(&below));
        while let Some(object) = found.next().await {
            let path = object.map_err(Error::internal)?.location;
            if !path.filename().is_some_and(|name| named.contains(&name)) {
                self.0.objects.delete(&path).await.map_err(Error::internal)?;
            }
        }
        Ok(())
    }

    /// Takes away what was kept under one name.
    pub(crate) async fn discard(&self, of: impl Into<Uuid>, name: &str) -> Result<()> {
        let path = Path::from_iter([shelf(of).as_str(), name]);
        match self.0.objects.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(other) => Err(Error::internal(other)),
        }
    }
}

/// The part of the archive that is a document's, or a bulk job's. Made of the id alone: nothing
/// that a client wrote.
fn shelf(of: impl Into<Uuid>) -> String {
    of.into().simple().to_string()
}

async fn tidy_folder(folder: PathBuf, named: &[&str]) -> io::Result<()> {
    let mut entries = match tokio::fs::read_dir(&folder).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mut empty = true;
    while let Some(entry) = entries.next_entry().await? {
        if named.iter().any(|named| entry.file_name() == *named) {
            empty = false;
        } else {
            unless_gone(tokio::fs::remove_file(entry.path()).await)?;
        }
    }
    if empty { unless_gone(tokio::fs::remove_dir(&folder).await) } else { Ok(()) }
}

/// Another instance, on the same folder, may have taken it away already.
fn unless_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn open_bucket(bucket: Bucket) -> io::Result<object_store::aws::AmazonS3> {
    // The one TLS of this program; somebody else may have said so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Bucket { name, endpoint, region, key } = bucket;
    // A large file may take its time as long as it goes on; a silent bucket may not, nor be tried
    // again for long: people and the clockwork wait.
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(SILENCE)
        .with_read_timeout(SILENCE);
    let retry = RetryConfig { max_retries: 2, retry_timeout: SILENCE, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(name)
        .with_region(region)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        let plain = endpoint.starts_with("http://");
        builder = builder.with_endpoint(endpoint).with_allow_http(plain);
    }
    if let Some((id, secret)) = key {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret);
    }
    builder.build().map_err(io::Error::from)
}
