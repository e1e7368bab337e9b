//! What a request has seen of others' records from level L2 on: it goes on record
//! before the answer leaves.

use std::{
    any::TypeId,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Request;
use entity::OrganizationId;
use uuid::Uuid;

/// A record of which something was seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Its prefixed id.
    pub(crate) record: String,
    /// The same, bare; of a part of a record, that of the record: on what ground it was seen is
    /// looked for by it.
    pub(crate) id: Uuid,
    /// Who is told.
    pub(crate) owner: OrganizationId,
    /// What was asked of it, as the schema spells it; each once.
    pub(crate) fields: Vec<&'static str>,
}

/// The account of one request. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account(Arc<Mutex<Vec<Seen>>>);

impl Account {
    /// That of a request, which its data holds.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        request.data.get(&TypeId::of::<Self>())?.downcast_ref().cloned()
    }

    /// Puts something that was seen on it.
    pub(crate) fn add(&self, seen: Seen) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.iter_mut().find(|known| known.record == seen.record) {
            Some(known) => {
                let new = seen.fields.into_iter().filter(|field| !known.fields.contains(field));
                let new: Vec<_> = new.collect();
                known.fields.extend(new);
            }
            None => all.push(seen),
        }
    }

    /// All that was seen; nothing is left on it.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
