//! An organization: a company, a chamber, a transfer office, an institution.

use sea_orm::entity::prelude::*;

use crate::{
    Codes, OrganizationId, OrganizationKind, SizeBasis, SizeClass, Texts, VerificationLevel,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Grows by one with every change; guards against lost updates.
    pub version: i32,
    pub kind: OrganizationKind,
    pub legal_name: String,
    pub trade_name: Option<String>,
    /// Trade or legal name, folded (no accents, lower case): the order and the text filter of lists.
    pub name_folded: String,
    pub rfc: Option<String>,
    pub reniecyt: Option<String>,
    pub reniecyt_valid_until: Option<Date>,
    pub siem_id: Option<String>,
    pub denue_id: Option<String>,
    pub size_class: Option<SizeClass>,
    pub size_basis: Option<SizeBasis>,
    /// Workers as told, exactly.
    pub workers: Option<i32>,
    /// The official stratum of workers when only that is known (`6 a 10 personas`).
    pub workers_stratum: Option<String>,
    /// Annual sales in hundredths of a Mexican peso.
    pub annual_sales_minor: Option<i64>,
    /// Primary SCIAN code, 2 to 6 digits; sectors as `31-33`.
    pub scian: Option<String>,
    pub secondary_scian: Codes,
    pub scian_edition: Option<i32>,
    /// Derived from `scian`: the sector and the subsector, for filters.
    pub sector: Option<String>,
    pub subsector: Option<String>,
    pub state_code: Option<String>,
    pub municipality_code: Option<String>,
    pub address: Option<String>,
    pub postal_code: Option<String>,
    /// Millionths of a degree.
    pub latitude_e6: Option<i32>,
    pub longitude_e6: Option<i32>,
    pub telephone: Option<String>,
    pub email: Option<String>,
    pub website: Option<String>,
    pub year_founded: Option<i32>,
    pub exports: Option<bool>,
    pub certifications: Texts,
    pub languages: Codes,
    /// Marks that the company has declared; anonymous texts may not name them.
    pub marks: Texts,
    pub verification: VerificationLevel,
    pub parent_id: Option<OrganizationId>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
