//! Where a piece of intellectual property stands, computed of what happened to it before its
//! office: nothing of it is said twice, so nothing of it can disagree.

use chrono::{Months, NaiveDate};
use entity::{IpEvent, IpFigure, IpLegalStatus, IpOffice};

use super::terms;

/// How many months a fee that was not paid in time can still be paid.
const GRACE: Months = Months::new(6);

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) kind: IpEvent,
    pub(super) on: NaiveDate,
    pub(super) paid_until: Option<NaiveDate>,
}

/// What follows from all that happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) status: IpLegalStatus,
    pub(super) since: Option<NaiveDate>,
    pub(super) filed_on: Option<NaiveDate>,
    pub(super) published_on: Option<NaiveDate>,
    pub(super) granted_on: Option<NaiveDate>,
    pub(super) expires_on: Option<NaiveDate>,
    pub(super) next_fee_due_on: Option<NaiveDate>,
    pub(super) grace_until: Option<NaiveDate>,
}

/// Something that cannot have happened then: its place among the events, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Impossible {
    pub(super) place: usize,
    pub(super) why: Why,
}

/// Why something cannot have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Not in the status in which it stood then.
    Status(IpLegalStatus),
    /// Fees are paid for longer already, for longer than it lasts, or for a time that was over.
    Paid,
    /// No fee was overdue on that day.
    NotDue,
}

use IpLegalStatus::{
    Filed, FormalExamination, GrantedInForce, InPreparation, LapsedUnpaidFees, Published,
    SubstantiveExamination,
};

/// Where it can stand when this happens: the life of intellectual property, as the only table
/// that says so (`docs/decisions/0028-intellectual-property.md`).
pub(super) fn possible_in(kind: IpEvent) -> &'static [IpLegalStatus] {
    const PENDING: &[IpLegalStatus] =
        &[Filed, FormalExamination, Published, SubstantiveExamination];
    match kind {
        IpEvent::Filed => &[InPreparation],
        IpEvent::FormalExaminationStarted => &[Filed],
        IpEvent::Published => &[Filed, FormalExamination],
        IpEvent::SubstantiveExaminationStarted => &[Filed, FormalExamination, Published],
        IpEvent::Granted | IpEvent::Refused | IpEvent::Withdrawn | IpEvent::Abandoned => PENDING,
        IpEvent::FeePaid => {
            &[Filed, FormalExamination, Published, SubstantiveExamination, GrantedInForce]
        }
        IpEvent::GracePeriodStarted | IpEvent::Lapsed | IpEvent::Invalidated | IpEvent::Expired => {
            &[GrantedInForce]
        }
        IpEvent::Rehabilitated => &[LapsedUnpaidFees],
    }
}

/// Where it stands when this has happened; nothing when it stays where it stood.
pub(super) fn leads_to(kind: IpEvent) -> Option<IpLegalStatus> {
    Some(match kind {
        IpEvent::Filed => Filed,
        IpEvent::FormalExaminationStarted => FormalExamination,
        IpEvent::Published => Published,
        IpEvent::SubstantiveExaminationStarted => SubstantiveExamination,
        IpEvent::Granted | IpEvent::Rehabilitated => GrantedInForce,
        IpEvent::Refused => IpLegalStatus::Refused,
        IpEvent::Withdrawn => IpLegalStatus::Withdrawn,
        IpEvent::Abandoned => IpLegalStatus::Abandoned,
        IpEvent::Lapsed => LapsedUnpaidFees,
        IpEvent::Invalidated => IpLegalStatus::Invalidated,
        IpEvent::Expired => IpLegalStatus::ExpiredPublicDomain,
        IpEvent::FeePaid | IpEvent::GracePeriodStarted => return None,
    })
}

/// Whether such a payment can or must be told with it: until when fees are paid.
pub(super) fn pays(kind: IpEvent) -> (bool, bool) {
    match kind {
        IpEvent::FeePaid | IpEvent::Rehabilitated => (true, true),
        IpEvent::Granted => (true, false),
        _ => (false, false),
    }
}

/// Of what happens on one day, what comes first.
pub(super) fn rank(kind: IpEvent) -> u8 {
    match kind {
        IpEvent::Filed => 0,
        IpEvent::FormalExaminationStarted => 1,
        IpEvent::Published => 2,
        IpEvent::SubstantiveExaminationStarted => 3,
        IpEvent::Granted => 4,
        IpEvent::GracePeriodStarted => 5,
        IpEvent::Lapsed => 6,
        IpEvent::Rehabilitated => 7,
        IpEvent::FeePaid => 8,
        IpEvent::Refused | IpEvent::Withdrawn | IpEvent::Abandoned => 9,
        IpEvent::Invalidated | IpEvent::Expired => 10,
    }
}

