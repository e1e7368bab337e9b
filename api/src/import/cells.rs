//! The cells of one line of a roll, with what is wrong about them.

use std::collections::HashMap;

use csv::StringRecord;
use entity::{SizeBasis, SizeClass};
use sea_orm::ActiveEnum;

use super::Problem;
use crate::{
    codes::{Labels, MUNICIPALITY, SCIAN},
    organizations::size::{size_class, size_sector},
    scalars::Decimal,
};

/// The cells of a line, with what was found about them so far.
pub(super) struct Cells<'a> {
    pub(super) columns: &'a HashMap<String, usize>,
    pub(super) record: &'a StringRecord,
    pub(super) labels: &'a Labels,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: &'a mut Vec<Problem>,
}

impl Cells<'_> {
    /// The text of a cell; `NA` and nothing are nothing.
    pub(super) fn text(&mut self, column: &str) -> Option<String> {
        let text = self.record.get(*self.columns.get(column)?)?.trim();
        if text.is_empty() || text == "NA" {
            return None;
        }
        if !text.contains(char::is_control) {
            return Some(text.to_owned());
        }
        // A cell may go on in the next line; what no database keeps is a mistake.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.contains(char::is_control) {
            self.wrong(column, "tiene caracteres de control / has control characters");
            return None;
        }
        Some(text)
    }

    pub(super) fn wrong(&mut self, column: &str, message: &str) {
        self.problems.push(Problem::at(column, message));
    }

    /// A text of at most `most` characters.
    pub(super) fn short(&mut self, column: &str, most: usize) -> Option<String> {
        let text = self.text(column)?;
        self.check_length(column, &text, most);
        Some(text)
    }

    fn check_length(&mut self, column: &str, text: &str, most: usize) {
        if text.len() > most && text.chars().count() > most {
            self.wrong(
                column,
                &format!("tiene más de {most} caracteres / has more than {most} characters"),
            );
        }
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, column: &str, most: usize) -> String {
        let before = self.problems.len();
        let text = self.short(column, most).unwrap_or_default();
        if text.is_empty() && self.problems.len() == before {
            self.wrong(column, "es obligatorio / is required");
        }
        text
    }

    pub(super) fn parsed<T: std::str::FromStr>(
        &mut self,
        column: &str,
        expected: &str,
    ) -> Option<T> {
        let text = self.text(column)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(column, expected);
        }
        parsed
    }

    pub(super) fn vocabulary<E: ActiveEnum<Value = String>>(&mut self, column: &str) -> Option<E> {
        let text = self.text(column)?;
        let value = E::try_from_value(&text).ok();
        if value.is_none() {
            self.wrong(column, "no está en el vocabulario / is not in the vocabulary");
        }
        value
    }

    pub(super) fn list(&mut self, column: &str) -> Vec<String> {
        let text = self.short(column, 1_000).unwrap_or_default();
        text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(Into::into).collect()
    }

    pub(super) fn degrees(&mut self, column: &str, most: f64) -> Option<i32> {
        let degrees: f64 = self.parsed(column, "no es un número / is not a number")?;
        if !degrees.is_finite() || degrees.abs() > most {
            self.wrong(column, "está fuera de rango / is out of range");
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
        let e6 = (degrees * 1e6).round() as i32;
        Some(e6)
    }

    /// A SCIAN code of any edition: where it is not known, its longest known beginning, with a warning.
    pub(super) fn scian(&mut self, column: &str, code: &str) -> Option<String> {
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
        let message = format!(
            "{code} no está en la edición en uso; se toma {0} / is not in the edition in use; {0} is taken",
            known.code
        );
        self.warnings.push(Problem::at(column, message));
        Some(known.code.clone())
    }

    /// A number with its leading zeros, which spreadsheets like to eat.
    pub(super) fn padded(&mut self, column: &str, digits: usize) -> Option<String> {
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

    /// A state and a municipality of it, each with its column.
    pub(super) fn place(
        &mut self,
        (state_column, state): (&str, Option<String>),
        (column, mut municipality): (&str, Option<String>),
    ) -> (Option<String>, Option<String>) {
        if let Some(code) = &state
            && self.labels.state(code).is_none()
        {
            self.wrong(
                state_column,
                "no es una clave de estado de INEGI / is not an INEGI state key",
            );
        } else if let Some(code) = &municipality {
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
    pub(super) fn size(
        &self,
        workers: Option<i32>,
        sales: Option<i64>,
        scian: Option<&str>,
    ) -> Option<(SizeClass, SizeBasis)> {
        let sector = self.labels.sector(scian?)?;
        Some(size_class(workers?, sales, size_sector(&sector.code)))
    }

    /// Street, number and settlement in one line, as letters are addressed.
    pub(super) fn address(&mut self) -> Option<String> {
        let mut parts = Vec::new();
        for columns in [
            &["tipo_vial", "nom_vial", "numero_ext", "letra_ext"][..],
            &["edificio", "edificio_e", "numero_int", "letra_int"],
            &["tipoCenCom", "nom_CenCom", "num_local"],
            &["tipo_asent", "nomb_asent"],
            &["localidad"],
        ] {
            let words: Vec<_> = columns.iter().filter_map(|column| self.text(column)).collect();
            if !words.is_empty() {
                parts.push(words.join(" "));
            }
        }
        let address = parts.join(", ");
        self.check_length("nom_vial", &address, 1_000);
        (!address.is_empty()).then_some(address)
    }

    pub(super) fn rfc(&mut self) -> Option<String> {
        let rfc = self.text("rfc")?.to_uppercase();
        if !is_rfc(&rfc) {
            self.wrong("rfc", "no tiene la forma de un RFC / does not have the shape of an RFC");
        }
        Some(rfc)
    }

    /// Annual sales are told in millions of pesos, with up to six decimals; kept in cents.
    pub(super) fn sales(&mut self) -> Option<i64> {
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
