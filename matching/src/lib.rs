//! Text and profile in, ranked and explained matches out.
//!
//! Pure: no database, no network, no clock, no randomness. The same records give the same answers
//! in whatever order they came, and equal scores stand in the order of ids.
//!
//! Texts are compared by what they mean and by the words that they use (`texts.rs`): a bilingual
//! embedding is compiled in, so that "teñido" meets "dyeing"; nothing is loaded or asked for while
//! the program runs. How well that does, and how fast it is: `README.md`. Everything outside of this
//! crate knows only [`Index`], [`Profile`] and what they return, so that the comparison can be
//! replaced without anybody noticing.
//!
//! ```
//! use std::sync::Arc;
//! use matching::{Bilingual, Index, Kind, Labels, Passage, Profile, Reader};
//! use uuid::Uuid;
//!
//! struct Names;
//!
//! impl Labels for Names {
//!     fn sector(&self, code: &str) -> Option<Bilingual> {
//!         (code == "313").then(|| Bilingual::new("Insumos textiles", "Textile mills"))
//!     }
//!     fn state(&self, _: &str) -> Option<Bilingual> { None }
//!     fn partnership(&self, _: &str) -> Option<Bilingual> { None }
//!     fn neighbours(&self, _: &str, _: &str) -> bool { false }
//! }
//!
//! let need = Profile {
//!     title: vec![Passage::spanish("Reducir el agua en el teñido de algodón")],
//!     sectors: vec!["3133".into()],
//!     trl: Some((6, 9)),
//!     open: true,
//!     ..Profile::new(Uuid::from_u128(1), Kind::Need)
//! };
//! let offer = Profile {
//!     title: vec![Passage::english("Waterless dyeing of cotton fabrics")],
//!     sectors: vec!["313".into()],
//!     trl: Some((6, 6)),
//!     open: true,
//!     ..Profile::new(Uuid::from_u128(2), Kind::Offer)
//! };
//!
//! let mut index = Index::new(Arc::new(Names));
//! index.upsert(need.clone());
//! index.upsert(offer);
//!
//! let found = &index.matches(&need, Kind::Offer, 50)[0];
//! let explanations: Vec<&str> = found.components.iter().map(|part| part.explanation.es.as_str()).collect();
//! assert_eq!(explanations, [
//!     "Significado afín: algodón ~ cotton, teñido ~ dyeing, agua ~ Waterless",
//!     "Aplicable a 313 Insumos textiles",
//!     "TRL 6; la necesidad admite 6 a 9",
//! ]);
//! assert_eq!(found.score, found.components.iter().map(|part| part.contribution).sum::<u32>());
//! assert_eq!(index.search("ALGODON", Reader::Anonymous, &[Kind::Offer]).len(), 1);
//! ```

mod basis;
mod embedding;
mod evaluation;
mod features;
mod index;
mod lexicon;
mod profile;
mod reading;
mod scian;
mod score;
mod stop_words;
mod tell;
mod texts;
mod vectors;
mod vocabulary;
mod weights;
mod words;

pub use embedding::{Embedding, Malformed};
pub use evaluation::{Collection, Measures, Report, Task, Unreadable};
pub use index::{Hit, Index, Method, Reader};
pub use profile::{Bilingual, Kind, Labels, Language, Limits, Passage, Profile, Side};
pub use score::{Component, Exclusion, Match};
pub use texts::{MODEL_VERSION, Scan};
pub use weights::{Feature, WEIGHTS_VERSION, Weights};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
