//! The official stratification of companies.
//!
//! Source: "Acuerdo por el que se establece la estratificación de las micro,
//! pequeñas y medianas empresas", DOF, 30 June 2009: the score is 10 % of the
//! workers plus 90 % of the annual sales in million Mexican pesos, and must not
//! exceed the cap of the class.

use entity::{SizeBasis, SizeClass, SizeSector};

/// Which thresholds apply to a SCIAN sector: wholesale and retail trade (43, 46)
/// are commerce; mining, energy, construction and manufacturing (11 to 33) industry.
#[must_use]
pub fn size_sector(scian_sector: &str) -> SizeSector {
    match scian_sector {
        "43" | "46" => SizeSector::Commerce,
        "11" | "21" | "22" | "23" | "31-33" => SizeSector::Industry,
        _ => SizeSector::Services,
    }
}

/// The class of a company with `workers` and, where they are known, annual sales
/// in hundredths of a peso. Without sales, workers and sector alone decide, and the basis says so.
#[must_use]
pub fn size_class(
    workers: i32,
    sales_minor: Option<i64>,
    sector: SizeSector,
) -> (SizeClass, SizeBasis) {
    match sales_minor {
        Some(sales) => (by_score(workers, sales, sector), SizeBasis::WorkersAndSales),
        None => (by_workers(workers, sector), SizeBasis::WorkersOnly),
    }
}

fn by_score(workers: i32, sales_minor: i64, sector: SizeSector) -> SizeClass {
    // In hundredths of a point, exactly: 10 % of a worker is 10 hundredths,
    // 90 % of a million pesos is 90 hundredths; a million pesos are 100 million cents.
    let score = i128::from(workers) * 10 * 100_000_000 + i128::from(sales_minor) * 90;
    let cap = |hundredths: i128| hundredths * 100_000_000;
    let (small, medium) = match sector {
        SizeSector::Commerce => (cap(9_300), cap(23_500)),
        SizeSector::Services => (cap(9_500), cap(23_500)),
        SizeSector::Industry => (cap(9_500), cap(25_000)),
    };
    if score <= cap(460) {
        SizeClass::Micro
    } else if score <= small {
        SizeClass::Small
    } else if score <= medium {
        SizeClass::Medium
    } else {
        SizeClass::Large
    }
}

fn by_workers(workers: i32, sector: SizeSector) -> SizeClass {
    let (small, medium) = match sector {
        SizeSector::Commerce => (30, 100),
        SizeSector::Services => (50, 100),
        SizeSector::Industry => (50, 250),
    };
    if workers <= 10 {
        SizeClass::Micro
    } else if workers <= small {
        SizeClass::Small
    } else if workers <= medium {
        SizeClass::Medium
    } else {
        SizeClass::Large
    }
}

/// The most workers of a stratum as DENUE writes it (`6 a 10 personas`), one more
/// than its beginning for the open one. The classes of the official table never
/// cut a stratum in two, except that commerce ends its small class at 30.
#[must_use]
pub fn most_workers(stratum: &str) -> Option<i32> {
    Some(match crate::text::fold(stratum).as_str() {
        "0 a 5 personas" => 5,
        "6 a 10 personas" => 10,
        "11 a 30 personas" => 30,
        "31 a 50 personas" => 50,
        "51 a 100 personas" => 100,
        "101 a 250 personas" => 250,
        "251 y mas personas" => 251,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use entity::{SizeBasis, SizeClass::*, SizeSector::*};

    use super::{most_workers, size_class, size_sector};

    fn class(
        workers: i32,
        sales_mdp: Option<f64>,
        sector: entity::SizeSector,
    ) -> entity::SizeClass {
        #[expect(clippy::cast_possible_truncation, reason = "test values are small")]
        let minor = sales_mdp.map(|mdp| (mdp * 100_000_000.0).round() as i64);
        size_class(workers, minor, sector).0
    }

    #[test]
    fn the_official_formula_decides_at_its_edges() {
        // 10 workers and 4 million: 1 + 3.6 = 4.6, the cap of micro.
        assert_eq!(class(10, Some(4.0), Industry), Micro);
        assert_eq!(class(10, Some(4.000_001), Industry), Small);
        // 50 workers and 100 million: 5 + 90 = 95.
        assert_eq!(class(50, Some(100.0), Industry), Small);
        assert_eq!(class(51, Some(100.0), Industry), Medium);
        // 30 workers and 100 million: 3 + 90 = 93, commerce.
        assert_eq!(class(30, Some(100.0), Commerce), Small);
        assert_eq!(class(31, Some(100.0), Commerce), Medium);
        // 250 workers and 250 million: 25 + 225 = 250.
        assert_eq!(class(250, Some(250.0), Industry), Medium);
        assert_eq!(class(251, Some(250.0), Industry), Large);
        assert_eq!(class(100, Some(250.0), Services), Medium);
        assert_eq!(class(101, Some(250.0), Services), Large);
        // Many workers with small sales stay small: the score decides, not one of its parts.
        assert_eq!(class(300, Some(5.0), Industry), Small);
    }

    #[test]
    fn without_sales_the_workers_decide_and_it_is_said() {
        assert_eq!(size_class(10, None, Services), (Micro, SizeBasis::WorkersOnly));
        assert_eq!(size_class(31, None, Commerce).0, Medium);
        assert_eq!(size_class(31, None, Industry).0, Small);
        assert_eq!(size_class(101, None, Services).0, Large);
        assert_eq!(size_class(101, None, Industry).0, Medium);
        assert_eq!(
            most_workers("251 y más personas").map(|w| size_class(w, None, Industry).0),
            Some(Large)
        );
        assert_eq!(most_workers("12 personas"), None);
        assert_eq!(size_sector("31-33"), Industry);
        assert_eq!(size_sector("46"), Commerce);
        assert_eq!(size_sector("54"), Services);
    }
}
