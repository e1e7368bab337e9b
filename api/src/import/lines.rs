//! A line of a roll of organizations: our own layout, and INEGI's DENUE download as published.

use chrono::NaiveDate;
use csv::StringRecord;
use entity::{OrganizationKind, SizeBasis, SizeClass, VerificationLevel};
use sea_orm::ActiveEnum;

use super::Problem;
use crate::{
    codes::{Labels, MUNICIPALITY, SCIAN},
    organizations::size::{most_workers, size_class, size_sector},
    scalars::Decimal,
};

/// Under which name DENUE's ids are kept.
pub(super) const DENUE: &str = "DENUE";

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
    columns: Vec<String>,
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
    pub(super) fn of(header: &StringRecord) -> Result<Self, Problem> {
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let has = |name: &str| columns.iter().any(|column| column == name);
        let denue = has("nom_estab") || has("codigo_act") || has("clee");
        let (known, required) =
            if denue { (DENUE_HEADER, DENUE_REQUIRED) } else { (OWN_HEADER, &OWN_HEADER[..2]) };
        let missing: Vec<_> = required.iter().filter(|name| !has(name)).copied().collect();
        if !missing.is_empty() {
            return Err(Problem::line(format!(
                "faltan columnas / missing columns: {}",
                missing.join(", ")
            )));
        }
        let unknown: Vec<_> =
            columns.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        if !denue && !unknown.is_empty() {
            let cut: Vec<String> =
                unknown.iter().map(|name| name.chars().take(40).collect()).collect();
            return Err(Problem::line(format!(
                "columnas desconocidas / unknown columns: {}",
                cut.join(", ")
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
        let mut cells = Cells { layout: self, record, labels, problems: Vec::new(), warnings };
        let line = if self.denue { cells.denue() } else { cells.own() };
        if cells.problems.is_empty() { Ok(line) } else { Err(cells.problems) }
    }
}

/// The cells of a line, with what is wrong about them so far.
struct Cells<'a> {
    layout: &'a Layout,
    record: &'a StringRecord,
    labels: &'a Labels,
    problems: Vec<Problem>,
    warnings: &'a mut Vec<Problem>,
}

impl Cells<'_> {
    /// The text of a cell; `NA` and nothing are nothing.
    fn text(&self, column: &str) -> Option<String> {
        let place = self.layout.columns.iter().position(|name| name == column)?;
        let text = self.record.get(place)?.trim();
        (!text.is_empty() && text != "NA").then(|| text.to_owned())
    }

    fn wrong(&mut self, column: &str, message: &str) {
        self.problems.push(Problem::at(column, message));
    }

    /// A text of at most `most` characters.
    fn short(&mut self, column: &str, most: usize) -> Option<String> {
        let text = self.text(column)?;
        if text.chars().count() > most {
            self.wrong(
                column,
                &format!("tiene más de {most} caracteres / has more than {most} characters"),
            );
        }
        if text.chars().any(char::is_control) {
            self.wrong(column, "tiene caracteres de control / has control characters");
        }
        Some(text)
    }

    fn parsed<T: std::str::FromStr>(&mut self, column: &str, expected: &str) -> Option<T> {
        let text = self.text(column)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(column, expected);
        }
        parsed
    }

    fn vocabulary<E: ActiveEnum<Value = String>>(&mut self, column: &str) -> Option<E> {
        let text = self.text(column)?;
        let value = E::try_from_value(&text).ok();
        if value.is_none() {
            self.wrong(column, "no está en el vocabulario / is not in the vocabulary");
        }
        value
    }

    fn list(&mut self, column: &str) -> Vec<String> {
        let text = self.short(column, 1_000).unwrap_or_default();
        text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(Into::into).collect()
    }

    fn degrees(&mut self, column: &str, most: f64) -> Option<i32> {
        let degrees: f64 = self.parsed(column, "no es un número / is not a number")?;
        if degrees.abs() > most {
            self.wrong(column, "está fuera de rango / is out of range");
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
        let e6 = (degrees * 1e6).round() as i32;
        Some(e6)
    }

    /// A SCIAN code of any edition: where it is not known, its longest known beginning, with a warning.
    fn scian(&mut self, column: &str, code: &str) -> Option<String> {
        if self.labels.has(SCIAN, code) {
            return Some(code.to_owned());
        }
        let numeric =
            (2..=6).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
        let known = numeric.then(|| self.labels.known_scian(code)).flatten();
        let Some(known) = known else {
            self.wrong(column, "no es un código SCIAN / is not a SCIAN code");
            return None;
        };
        self.warnings.push(Problem::at(
            column,
            format!(
                "{code} no está en la edición en uso; se toma {} / is not in the edition in use; {0} is taken",
                known.code
            ),
        ));
        Some(known.code.clone())
    }

    /// A number with its leading zeros, which spreadsheets like to eat.
    fn padded(&mut self, column: &str, digits: usize) -> Option<String> {
        let text = self.text(column)?;
        if text.len() > digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            self.wrong(
                column,
                &format!(
                    "no es un número de {digits} dígitos / is not a number of {digits} digits"
                ),
            );
            return None;
        }
        Some(format!("{text:0>digits$}"))
    }

    fn place(
        &mut self,
        state: (&str, Option<String>),
        municipality: (&str, Option<String>),
    ) -> (Option<String>, Option<String>) {
        let (column, state) = state;
        if let Some(code) = &state
            && self.labels.state(code).is_none()
        {
            self.wrong(column, "no es una clave de estado de INEGI / is not an INEGI state key");
        }
        let (column, mut municipality) = municipality;
        if let Some(code) = &municipality {
            let belongs = state.as_ref().is_none_or(|state| code.starts_with(state.as_str()));
            if !belongs {
                self.wrong(column, "no pertenece a ese estado / does not belong to that state");
            } else if !self.labels.has(MUNICIPALITY, code) {
                let message = format!(
                    "{code} no está en el catálogo; se deja vacío / is not in the catalogue; left empty"
                );
                self.warnings.push(Problem::at(column, message));
                municipality = None;
            }
        }
        (state, municipality)
    }

    /// The class of a company, where workers and sector are known.
    fn size(
        &self,
        workers: Option<i32>,
        sales: Option<i64>,
        scian: Option<&str>,
    ) -> Option<(SizeClass, SizeBasis)> {
        let sector = self.labels.sector(scian?)?;
        Some(size_class(workers?, sales, size_sector(&sector.code)))
    }

    fn denue(&mut self) -> OrganizationLine {
        let external_id = self.short("id", 40).unwrap_or_default();
        if external_id.is_empty() {
            self.wrong("id", "es obligatorio / is required");
        }
        let trade_name = self.short("nom_estab", 300);
        let legal_name = self.short("raz_social", 300).or_else(|| trade_name.clone());
        if legal_name.is_none() {
            self.wrong("nom_estab", "falta el nombre / the name is missing");
        }
        let scian = self.text("codigo_act").and_then(|code| self.scian("codigo_act", &code));
        if self.text("codigo_act").is_none() {
            self.wrong("codigo_act", "es obligatorio / is required");
        }
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

    /// Street, number and settlement in one line, as letters are addressed.
    fn address(&self) -> Option<String> {
        let join = |columns: &[&str]| {
            let parts: Vec<_> = columns.iter().filter_map(|column| self.text(column)).collect();
            parts.join(" ")
        };
        let parts: Vec<_> = [
            join(&["tipo_vial", "nom_vial", "numero_ext", "letra_ext"]),
            join(&["edificio", "edificio_e", "numero_int", "letra_int"]),
            join(&["tipoCenCom", "nom_CenCom", "num_local"]),
            join(&["tipo_asent", "nomb_asent"]),
            join(&["localidad"]),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn own(&mut self) -> OrganizationLine {
        let external_id = self.short("externalId", 100).unwrap_or_default();
        if external_id.is_empty() {
            self.wrong("externalId", "es obligatorio / is required");
        }
        let legal_name = self.short("legalName", 300).unwrap_or_default();
        if legal_name.is_empty() {
            self.wrong("legalName", "es obligatorio / is required");
        }
        let rfc = self.text("rfc").map(|rfc| rfc.to_uppercase());
        if rfc.as_deref().is_some_and(|rfc| !is_rfc(rfc)) {
            self.wrong("rfc", "no tiene la forma de un RFC / does not have the shape of an RFC");
        }
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
            rfc,
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
            parent: self.text("parent"),
            chamber: self.text("chamber"),
            delegation: self.text("delegation"),
            member_no: self.short("memberNo", 60),
            category: self.short("category", 100),
            affiliated_from: self.parsed("affiliatedFrom", date),
        }
    }

    /// Annual sales are told in millions of pesos, with up to six decimals; kept in cents.
    fn sales(&mut self) -> Option<i64> {
        let text = self.text("annualSalesMdp")?;
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let exact = (part.len() <= 6 && whole.len() <= 9)
            .then(|| Decimal::from_text(&format!("{whole}{part:0<6}")))
            .flatten();
        if exact.is_none_or(|sales| sales.0 < 0) {
            self.wrong(
                "annualSalesMdp",
                "no es un número de millones con hasta seis decimales / is not a number of millions with up to six decimals",
            );
            return None;
        }
        exact.map(|sales| sales.0)
    }
}

/// Three or four letters, a date, three more characters.
fn is_rfc(rfc: &str) -> bool {
    let letters: Vec<char> = rfc.chars().collect();
    let Some(start) = letters.len().checked_sub(9).filter(|start| (3..=4).contains(start)) else {
        return false;
    };
    letters[..start].iter().all(|c| c.is_ascii_uppercase() || matches!(c, 'Ñ' | '&'))
        && letters[start..start + 6].iter().all(char::is_ascii_digit)
        && letters[start + 6..].iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_rfc;

    #[test]
    fn an_rfc_has_its_shape() {
        for good in ["XDM120810VI1", "XDMA120810VI1", "Ñ&A010101AAA"] {
            assert!(is_rfc(good), "{good}");
        }
        for bad in
            ["", "XD120810VI1", "XDMAB120810VI1", "XDM12O810VI1", "xdm120810vi1", "XDM120810VI"]
        {
            assert!(!is_rfc(bad), "{bad}");
        }
    }
}
