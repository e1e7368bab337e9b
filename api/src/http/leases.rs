//! How much stays open: sockets and streams of events, in all and for one person.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::token::Claims;

/// What stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A WebSocket.
    Socket,
    /// A stream of server-sent events.
    Stream,
}

/// Who has it open. Not by token: a new one every quarter of an hour would be new room.
type Holder = Option<(String, String)>;

/// What is open in the whole process.
#[derive(Clone, Debug)]
pub struct Leases(Arc<Inner>);

struct Inner {
    most: u32,
    sockets: u32,
    streams: u32,
    open: Mutex<HashMap<(Kind, Holder), u32>>,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leases").field("most", &self.most).finish_non_exhaustive()
    }
}

impl Leases {
    /// Room for `most` in all, and for so many sockets and streams of one person.
    #[must_use]
    pub fn new(most: u32, sockets: u32, streams: u32) -> Self {
        Self(Arc::new(Inner { most, sockets, streams, open: Mutex::default() }))
    }

    /// How many of a kind are open.
    #[must_use]
    pub fn open(&self, kind: Kind) -> u32 {
        let open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().filter(|((of, _), _)| *of == kind).map(|(_, count)| count).sum()
    }

    /// Room for one more, for as long as the lease is kept; nothing when there is none.
    #[must_use]
    pub fn take(&self, kind: Kind, claims: Option<&Claims>) -> Option<Lease> {
        let holder = claims.map(|claims| (claims.issuer.clone(), claims.subject.clone()));
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = open.values().sum();
        let of = |kind: Kind| open.get(&(kind, holder.clone())).copied().unwrap_or_default();
        let has_room = match (&holder, kind) {
            (Some(_), Kind::Socket) => of(kind) < self.0.sockets,
            (Some(_), Kind::Stream) => of(kind) < self.0.streams,
            // Nobody is many: they share a part, and leave the rest to those who say who they are.
            (None, _) => of(Kind::Socket) + of(Kind::Stream) < (self.0.most / 4).max(1),
        };
        if all >= self.0.most || !has_room {
            return None;
        }
        let key = (kind, holder);
        *open.entry(key.clone()).or_default() += 1;
        Some(Lease { leases: self.0.clone(), key })
    }
}

/// Room for one. Given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    leases: Arc<Inner>,
    key: (Kind, Holder),
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut open = self.leases.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}
