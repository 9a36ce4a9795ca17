//! The rules, try by try.

use super::*;

const MINUTE: i64 = 60;

fn office() -> Office {
    Office {
        office_number: "1379901018".to_owned(),
        office_name: "見本訪問介護ステーション".to_owned(),
        mail_address: Some("kaigo1@example.jp".to_owned()),
        security_code: Some("Code4711".to_owned()),
        password: "Mihon0001".to_owned(),
        temporary_password: Some("Kari0001".to_owned()),
        password_expired: false,
    }
}

/// Seconds after nine in the morning of the first of April, in Japan.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_775_001_600 + seconds).unwrap()
}

/// The verdict on each password, typed a minute apart.
fn verdicts(office: &Office, passwords: &[&str]) -> (Vec<PasswordVerdict>, Tally) {
    let mut tally = Tally::default();
    let verdicts = passwords
        .iter()
        .zip(0..)
        .map(|(password, minute)| {
            let judgement = judge_password(office, tally, password, at(minute * MINUTE));
            tally = judgement.tally;
            judgement.verdict
        })
        .collect();
    (verdicts, tally)
}

fn locked_by_passwords() -> Tally {
    let mut tally = Tally::default();
    for _ in 0..TRIES {
        tally = judge_password(&office(), tally, "wrong", at(0)).tally;
    }
    tally
}

#[test]
fn the_right_password_is_accepted_and_changes_nothing() {
    let judgement = judge_password(&office(), Tally::default(), "Mihon0001", at(0));
    assert_eq!(judgement.verdict, PasswordVerdict::Accepted);
    assert_eq!(judgement.tally, Tally::default());
}

#[test]
fn passwords_and_codes_are_compared_exactly() {
    for typed in [
        "mihon0001",
        "MIHON0001",
        " Mihon0001",
        "Mihon0001 ",
        "Ｍｉｈｏｎ０００１",
        "Mihon000",
        "",
    ] {
        let verdict = judge_password(&office(), Tally::default(), typed, at(0)).verdict;
        assert_eq!(verdict, PasswordVerdict::Wrong, "{typed:?}");
    }
    for typed in ["code4711", "Code4711 ", ""] {
        let verdict = judge_security_code(&office(), Tally::default(), typed, at(0)).verdict;
        assert_eq!(verdict, CodeVerdict::Wrong, "{typed:?}");
    }
}

#[test]
fn the_third_wrong_password_in_a_row_locks() {
    use PasswordVerdict::{Locked, Wrong};
    let (said, tally) = verdicts(&office(), &["a", "b", "c", "d", "Mihon0001", "Kari0001"]);
    assert_eq!(said, [Wrong, Wrong, Wrong, Locked, Locked, Locked]);
    assert_eq!(tally.wrong_passwords, 3);
    // From the third wrong one on, whatever was typed in between.
    assert_eq!(tally.locked_until, Some(at(2 * MINUTE + LOCK_SECONDS)));
}

#[test]
fn a_password_that_is_known_ends_the_row() {
    use PasswordVerdict::{Accepted, TemporaryPassword, Wrong};
    let (said, tally) = verdicts(&office(), &["a", "b", "Mihon0001", "c", "d"]);
    assert_eq!(said, [Wrong, Wrong, Accepted, Wrong, Wrong]);
    assert_eq!((tally.wrong_passwords, tally.locked_until), (2, None));

    let (said, tally) = verdicts(&office(), &["a", "b", "Kari0001", "c"]);
    assert_eq!(said, [Wrong, Wrong, TemporaryPassword, Wrong]);
    assert_eq!(tally.wrong_passwords, 1);
}

#[test]
fn a_lock_ends_after_thirty_minutes() {
    let tally = locked_by_passwords();
    let said = |seconds| judge_password(&office(), tally, "Mihon0001", at(seconds)).verdict;
    assert_eq!(said(LOCK_SECONDS - 1), PasswordVerdict::Locked);
    assert_eq!(said(LOCK_SECONDS), PasswordVerdict::Accepted);
    assert_eq!(said(LOCK_SECONDS + 1), PasswordVerdict::Accepted);
}

