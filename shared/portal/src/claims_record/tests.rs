use super::*;
use crate::samples::{LIMITS, address, claims_user, flow, network, office, t};

fn begin_from(
    before: Option<&ClaimsRecord>,
    here: &str,
    accepts_risk: bool,
    second: u64,
) -> Change<ClaimsRecord, Result<Attempt, Refusal>> {
    let user = claims_user();
    ClaimsRecord::begin_attempt(before, &user, &network(here), accepts_risk, t(second), &LIMITS)
}

fn begin(
    before: Option<&ClaimsRecord>,
    accepts_risk: bool,
    second: u64,
) -> Change<ClaimsRecord, Result<Attempt, Refusal>> {
    begin_from(before, "a", accepts_risk, second)
}

/// A record with one attempt in progress since `second`.
fn begun(second: u64) -> ClaimsRecord {
    begin(None, false, second).stored().0
}

type Verdict = Result<Authentication, Unavailable>;

const WRONG: Verdict = Ok(Authentication::Wrong);
const LOCKED: Verdict = Ok(Authentication::Locked);
const RIGHT: Verdict = Ok(Authentication::Accepted(Accepted::SecurityCodeWanted));

fn registered(address: Option<&str>) -> RegisteredOffice {
    RegisteredOffice {
        number: office().number,
        name: office().name,
        mail_address: address.map(str::to_owned),
    }
}

/// The right password of an office without a security code.
#[expect(clippy::unnecessary_wraps, reason = "it is one of the answers")]
fn right_with(address: Option<&str>) -> Verdict {
    Ok(Authentication::Accepted(Accepted::Office(registered(address))))
}

/// The end of the last attempt that is open.
fn end(before: &ClaimsRecord, answer: &Verdict) -> Change<ClaimsRecord, Result<Proof, Refusal>> {
    let attempt = before.passwords.open.last().unwrap();
    ClaimsRecord::end_attempt(Some(before), before, attempt, answer, &LIMITS)
}

/// A further attempt from this network, with this answer.
fn tried(before: Option<&ClaimsRecord>, here: &str, second: u64, answer: &Verdict) -> (ClaimsRecord, Kind) {
    let (begun, attempt) = begin_from(before, here, true, second).stored();
    attempt.unwrap();
    let (after, refused) = end(&begun, answer).stored();
    (after, refused.unwrap_err().kind)
}

fn at(list: &[Attempt]) -> Vec<Timestamp> {
    list.iter().map(|attempt| attempt.at).collect()
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
    let attempt = answer.unwrap();
    assert_eq!((attempt.at, attempt.accepts_risk), (t(5), false));
    let mut expected = ClaimsRecord::unknown(claims_user(), t(5));
    expected.passwords.open = vec![attempt];
    assert_eq!(record, expected);
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordAsked, t(5))));
    let (second, _) = begin(Some(&record), false, 9).stored();
    assert_eq!(at(&second.passwords.open), [t(5), t(9)]);
    assert_eq!(second.judged_at, t(9));
}

#[test]
fn the_third_attempt_asks_whether_the_risk_is_accepted() {
    let two = begin(Some(&begun(0)), false, 1).stored().0;
    assert_eq!(
        begin(Some(&two), false, 2).kept(),
        Err(Kind::ClaimsLockRisk.into())
    );
    assert!(begin(Some(&two), true, 2).stored().1.unwrap().accepts_risk);
}

#[test]
fn a_spent_budget_is_refused_before_the_question_about_the_risk() {
    let three = begin(Some(&begin(Some(&begun(0)), false, 0).stored().0), true, 0)
        .stored()
        .0;
    for accepts_risk in [false, true] {
        assert_eq!(
            begin(Some(&three), accepts_risk, 86_399).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
        );
    }
    assert!(begin(Some(&three), false, 86_400).stored().1.is_ok());
}

#[test]
fn a_wrong_password_is_remembered_from_the_second_at_which_it_was_asked() {
    let (record, event, answer) = end(&begun(5), &WRONG).recorded();
    assert_eq!(answer, Err(Kind::ClaimsRejected.into()));
    assert_eq!(
        (at(&record.passwords.failures), &record.passwords.open[..]),
        (vec![t(5)], &[][..])
    );
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordWrong, t(5))));
    // Where the record was deleted meanwhile, the wrong password is still counted.
    let attempt = &begun(5).passwords.open[0];
    let (anew, _) = ClaimsRecord::end_attempt(None, &begun(5), attempt, &WRONG, &LIMITS).stored();
    assert_eq!(anew, record);
}

