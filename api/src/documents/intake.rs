//! Bytes that come, whatever they are of: looked at piece by piece, and kept whole or not at all.

use std::{future::Future, io};

use bytes::Bytes;
use tokio::{io::AsyncWriteExt, sync::mpsc};
use uuid::Uuid;

use super::{Archive, Unserved};
use crate::{error::Error, work::Work};

/// What looks at bytes while they come.
pub(crate) trait Look {
    /// A piece has come.
    ///
    /// # Errors
    /// Why it is not taken.
    fn piece(&mut self, piece: &[u8]) -> Result<(), Unserved>;

    /// No more will come.
    ///
    /// # Errors
    /// Why all of it together is not taken.
    fn whole(self) -> Result<(), Unserved>;
}

/// Keeps bytes under a name on the shelf of whatever they are `of`. They count by the work that
/// `settle` begins once they are there and right.
///
/// # Errors
/// Why they are not kept: then nothing of them is.
pub(crate) async fn receive(
    archive: &Archive,
    (of, name): (Uuid, &str),
    bytes: mpsc::Receiver<io::Result<Bytes>>,
    look: impl Look,
    settle: impl Future<Output = Result<Work, Unserved>>,
) -> Result<(), Unserved> {
    let settled = match take(archive, (of, name), bytes, look).await {
        Ok(()) => settle.await,
        Err(refused) => Err(refused),
    };
    let work = match settled {
        Ok(work) => work,
        Err(refused) => {
            if let Err(error) = archive.discard(of, name).await {
                // The clockwork takes them away.
                tracing::warn!(error = error.describe(), "bytes were left over");
            }
            return Err(refused);
        }
    };
    // If this fails nobody knows whether it did: the bytes stay until the clockwork looks.
    Ok(work.commit().await?)
}

/// Writes the bytes into the archive; they are complete there only if they are right.
async fn take(
    archive: &Archive,
    (of, name): (Uuid, &str),
    mut bytes: mpsc::Receiver<io::Result<Bytes>>,
    mut look: impl Look,
) -> Result<(), Unserved> {
    let mut writer = archive.writer(of, name);
    let taken: Result<(), Unserved> = async {
        while let Some(piece) = bytes.recv().await {
            let piece = piece.map_err(|_| Unserved::Differs("the bytes broke off"))?;
            look.piece(&piece)?;
            writer.put(piece).await.map_err(Error::internal)?;
        }
        look.whole()
    }
    .await;
    if let Err(refused) = taken {
        if let Err(error) = writer.abort().await {
            tracing::warn!(%error, "an upload could not be broken off");
        }
        return Err(refused);
    }
    writer.shutdown().await.map_err(Error::internal)?;
    Ok(())
}
