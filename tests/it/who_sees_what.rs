//! The policy as a table that people can read, and the schema: both files say
//! what the code does. `UPDATE=1 cargo test --workspace --test it -- who_sees_what` writes them anew.

use std::{fmt::Write as _, path::Path};

use api::{
    agreements, capabilities, clients, documents,
    event::TimelineKind,
    inbox, interests, ip, ledger, matches, memberships, needs, offers, organizations, people,
    policy::{
        Action, AgreementAction, AssessmentAction, BulkJobAction, CapabilityAction, ClientAction,
        InterestAction, InvitationAction, IpAssetAction, MatchAction, MembershipAction, NeedAction,
        OfferAction, OrganizationFacts, PersonAction, PersonFacts, ProgrammeAction, ProjectAction,
        Resource, SavedSearchAction, Viewer, WebhookAction,
    },
    programmes, projects,
    read::Field,
    searches, timeline, webhooks,
};
use entity::{
    AgreementStatus, AgreementType, AssessmentKind, CapabilityStatus, DisclosureLevel,
    InterestDirection, InterestStatus, IpLegalStatus, MatchStatus, NeedStatus, OfferStatus,
    OrganizationKind, ProgrammeStatus, ProjectStatus, Role, agreement, assessment, interest,
    ip_asset, match_, project,
};
use sea_orm::{ActiveEnum, Iterable};
use tests::{Cast, noon, records};

