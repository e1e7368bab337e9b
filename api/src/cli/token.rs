//! `vinculo token`.

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Args;
use entity::{OrganizationId, PersonId, RegionId};

use super::{Cli, Outcome, serve::key, service};
use crate::{
    members::{self, Wanted},
    token::Grant,
};

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// The organization (`org_…`) in which the role is held.
    #[arg(long, value_name = "ID")]
    organization: OrganizationId,
    /// The role, as in the vocabulary `role` (`CHAMBER_LIAISON`, `OTT_OFFICER`, …).
    #[arg(long, value_name = "ROLE")]
    role: String,
    /// Limit the token to this region (`region_…`); may be given several times.
    #[arg(long = "region", value_name = "ID")]
    regions: Vec<RegionId>,
    /// How long it is valid, in seconds, 60 to 86,400 [default: the setting `token_ttl_seconds`].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(60..=86_400))]
    ttl: Option<u32>,
    /// For this person (`person_…`); the first who holds the role when nobody is named.
    #[arg(long, value_name = "ID")]
    person: Option<PersonId>,
    /// Put a new person of this name on record with the role, and sign for them. How a network gets its first member.
    #[arg(long, value_name = "NAME", conflicts_with = "person")]
    new_person: Option<String>,
}

pub(super) async fn token(cli: &Cli, args: &TokenArgs) -> Outcome {
    let settings = cli.settings(&[])?;
    let service = service(&settings).await?;
    let wanted = Wanted {
        organization: args.organization,
        role: args.role.clone(),
        regions: args.regions.clone(),
        person: args.person,
        new_person: args.new_person.clone(),
    };
    let person = members::holder(&service, &wanted).await.map_err(|error| error.describe())?;
    let grant = Grant {
        organization: args.organization.to_string(),
        role: args.role.clone(),
        regions: args.regions.iter().map(ToString::to_string).collect(),
        delegations: Vec::new(),
    };
    let ttl = TimeDelta::seconds(i64::from(args.ttl.unwrap_or(settings.token_ttl_seconds)));
    let token = key(&settings)?
        .sign(&person.to_string(), &[grant], service.now(), ttl)
        .map_err(|refusal| refusal.to_string())?;
    println!("{token}");
    Ok(ExitCode::SUCCESS)
}
