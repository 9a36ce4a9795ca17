use super::*;
use crate::samples::{LIMITS, claims_user, flow, t};

fn begin(
    before: Option<&ClaimsRecord>,
    accepts_risk: bool,
    second: u64,
) -> Change<ClaimsRecord, Result<(), Refusal>> {
    ClaimsRecord::begin_attempt(before, &claims_user(), accepts_risk, t(second), &LIMITS)
}

/// A record with one attempt under way since `second`.
fn begun(second: u64) -> ClaimsRecord {
    begin(None, false, second).stored().0
}

fn end(
    before: &ClaimsRecord,
    began: u64,
    outcome: AttemptOutcome,
) -> Change<ClaimsRecord, Result<(), RetryAfter>> {
    ClaimsRecord::end_attempt(Some(before), &before.passwords, t(began), outcome)
}

fn judge(
    before: Option<&ClaimsRecord>,
    right: bool,
    second: u64,
) -> Change<ClaimsRecord, Result<(), Refusal>> {
    ClaimsRecord::judge_code(before, &claims_user(), &flow("f"), right, t(second), &LIMITS)
}

/// A user id whose codes are stopped until 900 seconds after the beginning.
fn stopped() -> ClaimsRecord {
    let unknown = ClaimsRecord::unknown(claims_user(), t(0));
    (0..10).fold(unknown, |record, _| judge(Some(&record), false, 0).stored().0)
}

#[test]
fn an_attempt_is_counted_before_the_claims_system_is_asked() {
    let (record, event, answer) = begin(None, false, 5).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(
        record,
        ClaimsRecord {
            user: claims_user(),
            passwords: ClaimsGuard {
                failures: vec![],
                open: vec![t(5)],
            },
            security_codes: SecurityCodeGuard::default(),
            codes: CodeGuard::default(),
            judged_at: t(5),
        }
    );
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordAsked, t(5))));
    let (second, _) = begin(Some(&record), false, 9).stored();
    assert_eq!(second.passwords.open, [t(5), t(9)]);
    assert_eq!(second.judged_at, t(9));
}

#[test]
fn the_third_attempt_asks_whether_the_risk_is_accepted() {
    let two = begin(Some(&begun(0)), false, 1).stored().0;
    assert_eq!(
        begin(Some(&two), false, 2).kept(),
        Err(Kind::ClaimsLockRisk.into())
    );
    assert_eq!(begin(Some(&two), true, 2).stored().1, Ok(()));
}

#[test]
fn the_eleventh_attempt_of_a_day_is_refused_whatever_is_accepted() {
    let ten = (1..10).fold(begun(0), |record, second| {
        begin(Some(&record), true, second).stored().0
    });
    assert_eq!(
        begin(Some(&ten), true, 86_399).kept(),
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
    );
    assert_eq!(begin(Some(&ten), true, 86_400).stored().1, Ok(()));
}

#[test]
fn a_wrong_password_is_remembered_from_the_second_at_which_it_was_asked() {
    let (record, event, answer) = end(&begun(5), 5, AttemptOutcome::Failed).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(
        record.passwords,
        ClaimsGuard {
            failures: vec![t(5)],
            open: vec![],
        }
    );
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordWrong, t(5))));
}

#[test]
fn what_the_claims_system_did_not_count_is_not_counted() {
    let (record, event, answer) = end(&begun(5), 5, AttemptOutcome::NotCounted).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(record.passwords, ClaimsGuard::default());
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordNotCounted, t(5))));
}

#[test]
fn a_right_password_leaves_nothing_where_there_is_nothing_to_remember() {
    assert_eq!(
        end(&begun(5), 5, AttemptOutcome::Succeeded),
        Change::Remove(NoEvent::RecordedWithRegistration, Ok(()))
    );
    assert_eq!(
        ClaimsRecord::end_attempt(None, &ClaimsGuard::default(), t(5), AttemptOutcome::Succeeded).kept(),
        Ok(())
    );
}

#[test]
fn a_right_password_that_no_mail_can_follow_is_told() {
    let wrong = judge(None, false, 5).stored().0;
    for before in [None, Some(&wrong)] {
        let (record, event, ()) = ClaimsRecord::note_right_password(before, &claims_user(), t(9)).recorded();
        let known = before
            .cloned()
            .unwrap_or_else(|| ClaimsRecord::unknown(claims_user(), t(9)));
        let told = ClaimsRecord {
            judged_at: t(9),
            ..known
        };
        let right = Event::new(Act::ClaimsPasswordRight, t(9));
        assert_eq!((record, event), (told, Some(right)));
    }
}

