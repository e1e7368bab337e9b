//! A line of a roll of organizations: our own layout, and INEGI's DENUE download as published.

use std::collections::HashMap;

use chrono::NaiveDate;
use csv::StringRecord;
use entity::{OrganizationKind, SizeBasis, SizeClass, VerificationLevel};

use super::{Problem, cells::Cells, shown};
use crate::{codes::Labels, organizations::size::most_workers};

/// The header of INEGI's DENUE download.
const DENUE_HEADER: &[&str] = &[
    "id",
    "clee",
    "nom_estab",
    "raz_social",
    "codigo_act",
    "nombre_act",
    "per_ocu",
    "tipo_vial",
    "nom_vial",
    "tipo_v_e_1",
    "nom_v_e_1",
    "tipo_v_e_2",
    "nom_v_e_2",
    "tipo_v_e_3",
    "nom_v_e_3",
    "numero_ext",
    "letra_ext",
    "edificio",
    "edificio_e",
    "numero_int",
    "letra_int",
    "tipo_asent",
    "nomb_asent",
    "tipoCenCom",
    "nom_CenCom",
    "num_local",
    "cod_postal",
    "cve_ent",
    "entidad",
    "cve_mun",
    "municipio",
    "cve_loc",
    "localidad",
    "ageb",
    "manzana",
    "telefono",
    "correoelec",
    "www",
    "tipoUniEco",
    "latitud",
    "longitud",
    "fecha_alta",
];

/// The columns of DENUE without which a line says nothing.
const DENUE_REQUIRED: &[&str] =
    &["id", "nom_estab", "raz_social", "codigo_act", "per_ocu", "cve_ent", "cve_mun"];

/// The columns of our own layout; the first two are required.
const OWN_HEADER: &[&str] = &[
    "externalId",
    "legalName",
    "kind",
    "tradeName",
    "rfc",
    "reniecyt",
    "reniecytValidUntil",
    "siemId",
    "denueId",
    "workers",
    "annualSalesMdp",
    "scian",
    "secondaryScian",
    "stateCode",
    "municipality",
    "postalCode",
    "address",
    "latitude",
    "longitude",
    "yearFounded",
    "exports",
    "certifications",
    "languages",
    "marks",
    "website",
    "email",
    "telephone",
    "verification",
    "parent",
    "chamber",
    "delegation",
    "memberNo",
    "category",
    "affiliatedFrom",
];

/// Which of the two layouts a file has, and where its columns are.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) denue: bool,
    columns: HashMap<String, usize>,
}

/// An organization as a line tells it.
#[derive(Clone, Debug, Default)]
pub(super) struct OrganizationLine {
    pub(super) external_id: String,
    pub(super) kind: OrganizationKind,
    pub(super) legal_name: String,
    pub(super) trade_name: Option<String>,
    pub(super) rfc: Option<String>,
    pub(super) reniecyt: Option<String>,
    pub(super) reniecyt_valid_until: Option<NaiveDate>,
    pub(super) siem_id: Option<String>,
    pub(super) denue_id: Option<String>,
    pub(super) size: Option<(SizeClass, SizeBasis)>,
    pub(super) workers: Option<i32>,
    pub(super) workers_stratum: Option<String>,
    pub(super) annual_sales_minor: Option<i64>,
    pub(super) scian: Option<String>,
    pub(super) secondary_scian: Vec<String>,
    pub(super) state_code: Option<String>,
    pub(super) municipality_code: Option<String>,
    pub(super) postal_code: Option<String>,
    pub(super) address: Option<String>,
    pub(super) latitude_e6: Option<i32>,
    pub(super) longitude_e6: Option<i32>,
    pub(super) year_founded: Option<i32>,
    pub(super) exports: Option<bool>,
    pub(super) certifications: Vec<String>,
    pub(super) languages: Vec<String>,
    pub(super) marks: Vec<String>,
    pub(super) website: Option<String>,
    pub(super) email: Option<String>,
    pub(super) telephone: Option<String>,
    pub(super) verification: Option<VerificationLevel>,
    pub(super) parent: Option<String>,
    pub(super) chamber: Option<String>,
    pub(super) delegation: Option<String>,
    pub(super) member_no: Option<String>,
    pub(super) category: Option<String>,
    pub(super) affiliated_from: Option<NaiveDate>,
}

impl Layout {
    /// Recognises a header.
    pub(super) fn of(header: &[String]) -> Result<Self, Problem> {
        let columns: HashMap<String, usize> =
            header.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
        let denue = ["nom_estab", "codigo_act", "clee"].iter().any(|n| columns.contains_key(*n));
        let (known, required) =
            if denue { (DENUE_HEADER, DENUE_REQUIRED) } else { (OWN_HEADER, &OWN_HEADER[..2]) };
        let missing: Vec<_> =
            required.iter().filter(|name| !columns.contains_key(**name)).copied().collect();
        if !missing.is_empty() {
            return Err(Problem::line(format!(
                "faltan columnas / missing columns: {}",
                missing.join(", ")
            )));
        }
        // INEGI adds columns from time to time; in our own layout an unknown one is a slip of the pen.
        let unknown: Vec<_> = header
            .iter()
            .filter(|name| !denue && !known.contains(&name.as_str()))
            .map(|name| shown(name))
            .collect();
        if !unknown.is_empty() {
            return Err(Problem::line(format!(
                "columnas desconocidas / unknown columns: {}",
                unknown.join(", ")
            )));
        }
        Ok(Self { denue, columns })
    }