/// Goes through what happened, in its order.
pub(super) fn stand(
    figure: IpFigure,
    office: IpOffice,
    events: &[Happened],
) -> Result<Standing, Impossible> {
    let mut now = Standing::default();
    let mut paid: Option<NaiveDate> = None;
    let mut graced: Option<NaiveDate> = None;
    for (place, event) in events.iter().enumerate() {
        if !possible_in(event.kind).contains(&now.status) {
            return Err(Impossible { place, why: Why::Status(now.status) });
        }
        match event.kind {
            IpEvent::Filed => now.filed_on = Some(event.on),
            IpEvent::Published => now.published_on = Some(event.on),
            IpEvent::Granted => now.granted_on = Some(event.on),
            IpEvent::GracePeriodStarted if now.next_fee_due_on.is_some_and(|on| on >= event.on) => {
                return Err(Impossible { place, why: Why::NotDue });
            }
            IpEvent::GracePeriodStarted => graced = Some(event.on),
            _ => {}
        }
        let ends = now.filed_on.and_then(|on| terms::ends(figure, office, on, now.granted_on));
        if let Some(until) = event.paid_until {
            let longer = paid.is_none_or(|before| before < until);
            if !longer || until < event.on || ends.is_some_and(|ends| until > ends.last) {
                return Err(Impossible { place, why: Why::Paid });
            }
            (paid, graced) = (Some(until), None);
        }
        if let Some(status) = leads_to(event.kind) {
            (now.status, now.since) = (status, Some(event.on));
        }
        // Each payment prolongs what can be renewed, up to its longest term.
        let renewable = ends.is_some_and(|ends| ends.first < ends.last);
        now.expires_on = ends.map(|ends| match paid {
            Some(paid) if renewable => paid.clamp(ends.first, ends.last),
            _ => ends.first,
        });
        let lives = [Filed, FormalExamination, Published, SubstantiveExamination, GrantedInForce];
        // What can be renewed is due at the latest when its term ends.
        let due = if renewable { paid.or(now.expires_on) } else { paid };
        now.next_fee_due_on =
            due.filter(|due| lives.contains(&now.status) && ends.is_none_or(|e| *due < e.last));
        now.grace_until = graced.and_then(|started| {
            let from = now.next_fee_due_on.unwrap_or(started);
            from.checked_add_months(GRACE).filter(|_| now.status == GrantedInForce)
        });
    }
    Ok(now)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::{IpEvent as Kind, IpFigure, IpLegalStatus as Status, IpOffice};

    use super::{Happened, Impossible, Standing, Why, stand};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn patent(events: &[(Kind, &str, Option<&str>)]) -> Result<Standing, Impossible> {
        of(IpFigure::Patent, events)
    }

    fn of(figure: IpFigure, events: &[(Kind, &str, Option<&str>)]) -> Result<Standing, Impossible> {
        let happened = |(kind, on, until): &(Kind, &str, Option<&str>)| Happened {
            kind: *kind,
            on: day(on),
            paid_until: until.map(day),
        };
        stand(figure, IpOffice::Impi, &events.iter().map(happened).collect::<Vec<_>>())
    }

    const LIFE: &[(Kind, &str, Option<&str>)] = &[
        (Kind::Filed, "2012-05-10", None),
        (Kind::FormalExaminationStarted, "2012-06-01", None),
        (Kind::Published, "2013-11-10", None),
        (Kind::SubstantiveExaminationStarted, "2014-01-15", None),
        (Kind::Granted, "2016-03-01", Some("2021-05-10")),
        (Kind::FeePaid, "2021-04-30", Some("2026-05-10")),
    ];

    #[test]
    fn a_patent_stands_where_its_events_lead() {
        let mut so_far = Vec::new();
        for (event, status) in LIFE.iter().zip([
            Status::Filed,
            Status::FormalExamination,
            Status::Published,
            Status::SubstantiveExamination,
            Status::GrantedInForce,
            Status::GrantedInForce,
        ]) {
            so_far.push(*event);
            assert_eq!(patent(&so_far).map(|found| found.status), Ok(status));
        }
        let found = patent(LIFE).expect("a life");
        assert_eq!(found.since, Some(day("2016-03-01")), "a payment moves nothing");
        assert_eq!(found.expires_on, Some(day("2032-05-10")));
        assert_eq!(found.next_fee_due_on, Some(day("2026-05-10")));
        assert_eq!(patent(&[]).map(|found| found.status), Ok(Status::InPreparation));
    }

    #[test]
    fn what_is_not_paid_has_six_months_and_lapses_and_can_come_back() {
        let mut life = LIFE.to_vec();
        life.push((Kind::GracePeriodStarted, "2026-05-11", None));
        let found = patent(&life).expect("a life");
        assert_eq!(found.grace_until, Some(day("2026-11-10")));
        let mut paid = life.clone();
        paid.push((Kind::FeePaid, "2026-11-10", Some("2031-05-10")));
        let found = patent(&paid).expect("a life");
        assert_eq!((found.grace_until, found.next_fee_due_on), (None, Some(day("2031-05-10"))));
        life.push((Kind::Lapsed, "2026-11-11", None));
        let found = patent(&life).expect("a life");
        assert_eq!(found.status, Status::LapsedUnpaidFees);
        assert_eq!((found.next_fee_due_on, found.grace_until), (None, None));
        life.push((Kind::Rehabilitated, "2027-01-10", Some("2031-05-10")));
        let found = patent(&life).expect("a life");
        assert_eq!(
            (found.status, found.next_fee_due_on),
            (Status::GrantedInForce, Some(day("2031-05-10")))
        );
        // Paid to the end: nothing is due any more.
        life.push((Kind::FeePaid, "2031-05-01", Some("2032-05-10")));
        assert_eq!(patent(&life).expect("a life").next_fee_due_on, None);
    }

    #[test]
    fn a_design_is_renewed_five_years_at_a_time() {
        let mut life = vec![(Kind::Filed, "2020-02-03", None), (Kind::Granted, "2020-12-01", None)];
        let found = of(IpFigure::IndustrialDesign, &life).expect("a life");
        assert_eq!(found.expires_on, Some(day("2025-02-03")));
        assert_eq!(found.next_fee_due_on, Some(day("2025-02-03")));
        life.push((Kind::FeePaid, "2025-01-20", Some("2030-02-03")));
        let found = of(IpFigure::IndustrialDesign, &life).expect("a life");
        assert_eq!(found.expires_on, Some(day("2030-02-03")));
        life.push((Kind::FeePaid, "2029-01-20", Some("2045-02-03")));
        let found = of(IpFigure::IndustrialDesign, &life).expect("a life");
        assert_eq!((found.expires_on, found.next_fee_due_on), (Some(day("2045-02-03")), None));
        let refused = [life, vec![(Kind::FeePaid, "2029-02-01", Some("2045-02-04"))]].concat();
        let refused = of(IpFigure::IndustrialDesign, &refused);
        assert_eq!(refused, Err(Impossible { place: 4, why: Why::Paid }));
    }

    #[test]
    fn what_can_be_renewed_pays_fees_within_its_term_as_well() {
        let mut life = vec![
            (Kind::Filed, "2012-05-01", None),
            (Kind::Granted, "2013-06-01", Some("2017-05-01")),
        ];
        let found = of(IpFigure::UtilityModel, &life).expect("a life");
        assert_eq!(found.expires_on, Some(day("2022-05-01")));
        assert_eq!(found.next_fee_due_on, Some(day("2017-05-01")));
        life.push((Kind::FeePaid, "2017-04-01", Some("2022-05-01")));
        life.push((Kind::FeePaid, "2022-04-01", Some("2027-05-01")));
        let found = of(IpFigure::UtilityModel, &life).expect("a life");
        assert_eq!((found.expires_on, found.next_fee_due_on), (Some(day("2027-05-01")), None));
    }

    #[test]
    fn what_was_pending_when_the_law_changed_is_not_prolonged() {
        let granted = |on| [(Kind::Filed, "2019-06-01", None), (Kind::Granted, on, None)];
        let found = of(IpFigure::UtilityModel, &granted("2020-11-05")).expect("a life");
        assert_eq!(found.next_fee_due_on, Some(day("2029-06-01")), "it can be renewed");
        let late = granted("2020-11-06");
        let found = of(IpFigure::UtilityModel, &late).expect("a life");
        assert_eq!((found.expires_on, found.next_fee_due_on), (Some(day("2029-06-01")), None));
        let paid = [&late[..], &[(Kind::FeePaid, "2029-05-01", Some("2034-06-01"))]].concat();
        let refused = Impossible { place: 2, why: Why::Paid };
        assert_eq!(of(IpFigure::UtilityModel, &paid), Err(refused));
    }

    #[test]
    fn what_cannot_have_happened_is_told_with_its_place() {
        let wrong = |place, why| Err(Impossible { place, why });
        assert_eq!(
            patent(&[(Kind::Granted, "2016-03-01", None)]),
            wrong(0, Why::Status(Status::InPreparation))
        );
        let twice = [LIFE, &[(Kind::Filed, "2022-01-01", None)]].concat();
        assert_eq!(patent(&twice), wrong(6, Why::Status(Status::GrantedInForce)));
        let less = [LIFE, &[(Kind::FeePaid, "2022-01-01", Some("2024-05-10"))]].concat();
        assert_eq!(patent(&less), wrong(6, Why::Paid));
        let ended = [
            LIFE,
            &[
                (Kind::Invalidated, "2022-01-01", None),
                (Kind::FeePaid, "2022-02-01", Some("2031-05-10")),
            ],
        ]
        .concat();
        assert_eq!(patent(&ended), wrong(7, Why::Status(Status::Invalidated)));
        // Nobody pays for a time that is over, and grace begins when something is overdue.
        let late = [LIFE, &[(Kind::FeePaid, "2027-03-01", Some("2027-02-28"))]].concat();
        assert_eq!(patent(&late), wrong(6, Why::Paid));
        let same = [LIFE, &[(Kind::FeePaid, "2027-03-01", Some("2027-03-01"))]].concat();
        assert!(patent(&same).is_ok());
        let early = [LIFE, &[(Kind::GracePeriodStarted, "2026-05-10", None)]].concat();
        assert_eq!(patent(&early), wrong(6, Why::NotDue));
    }
}
