//! The SCIAN tree: sector (2 digits), subsector (3), rama (4), subrama (5), clase (6).
//!
//! Two sectors are ranges, `31-33` and `48-49`, so the sector of 311 is not its first two digits.

/// A well-formed SCIAN code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scian<'a>(&'a str);

/// How close two codes are: the deepest level that they share, down to the rama.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kinship {
    Sector,
    Subsector,
    Rama,
}

impl<'a> Scian<'a> {
    pub(crate) fn parse(code: &'a str) -> Option<Self> {
        let code = code.trim();
        let digits = (2..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        (digits || matches!(code, "31-33" | "48-49")).then_some(Self(code))
    }

    pub(crate) fn parse_all(codes: &'a [String]) -> impl Iterator<Item = Self> + Clone {
        codes.iter().filter_map(|code| Self::parse(code))
    }

    pub(crate) fn code(self) -> &'a str {
        self.0
    }

    /// How narrow the code is, in digits: 2 for a sector, a range too, to 6 for a clase.
    pub(crate) fn depth(self) -> usize {
        if self.0.contains('-') { 2 } else { self.0.len() }
    }

    pub(crate) fn sector(self) -> &'a str {
        match &self.0[..2] {
            "31" | "32" | "33" => "31-33",
            "48" | "49" => "48-49",
            sector => sector,
        }
    }

    pub(crate) fn subsector(self) -> Option<&'a str> {
        self.digits(3)
    }

    /// The shared level of two codes and its code.
    pub(crate) fn kinship(self, other: Self) -> Option<(Kinship, &'a str)> {
        let shared =
            |digits| self.digits(digits).filter(|_| self.digits(digits) == other.digits(digits));
        if let Some(rama) = shared(4) {
            Some((Kinship::Rama, rama))
        } else if let Some(subsector) = shared(3) {
            Some((Kinship::Subsector, subsector))
        } else {
            (self.sector() == other.sector()).then_some((Kinship::Sector, self.sector()))
        }
    }

    /// Whether something declared for `self` is meant for `other`: the same subsector, or the same
    /// sector where one of the two names no more than that.
    pub(crate) fn covers(self, other: Self) -> bool {
        match (self.subsector(), other.subsector()) {
            (Some(a), Some(b)) => a == b,
            _ => self.sector() == other.sector(),
        }
    }

    fn digits(self, count: usize) -> Option<&'a str> {
        self.0.get(..count).filter(|prefix| !prefix.contains('-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scian(code: &str) -> Scian<'_> {
        Scian::parse(code).expect("a SCIAN code")
    }

    fn kinship(a: &'static str, b: &'static str) -> Option<(Kinship, &'static str)> {
        scian(a).kinship(scian(b))
    }

    #[test]
    fn sectors_31_to_33_and_48_to_49_are_ranges() {
        for (code, sector) in
            [("311", "31-33"), ("33", "31-33"), ("31-33", "31-33"), ("493", "48-49"), ("541", "54")]
        {
            assert_eq!(scian(code).sector(), sector, "{code}");
        }
        assert_eq!(kinship("311", "336"), Some((Kinship::Sector, "31-33")));
        assert_eq!(kinship("484", "493"), Some((Kinship::Sector, "48-49")));
        assert_eq!(kinship("31-33", "3133"), Some((Kinship::Sector, "31-33")));
        assert_eq!(kinship("31-33", "31-33"), Some((Kinship::Sector, "31-33")));
    }

    #[test]
    fn the_deepest_shared_level_counts() {
        assert_eq!(kinship("313310", "31332"), Some((Kinship::Rama, "3133")));
        assert_eq!(kinship("3131", "3133"), Some((Kinship::Subsector, "313")));
        assert_eq!(kinship("313", "3133"), Some((Kinship::Subsector, "313")));
        assert_eq!(kinship("3133", "5413"), None);
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        for code in ["", "3", "31-", "31-34", "textil", "3133100", "ñññ"] {
            assert_eq!(Scian::parse(code), None, "{code}");
        }
    }

    #[test]
    fn a_declared_sector_covers_what_lies_in_it() {
        let covers = |a, b| scian(a).covers(scian(b));
        assert!(covers("31-33", "3133"));
        assert!(covers("313", "313310"));
        assert!(!covers("311", "3133"));
        assert!(!covers("31-33", "48"));
    }
}
