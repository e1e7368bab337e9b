//! What the engine is told: records, and the names of the codes in them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::scian::Scian;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// What a company looks for.
    Need,
    /// A technology that an office offers.
    Offer,
    /// What an office's laboratories and people can do.
    Capability,
    /// A patent or another piece of intellectual property.
    Asset,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Need, Self::Offer, Self::Capability, Self::Asset];

    /// Which side of the market it stands on.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Need => Side::Need,
            Self::Offer | Self::Capability | Self::Asset => Side::Offer,
        }
    }
}

/// Which side of the market a record stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// What a company looks for.
    Need,
    /// What answers it.
    Offer,
}

/// The language of a passage, as its author declared it: it chooses the stemmer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    Spanish,
    English,
}

impl Language {
    pub(crate) const ALL: [Self; 2] = [Self::Spanish, Self::English];

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Spanish => Self::English,
            Self::English => Self::Spanish,
        }
    }
}

/// A piece of text in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    pub language: Language,
    pub text: String,
}

impl Passage {
    #[must_use]
    pub fn spanish(text: impl Into<String>) -> Self {
        Self { language: Language::Spanish, text: text.into() }
    }

    #[must_use]
    pub fn english(text: impl Into<String>) -> Self {
        Self { language: Language::English, text: text.into() }
    }
}

/// A need's limits, or an offer's estimate of the same. What is not known is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most the need can spend, or what the offer is estimated to cost: centavos of MXN.
    pub cost: Option<u64>,
    /// The time the need can wait, or what the offer is estimated to take: months.
    pub months: Option<u32>,
}

/// What the engine knows of a record. Only facts of level L0 (anybody) and L1 (network members)
/// may be put in, because explanations quote them to the other side. Whatever is empty or `None`
/// is unknown, and no record is judged by what is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Unique among all records, of all kinds.
    pub id: Uuid,
    pub kind: Kind,
    /// L0: what it is called, in each language. A need is also judged by its title alone: a long
    /// description must not water down what is asked for.
    pub title: Vec<Passage>,
    /// L0: what anybody may read besides (summary, …).
    pub public_text: Vec<Passage>,
    /// L1: what network members may read besides (description, specification, …).
    pub network_text: Vec<Passage>,
    /// Published and open for interest. Only open records are matched; all are searched.
    pub open: bool,
    /// SCIAN codes of 2 to 6 digits, or `31-33` and `48-49`. Need: its own; offer: the sectors in
    /// which it says it can be applied.
    pub sectors: Vec<String>,
    /// SCIAN codes of an offer itself; a need leaves this empty.
    pub own_sectors: Vec<String>,
    /// TRL 1 to 9, lowest and highest. Need: the band it accepts; offer: its TRL twice.
    pub trl: Option<(u8, u8)>,
    /// Codes of the vocabularies `partnership_type` (need) and `transfer_mechanism` (offer).
    pub partnerships: Vec<String>,
    /// INEGI code of the state, `01` to `32`.
    pub state: Option<String>,
    /// The chamber's region.
    pub region: Option<Uuid>,
    /// Whose the record is. Of one institution at most three offers stand among a need's first ten.
    pub institution: Option<Uuid>,
    /// Need: its budget and time; offer: its estimate.
    pub limits: Option<Limits>,
    /// INEGI codes of states whose records must not be matched with this one: a hard condition.
    /// A need's `targetStates` do not belong here, they exclude nothing.
    pub excluded_states: Vec<String>,
}

impl Profile {
    /// A record of which nothing is known yet, and which is not open.
    #[must_use]
    pub fn new(id: Uuid, kind: Kind) -> Self {
        Self {
            id,
            kind,
            title: Vec::new(),
            public_text: Vec::new(),
            network_text: Vec::new(),
            open: false,
            sectors: Vec::new(),
            own_sectors: Vec::new(),
            trl: None,
            partnerships: Vec::new(),
            state: None,
            region: None,
            institution: None,
            limits: None,
            excluded_states: Vec::new(),
        }
    }

    /// The SCIAN subsectors, three digits each, in which it is or can be applied; a code that tells
    /// no more than its sector has none.
    #[must_use]
    pub fn subsectors(&self) -> BTreeSet<&str> {
        Scian::parse_all(&self.sectors)
            .chain(Scian::parse_all(&self.own_sectors))
            .filter_map(Scian::subsector)
            .collect()
    }
}

/// The same words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bilingual {
    pub es: String,
    pub en: String,
}

impl Bilingual {
    #[must_use]
    pub fn new(es: impl Into<String>, en: impl Into<String>) -> Self {
        Self { es: es.into(), en: en.into() }
    }
}

/// The names of codes, and the map. A code without a name is shown as it is.
pub trait Labels: Send + Sync {
    /// The title of a SCIAN code of any level.
    fn sector(&self, code: &str) -> Option<Bilingual>;
    /// The name of a state by its INEGI code.
    fn state(&self, code: &str) -> Option<Bilingual>;
    /// The label of a code of `partnership_type` or `transfer_mechanism`.
    fn partnership(&self, code: &str) -> Option<Bilingual>;
    /// Whether two states, by INEGI code, share a border.
    fn neighbours(&self, a: &str, b: &str) -> bool;
}
