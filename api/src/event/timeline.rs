//! What timelines tell of events, and from which level on.

use async_graphql::Enum;
use entity::DisclosureLevel;
use sea_orm::{DeriveActiveEnum, EnumIter};

use super::Event;

/// What the timeline of a record tells: a kind of event, and the level on the record from
/// which it is told. Every kind stands here, told or not: a new one has to be decided about.
macro_rules! timeline {
    (
        told { $($(#[$doc:meta])* $kind:ident from $level:ident,)+ }
        never { $($silent:ident),+ $(,)? }
    ) => {
        /// What happened to a record, as its timeline tells it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Enum)]
        #[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum TimelineKind {
            $($(#[$doc])* $kind,)+
        }

        impl TimelineKind {
            /// From which level on the record it is told.
            #[must_use]
            pub fn told_from(self) -> DisclosureLevel {
                match self {
                    $(Self::$kind => DisclosureLevel::$level,)+
                }
            }
        }

        impl Event {
            /// As what a timeline tells it; `None` for what none tells.
            #[must_use]
            pub fn told(&self) -> Option<TimelineKind> {
                match self {
                    $(Self::$kind { .. } => Some(TimelineKind::$kind),)+
                    $(Self::$silent { .. } => None,)+
                }
            }
        }
    };
}

// From `PublicBlind`: for whoever knows of the record. From `Introduced`: for those who read
// its history (of matches and interests there is no other level at which they differ).
timeline! {
    told {
        /// The need was written down.
        NeedDrafted from Introduced,
        /// The text of the need was changed.
        NeedRevised from Introduced,
        /// The need was handed to the chamber for review.
        NeedSubmitted from Introduced,
        /// The need was sent back to its author.
        NeedReturned from Introduced,
        /// The need was offered to the network.
        NeedPublished from PublicBlind,
        /// The need was taken off the network for a while.
        NeedHeld from Introduced,
        /// The need was put back on the network.
        NeedResumed from Introduced,
        /// The need was given another year.
        NeedRenewed from PublicBlind,
        /// The need was opened for interest.
        NeedOpenedForInterest from Introduced,
        /// The need was closed for further interest.
        NeedClosedForInterest from Introduced,
        /// The need was met.
        NeedFulfilled from PublicBlind,
        /// The need was ended unmet.
        NeedClosed from Introduced,
        /// The need was taken back.
        NeedWithdrawn from Introduced,
        /// The need was put away.
        NeedArchived from Introduced,
        /// The need's time on the network ended.
        NeedExpired from Introduced,
        /// The need's owner was warned that its time ends within fourteen days.
        NeedExpiryNear from Introduced,
        /// The offer was written down.
        OfferDrafted from Introduced,
        /// The text of the offer was changed.
        OfferRevised from Introduced,
        /// The offer was handed to the office's manager for review.
        OfferSubmitted from Introduced,
        /// The offer was sent back to its author.
        OfferReturned from Introduced,
        /// The offer was offered to the network.
        OfferPublished from PublicBlind,
        /// The offer was taken off the network for a while.
        OfferHeld from Introduced,
        /// The offer was put back on the network.
        OfferResumed from Introduced,
        /// The offer was given another year.
        OfferRenewed from PublicBlind,
        /// The offer was opened for interest.
        OfferOpenedForInterest from Introduced,
        /// The offer was closed for further interest.
        OfferClosedForInterest from Introduced,
        /// The offer was kept for one partner.
        OfferReserved from PublicBlind,
        /// The offer was offered to the network again.
        OfferReleased from PublicBlind,
        /// An agreement in force left nobody else a use of the offer.
        OfferTransferred from PublicBlind,
        /// The offer was ended.
        OfferRetired from Introduced,
        /// The offer's time on the network ended.
        OfferExpired from Introduced,
        /// The offer was put away.
        OfferArchived from Introduced,
        /// The offer's owner was warned that its time ends within fourteen days.
        OfferExpiryNear from Introduced,
        /// Somebody said of the two that they fit.
        MatchProposed from Introduced,
        /// The match was taken up.
        MatchShortlisted from Introduced,
        /// The match was put aside for good.
        MatchDismissed from Introduced,
        /// The match became an expression of interest.
        MatchConverted from Introduced,
        /// The match was set aside, because one of the two left the network.
        MatchSetAside from Introduced,
        /// The match was taken up again, because both are on offer again.
        MatchTakenUpAgain from Introduced,
        /// The expression of interest was written down.
        InterestDrafted from PublicBlind,
        /// The expression of interest was sent.
        InterestSubmitted from PublicBlind,
        /// The intermediary took it over.
        InterestTakenOver from PublicBlind,
        /// The intermediary asked its sender for more.
        InterestInformationRequested from PublicBlind,
        /// The sender answered what was asked.
        InterestInformationProvided from PublicBlind,
        /// The intermediary ended it.
        InterestRejected from PublicBlind,
        /// The intermediary handed it to the owner of the need or the offer.
        InterestForwarded from PublicBlind,
        /// The owner accepted it.
        InterestAccepted from PublicBlind,
        /// The owner said no.
        InterestDeclined from PublicBlind,
        /// One side asked for a non-disclosure agreement.
        InterestNdaRequested from PublicBlind,
        /// The two sides went on without a non-disclosure agreement.
        InterestNdaWaived from PublicBlind,
        /// Its non-disclosure agreement came into force.
        InterestNdaSigned from PublicBlind,
        /// The two sides began to look into it together.
        InterestUnderEvaluation from PublicBlind,
        /// The two sides began to talk about terms.
        InterestInNegotiation from PublicBlind,
        /// A contract that came of it came into force.
        InterestAgreed from PublicBlind,
        /// It was ended without a deal.
        InterestClosed from PublicBlind,
        /// Its sender took it back.
        InterestWithdrawn from PublicBlind,
        /// One side rated the other.
        InterestRated from Introduced,
        /// The service marked it for those above, because nobody had taken it over in time.
        InterestEscalated from PublicBlind,
        /// It ended because nobody answered in time.
        InterestLapsed from PublicBlind,
        /// It ended because what it is about had ended.
        InterestCancelled from PublicBlind,
        /// The agreement was shown to all parties.
        AgreementShared from Introduced,
        /// A party approved the agreement.
        AgreementApproved from Introduced,
        /// All parties had approved the agreement.
        AgreementConcluded from Introduced,
        /// The agreement was talked about again; approvals and signatures were void.
        AgreementReopened from Introduced,
        /// A party signed the agreement.
        AgreementSigned from Introduced,
        /// The agreement came into force.
        AgreementActivated from PublicBlind,
        /// The agreement was interrupted for a while.
        AgreementSuspended from PublicBlind,
        /// The agreement went on.
        AgreementResumed from PublicBlind,
        /// What was agreed was carried out.
        AgreementCompleted from PublicBlind,
        /// The agreement was ended before its time.
        AgreementTerminated from PublicBlind,
        /// The agreement was given up before it came into force.
        AgreementCancelled from Introduced,
        /// An amendment of the agreement came into force.
        AgreementAmended from Introduced,
        /// The agreement's time was over.
        AgreementExpired from PublicBlind,
        /// A party named somebody who reads what the other discloses.
        ConfidantNamed from Introduced,
        /// Somebody reads no longer what the other party discloses.
        ConfidantRemoved from Introduced,
        /// A party began with a commitment.
        CommitmentStarted from Introduced,
        /// A party kept a commitment.
        CommitmentKept from Introduced,
        /// A party gave a commitment up.
        CommitmentDropped from Introduced,
        /// What the organization says of itself, as a chamber or as a transfer office, was put on record.
        ProfileImported from PublicBlind,
        /// Somebody was put on record for the organization, with their roles.
        MembersImported from Introduced,
        /// Somebody was invited to hold a role in the organization.
        MemberInvited from Introduced,
        /// An invitation to hold a role in the organization was taken back.
        InvitationWithdrawn from Introduced,
        /// Somebody accepted an invitation, and holds a role in the organization.
        MemberJoined from Introduced,
        /// The territory or the end of somebody's role in the organization was changed.
        MembershipChanged from Introduced,
        /// Somebody's role in the organization was ended by somebody else.
        MembershipEnded from Introduced,
        /// Somebody left the organization.
        MemberLeft from Introduced,
        /// The company consented to something.
        ConsentGranted from Introduced,
        /// The company took a consent back.
        ConsentWithdrawn from Introduced,
        /// A machine was let in for the organization.
        ClientCreated from Introduced,
        /// What a machine of the organization may do, or until when, was changed.
        ClientChanged from Introduced,
        /// A machine of the organization was given another secret.
        ClientSecretRotated from Introduced,
        /// A machine of the organization is let in no more.
        ClientRevoked from Introduced,
        /// An address was given at which the organization is told what happens.
        WebhookCreated from Introduced,
        /// Where the organization is told what happens, or what, was changed.
        WebhookChanged from Introduced,
        /// An address at which the organization is told what happens was given another secret.
        WebhookSecretRotated from Introduced,
        /// An address at which the organization is told what happens was put to use again.
        WebhookEnabled from Introduced,
        /// An address at which the organization is told what happens is told nothing any more: somebody said so, or the service, because it failed for five days or is gone.
        WebhookDisabled from Introduced,
        /// An address at which the organization is told what happens was removed.
        WebhookRemoved from Introduced,
        /// Something that somebody of the organization let be carried out in bulk came to its end. A webhook also tells which job, which its owner alone can read.
        BulkJobFinished from Introduced,
        /// The intellectual property was put on record.
        IpAssetRecorded from PublicBlind,
        /// What is said of the intellectual property was changed.
        IpAssetRevised from Introduced,
        /// It was said what happened to the intellectual property before its office; `legalEvents` tells what.
        IpEventRecorded from Introduced,
        /// What was said by mistake of the intellectual property was taken back.
        IpEventRemoved from Introduced,
        /// Something else is done with the intellectual property.
        IpAssetMarketed from Introduced,
        /// The intellectual property was dormant, and an agreement uses it.
        IpAssetRescued from Introduced,
        /// The capability was written down.
        CapabilityDrafted from Introduced,
        /// What is said of the capability was changed.
        CapabilityRevised from Introduced,
        /// The capability was published.
        CapabilityPublished from PublicBlind,
        /// The capability was taken back for a while.
        CapabilityPaused from Introduced,
        /// The capability was ended.
        CapabilityRetired from Introduced,
        /// The office decided, in spite of the levels, whether its technology suits the company.
        InterestEligibilityOverridden from Introduced,
        /// How well the company takes up technology was put on record.
        AssessmentRecorded from Introduced,
        /// How well the company takes up technology was taken back.
        AssessmentWithdrawn from Introduced,
        /// The partners of the project were called together.
        ProjectFormed from Introduced,
        /// The plan of the project was changed.
        ProjectRevised from Introduced,
        /// A partner accepted its line in the project.
        ProjectAccepted from Introduced,
        /// A partner takes no part in the project.
        ProjectDeclined from Introduced,
        /// An office or a chamber approved the project.
        ProjectEndorsed from Introduced,
        /// All offices and chambers had approved the project.
        ProjectApproved from PublicBlind,
        /// The project was not wanted.
        ProjectRejected from Introduced,
        /// The contract on which the project rests was named.
        ProjectAgreementLinked from Introduced,
        /// The project began.
        ProjectStarted from PublicBlind,
        /// The project was interrupted for a while.
        ProjectHeld from PublicBlind,
        /// The project went on.
        ProjectResumed from PublicBlind,
        /// The project was carried out.
        ProjectCompleted from PublicBlind,
        /// An office or a chamber agreed that the project is closed.
        ProjectClosureEndorsed from Introduced,
        /// The project was closed, with its outcomes validated.
        ProjectClosed from PublicBlind,
        /// The project was given up.
        ProjectCancelled from PublicBlind,
        /// Money was added to the project.
        FundingAdded from Introduced,
        /// A funding line of the project came on, or out.
        FundingFollowed from Introduced,
        /// It was said what may go wrong in the project.
        RisksRecorded from Introduced,
        /// A milestone was put into the plan.
        MilestonePlanned from Introduced,
        /// A milestone of the plan was changed.
        MilestoneRevised from Introduced,
        /// A milestone was begun.
        MilestoneStarted from Introduced,
        /// A milestone was submitted.
        MilestoneSubmitted from Introduced,
        /// The leader or the office accepted a milestone.
        MilestoneEndorsed from Introduced,
        /// A milestone was accepted by both.
        MilestoneAccepted from PublicBlind,
        /// A milestone was sent back.
        MilestoneReturned from Introduced,
        /// A milestone was not reached.
        MilestoneMissed from Introduced,
        /// A milestone was asked for no longer.
        MilestoneWaived from Introduced,
        /// A partner said what came of the project.
        OutcomeRecorded from Introduced,
        /// Another partner found an outcome of the project true.
        OutcomeValidated from PublicBlind,
        /// Another partner did not find an outcome of the project true.
        OutcomeRefused from Introduced,
        /// The project applied to a programme.
        ProjectApplied from Introduced,
        /// The project applies to the programme no longer.
        ApplicationWithdrawn from Introduced,
        /// The programme decided about the project.
        ProjectApplicationDecided from Introduced,
        /// The programme was announced.
        ProgrammeAnnounced from PublicBlind,
        /// What the programme says was changed.
        ProgrammeRevised from PublicBlind,
        /// The programme takes applications.
        ProgrammeOpened from PublicBlind,
        /// The programme takes applications for longer.
        ProgrammeExtended from PublicBlind,
        /// The programme takes applications no longer.
        ProgrammeClosed from PublicBlind,
        /// The programme decided about a project that applied.
        ApplicationDecided from Introduced,
        /// It was told what came of the programme.
        ProgrammeResultsPublished from PublicBlind,
    }
    never {
        // Of many records at once: `createdAt` and `updatedAt` of each say when.
        CodesLoaded, OrganizationsImported, NeedsGenerated, OffersGenerated, MatchesGenerated,
        IpAssetsGenerated, CapabilitiesGenerated,
        // The machine's own work, which comes and goes with every change.
        NeedMatched, OfferMatched,
        // What the sender still changed before sending is nobody else's, and no level tells them apart.
        InterestRevised,
        // What its party wrote before it was shared stays there: `history` tells it to them.
        AgreementDrafted, AgreementRevised, AgreementSubmitted, AgreementReturned, ProjectProposed,
        // That there is a message is told to those who may read it, by `Interest.messages` alone.
        MessageSent, MessagesRead,
        // What an office is asked and answers about a fee is its own: `feeAskedAt`, `feeDecision`.
        IpFeeAsked, IpFeeDecided,
        // Nobody but its owner knows of a saved search.
        SearchSaved, SavedSearchChanged, SavedSearchPaused, SavedSearchResumed, SavedSearchDeleted,
        SearchMarkedSeen, SearchFound,
        // What is held about somebody is theirs.
        PersonCorrected, PersonErased,
        // What is sent on demand changes nothing: `deliveries` tells of it.
        WebhookTested, WebhookRedelivered, WebhooksReplayed,
        // Nobody but its owner knows of a bulk job.
        BulkJobStarted, BulkJobCanceled, BulkFileReceived,
        // Files have levels of their own: `documents` tells of them.
        DocumentAttached, DocumentStored, DocumentRemoved, DocumentLapsed, DocumentTidied,
    }
}
