//! How well companies take up technology, and what follows from it: the readiness that a need
//! asks for, whether a technology suits a company, the way from one to the other. Never public,
//! and never in a score.

mod assessment;
mod crosswalk;
mod eligibility;
mod ladder;

pub(crate) use assessment::{AssessmentsOf, RecordAssessmentInput, level_of, write_down};
pub use assessment::{AssimilationAssessment, AssimilationMutation};
pub use crosswalk::AssimilationQuery;
pub(crate) use eligibility::{
    EligibilityAnswer, EligibilityOf, Override, PathwayStep, is_judged, pathway,
};
pub(crate) use ladder::accepted_trl;
