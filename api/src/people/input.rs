//! What people can say of themselves, and its limits.

use async_graphql::{InputObject, MaybeUndefined};
use entity::{Language, person};

use crate::{checks::Checks, error::UserErrorCode};

/// What is held about you, as it should be. Fields that are not given stay.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PersonalDataInput {
    /// Your name, at most 200 characters.
    name: MaybeUndefined<String>,
    /// Your e-mail address, at most 254 characters.
    email: MaybeUndefined<String>,
    /// Your telephone, at most 30 characters: digits, spaces, `+ - ( ) .` and an extension (`ext. 12`).
    phone: MaybeUndefined<String>,
    /// Your ORCID, 16 characters in groups of four (`0000-0002-1825-0097`), with or without `https://orcid.org/` before it.
    orcid: MaybeUndefined<String>,
    /// The language that you prefer.
    locale: Option<Language>,
}

impl PersonalDataInput {
    /// Writes what is given; every mistake goes into `checks`.
    pub(super) fn write(self, row: &mut person::Model, checks: &mut Checks<'_>) {
        if !self.name.is_undefined() {
            let name = self.name.take().unwrap_or_default();
            row.name = checks.required_plain("name", &name, 200);
        }
        if !self.email.is_undefined() {
            row.email = self.email.take().and_then(|text| checked_email(checks, "email", &text));
        }
        if !self.phone.is_undefined() {
            row.phone = self.phone.take().and_then(|text| checked_phone(checks, &text));
        }
        if !self.orcid.is_undefined() {
            row.orcid = self.orcid.take().and_then(|text| checked_orcid(checks, &text));
        }
        if let Some(locale) = self.locale {
            row.locale = locale;
        }
    }
}

/// An e-mail address, as far as one can tell without writing to it; nothing when blank.
pub(crate) fn checked_email(checks: &mut Checks<'_>, field: &str, text: &str) -> Option<String> {
    let text = checks.plain(field, text, 254)?;
    let parts = text.rsplit_once('@').filter(|(name, host)| {
        let labels = host.split('.');
        !name.is_empty()
            && !name.contains('@')
            && labels.clone().count() > 1
            && labels.into_iter().all(|label| !label.is_empty())
    });
    if parts.is_none() || text.chars().any(char::is_whitespace) {
        let message = "no es una dirección de correo / is not an e-mail address";
        checks.wrong(field, UserErrorCode::Invalid, message);
    }
    Some(text)
}

fn checked_phone(checks: &mut Checks<'_>, text: &str) -> Option<String> {
    let text = checks.plain("phone", text, 30)?;
    let (number, extension) = text.split_once("ext.").unwrap_or((&text, ""));
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let fits = number.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c))
        && (7..=15).contains(&digits)
        && extension.chars().all(|c| c.is_ascii_digit() || c == ' ');
    if !fits {
        let message = "no es un teléfono / is not a telephone";
        checks.wrong("phone", UserErrorCode::Invalid, message);
    }
    Some(text)
}

fn checked_orcid(checks: &mut Checks<'_>, text: &str) -> Option<String> {
    let text = checks.plain("orcid", text, 60)?;
    let bare = text.strip_prefix("https://orcid.org/").unwrap_or(&text).to_uppercase();
    if !is_orcid(&bare) {
        let message =
            "no es un ORCID: revise sus 16 caracteres / is not an ORCID: look at its 16 characters";
        checks.wrong("orcid", UserErrorCode::Invalid, message);
    }
    Some(bare)
}

/// Whether it is an ORCID: four groups of four digits, the last of which may be an X and checks the
/// others (ISO 7064, MOD 11-2).
fn is_orcid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != 4 || groups.iter().any(|group| group.len() != 4) {
        return false;
    }
    let all = groups.concat();
    let (digits, last) = all.split_at(15);
    let Some(digits) = digits.chars().map(|c| c.to_digit(10)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let sum = digits.into_iter().fold(0, |sum, digit| (sum + digit) * 2 % 11);
    let check = (12 - sum) % 11;
    let told = if last == "X" { Some(10) } else { last.parse().ok() };
    told == Some(check)
}

#[cfg(test)]
mod tests {
    use super::is_orcid;

    #[test]
    fn the_last_character_of_an_orcid_checks_the_others() {
        // The examples of ORCID's own documents.
        for right in ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"] {
            assert!(is_orcid(right), "{right}");
        }
        for wrong in [
            "0000-0002-1825-0098",
            "0000-0002-1825-009X",
            "0000-0002-1852-0097",
            "0000000218250097",
            "0000-0002-1825-00970",
            "000X-0002-1825-0097",
            "0000-0002-1825-00é7",
            "",
        ] {
            assert!(!is_orcid(wrong), "{wrong}");
        }
    }
}
