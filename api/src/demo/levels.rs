//! How well the demo's companies take up technology: those that have to do with an office assess
//! themselves, and their chambers assess every second one again.

use std::collections::HashSet;

use chrono::Duration;
use entity::{AssessmentKind, AssessmentMethod, AssimilationScores, Role, interest};
use sea_orm::{EntityTrait, QueryOrder};

use super::past::Cast;
use crate::{
    assimilation::{RecordAssessmentInput, write_down},
    calendar::day_of,
    context::Service,
    error::Result,
    policy::CHAMBER,
};

/// Puts them on record, in one piece of work.
pub(super) async fn write(service: &Service) -> Result<()> {
    let cast = Cast::gather(service).await?;
    let dealings = interest::Entity::find().order_by_asc(interest::Column::Id);
    let dealings = dealings.all(service.db().fresh()).await?;
    let mut known = HashSet::new();
    let companies = dealings.iter().filter(|row| known.insert(row.company_id));
    let mut work = service.system_work().await?;
    for (row, place) in companies.zip(0..) {
        for (days, kind) in [(200, AssessmentKind::SelfAssessed), (30, AssessmentKind::Assisted)] {
            let itself = kind == AssessmentKind::SelfAssessed;
            if !itself && place % 2 == 0 {
                continue;
            }
            let at = service.now() - Duration::days(days);
            let by = if itself {
                cast.someone(row.company_id, &[Role::MemberUser], at)
            } else {
                cast.someone(row.chamber_id, CHAMBER, at)
            };
            work.go_on_as(by);
            let input = RecordAssessmentInput {
                organization: row.company_id,
                chamber: (!itself).then_some(row.chamber_id),
                kind,
                method: AssessmentMethod::Cat9,
                assessed_on: day_of(at),
                scores: scores(place),
                evidence: vec!["Cuestionario de nueve apartados, inventado (demo)".to_owned()],
            };
            write_down(&mut work, service.labels(), input).await?;
        }
    }
    work.commit().await
}

/// From the first rung to the last, each company in turn.
fn scores(place: i32) -> AssimilationScores {
    let score = |more: i32| (1 + (place + more) % 4).min(1 + place % 4 + more % 2);
    AssimilationScores {
        awareness: score(1),
        search: score(2),
        core_competence: score(0),
        strategy: score(3),
        assess_select: score(2),
        acquire_absorb: score(0),
        implement_use: score(0),
        learn: score(1),
        external_links: score(3),
    }
}
