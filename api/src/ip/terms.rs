//! For how long the law protects what: data with its sources (`ip_terms.csv`), chosen by what
//! is protected, where it was filed and when.

use std::sync::LazyLock;

use async_graphql::{Enum, SimpleObject};
use chrono::{Months, NaiveDate};
use entity::{IpFigure, IpOffice};
use serde::Deserialize;

/// From when a term is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TermStart {
    /// From the day of filing.
    Filing,
    /// From the day of grant.
    Grant,
}

/// For how long a law protects what was filed while it was in force.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Deserialize)]
pub struct IpTerm {
    /// What is protected.
    figure: IpFigure,
    /// With which office.
    office: IpOffice,
    /// The first day of filing for which it counts. Null for no first day.
    filed_from: Option<NaiveDate>,
    /// The last day of filing for which it counts. Null while it has none.
    filed_to: Option<NaiveDate>,
    /// The last day of grant for which it can be renewed; what was pending longer has the first term alone. Null when that does not matter.
    renewable_if_granted_by: Option<NaiveDate>,
    /// How many years the first term has.
    first_years: u32,
    /// How many years it can have at most; more than the first term has where it can be renewed.
    most_years: u32,
    /// From when it is counted.
    #[serde(rename = "from")]
    starts: TermStart,
    /// The law.
    law: String,
    /// The article of the law. Null when it is not known.
    article: Option<String>,
    /// Where this was read, and what it leaves out.
    source: String,
    /// Whether the text of the law was read for this entry; what was not is told as others state it.
    #[serde(deserialize_with = "yes")]
    confirmed: bool,
}

fn yes<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(from)? == "yes")
}

/// All terms, in the order of the file.
static TERMS: LazyLock<Vec<IpTerm>> = LazyLock::new(|| read().filter_map(Result::ok).collect());

fn read() -> impl Iterator<Item = csv::Result<IpTerm>> {
    let file = include_str!("../../data/reference/ip_terms.csv");
    csv::Reader::from_reader(file.as_bytes()).into_deserialize()
}

/// All terms that are on record.
pub(super) fn all() -> &'static [IpTerm] {
    &TERMS
}

/// When protection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// The last day of the first term.
    pub(super) first: NaiveDate,
    /// The last day of the longest term.
    pub(super) last: NaiveDate,
}

/// When the protection of what was filed on a day ends; nothing when no term is on record for
/// it, or when it is counted from a grant that has not come. A term of years ends on the same
/// day of the year; one that began on 29 February ends on the 28th where the year has no 29th.
pub(super) fn ends(
    figure: IpFigure,
    office: IpOffice,
    filed_on: NaiveDate,
    granted_on: Option<NaiveDate>,
) -> Option<Ends> {
    let term = TERMS.iter().find(|term| {
        term.figure == figure
            && term.office == office
            && term.filed_from.is_none_or(|first| first <= filed_on)
            && term.filed_to.is_none_or(|last| filed_on <= last)
    })?;
    let start = match term.starts {
        TermStart::Filing => filed_on,
        TermStart::Grant => granted_on?,
    };
    let after = |years: u32| start.checked_add_months(Months::new(12 * years));
    let too_late = |by: NaiveDate| granted_on.is_none_or(|on| on > by);
    let once = term.renewable_if_granted_by.is_some_and(too_late);
    let most = if once { term.first_years } else { term.most_years };
    Some(Ends { first: after(term.first_years)?, last: after(most)? })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::{IpFigure, IpOffice};

    use super::{all, ends, read};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// First and last end of what was granted on the day of filing, or nothing.
    fn mexican(figure: IpFigure, filed: &str) -> String {
        let ends = ends(figure, IpOffice::Impi, day(filed), Some(day(filed)));
        ends.map_or_else(String::new, |ends| format!("{} {}", ends.first, ends.last))
    }

    #[test]
    fn every_line_of_the_file_is_read_and_no_two_overlap() {
        assert!(read().all(|term| term.is_ok()), "{:?}", read().find(Result::is_err));
        for (place, term) in all().iter().enumerate() {
            assert!(term.first_years <= term.most_years, "{term:?}");
            for other in &all()[..place] {
                let same = (other.figure, other.office) == (term.figure, term.office);
                let apart = other.filed_to.is_some_and(|to| term.filed_from > Some(to));
                assert!(!same || apart, "{other:?} and {term:?}");
            }
        }
    }

    #[test]
    fn the_law_of_the_day_of_filing_counts() {
        use IpFigure::{IndustrialDesign, LayoutDesign, Patent, UtilityModel};
        let patent = "2030-03-01 2030-03-01";
        assert_eq!(mexican(Patent, "2010-03-01"), patent);
        // Utility models: ten years, to be prolonged to fifteen where they were in force on 5
        // November 2020, and fifteen since.
        assert_eq!(mexican(UtilityModel, "2010-11-04"), "2020-11-04 2020-11-04");
        assert_eq!(mexican(UtilityModel, "2020-11-04"), "2030-11-04 2035-11-04");
        assert_eq!(mexican(UtilityModel, "2020-11-05"), "2035-11-05 2035-11-05");
        // Designs: fifteen years, renewable where they were in force on 27 April 2018, and five
        // renewable to twenty-five since.
        assert_eq!(mexican(IndustrialDesign, "2003-04-26"), "2018-04-26 2018-04-26");
        assert_eq!(mexican(IndustrialDesign, "2018-04-26"), "2033-04-26 2043-04-26");
        assert_eq!(mexican(IndustrialDesign, "2018-04-27"), "2023-04-27 2043-04-27");
        assert_eq!(mexican(LayoutDesign, "2021-06-15"), "2031-06-15 2031-06-15");
        // Leap years.
        assert_eq!(mexican(Patent, "2004-02-29"), "2024-02-29 2024-02-29");
        assert_eq!(mexican(UtilityModel, "2012-02-29"), "2022-02-28 2027-02-28");
        // Nothing is made up.
        assert_eq!(mexican(IpFigure::PlantVariety, "2015-01-01"), "");
        assert_eq!(ends(Patent, IpOffice::Other, day("2015-01-01"), None), None);
    }
}
