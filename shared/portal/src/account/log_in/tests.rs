use super::*;
use crate::account::Member;
use crate::account::samples::{HALF_A_YEAR, guessed_at, judge, key, proof};
use crate::guards::MailBudget;
use crate::samples::{LIMITS, account, active, address, device, flow, pending, t};

#[test]
fn the_right_password_promises_a_code_and_forgets_what_was_wrong() {
    let before = guessed_at(account(active("m")), 2, 0);
    let (after, act, verdict) = judge(&before, true, None, 7);
    assert_eq!(
        verdict,
        LoginVerdict::Right {
            member: MemberId::new("m"),
            credential_version: 2,
            to: address(),
        }
    );
    assert_eq!(act, Act::LoginCodePromised);
    assert_eq!(after.mails.sends, [t(7)]);
    assert_eq!(after.passwords, PasswordGuard::default());
    assert_eq!(after.judged_at, t(7));
}

/// one answer, whoever asks.
#[test]
fn wrong_unknown_and_disabled_get_one_answer_and_are_counted_alike() {
    let disabled = Member {
        disabled: true,
        ..active("m")
    };
    for (account, right) in [
        (account(active("m")), false),
        (account(disabled), true),
        (Account::unknown(key(), t(0)), false),
        (Account::unknown(key(), t(0)), true),
    ] {
        let (after, act, verdict) = judge(&account, right, None, 7);
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!(act, Act::PasswordWrong);
        assert_eq!((after.passwords.failures, after.judged_at), (1, t(7)));
        assert_eq!(after.mails, MailBudget::default());
    }
}

