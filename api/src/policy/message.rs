//! The rules for messages: whoever sees as much of the interest as the message asks
//! for reads it, and whoever speaks for the party that wrote it.

use entity::{DisclosureLevel, InterestParty, MessageId, interest, message, message_read};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{CaseStatement, Expr, SimpleExpr},
};

use super::{
    Part, Resource, Viewer,
    interest::{PARTIES, levels},
    none,
    sides::Sides,
    some_of,
};

/// The side of a party.
pub(super) fn side(party: InterestParty) -> Sides {
    match party {
        InterestParty::Company => Sides::COMPANY,
        InterestParty::Chamber => Sides::CHAMBER,
        InterestParty::Office => Sides::OFFICE,
    }
}

/// For which party somebody of these sides speaks. The company speaks for itself before its
/// chamber does.
#[must_use]
pub fn speaker(sides: Sides) -> Option<InterestParty> {
    InterestParty::iter().find(|party| sides.meet(side(*party)))
}

impl Part<interest::Model> for message::Model {
    fn is_part_of(&self, whole: &interest::Model) -> bool {
        self.interest_id == whole.id
    }
}

impl Part<message::Model> for message_read::Model {
    fn is_part_of(&self, whole: &message::Model) -> bool {
        self.message_id == whole.id
    }
}

/// What the rules need to know of a message.
#[derive(Clone, Copy, Debug)]
pub struct MessageFacts {
    /// Which.
    pub id: MessageId,
    /// How much the viewer sees of the interest; nothing when the message is not theirs to read.
    pub reader: Option<DisclosureLevel>,
}

impl MessageFacts {
    /// What the database computed by [`reader_of_messages`].
    #[must_use]
    pub fn from_database(id: MessageId, rank: i32) -> Self {
        let level = usize::try_from(rank - 1).ok();
        Self { id, reader: level.and_then(|place| DisclosureLevel::iter().nth(place)) }
    }
}

impl Resource for MessageFacts {
    const NAME: &'static str = "message";

    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system { Some(DisclosureLevel::Contract) } else { self.reader }
    }
}

/// The interest of a message, as far as one of these conditions holds for it.
fn interest_of(any: Condition) -> sea_orm::Select<interest::Entity> {
    interest::Entity::find()
        .select_only()
        .column(interest::Column::Id)
        .filter(
            Expr::col((interest::Entity, interest::Column::Id))
                .equals((message::Entity, message::Column::InterestId)),
        )
        .filter(any)
}

/// The messages of the interests for which one of these rules holds.
fn in_interests(rules: impl IntoIterator<Item = Condition>) -> Condition {
    let Some(any) = some_of(rules) else { return none() };
    Condition::all().add(Expr::exists(interest_of(any).into_query()))
}

/// The levels that a viewer at `level` reads.
pub(super) fn up_to(level: DisclosureLevel) -> Vec<DisclosureLevel> {
    DisclosureLevel::iter().filter(|asked| *asked <= level).collect()
}

/// The messages that are read from one side: they ask for no more than it sees of the interest.
fn read_from(viewer: &Viewer, of: Sides) -> Condition {
    levels(viewer, of).into_iter().fold(Condition::any(), |any, (level, holds)| {
        any.add(Condition::all().add(message::Column::Level.is_in(up_to(level))).add(holds))
    })
}

/// The messages that the viewer may read.
#[must_use]
pub fn visible_messages(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let sides = PARTIES.by_side(viewer).into_iter().map(|(of, rows)| {
        let own = InterestParty::iter().filter(|party| side(*party) == of);
        let read = read_from(viewer, of).add(message::Column::Party.is_in(own));
        Condition::all().add(rows).add(read)
    });
    in_interests(sides)
}

/// The messages that others wrote, that the viewer may read, and that nobody of the viewer's
/// party has read.
#[must_use]
pub fn unread_messages(viewer: &Viewer) -> Condition {
    let mut before: Vec<Condition> = Vec::new();
    let sides = PARTIES.by_side(viewer).into_iter().map(|(of, rows)| {
        // Who speaks for two parties of an interest reads for the one that `speaker` names.
        let first = before.iter().fold(Condition::all(), |all, rows| all.add(rows.clone().not()));
        before.push(rows.clone());
        let own: Vec<_> = InterestParty::iter().filter(|party| side(*party) == of).collect();
        let read = message_read::Entity::find()
            .select_only()
            .column(message_read::Column::MessageId)
            .filter(
                Expr::col((message_read::Entity, message_read::Column::MessageId))
                    .equals((message::Entity, message::Column::Id)),
            )
            .filter(message_read::Column::Party.is_in(own.iter().copied()));
        Condition::all()
            .add(rows)
            .add(first)
            .add(read_from(viewer, of))
            .add(message::Column::Party.is_not_in(own))
            .add(Expr::exists(read.into_query()).not())
    });
    in_interests(sides)
}

/// How much the viewer sees of a message's interest, as a number that
/// [`MessageFacts::from_database`] understands.
#[must_use]
pub fn reader_of_messages(viewer: &Viewer) -> Option<SimpleExpr> {
    let mut ranks: Vec<(DisclosureLevel, Condition)> = Vec::new();
    for (of, rows) in PARTIES.by_side(viewer) {
        for (level, holds) in levels(viewer, of) {
            ranks.push((level, Condition::all().add(rows.clone()).add(holds)));
        }
    }
    if ranks.is_empty() {
        return None;
    }
    ranks.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let mut case = CaseStatement::new();
    for (level, holds) in ranks {
        let rank = up_to(level).len();
        case = case.case(holds, Expr::cust(rank.to_string()));
    }
    let case = SimpleExpr::Case(Box::new(case.finally(Expr::cust("0"))));
    let mut of = interest_of(Condition::all()).into_query();
    of.clear_selects().expr(case);
    Some(SimpleExpr::SubQuery(None, Box::new(of.into())))
}
