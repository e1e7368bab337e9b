//! How far a record has come until the day of the network, and when it took which
//! step: the dates that its status implies.

use chrono::{DateTime, Duration, Utc};
use entity::{ChangeId, DeclineReason, PersonId, history};

use super::dice::Dice;
use crate::lifecycle::{ARCHIVED_AFTER_END, TERM};

/// How long a published record stays. Three terms and a month: nothing that is on
/// offer leaves the network within a year of its day, or it would fall apart while
/// somebody measures it.
const STAY: Duration = Duration::days(3 * 365 + 30);
/// Within how long before the day all ends lie of what is not put away yet. A service
/// that runs two months later still finds nothing to put away.
const LATE: Duration = Duration::days(30);
/// What has expired was published within these days before the day: long enough ago
/// for a term, and not so long that it is due to be put away.
const EXPIRED: (Duration, Duration) = (Duration::days(366), Duration::days(550));

/// Where a record can stand, a need or an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Draft,
    InReview,
    Returned,
    Published,
    OnHold,
    Fulfilled,
    Closed,
    Withdrawn,
    Expired,
    Archived,
}

/// The steps of a record, in order, from the draft on.
#[derive(Debug)]
pub(super) struct Life {
    steps: Vec<(Stage, DateTime<Utc>)>,
    /// Why it was returned or ended.
    pub(super) reason: DeclineReason,
    /// Whether others may express interest.
    pub(super) open: bool,
}

impl Life {
    /// The life of a record that was written down at `created`, up to `day`.
    pub(super) fn draw(created: DateTime<Utc>, day: DateTime<Utc>, dice: &mut Dice) -> Self {
        let reason = dice.one_of(
            DeclineReason::NoBudget,
            &[
                DeclineReason::InsufficientDescription,
                DeclineReason::AlreadyHaveSolution,
                DeclineReason::UnclearBenefit,
                DeclineReason::OutOfScope,
            ],
        );
        let submitted = created + Duration::hours(2) + dice.time(Duration::days(2));
        let decided = submitted + Duration::hours(3) + dice.time(Duration::days(9));
        let fate = dice.below(100);
        let closed_for_interest = dice.chance(3);
        let mut life = Self { steps: vec![(Stage::Draft, created)], reason, open: false };
        let goes_on = fate >= 4 && life.go(Stage::InReview, submitted, day) && fate >= 6;
        if goes_on && fate < 7 {
            life.go(Stage::Returned, decided, day);
        } else if goes_on && life.go(Stage::Published, decided, day) {
            life.publish(fate, day, dice);
        }
        life.open = life.stage() == Stage::Published && !closed_for_interest;
        life
    }

    /// What became of a record that was published.
    fn publish(&mut self, fate: u64, day: DateTime<Utc>, dice: &mut Dice) {
        let published = self.last();
        let age = day - published;
        let late = day - dice.time(LATE.min(age));
        match fate {
            7..9 => {
                self.go(Stage::OnHold, late, day);
            }
            9..14 => {
                self.go(Stage::Fulfilled, late, day);
            }
            14..16 => {
                self.go(Stage::Closed, late, day);
            }
            16..18 => {
                self.go(Stage::Withdrawn, late, day);
            }
            // Of those that are old enough.
            18..22 if age > ARCHIVED_AFTER_END * 2 => {
                let span = age - ARCHIVED_AFTER_END - Duration::days(1);
                let ended = published + dice.time(span);
                let end = dice.one_of(Stage::Fulfilled, &[Stage::Closed, Stage::Withdrawn]);
                self.go(end, ended, day);
                self.go(Stage::Archived, ended + ARCHIVED_AFTER_END, day);
            }
            22..38 if (EXPIRED.0..EXPIRED.1).contains(&age) => {
                self.go(Stage::Expired, published + TERM, day);
            }
            _ => {}
        }
    }

    /// Takes a step, if it was taken by then.
    fn go(&mut self, stage: Stage, at: DateTime<Utc>, day: DateTime<Utc>) -> bool {
        let done = at <= day;
        if done {
            self.steps.push((stage, at));
        }
        done
    }

    fn last(&self) -> DateTime<Utc> {
        self.steps.last().map(|(_, at)| *at).unwrap_or_default()
    }

    /// Where it stands.
    pub(super) fn stage(&self) -> Stage {
        self.steps.last().map_or(Stage::Draft, |(stage, _)| *stage)
    }

    /// One more for every step, and for closing it.
    pub(super) fn version(&self) -> i32 {
        let closed = self.stage() == Stage::Published && !self.open;
        i32::try_from(self.steps.len()).unwrap_or(i32::MAX) + i32::from(closed)
    }

    pub(super) fn updated_at(&self) -> DateTime<Utc> {
        self.last()
    }

    pub(super) fn published_at(&self) -> Option<DateTime<Utc>> {
        self.when(&[Stage::Published])
    }

    /// When it ended: was met, closed or taken back.
    pub(super) fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.when(&[Stage::Fulfilled, Stage::Closed, Stage::Withdrawn])
    }

    /// Whether it was met, also when it was put away since.
    pub(super) fn was_met(&self) -> bool {
        self.when(&[Stage::Fulfilled]).is_some()
    }

    /// When its time on the network is over.
    pub(super) fn expires_at(&self) -> Option<DateTime<Utc>> {
        let expired = self.when(&[Stage::Expired]);
        expired.or_else(|| self.published_at().map(|published| published + STAY))
    }

    fn when(&self, stages: &[Stage]) -> Option<DateTime<Utc>> {
        self.steps.iter().find(|(stage, _)| stages.contains(stage)).map(|(_, at)| *at)
    }

    /// The steps as they are kept. Who decides is not who writes; what time does, nobody does.
    pub(super) fn history(
        &self,
        record: &str,
        status: impl Fn(Stage) -> String,
        (author, reviewer): (Option<PersonId>, Option<PersonId>),
        note: impl Fn(&mut Dice) -> String,
        dice: &mut Dice,
    ) -> Vec<history::Model> {
        let mut before = None;
        let mut rows = Vec::with_capacity(self.steps.len());
        for (stage, at) in &self.steps {
            let told = matches!(stage, Stage::Returned | Stage::Closed | Stage::Withdrawn);
            rows.push(history::Model {
                id: ChangeId(dice.id(*at)),
                record: record.to_owned(),
                from_status: before.replace(status(*stage)),
                to_status: status(*stage),
                at: *at,
                by: match stage {
                    Stage::Returned | Stage::Published => reviewer,
                    Stage::Expired | Stage::Archived => None,
                    _ => author,
                },
                client_id: None,
                reason: told.then_some(self.reason),
                note: told.then(|| note(dice)),
            });
        }
        rows
    }
}