    /// Reads a line. Warnings go into `warnings`; every mistake is reported.
    pub(super) fn read(
        &self,
        record: &StringRecord,
        labels: &Labels,
        warnings: &mut Vec<Problem>,
    ) -> Result<OrganizationLine, Vec<Problem>> {
        let columns = &self.columns;
        let mut cells = Cells { columns, record, labels, problems: Vec::new(), warnings };
        let line = if self.denue { cells.denue() } else { cells.own() };
        if cells.problems.is_empty() { Ok(line) } else { Err(cells.problems) }
    }
}

impl Cells<'_> {
    fn denue(&mut self) -> OrganizationLine {
        let external_id = self.required("id", 40);
        let trade_name = self.short("nom_estab", 300);
        let legal_name = self.short("raz_social", 300).or_else(|| trade_name.clone());
        if legal_name.is_none() {
            self.wrong("nom_estab", "falta el nombre / the name is missing");
        }
        let activity = self.required("codigo_act", 6);
        let scian = (!activity.is_empty()).then(|| self.scian("codigo_act", &activity)).flatten();
        let workers_stratum = self.text("per_ocu");
        let most = workers_stratum.as_deref().and_then(most_workers);
        if workers_stratum.is_some() && most.is_none() {
            self.wrong(
                "per_ocu",
                "no es un estrato de personal ocupado / is not a stratum of workers",
            );
        }
        let state = self.padded("cve_ent", 2);
        let municipality =
            self.padded("cve_mun", 3).and_then(|code| Some(format!("{}{code}", state.as_ref()?)));
        let (state_code, municipality_code) =
            self.place(("cve_ent", state), ("cve_mun", municipality));
        OrganizationLine {
            kind: OrganizationKind::Company,
            size: self.size(most, None, scian.as_deref()),
            denue_id: Some(external_id.clone()),
            external_id,
            trade_name: trade_name.filter(|name| Some(name) != legal_name.as_ref()),
            legal_name: legal_name.unwrap_or_default(),
            workers_stratum,
            scian,
            state_code,
            municipality_code,
            postal_code: self.padded("cod_postal", 5),
            address: self.address(),
            latitude_e6: self.degrees("latitud", 90.0),
            longitude_e6: self.degrees("longitud", 180.0),
            website: self.short("www", 300),
            email: self.short("correoelec", 300),
            telephone: self.short("telefono", 100),
            ..OrganizationLine::default()
        }
    }

    fn own(&mut self) -> OrganizationLine {
        let external_id = self.required("externalId", 100);
        let legal_name = self.required("legalName", 300);
        let workers: Option<i32> = self.parsed("workers", "no es un entero / is not an integer");
        if workers.is_some_and(|workers| workers < 0) {
            self.wrong("workers", "no puede ser negativo / cannot be negative");
        }
        let sales = self.sales();
        let scian = self.text("scian").and_then(|code| self.scian("scian", &code));
        let secondary = self.list("secondaryScian");
        let secondary_scian =
            secondary.iter().filter_map(|code| self.scian("secondaryScian", code)).collect();
        let state = self.padded("stateCode", 2);
        let municipality = self.padded("municipality", 5);
        let (state_code, municipality_code) =
            self.place(("stateCode", state), ("municipality", municipality));
        let year: Option<i32> = self.parsed("yearFounded", "no es un año / is not a year");
        if year.is_some_and(|year| !(1500..=2200).contains(&year)) {
            self.wrong("yearFounded", "no es un año / is not a year");
        }
        let date = "no es una fecha AAAA-MM-DD / is not a date YYYY-MM-DD";
        OrganizationLine {
            external_id,
            kind: self.vocabulary("kind").unwrap_or(OrganizationKind::Company),
            legal_name,
            trade_name: self.short("tradeName", 300),
            rfc: self.rfc(),
            reniecyt: self.short("reniecyt", 60),
            reniecyt_valid_until: self.parsed("reniecytValidUntil", date),
            siem_id: self.short("siemId", 60),
            denue_id: self.short("denueId", 60),
            size: self.size(workers, sales, scian.as_deref()),
            workers,
            workers_stratum: None,
            annual_sales_minor: sales,
            scian,
            secondary_scian,
            state_code,
            municipality_code,
            postal_code: self.padded("postalCode", 5),
            address: self.short("address", 500),
            latitude_e6: self.degrees("latitude", 90.0),
            longitude_e6: self.degrees("longitude", 180.0),
            year_founded: year,
            exports: self.parsed("exports", "debe ser true o false / must be true or false"),
            certifications: self.list("certifications"),
            languages: self.list("languages"),
            marks: self.list("marks"),
            website: self.short("website", 300),
            email: self.short("email", 300),
            telephone: self.short("telephone", 100),
            verification: self.vocabulary("verification"),
            parent: self.short("parent", 100),
            chamber: self.short("chamber", 100),
            delegation: self.short("delegation", 100),
            member_no: self.short("memberNo", 60),
            category: self.short("category", 100),
            affiliated_from: self.parsed("affiliatedFrom", date),
        }
    }
}