#[test]
fn after_a_lock_there_are_three_tries_again() {
    let later = at(LOCK_SECONDS);
    let after_one = judge_password(&office(), locked_by_passwords(), "wrong", later).tally;
    assert_eq!(
        after_one,
        Tally {
            wrong_passwords: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn a_lock_is_shown_in_whole_seconds_and_never_ends_early() {
    let now = Timestamp::new(at(0).as_second(), 1).unwrap();
    assert_eq!(Tally::locked_at(now).locked_until, Some(at(LOCK_SECONDS + 1)));
    assert_eq!(Tally::locked_at(at(0)).locked_until, Some(at(LOCK_SECONDS)));
    assert_eq!(
        Tally::locked_at(Timestamp::MAX).locked_until,
        Some(Timestamp::MAX)
    );
}

#[test]
fn the_temporary_password_is_not_answered_as_a_wrong_one() {
    let said = judge_password(&office(), Tally::default(), "Kari0001", at(0)).verdict;
    assert_eq!(said, PasswordVerdict::TemporaryPassword);
}

#[test]
fn an_office_without_a_password_of_its_own_has_only_the_temporary_one() {
    let office = Office {
        password: String::new(),
        ..office()
    };
    assert_eq!(
        judge_password(&office, Tally::default(), "", at(0)).verdict,
        PasswordVerdict::Wrong
    );
    let said = judge_password(&office, Tally::default(), "Kari0001", at(0)).verdict;
    assert_eq!(said, PasswordVerdict::TemporaryPassword);
}

#[test]
fn an_expired_password_is_reported_only_if_it_is_right() {
    let office = Office {
        password_expired: true,
        ..office()
    };
    let said = |typed| judge_password(&office, Tally::default(), typed, at(0)).verdict;
    assert_eq!(said("Mihon0001"), PasswordVerdict::PasswordExpired);
    assert_eq!(said("Mihon0002"), PasswordVerdict::Wrong);
}

#[test]
fn the_third_wrong_security_code_locks_passwords_too() {
    let mut tally = Tally::default();
    for expected in [
        CodeVerdict::Wrong,
        CodeVerdict::Wrong,
        CodeVerdict::Wrong,
        CodeVerdict::Locked,
    ] {
        let judgement = judge_security_code(&office(), tally, "0000", at(0));
        assert_eq!(judgement.verdict, expected);
        tally = judgement.tally;
    }
    assert_eq!(
        judge_security_code(&office(), tally, "Code4711", at(0)).verdict,
        CodeVerdict::Locked
    );
    assert_eq!(
        judge_password(&office(), tally, "Mihon0001", at(0)).verdict,
        PasswordVerdict::Locked
    );
    let later = at(LOCK_SECONDS);
    assert_eq!(
        judge_security_code(&office(), tally, "Code4711", later).verdict,
        CodeVerdict::Accepted
    );
}

#[test]
fn a_right_password_does_not_give_new_tries_at_the_code() {
    let mut tally = Tally::default();
    for expected in [
        CodeVerdict::Wrong,
        CodeVerdict::Wrong,
        CodeVerdict::Wrong,
        CodeVerdict::Locked,
    ] {
        tally = judge_password(&office(), tally, "Mihon0001", at(0)).tally;
        let judgement = judge_security_code(&office(), tally, "0000", at(0));
        assert_eq!(judgement.verdict, expected);
        tally = judgement.tally;
    }
}

#[test]
fn a_right_code_gives_new_tries_at_the_code_alone() {
    let before = Tally {
        wrong_passwords: 2,
        wrong_codes: 2,
        locked_until: None,
    };
    let judgement = judge_security_code(&office(), before, "Code4711", at(0));
    assert_eq!(judgement.verdict, CodeVerdict::Accepted);
    assert_eq!(
        judgement.tally,
        Tally {
            wrong_codes: 0,
            ..before
        }
    );
}

#[test]
fn where_no_code_is_set_every_code_is_wrong() {
    let office = Office {
        security_code: None,
        ..office()
    };
    let said = judge_security_code(&office, Tally::default(), "", at(0)).verdict;
    assert_eq!(said, CodeVerdict::Wrong);
}

#[test]
fn an_office_never_prints_its_secrets() {
    assert_eq!(
        format!("{:?}", office()),
        r#"Office { office_number: "1379901018", .. }"#
    );
}
