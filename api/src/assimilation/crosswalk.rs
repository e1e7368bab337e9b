//! How the areas of other methods are told in the nine dimensions.

use async_graphql::{Object, SimpleObject};
use entity::AssimilationDimension;

/// An area of another method, and the dimensions in which it is told.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct CrosswalkEntry {
    /// The method.
    method: &'static str,
    /// The area, as the method calls it.
    area: &'static str,
    /// The dimensions in which it is told; empty where there is none.
    dimensions: &'static [AssimilationDimension],
}

use AssimilationDimension as D;

/// The model of Mexico's national prize for technology and innovation. What is known of the
/// areas of NMX-GT-003-IMNC-2008 and of `IMP³rove` does not say which dimension they answer: their
/// results are told in the nine dimensions by whoever assesses.
const CROSSWALK: &[CrosswalkEntry] = &[
    CrosswalkEntry { method: PRIZE, area: "Vigilar", dimensions: &[D::Search] },
    CrosswalkEntry { method: PRIZE, area: "Planear", dimensions: &[D::Strategy] },
    CrosswalkEntry {
        method: PRIZE,
        area: "Habilitar",
        dimensions: &[D::AcquireAbsorb, D::CoreCompetence],
    },
    CrosswalkEntry { method: PRIZE, area: "Proteger", dimensions: &[] },
    CrosswalkEntry { method: PRIZE, area: "Implantar", dimensions: &[D::ImplementUse] },
];

const PRIZE: &str = "Premio Nacional de Tecnología e Innovación";

/// Queries about assessments.
#[derive(Debug, Default)]
pub struct AssimilationQuery;

#[Object]
impl AssimilationQuery {
    /// How the areas of other methods are told in the nine dimensions of an assessment.
    async fn assimilation_crosswalk(&self) -> &[CrosswalkEntry] {
        CROSSWALK
    }
}