#[test]
fn what_the_claims_system_did_not_count_is_not_counted() {
    for (answer, told) in [
        (
            Ok(Authentication::TemporaryPassword),
            Kind::ClaimsTemporaryPassword,
        ),
        (Ok(Authentication::PasswordExpired), Kind::ClaimsPasswordExpired),
        (LOCKED, Kind::ClaimsLocked),
        (Err(Unavailable::NotJudged), Kind::ClaimsUnavailable),
    ] {
        let (record, event, refused) = end(&begun(5), &answer).recorded();
        assert_eq!(refused, Err(told.into()));
        assert_eq!(record.passwords, ClaimsGuard::default());
        assert_eq!(event, Some(Event::new(Act::ClaimsPasswordNotCounted, t(5))));
    }
}

#[test]
fn an_answer_that_does_not_come_or_cannot_be_read_counts_as_wrong() {
    let (record, kind) = tried(None, "a", 5, &Err(Unavailable::OutcomeUnknown));
    assert_eq!(
        (at(&record.passwords.failures), kind),
        (vec![t(5)], Kind::ClaimsUnavailable)
    );
}

/// An id that does not exist is never locked, so its fourth answer must be the same as that of one that does.
#[test]
fn from_the_third_wrong_password_on_wrong_and_locked_are_answered_and_counted_alike() {
    let two = tried(Some(&tried(None, "a", 0, &WRONG).0), "a", 1, &WRONG).0;
    let ends = [WRONG, LOCKED].map(|third| {
        let (three, told) = tried(Some(&two), "a", 2, &third);
        let (four, again) = tried(Some(&three), "b", 3, &third);
        (told, again, four)
    });
    assert_eq!(ends[0], ends[1]);
    assert_eq!((ends[0].0, ends[0].1), (Kind::ClaimsLocked, Kind::ClaimsLocked));
    assert_eq!(ends[0].2.passwords.failures.len(), 4);
}

#[test]
fn a_right_password_leaves_nothing_where_there_is_nothing_to_remember() {
    let wrong = tried(Some(&tried(None, "a", 0, &WRONG).0), "a", 1, &WRONG).0;
    let begun = begin(Some(&wrong), true, 5).stored().0;
    let why = NoEvent::RecordedWithRegistration;
    assert_eq!(
        end(&begun, &RIGHT),
        Change::Remove(why, Ok(Proof::SecurityCodeWanted))
    );
    let attempt = begun.passwords.open.last().unwrap();
    assert_eq!(
        ClaimsRecord::end_attempt(None, &begun, attempt, &RIGHT, &LIMITS),
        Change::Remove(why, Ok(Proof::SecurityCodeWanted))
    );
}

#[test]
fn a_right_password_counts_the_code_that_is_mailed() {
    let (record, event, proof) = end(&begun(5), &right_with(Some("taro@example.jp"))).recorded();
    assert_eq!(proof, Ok(Proof::Office(office(), address())));
    assert_eq!((&record.mails.sends[..], event), (&[t(5)][..], None));
    assert_eq!(record.passwords, ClaimsGuard::default());
}

/// A user id to which this number of codes was mailed, with an attempt in progress.
fn mailed(codes: u64, second: u64) -> ClaimsRecord {
    let begun = begun(second);
    let mails = (0..codes).fold(MailBudget::default(), |mails, _| mails.count(t(0)));
    ClaimsRecord { mails, ..begun }
}

#[test]
fn a_spent_budget_of_codes_is_reported_only_with_the_right_password() {
    let right = right_with(Some("taro@example.jp"));
    let (record, event, refused) = end(&mailed(5, 3_599), &right).recorded();
    assert_eq!(
        refused,
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
    );
    assert_eq!(event, Some(Event::new(Act::ClaimsPasswordRight, t(3_599))));
    assert_eq!(
        (record.passwords, record.mails.sends.len()),
        (ClaimsGuard::default(), 5)
    );
    assert!(end(&mailed(5, 3_600), &right).stored().1.is_ok());
    assert!(end(&mailed(4, 3_599), &right).stored().1.is_ok());
    assert_eq!(
        end(&mailed(5, 0), &WRONG).stored().1,
        Err(Kind::ClaimsRejected.into())
    );
    // Nothing is mailed where a security code comes first.
    assert!(end(&mailed(5, 0), &RIGHT).stored().1.is_ok());
}

#[test]
fn a_right_password_without_a_mail_address_is_refused_as_such() {
    for address in [None, Some("taro")] {
        let (record, event, refused) = end(&begun(5), &right_with(address)).recorded();
        assert_eq!(refused, Err(Kind::ClaimsNoMailAddress.into()));
        assert_eq!((record.passwords, record.mails), Default::default());
        assert_eq!(event, Some(Event::new(Act::ClaimsPasswordRight, t(5))));
    }
    // The budget of the contact address is spent: the code that was counted for the user id is refunded.
    let (counted, _) = end(&begun(5), &right_with(Some("taro@example.jp"))).stored();
    for (before, codes) in [(None, 0), (Some(&counted), 0), (Some(&mailed(1, 5)), 1)] {
        let (record, event, ()) = ClaimsRecord::note_right_password(before, &claims_user(), t(5)).recorded();
        assert_eq!(record.mails.sends.len(), codes);
        assert_eq!(event, Some(Event::new(Act::ClaimsPasswordRight, t(5))));
    }
}