#[test]
fn the_file_of_the_policy_is_the_policy() {
    let mut text = INTRODUCTION.to_owned();
    let (now, cast) = (noon(), Cast::new(noon()));
    let viewers = cast.viewers(now);
    for status in NeedStatus::iter() {
        let row = records::need(&cast, status, now);
        let able: Vec<_> = NeedAction::iter().filter(|a| a.from().contains(&status)).collect();
        let names: Vec<_> = able.iter().map(|action| action.mutation()).collect();
        table(&mut text, &format!("need, {}", status.to_value()), &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    for status in OfferStatus::iter() {
        let row = records::offer(&cast, status, now);
        let able: Vec<_> = OfferAction::iter().filter(|a| a.from().contains(&status)).collect();
        let names: Vec<_> = able.iter().map(|action| action.mutation()).collect();
        table(&mut text, &format!("offer, {}", status.to_value()), &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    let need = records::need(&cast, NeedStatus::Published, now);
    let offer = records::offer(&cast, OfferStatus::Published, now);
    let found = records::suggestion(&need, &offer);
    for status in MatchStatus::iter() {
        let row = match_::Model { status, ..found.clone() };
        let able = MatchAction::iter().filter(|a| a.from().contains(&status));
        let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
        let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
        table(&mut text, &format!("match, {}", status.to_value()), &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    for direction in InterestDirection::iter() {
        for status in InterestStatus::iter() {
            let row = records::interest(&need, &offer, direction, status, now);
            let able = InterestAction::iter().filter(|a| a.from().contains(&status));
            let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
            let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
            let from = direction.to_value();
            let title = format!("interest, {from}, {}", status.to_value());
            table(&mut text, &title, &names, &viewers, |viewer| {
                let may = able.iter().map(|action| action.permitted(viewer, &row));
                (row.level(viewer), may.collect())
            });
        }
        let row = records::interest(&need, &offer, direction, InterestStatus::Forwarded, now);
        let row = interest::Model { anonymous: true, ..row };
        let title = format!("interest, {}, FORWARDED, anonymous", direction.to_value());
        table(&mut text, &title, &[], &viewers, |viewer| (row.level(viewer), Vec::new()));
    }
    let accepted = records::interest(
        &need,
        &offer,
        InterestDirection::OfferToNeed,
        InterestStatus::Accepted,
        now,
    );
    let drafted =
        records::agreement(&accepted, AgreementType::MutualNda, AgreementStatus::Draft, now);
    for status in AgreementStatus::iter() {
        let row = records::agreement(&accepted, AgreementType::MutualNda, status, now);
        let able = AgreementAction::iter().filter(|a| a.from().contains(&status));
        let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
        let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
        let title = format!("agreement of company and office, {}", status.to_value());
        table(&mut text, &title, &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    let row = agreement::Model { published: true, ..drafted.clone() };
    let row = agreement::Model { shared_at: Some(now), ..row };
    table(&mut text, "agreement, published", &[], &viewers, |viewer| {
        (row.level(viewer), Vec::new())
    });
    for status in ProjectStatus::iter() {
        let row = records::project(&cast, status, now).project;
        let able = ProjectAction::iter().filter(|a| a.from().contains(&status));
        let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
        let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
        let title = format!("project that the company leads, {}", status.to_value());
        table(&mut text, &title, &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    let row = records::project(&cast, ProjectStatus::Active, now).project;
    let row = project::Model { published: true, ..row };
    table(&mut text, "project, published", &[], &viewers, |viewer| (row.level(viewer), Vec::new()));
    for status in ProgrammeStatus::iter() {
        let row = records::programme(&cast, status, now);
        let able = ProgrammeAction::iter().filter(|a| a.from().contains(&status));
        let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
        let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
        let title = format!("programme of the chamber, {}", status.to_value());
        table(&mut text, &title, &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    for (name, status, listed) in [
        ("intellectual property, public and listed", IpLegalStatus::GrantedInForce, true),
        ("intellectual property, public and not listed", IpLegalStatus::GrantedInForce, false),
        ("intellectual property, not public", IpLegalStatus::Filed, true),
    ] {
        let row = ip_asset::Model { listed, ..records::ip_asset(&cast, status, now).0 };
        let able = IpAssetAction::iter().filter(|action| *action != IpAssetAction::Record);
        let able: Vec<_> = able.filter(|action| action.mutation().is_some()).collect();
        let names: Vec<_> = able.iter().filter_map(|action| action.mutation()).collect();
        table(&mut text, name, &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    for status in CapabilityStatus::iter() {
        let row = records::capability(&cast, status, now);
        let able: Vec<_> =
            CapabilityAction::iter().filter(|a| a.from().contains(&status)).collect();
        let names: Vec<_> = able.iter().map(|action| action.mutation()).collect();
        let title = format!("capability, {}", status.to_value());
        table(&mut text, &title, &names, &viewers, |viewer| {
            (row.level(viewer), able.iter().map(|action| action.permitted(viewer, &row)).collect())
        });
    }
    let audit = assessment::Model {
        region_id: Some(cast.north),
        ..records::assessment(cast.company, cast.chamber, 2, now)
    };
    let own = assessment::Model {
        kind: AssessmentKind::SelfAssessed,
        chamber_id: None,
        region_id: None,
        ..audit.clone()
    };
    for (name, row) in
        [("assessment, by the company itself", &own), ("assessment, by its chamber", &audit)]
    {
        let names = ["recordAssessment", "withdrawAssessment"];
        table(&mut text, name, &names, &viewers, |viewer| {
            let may = [AssessmentAction::Record, AssessmentAction::Withdraw];
            (row.level(viewer), may.map(|action| action.permitted(viewer, row)).to_vec())
        });
    }
    let names: Vec<_> = SavedSearchAction::iter().map(SavedSearchAction::mutation).collect();
    let owner = viewers.iter().find(|(name, _)| *name == "officer of the office");
    let owner = owner.and_then(|(_, viewer)| viewer.person).expect("somebody");
    let search = records::saved_search(owner, now);
    table(&mut text, "saved search of the officer of the office", &names, &viewers, |viewer| {
        let may = SavedSearchAction::iter().map(|action| action.permitted(viewer, &search));
        (search.level(viewer), may.collect())
    });
    let jobs = BulkJobAction::iter().filter(|action| action.mutation().is_some());
    let names: Vec<_> = jobs.clone().filter_map(BulkJobAction::mutation).collect();
    let job = records::bulk_job(owner, now);
    table(&mut text, "bulk job of the officer of the office", &names, &viewers, |viewer| {
        let may = jobs.clone().map(|action| action.permitted(viewer, &job));
        (job.level(viewer), may.collect())
    });
    let names: Vec<_> = ClientAction::iter().map(ClientAction::mutation).collect();
    for (name, house) in
        [("chamber", cast.chamber), ("office", cast.ott), ("company", cast.company)]
    {
        let row = records::api_client(house, Role::Service, now);
        table(&mut text, &format!("API client of the {name}"), &names, &viewers, |viewer| {
            let may = ClientAction::iter().map(|action| action.permitted(viewer, &row));
            (row.level(viewer), may.collect())
        });
    }
    for (name, house, role) in [
        ("liaison of the chamber", cast.chamber, Role::ChamberLiaison),
        ("admin of the chamber", cast.chamber, Role::ChamberAdmin),
        ("officer of the office", cast.ott, Role::OttOfficer),
        ("member of the company", cast.company, Role::MemberUser),
        ("admin of the network", cast.network, Role::NetworkAdmin),
    ] {
        let own = viewers.iter().find(|(viewer, _)| *viewer == name);
        let person = own.and_then(|(_, viewer)| viewer.person).expect("somebody");
        let row = records::membership(person, house, role, now);
        let names: Vec<_> = MembershipAction::iter().map(MembershipAction::mutation).collect();
        table(&mut text, &format!("membership of the {name}"), &names, &viewers, |viewer| {
            let may = MembershipAction::iter().map(|action| action.permitted(viewer, &row));
            (row.level(viewer), may.collect())
        });
        let row = records::invitation(house, role, now);
        let names: Vec<_> = InvitationAction::iter().map(InvitationAction::mutation).collect();
        let title = format!("invitation to be {name}");
        table(&mut text, &title, &names, &viewers, |viewer| {
            let may = InvitationAction::iter().map(|action| action.permitted(viewer, &row));
            (row.level(viewer), may.collect())
        });
    }
    let liaison = viewers.iter().find(|(name, _)| *name == "liaison of the chamber");
    let liaison = liaison.and_then(|(_, viewer)| viewer.person).expect("somebody");
    let held = records::membership(liaison, cast.chamber, Role::ChamberLiaison, now);
    let row = records::person(liaison, now);
    let able = [PersonAction::Correct, PersonAction::Erase];
    let names = able.map(PersonAction::mutation);
    let title = "person, the liaison of the chamber";
    table(&mut text, title, &names, &viewers, |viewer| {
        let level = held.level(viewer);
        let looked_after = level == Some(DisclosureLevel::Contract);
        let facts = PersonFacts { id: liaison, known: level.is_some(), looked_after };
        (facts.level(viewer), able.map(|action| action.permitted(viewer, &row)).to_vec())
    });
    let names: Vec<_> = WebhookAction::iter().map(WebhookAction::mutation).collect();
    for (name, house) in
        [("chamber", cast.chamber), ("office", cast.ott), ("company", cast.company)]
    {
        let row = records::webhook_endpoint(house, now);
        table(&mut text, &format!("webhook endpoint of the {name}"), &names, &viewers, |viewer| {
            let may = WebhookAction::iter().map(|action| action.permitted(viewer, &row));
            (row.level(viewer), may.collect())
        });
    }
    let to_offer = records::interest(
        &need,
        &offer,
        InterestDirection::NeedToOffer,
        InterestStatus::Draft,
        now,
    );
    let to_need = interest::Model { direction: InterestDirection::OfferToNeed, ..to_offer.clone() };
    let need = records::need(&cast, NeedStatus::Draft, now);
    let offer = records::offer(&cast, OfferStatus::Draft, now);
    let (asset, _) = records::ip_asset(&cast, IpLegalStatus::InPreparation, now);
    let able = records::capability(&cast, CapabilityStatus::Draft, now);
    let announced = records::programme(&cast, ProgrammeStatus::Announced, now);
    let proposed = records::project(&cast, ProjectStatus::Proposed, now).project;
    let names = [
        "draftNeed",
        "draftOffer",
        "proposeMatch",
        "draftInterest in an offer",
        "… in a need",
        "draftAgreement for the company",
        "proposeProject for the chamber",
        "announceProgramme for the chamber",
        "recordIpAsset",
        "draftCapability",
    ];
    table(&mut text, "what is not on record yet", &names, &viewers, |viewer| {
        let may = [
            NeedAction::Draft.permitted(viewer, &need),
            OfferAction::Draft.permitted(viewer, &offer),
            MatchAction::Propose.permitted(viewer, &found),
            InterestAction::Draft.permitted(viewer, &to_offer),
            InterestAction::Draft.permitted(viewer, &to_need),
            AgreementAction::Draft.permitted(viewer, &drafted),
            ProjectAction::Propose.permitted(viewer, &proposed),
            ProgrammeAction::Announce.permitted(viewer, &announced),
            IpAssetAction::Record.permitted(viewer, &asset),
            CapabilityAction::Draft.permitted(viewer, &able),
        ];
        (None, may.to_vec())
    });
    for (name, id, kind) in [
        ("organization, the company", cast.company, OrganizationKind::Company),
        ("organization, the chamber", cast.chamber, OrganizationKind::Chamber),
        ("organization, the office", cast.ott, OrganizationKind::TechnologyTransferOffice),
    ] {
        table(&mut text, name, &[], &viewers, |viewer| {
            let facts = OrganizationFacts {
                id,
                kind,
                member_of_mine: is_member(viewer, &cast, id),
                introduced: false,
            };
            (facts.level(viewer), Vec::new())
        });
    }
    fields(&mut text, "need", needs::FIELDS);
    fields(&mut text, "offer", offers::FIELDS);
    fields(&mut text, "organization", organizations::FIELDS);
    fields(&mut text, "match", matches::FIELDS);
    fields(&mut text, "interest", interests::FIELDS);
    fields(&mut text, "agreement", agreements::FIELDS);
    fields(&mut text, "project", projects::FIELDS);
    fields(&mut text, "programme", programmes::FIELDS);
    fields(&mut text, "intellectual property", ip::FIELDS);
    fields(&mut text, "capability", capabilities::FIELDS);
    fields(&mut text, "message", interests::MESSAGE_FIELDS);
    fields(&mut text, "document", documents::FIELDS);
    fields(&mut text, "disclosure", ledger::FIELDS);
    fields(&mut text, "saved search", searches::FIELDS);
    fields(&mut text, "find of a search", searches::FIND_FIELDS);
    fields(&mut text, "API client", clients::FIELDS);
    fields(&mut text, "membership", memberships::FIELDS);
    fields(&mut text, "invitation", memberships::INVITATION_FIELDS);
    fields(&mut text, "person", people::FIELDS);
    fields(&mut text, "webhook endpoint", webhooks::FIELDS);
    fields(&mut text, "webhook delivery", webhooks::DELIVERY_FIELDS);
    fields(&mut text, "webhook attempt", webhooks::ATTEMPT_FIELDS);
    fields(&mut text, "entry of a timeline", timeline::FIELDS);
    fields(&mut text, "item of an inbox", inbox::FIELDS);
    writeln!(text, "told in timelines{:13}from", "").unwrap();
    for kind in TimelineKind::iter() {
        writeln!(text, "  {:28}{}", kind.to_value(), level(Some(kind.told_from()))).unwrap();
    }
    compare("docs/who-sees-what.txt", &text);
}

const INTRODUCTION: &str = "\
Who sees what, and who may do what. Made from the policy (api/src/policy) and the
field tables (FIELDS in the slices); a test keeps it true.

Levels, each with all before it: L0 anybody; L1 members of the network; L2 parties
that were introduced; L3 parties under a non-disclosure agreement; L4 the owner and
parties to the contract. `-` is: it does not exist for them.

The need belongs to the company, in one region of the chamber; the offer to the
office; a match is between the two, and so is an interest. L0 of an interest is what each of
its parties reads: nobody else knows of it. L0 of a document is what each of its readers
reads; who they are, the level of the document says. Assessments are read below their company,
from L2 on; in their own tables stands who may take them back. Whoever belongs to the network
saves searches, each their own. Of a membership and of a person L2 is what colleagues read, L4 of a
membership what who looks after them reads; who has the code of an invitation accepts it. Where a company lets its chamber represent it, the chamber sees L3 in place
of L2. Every verb has guards of its own besides (four eyes, blind text, versions).

";

/// What the database computes for viewers who speak for a chamber.
fn is_member(viewer: &Viewer, cast: &Cast, id: entity::OrganizationId) -> bool {
    let grants = viewer.holding(api::policy::CHAMBER);
    id == cast.company
        && grants
            .into_iter()
            .any(|grant| grant.organization == cast.chamber && grant.covers(Some(cast.north), None))
}

fn level(level: Option<DisclosureLevel>) -> &'static str {
    match level {
        None => "-",
        Some(DisclosureLevel::PublicBlind) => "L0",
        Some(DisclosureLevel::Network) => "L1",
        Some(DisclosureLevel::Introduced) => "L2",
        Some(DisclosureLevel::Confidential) => "L3",
        Some(DisclosureLevel::Contract) => "L4",
    }
}

fn table(
    text: &mut String,
    title: &str,
    verbs: &[&str],
    viewers: &[(&str, Viewer)],
    line: impl Fn(&Viewer) -> (Option<DisclosureLevel>, Vec<bool>),
) {
    let mut head = format!("{:30}{:6}", "", "sees");
    for verb in verbs {
        write!(head, "{verb}  ").unwrap();
    }
    writeln!(text, "{title}\n{}", head.trim_end()).unwrap();
    for (name, viewer) in viewers {
        let (sees, may) = line(viewer);
        let mut row = format!("  {name:28}{:6}", level(sees));
        for (verb, may) in verbs.iter().zip(may) {
            write!(
                row,
                "{:width$}",
                if may { "yes" } else { "-" },
                width = verb.chars().count() + 2
            )
            .unwrap();
        }
        writeln!(text, "{}", row.trim_end()).unwrap();
    }
    text.push('\n');
}

fn fields<C>(text: &mut String, name: &str, fields: &[Field<C>]) {
    writeln!(text, "fields of {name:20}level  filter  order").unwrap();
    for field in fields {
        let mark = |on: bool| if on { "yes" } else { "-" };
        let (filter, order) = (mark(field.filterable), mark(field.sortable));
        writeln!(text, "  {:28}{:7}{filter:8}{order}", field.name, level(Some(field.level)))
            .unwrap();
    }
    text.push('\n');
}

#[test]
fn the_file_of_the_schema_is_the_schema() {
    compare("schema.graphql", &api::schema::sdl());
}

#[test]
fn the_page_about_the_schema_is_made_from_it() {
    compare("docs/reference.md", &api::reference::reference().expect("a page"));
}

#[test]
fn lists_are_filtered_and_ordered_by_what_everybody_sees() {
    fn hidden<C>(fields: &[Field<C>]) -> Vec<&str> {
        let used = fields.iter().filter(|field| field.filterable || field.sortable);
        used.filter(|field| field.level > DisclosureLevel::PublicBlind).map(|f| f.name).collect()
    }
    assert_eq!(hidden(needs::FIELDS), [""; 0]);
    assert_eq!(hidden(offers::FIELDS), [""; 0]);
    assert_eq!(hidden(organizations::FIELDS), [""; 0]);
    assert_eq!(hidden(interests::FIELDS), [""; 0]);
}

/// Whether a committed file says `text`; writes it with `UPDATE=1`.
fn compare(file: &str, text: &str) {
    let text = format!("{}\n", text.trim_end());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("room for a file");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(text.lines()).position(|(old, new)| old != new);
    assert!(
        kept == text,
        "{file} is not what the code says (from line {}); UPDATE=1 writes it anew",
        differs.map_or(kept.lines().count(), |line| line) + 1
    );
}
