//! The rules for documents: whoever sees as much of what a document belongs to as the document
//! asks for reads it, and, on an interest, whoever speaks for the party that attached it.
//!
//! A further kind of record is one more [`Kind`] here, a column, and an arm of [`RecordRow`].

use entity::{
    DisclosureLevel, DocumentId, DocumentStatus, InterestParty, OrganizationId, PersonId,
    agreement,
    document::{self, Column, RecordId},
    interest, need, offer, project,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Iterable,
    sea_query::{CaseStatement, Expr, Func, Query, SelectStatement, SimpleExpr},
};

use super::{
    NeedFacts, OfferFacts, Part, Resource, Viewer, agreement as of_agreement, any_of, checked,
    interest::{PARTIES, levels as levels_of_interests},
    message::{side, up_to},
    need as of_need, none, offer as of_offer, project as of_project,
    sides::Sides,
    visible_interests,
};

/// What a document belongs to, in hand.
#[derive(Clone, Debug)]
pub enum RecordRow {
    /// A need.
    Need(Box<need::Model>),
    /// An offer.
    Offer(Box<offer::Model>),
    /// An expression of interest.
    Interest(Box<interest::Model>),
    /// An agreement.
    Agreement,
    /// A project.
    Project,
}

impl Part<need::Model> for document::Model {
    fn is_part_of(&self, whole: &need::Model) -> bool {
        self.belongs_to(RecordId::Need(whole.id))
    }
}

impl Part<offer::Model> for document::Model {
    fn is_part_of(&self, whole: &offer::Model) -> bool {
        self.belongs_to(RecordId::Offer(whole.id))
    }
}

impl Part<interest::Model> for document::Model {
    fn is_part_of(&self, whole: &interest::Model) -> bool {
        self.belongs_to(RecordId::Interest(whole.id))
    }
}

impl Part<agreement::Model> for document::Model {
    fn is_part_of(&self, whole: &agreement::Model) -> bool {
        self.belongs_to(RecordId::Agreement(whole.id))
    }
}

impl Part<project::Model> for document::Model {
    fn is_part_of(&self, whole: &project::Model) -> bool {
        self.belongs_to(RecordId::Project(whole.id))
    }
}

/// The levels of what everybody may read.
pub const PUBLIC: [DisclosureLevel; 2] = [DisclosureLevel::PublicBlind, DisclosureLevel::Network];

/// The documents that are part of a public text: they are there, and everybody may read them.
#[must_use]
pub fn public_documents() -> Condition {
    Condition::all().add(Column::Status.eq(DocumentStatus::Stored)).add(Column::Level.is_in(PUBLIC))
}

/// What the rules need to know of a document.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFacts {
    /// Which.
    pub id: DocumentId,
    /// What has become of it.
    pub status: DocumentStatus,
    /// From which level on it is read.
    pub level: DisclosureLevel,
    /// Who attached it.
    pub uploaded_by: Option<PersonId>,
    /// How much the viewer sees of what it belongs to.
    pub reader: Option<DisclosureLevel>,
    /// Whether the viewer speaks for the party of an interest that attached it.
    pub own: bool,
}

/// What [`reader_of_documents`] adds for documents of the viewer's own party.
const OWN: i32 = 8;

impl DocumentFacts {
    /// With what the database computed by [`reader_of_documents`].
    #[must_use]
    pub fn read_by(self, computed: i32) -> Self {
        let place = usize::try_from(computed % OWN - 1).ok();
        let reader = place.and_then(|place| DisclosureLevel::iter().nth(place));
        Self { reader, own: computed >= OWN, ..self }
    }
}

impl Resource for DocumentFacts {
    const NAME: &'static str = "document";

    /// How much its reader sees of what it belongs to.
    fn level(&self, viewer: &Viewer) -> Option<DisclosureLevel> {
        if viewer.system {
            return Some(DisclosureLevel::Contract);
        }
        let reads = match self.status {
            DocumentStatus::Stored => self.own || self.reader >= Some(self.level),
            // What has not come yet is there for whoever sends it.
            DocumentStatus::Pending => viewer.person.is_some() && viewer.person == self.uploaded_by,
            DocumentStatus::Removed => false,
        };
        self.reader.filter(|_| reads)
    }
}

impl RecordRow {
    /// Who is told that the viewer, who may, fetched a document of it: its owner, when the viewer
    /// is neither of the owner nor of its intermediary. On an interest it is owned by the side
    /// that attached it.
    #[must_use]
    pub fn told_of(&self, viewer: &Viewer, document: &document::Model) -> Option<OrganizationId> {
        if viewer.system || document.level < DisclosureLevel::Introduced {
            return None;
        }
        match self {
            Self::Need(row) => {
                NeedFacts::from(&**row).own_level(viewer).is_none().then_some(row.company_id)
            }
            // Its parties share it, and whoever follows it is an intermediary of one.
            Self::Agreement | Self::Project => None,
            Self::Offer(row) => (!OfferFacts::from(&**row).is_own(viewer)).then_some(row.ott_id),
            Self::Interest(row) => {
                let (owners, owner) = match document.party? {
                    InterestParty::Office => (Sides::OFFICE, row.ott_id),
                    InterestParty::Company | InterestParty::Chamber => {
                        (Sides::COMPANY_SIDE, row.company_id)
                    }
                };
                (!Sides::of(viewer, &(&**row).into()).meet(owners)).then_some(owner)
            }
        }
    }
}