#[test]
fn while_a_wait_runs_not_even_the_right_password_is_judged() {
    let before = guessed_at(account(active("m")), 6, 0);
    assert_eq!(before.passwords.failures, 5, "the sixth came during the wait");
    let (during, act, verdict) = judge(&before, true, None, 0);
    assert_eq!(
        (act, verdict),
        (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
    );
    assert_eq!(during.passwords, before.passwords);
    let (_, act, verdict) = judge(&before, true, None, 1);
    assert_eq!(act, Act::LoginCodePromised);
    assert!(matches!(verdict, LoginVerdict::Right { .. }));
}

#[test]
fn while_codes_are_stopped_the_right_password_is_answered_like_a_wrong_one() {
    let stopped = (0..10).fold(account(active("m")).codes, |codes, _| codes.failed(t(0), &LIMITS));
    let before = Account {
        codes: stopped,
        ..account(active("m"))
    };
    let (during, act, verdict) = judge(&before, true, None, 899);
    assert_eq!(
        (act, verdict),
        (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
    );
    assert_eq!(during.mails, MailBudget::default());
    let (_, act, _) = judge(&before, true, None, 900);
    assert_eq!(act, Act::LoginCodePromised);
}

#[test]
fn an_initial_password_opens_until_72_hours_have_passed() {
    let before = guessed_at(account(pending("m")), 1, 0);
    let life = 72 * 3_600;
    let (_, _, verdict) = judge(&before, true, None, life - 1);
    assert!(matches!(verdict, LoginVerdict::Right { .. }));
    for second in [life, life + 1] {
        let (after, act, verdict) = judge(&before, true, None, second);
        assert_eq!(
            (act, verdict),
            (Act::InitialPasswordExpired, LoginVerdict::InitialPasswordExpired)
        );
        assert_eq!(after.mails, MailBudget::default());
        assert_eq!(after.passwords, PasswordGuard::default());
    }
}

#[test]
fn a_full_mailbox_is_told_to_whoever_knows_the_password() {
    let mut before = account(active("m"));
    for _ in 0..10 {
        before.mails = before.mails.count(t(0));
    }
    let (after, act, verdict) = judge(&before, true, None, 3_599);
    assert_eq!(verdict, LoginVerdict::AddressFull(RetryAfter { seconds: 1 }));
    assert_eq!(act, Act::LoginMailRefused);
    assert_eq!(after.mails, before.mails);
}

/// `docs/adr/0020-known-devices.md`
#[test]
fn strangers_and_a_known_device_are_counted_apart() {
    let member = Member {
        devices: vec![device("other", 0), device("d", 0)],
        ..active("m")
    };
    let d = DeviceId::new("d");
    let hammered = guessed_at(account(member), 5, 0);
    let (known, act, verdict) = judge(&hammered, false, Some(&d), 0);
    assert_eq!(
        (verdict, act),
        (LoginVerdict::WrongCredentials, Act::PasswordWrong)
    );
    assert_eq!(known.passwords, hammered.passwords);
    let failures = |account: &Account| -> Vec<u64> {
        let devices = &account.member.as_ref().unwrap().devices;
        devices.iter().map(|device| device.passwords.failures).collect()
    };
    assert_eq!(failures(&known), [0, 1]);
    let (right, _, verdict) = judge(&known, true, Some(&d), 0);
    assert!(matches!(verdict, LoginVerdict::Right { .. }));
    assert_eq!(failures(&right), [0, 0]);
    assert_eq!(right.passwords, hammered.passwords, "a stranger's wait goes on");
}

#[test]
fn a_device_that_the_account_does_not_know_any_more_counts_as_a_stranger() {
    let member = Member {
        devices: vec![device("d", 0)],
        ..active("m")
    };
    for (id, second) in [("unknown", 0), ("d", HALF_A_YEAR)] {
        let device = DeviceId::new(id);
        let before = account(member.clone());
        let (after, _, _) = judge(&before, false, Some(&device), second);
        assert_eq!(after.passwords.failures, 1);
        assert_eq!(after.member, before.member);
    }
}

#[test]
fn a_password_that_was_compared_with_another_credential_is_wrong() {
    let before = account(active("m"));
    for of in [
        None,
        Some((MemberId::new("m"), 1)),
        Some((MemberId::new("other"), 2)),
    ] {
        let proof = Proof {
            of,
            ..proof(&active("m"), true)
        };
        let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
        let (after, verdict) = change.stored();
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!(after.passwords.failures, 1);
    }
    let proof = proof(&active("m"), false);
    let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
    assert_eq!(change.stored().1, LoginVerdict::WrongCredentials);
}

#[test]
fn an_address_that_nobody_owns_gets_an_account_for_its_guesses() {
    let nobody = Proof {
        of: None,
        right: true,
        renewed: None,
    };
    let change = Account::log_in(None, &key(), &nobody, None, t(3), &LIMITS);
    let (after, verdict) = change.stored();
    assert_eq!(verdict, LoginVerdict::WrongCredentials);
    assert_eq!((after.key, after.passwords.failures), (key(), 1));
    assert_eq!(after.member, None);
}

#[test]
fn a_hash_is_renewed_by_the_right_password_and_by_no_other() {
    let before = account(active("m"));
    let hash_after = |right, second| {
        let proof = Proof {
            renewed: Some("renewed".to_owned()),
            ..proof(&active("m"), right)
        };
        let change = Account::log_in(Some(&before), &key(), &proof, None, t(second), &LIMITS);
        match change.stored().0.member.unwrap().credential {
            Credential::Chosen { hash, by } => (hash, by),
            Credential::Initial { .. } => panic!("a chosen password stays one"),
        }
    };
    assert_eq!(hash_after(true, 0), ("renewed".to_owned(), flow("first")));
    assert_eq!(hash_after(false, 0), ("hash".to_owned(), flow("first")));
    let unchanged = Account::log_in(
        Some(&before),
        &key(),
        &proof(&active("m"), true),
        None,
        t(0),
        &LIMITS,
    );
    assert_eq!(
        unchanged.stored().0.member,
        before.member,
        "without a new hash the old one stays"
    );
}

#[test]
fn an_initial_password_has_no_hash_to_renew() {
    let before = account(pending("m"));
    let proof = Proof {
        renewed: Some("renewed".to_owned()),
        ..proof(&pending("m"), true)
    };
    let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
    let (after, verdict) = change.stored();
    assert!(matches!(verdict, LoginVerdict::Right { .. }));
    assert_eq!(after.member, before.member);
}

/// The write is made so that every answer takes the same time; a conflict is ignored.
#[test]
fn what_was_not_judged_is_written_by_best_effort() {
    let before = guessed_at(account(active("m")), 5, 0);
    let proof = proof(&active("m"), true);
    let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
    assert!(matches!(
        change,
        Change::BestEffort(_, LoginVerdict::WrongCredentials)
    ));
}
