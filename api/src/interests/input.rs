//! What can be written of an expression of interest, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{PartnershipType, RequirementAnswer, RequirementAnswers, interest};
use serde::Deserialize;

use crate::{
    checks::Checks, error::UserErrorCode, lifecycle::all_texts, scalars::LocalizedTextInput,
};

/// What an expression of interest says. Its texts name nobody and lead nowhere: who stands behind it is told by itself, at the right time.
#[derive(Clone, Debug, Default, InputObject, Deserialize)]
#[graphql(name = "InterestInput")]
#[serde(rename_all = "camelCase", default)]
pub struct InterestInput {
    /// Whether the other side learns who you are on acceptance alone; false when it is not given.
    pub(super) anonymous: Option<bool>,
    /// What cooperation you look for, at most 2,000 characters. Needed to submit.
    pub(super) cooperation_sought: MaybeUndefined<LocalizedTextInput>,
    /// Who you are, without your name, and what you bring, at most 2,000 characters. Needed to submit.
    pub(super) contribution: MaybeUndefined<LocalizedTextInput>,
    /// What is not clear to you yet, at most 2,000 characters. Needed to submit.
    pub(super) questions: MaybeUndefined<LocalizedTextInput>,
    /// Requirement by requirement, how a need is met; at most 20.
    pub(super) requirement_answers: MaybeUndefined<Vec<RequirementAnswer>>,
    /// The kinds of partnership that you seek, 1 to 3. Needed to submit.
    pub(super) partnership_types: MaybeUndefined<Vec<PartnershipType>>,
}

impl InterestInput {
    /// Writes what was given into the row; what was not given stays.
    pub(super) fn write(self, row: &mut interest::Model, checks: &mut Checks<'_>) {
        if let Some(anonymous) = self.anonymous {
            row.anonymous = anonymous;
        }
        for (field, text, target) in [
            ("cooperationSought", self.cooperation_sought, &mut row.cooperation_sought),
            ("contribution", self.contribution, &mut row.contribution),
            ("questions", self.questions, &mut row.questions),
        ] {
            checks.optional_text(field, text, 2_000, target);
        }
        match self.requirement_answers {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => row.requirement_answers = RequirementAnswers::default(),
            MaybeUndefined::Value(answers) => {
                let mut answers = checks.at_most("requirementAnswers", answers, 20);
                for (index, answer) in answers.iter_mut().enumerate() {
                    let field = |name: &str| format!("requirementAnswers.{index}.{name}");
                    checks.part(&field("criterion"), &mut answer.criterion, 200);
                    checks.optional_part(&field("evidence"), &mut answer.evidence, 500);
                }
                row.requirement_answers = RequirementAnswers(answers);
            }
        }
        checks.values("partnershipTypes", self.partnership_types, 3, &mut row.partnership_types);
    }
}

/// What must be there before it is sent: the three answers of the EEN form, and what kind of
/// partnership is sought.
pub(super) fn check_complete(row: &interest::Model, checks: &mut Checks<'_>) {
    for (field, there) in [
        ("cooperationSought", row.cooperation_sought.is_some()),
        ("contribution", row.contribution.is_some()),
        ("questions", row.questions.is_some()),
        ("partnershipTypes", !row.partnership_types.0.is_empty()),
    ] {
        if !there {
            let message = "es obligatorio para enviar / is required before it is sent";
            checks.wrong(field, UserErrorCode::Required, message);
        }
    }
}

/// All text of it, which the other side reads before it knows who wrote it.
pub(super) fn texts(row: &interest::Model) -> Vec<&str> {
    let localized = [&row.cooperation_sought, &row.contribution, &row.questions];
    let answers = row.requirement_answers.0.iter();
    all_texts(localized.map(Option::as_ref))
        .chain(answers.flat_map(|answer| {
            [Some(answer.criterion.as_str()), answer.evidence.as_deref()].into_iter().flatten()
        }))
        .collect()
}