/// A kind of record, and who sees how much of its rows.
struct Kind {
    /// The record of a document.
    row: SelectStatement,
    /// A level, and the rows of which the viewer sees as much; the most first.
    levels: Vec<(DisclosureLevel, Condition)>,
    /// The rows on which the viewer speaks for the party that attached the document.
    own: Condition,
}

impl Kind {
    fn new<E: EntityTrait>(
        table: E,
        (key, column): (E::Column, Column),
        levels: Vec<(DisclosureLevel, Condition)>,
    ) -> Self {
        let mut row = Query::select();
        row.from(table).and_where(Expr::col((table, key)).equals((document::Entity, column)));
        Self { row, levels, own: none() }
    }

    /// Whether there is such a row, as far as one of these conditions holds for it.
    fn exists(&self, any: Condition) -> SimpleExpr {
        let mut row = self.row.clone();
        row.expr(Expr::cust("1")).cond_where(any);
        Expr::exists(row)
    }

    /// Whether the viewer reads the document there.
    fn read(&self) -> SimpleExpr {
        let covers = |(level, holds): &(DisclosureLevel, Condition)| {
            Condition::all().add(Column::Level.is_in(up_to(*level))).add(holds.clone())
        };
        self.exists(any_of(self.levels.iter().map(covers).chain([self.own.clone()])))
    }

    /// Whether the viewer knows of the record.
    fn known(&self) -> SimpleExpr {
        self.exists(any_of(self.levels.iter().map(|(_, holds)| holds.clone())))
    }

    /// How much of the record the viewer sees, as a number.
    fn computed(&self) -> SimpleExpr {
        let mut levels = CaseStatement::new();
        for (level, holds) in &self.levels {
            levels = levels.case(holds.clone(), Expr::cust(up_to(*level).len().to_string()));
        }
        let own = CaseStatement::new().case(self.own.clone(), Expr::cust(OWN.to_string()));
        let levels = SimpleExpr::Case(Box::new(levels.finally(Expr::cust("0"))));
        let own = SimpleExpr::Case(Box::new(own.finally(Expr::cust("0"))));
        let mut row = self.row.clone();
        row.expr(levels.add(own));
        SimpleExpr::SubQuery(None, Box::new(row.into()))
    }
}

/// Everything that a document can belong to.
fn kinds(viewer: &Viewer) -> Vec<Kind> {
    let needs = (need::Column::Id, Column::NeedId);
    let offers = (offer::Column::Id, Column::OfferId);
    let mut kinds = vec![
        Kind::new(need::Entity, needs, of_need::levels(viewer)),
        Kind::new(offer::Entity, offers, of_offer::levels(viewer)),
    ];
    let agreements = of_agreement::levels(viewer);
    if !agreements.is_empty() {
        let keys = (agreement::Column::Id, Column::AgreementId);
        kinds.push(Kind::new(agreement::Entity, keys, agreements));
    }
    let projects = of_project::levels(viewer);
    if !projects.is_empty() {
        let keys = (project::Column::Id, Column::ProjectId);
        kinds.push(Kind::new(project::Entity, keys, projects));
    }
    let sides = PARTIES.by_side(viewer);
    if !sides.is_empty() {
        let mut levels = Vec::new();
        let mut own = Vec::new();
        for (of, rows) in sides {
            for (level, holds) in levels_of_interests(viewer, of) {
                levels.push((level, Condition::all().add(rows.clone()).add(holds)));
            }
            let parties = InterestParty::iter().filter(|party| side(*party) == of);
            own.push(Condition::all().add(rows).add(Column::Party.is_in(parties)));
        }
        levels.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        let interests = (interest::Column::Id, Column::InterestId);
        let mut kind = Kind::new(interest::Entity, interests, levels);
        // What was never sent is there for its sender alone.
        kind.row.cond_where(visible_interests(viewer));
        kinds.push(Kind { own: any_of(own), ..kind });
    }
    kinds
}

/// The documents that the viewer may read.
#[must_use]
pub fn visible_documents(viewer: &Viewer) -> Condition {
    if viewer.system {
        return Condition::all();
    }
    let kinds = kinds(viewer);
    let of = |exists: fn(&Kind) -> SimpleExpr| {
        any_of(kinds.iter().map(|kind| Condition::all().add(exists(kind))))
    };
    let stored =
        Condition::all().add(Column::Status.eq(DocumentStatus::Stored)).add(of(Kind::read));
    let pending = viewer.person.map(|person| {
        Condition::all()
            .add(Column::Status.eq(DocumentStatus::Pending))
            .add(Column::UploadedBy.eq(person))
            .add(of(Kind::known))
    });
    checked(any_of([Some(stored), pending].into_iter().flatten()))
}

/// How much the viewer sees of a document's record, and whether their party attached it, as a
/// number that [`DocumentFacts::read_by`] understands.
#[must_use]
pub fn reader_of_documents(viewer: &Viewer) -> Option<SimpleExpr> {
    if viewer.system {
        return None;
    }
    // Of the records one is there, the others are null.
    let of_records = kinds(viewer).into_iter().map(|kind| kind.computed());
    Some(Func::coalesce(of_records.chain([Expr::cust("0")])).into())
}