#[test]
fn a_right_password_forgets_no_wrong_code_and_no_attempt_beside_it() {
    let with_code = judge(Some(&begun(5)), false, 6).stored().0;
    let (record, event, _) = end(&with_code, 5, AttemptOutcome::Succeeded).recorded();
    assert_eq!(record.passwords, ClaimsGuard::default());
    assert_eq!(record.codes.failures, [t(6)]);
    assert_eq!(event, None, "the registration that begins records it");

    let beside = begin(Some(&begun(5)), false, 6).stored().0;
    let (record, _) = end(&beside, 5, AttemptOutcome::Succeeded).stored();
    assert_eq!(record.passwords.open, [t(6)]);
}

fn begin_code(before: Option<&ClaimsRecord>, second: u64) -> Change<ClaimsRecord, Result<(), Refusal>> {
    ClaimsRecord::begin_security_code(before, &claims_user(), t(second), &LIMITS)
}

#[test]
fn a_security_code_is_counted_before_the_claims_system_is_asked_and_given_back_once() {
    let (counted, event, answer) = begin_code(None, 5).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(counted.security_codes.asked, [t(5)]);
    assert_eq!((counted.judged_at, event), (t(5), None));
    let second = begin_code(Some(&counted), 9).stored().0;
    let (right, event, ()) = ClaimsRecord::refund_security_code(Some(&second), t(9)).recorded();
    assert_eq!(event, None);
    assert_eq!(right.security_codes, counted.security_codes);
    ClaimsRecord::refund_security_code(Some(&right), t(9)).kept();
    ClaimsRecord::refund_security_code(None, t(9)).kept();
}

#[test]
fn the_eleventh_wrong_security_code_of_a_day_is_not_asked_about() {
    let ten = (0..10).fold(ClaimsRecord::unknown(claims_user(), t(0)), |record, second| {
        begin_code(Some(&record), second).stored().0
    });
    assert_eq!(
        begin_code(Some(&ten), 86_399).kept(),
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
    );
    assert_eq!(begin_code(Some(&ten), 86_400).stored().1, Ok(()));
}

#[test]
fn a_right_password_forgets_no_wrong_security_code() {
    let wrong = begin_code(Some(&begun(5)), 6).stored().0;
    let (record, _) = end(&wrong, 5, AttemptOutcome::Succeeded).stored();
    assert_eq!(record.security_codes.asked, [t(6)]);
}

#[test]
fn only_who_knows_the_password_is_told_that_codes_are_stopped() {
    let told = |began: u64, outcome| {
        let before = begin(Some(&stopped()), false, began).stored().0;
        let (_, event, told) = end(&before, began, outcome).recorded();
        // That it was right is recorded here where no registration records it.
        let right = Some(Event::new(Act::ClaimsPasswordRight, t(began)));
        assert_eq!(event == right, told.is_err());
        told
    };
    assert_eq!(
        told(899, AttemptOutcome::Succeeded),
        Err(RetryAfter { seconds: 1 })
    );
    assert_eq!(told(900, AttemptOutcome::Succeeded), Ok(()));
    assert_eq!(told(899, AttemptOutcome::Failed), Ok(()));
    assert_eq!(told(899, AttemptOutcome::NotCounted), Ok(()));
}

#[test]
fn a_wrong_code_counts_for_the_user_id_and_a_right_one_does_not() {
    let (wrong, event, answer) = judge(None, false, 5).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!((&wrong.codes.failures[..], wrong.judged_at), (&[t(5)][..], t(5)));
    assert_eq!(
        event,
        Some(Event::of(Act::RegistrationCodeWrong, t(5), &flow("f")))
    );
    let (right, event, answer) = judge(Some(&wrong), true, 6).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!((&right.codes, right.judged_at), (&wrong.codes, t(6)));
    assert_eq!(
        event,
        Some(Event::of(Act::RegistrationCodeRight, t(6), &flow("f")))
    );
}

#[test]
fn while_codes_are_stopped_none_is_judged() {
    for right in [true, false] {
        assert_eq!(
            judge(Some(&stopped()), right, 899).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(judge(Some(&stopped()), right, 900).stored().1, Ok(()));
    }
}