#[test]
fn a_right_password_forgets_no_wrong_code_and_no_attempt_beside_it() {
    let with_code = judge(Some(&begun(5)), false, 6).stored().0;
    let (record, event, _) = end(&with_code, &RIGHT).recorded();
    assert_eq!(record.passwords, ClaimsGuard::default());
    assert_eq!(record.codes.failures, [t(6)]);
    assert_eq!(event, None, "the registration that begins records it");

    let beside = begin(Some(&begun(5)), false, 6).stored().0;
    let (record, _) = end(&beside, &RIGHT).stored();
    assert_eq!(at(&record.passwords.open), [t(5)]);
}

#[test]
fn a_resend_counts_another_code_of_the_user_id_and_is_refunded_once() {
    let user = claims_user();
    let spend =
        |before: &ClaimsRecord, second| ClaimsRecord::spend_mail(Some(before), &user, t(second), &LIMITS);
    let (fifth, event, answer) = spend(&mailed(4, 0), 1).recorded();
    assert_eq!((answer, event), (Ok(()), None));
    assert_eq!(
        spend(&fifth, 3_599).kept(),
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
    );
    assert_eq!(spend(&fifth, 3_600).stored().1, Ok(()));
    let (after, ()) = ClaimsRecord::refund_mail(Some(&fifth), t(1)).stored();
    assert_eq!(after.mails.sends, mailed(4, 0).mails.sends);
    ClaimsRecord::refund_mail(Some(&after), t(1)).kept();
    ClaimsRecord::refund_mail(None, t(1)).kept();
}

fn begin_code(before: Option<&ClaimsRecord>, second: u64) -> Change<ClaimsRecord, Result<(), Refusal>> {
    ClaimsRecord::begin_security_code(before, &claims_user(), t(second), &LIMITS)
}

#[test]
fn a_security_code_is_counted_before_the_claims_system_is_asked_and_refunded_once() {
    let (counted, event, answer) = begin_code(None, 5).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(counted.security_codes.asked, [t(5)]);
    assert_eq!((counted.judged_at, event), (t(5), None));
    let second = begin_code(Some(&counted), 9).stored().0;
    let accept = |before: &ClaimsRecord, address| {
        let registered = registered(address);
        ClaimsRecord::accept_security_code(Some(before), &claims_user(), t(9), &registered, &LIMITS)
    };
    let (accepted, event, proven) = accept(&second, Some("taro@example.jp")).recorded();
    assert_eq!((proven, event), (Ok((office(), address())), None));
    assert_eq!(accepted.security_codes, counted.security_codes);
    assert_eq!(accepted.mails.sends, [t(9)]);
    let (refused, no) = accept(&second, None).stored();
    assert_eq!(no, Err(Kind::ClaimsNoMailAddress.into()));
    assert_eq!(
        (refused.security_codes, refused.mails),
        (counted.security_codes.clone(), MailBudget::default())
    );
    let full = ClaimsRecord {
        mails: mailed(5, 0).mails,
        ..second.clone()
    };
    let (refused, no) = accept(&full, Some("taro@example.jp")).stored();
    assert_eq!(no.unwrap_err().kind, Kind::TooManyRequests);
    assert_eq!(
        (refused.security_codes, refused.mails),
        (counted.security_codes.clone(), full.mails)
    );
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
    let (record, _) = end(&wrong, &RIGHT).stored();
    assert_eq!(record.security_codes.asked, [t(6)]);
}

#[test]
fn stopped_codes_are_reported_only_with_the_right_password() {
    let told = |began: u64, answer: &Verdict| {
        let before = begin(Some(&stopped()), false, began).stored().0;
        let (_, event, told) = end(&before, answer).recorded();
        // The act is recorded here where no registration records it.
        let right = Some(Event::new(Act::ClaimsPasswordRight, t(began)));
        assert_eq!(event == right, *answer == RIGHT && told.is_err());
        told
    };
    assert_eq!(
        told(899, &RIGHT),
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
    );
    assert_eq!(told(900, &RIGHT), Ok(Proof::SecurityCodeWanted));
    assert_eq!(told(899, &WRONG), Err(Kind::ClaimsRejected.into()));
    assert_eq!(
        told(899, &Err(Unavailable::NotJudged)),
        Err(Kind::ClaimsUnavailable.into())
    );
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
fn no_code_is_judged_while_codes_are_stopped() {
    for right in [true, false] {
        assert_eq!(
            judge(Some(&stopped()), right, 899).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(judge(Some(&stopped()), right, 900).stored().1, Ok(()));
    }
}
