//! What the demo's people agreed on: under non-disclosure, on a contract, and between a
//! chamber and the network.

use chrono::{DateTime, Datelike, Duration, Utc};
use entity::{
    AgreementPartyRole, AgreementStatus, AgreementType, CommitmentHorizon, OrganizationId,
    OrganizationKind, Role, agreement,
};
use serde_json::json;

use super::{of_kind, past::Cast};
use crate::{
    agreements::{
        commitments,
        draft::{Between, draft},
        input::{AgreementInput, AgreementPartyInput},
        life,
        signing::{self, Signature},
    },
    context::Service,
    error::{Error, Result},
    policy::{AgreementAction, Viewer},
    work::Work,
};

/// Who writes an agreement, who binds the party that does, and who signs for the parties.
pub(super) struct Signing<'a> {
    pub(super) service: &'a Service,
    pub(super) writer: Viewer,
    pub(super) sharer: Viewer,
    /// In the order of the parties.
    pub(super) signatories: Vec<(OrganizationId, Viewer)>,
    /// Whether the parties let the network know of it.
    pub(super) publishes: bool,
}

impl Signing<'_> {
    /// Takes an agreement through its life up to the status that it shows: in negotiation one
    /// party has approved it, partially signed it waits for the last one.
    pub(super) async fn live(
        &self,
        work: &mut Work,
        between: Between,
        input: AgreementInput,
        fate: AgreementStatus,
    ) -> Result<agreement::Model> {
        let labels = self.service.labels();
        work.go_on_as(self.writer.clone());
        let row = draft(work, labels, between, input).await?;
        let mut row = life::submit(work, labels, row.id, row.version).await?;
        if fate == AgreementStatus::InternalReview {
            return Ok(row);
        }
        work.go_on_as(self.sharer.clone());
        row = life::share(work, row.id, row.version).await?;
        for (party, viewer) in &self.signatories {
            work.go_on_as(viewer.clone());
            row = signing::approve(work, labels, row.id, row.version, *party).await?;
            if fate == AgreementStatus::Negotiation {
                return Ok(row);
            }
        }
        for (place, (party, viewer)) in self.signatories.iter().enumerate() {
            let last = place + 1 == self.signatories.len();
            if last && fate == AgreementStatus::PartiallySigned {
                return Ok(row);
            }
            work.go_on_as(viewer.clone());
            let (party, sha256, publishes) = (*party, row.sha256, self.publishes);
            let signature = Signature { party, sha256, publishes };
            row = signing::sign(work, row.id, row.version, signature).await?;
        }
        work.go_on_as(Viewer::system(work.now));
        signing::activate(work, row.id).await
    }
}

/// A party to an agreement.
pub(super) fn party(organization: OrganizationId, role: AgreementPartyRole) -> AgreementPartyInput {
    AgreementPartyInput { organization, role }
}

/// What an agreement of the demo says; that it is invented, it says as well.
pub(super) fn terms(text: serde_json::Value) -> Result<AgreementInput> {
    serde_json::from_value(text).map_err(Error::internal)
}

/// A framework agreement between a chamber and the network, with its four lines.
pub(super) async fn frame(service: &Service, cast: &Cast, chamber: OrganizationId) -> Result<()> {
    let networks = of_kind(service, OrganizationKind::Association).await?;
    let Some(network) = networks.first() else { return Ok(()) };
    let begun = service.now() - Duration::days(120);
    let someone = |organization, role: Role, at| cast.someone(organization, &[role], at);
    let network = network.id;
    let signing = Signing {
        service,
        writer: someone(chamber, Role::ChamberLiaison, begun),
        sharer: someone(chamber, Role::ChamberAdmin, begun + Duration::days(3)),
        signatories: vec![
            (chamber, someone(chamber, Role::ChamberAdmin, begun + Duration::days(10))),
            (network, someone(network, Role::NetworkAdmin, begun + Duration::days(12))),
        ],
        publishes: true,
    };
    let between = Between {
        from: chamber,
        kind: AgreementType::FrameworkAgreement,
        parties: vec![
            party(chamber, AgreementPartyRole::Partner),
            party(network, AgreementPartyRole::Coordinator),
        ],
        interest: None,
        frame: None,
        amends: None,
    };
    let mut work = service.system_work().await?;
    let input = lines(begun, chamber, network)?;
    let row = signing.live(&mut work, between, input, AgreementStatus::Active).await?;
    let agreement::Model { id, mut version, .. } = row;
    // One line was kept, one is under way.
    let labels = service.labels();
    let said = |text: &str| serde_json::from_value(json!({ "es": text })).map_err(Error::internal);
    for (days, organization, role, action, number, evidence) in [
        (
            60,
            chamber,
            Role::ChamberLiaison,
            AgreementAction::KeepCommitment,
            1,
            Some("Relación de 41 necesidades identificadas y vinculadas. (demo)"),
        ),
        (75, network, Role::NetworkAdmin, AgreementAction::StartCommitment, 2, None),
    ] {
        work.go_on_as(someone(organization, role, begun + Duration::days(days)));
        let evidence = evidence.map(said).transpose()?;
        let row = commitments::follow(&mut work, labels, (id, version), action, number, evidence);
        version = row.await?.version;
    }
    work.commit().await
}

/// The four lines of an agreement between a chamber and a network of transfer offices.
fn lines(
    begun: DateTime<Utc>,
    chamber: OrganizationId,
    network: OrganizationId,
) -> Result<AgreementInput> {
    let line = |es: &str, en: &str, responsible: OrganizationId, horizon, days: i64| {
        let due = begun + Duration::days(days);
        json!({ "text": { "es": es, "en": en }, "responsible": responsible, "horizon": horizon,
            "dueOn": due.date_naive() })
    };
    let (short, mid) = (CommitmentHorizon::ShortTerm, CommitmentHorizon::MidTerm);
    terms(json!({
        "title": {
            "es": format!("Convenio marco de colaboración {} (demo)", begun.year()),
            "en": format!("Framework agreement on collaboration {} (demo)", begun.year()),
        },
        "purpose": { "es": "Vincular las necesidades tecnológicas de las empresas con la oferta de la red. (demo)" },
        "text": { "es": "Primera. Las partes colaboran en cuatro líneas: necesidades, proyectos, contenidos y capacitación. Segunda. Cada parte da cuenta de sus compromisos con evidencia. (demo)" },
        "commitments": [
            line("Identificar y vincular 40 necesidades", "Identify and match 40 needs", chamber, short, 90),
            line("Formular cinco proyectos conjuntos", "Draw up five joint projects", network, mid, 240),
            line("Publicar doce contenidos", "Publish twelve pieces of content", network, mid, 300),
            line("Capacitar a 200 personas", "Train 200 people", chamber, CommitmentHorizon::LongTerm, 540),
        ],
    }))
}
