use super::*;
use crate::account::samples::{
    DAY, HALF_A_YEAR, from, guessed_at, judge, key, known_as, of_office, proof, void_claim,
};
use crate::account::{Holder, Member};
use crate::guards::{CodeGuard, MailBudget};
use crate::samples::{LIMITS, account, active, address, device, flow, only, pending, t};

#[test]
fn the_right_password_promises_a_code_and_ends_the_wait_of_its_network() {
    let before = guessed_at(account(active("m")), 2, 0);
    let (after, act, verdict) = judge(&before, true, &from("n"), 7);
    assert_eq!(
        verdict,
        LoginVerdict::Right(Proven {
            member: MemberId::new("m"),
            credential_version: 2,
            to: address(),
        })
    );
    assert_eq!(act, Act::LoginCodePromised);
    assert_eq!(only(&after).mails.sends, [t(7)]);
    assert_eq!(after.passwords.networks, [], "its own network waits no more");
    assert_eq!(
        after.passwords.consecutive, 2,
        "only a completed log-in ends the row"
    );
    assert_eq!(after.judged_at, t(7));
}

/// one answer for every caller.
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
        let (after, act, verdict) = judge(&account, right, &from("n"), 7);
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!(act, Act::PasswordWrong);
        assert_eq!((after.passwords.consecutive, after.judged_at), (1, t(7)));
        let mailed = after.members().flat_map(|member| &member.mails.sends);
        assert_eq!(mailed.count(), 0);
    }
}

#[test]
fn while_a_wait_runs_not_even_the_right_password_is_judged() {
    let before = guessed_at(account(active("m")), 6, 0);
    assert_eq!(before.passwords.consecutive, 5, "the sixth came during the wait");
    let (during, act, verdict) = judge(&before, true, &from("n"), 0);
    assert_eq!(
        (act, verdict),
        (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
    );
    assert_eq!(during.passwords, before.passwords);
    let (_, act, verdict) = judge(&before, true, &from("n"), 1);
    assert_eq!(act, Act::LoginCodePromised);
    assert!(matches!(verdict, LoginVerdict::Right(_)));
}

#[test]
fn while_codes_are_stopped_the_right_password_is_answered_like_a_wrong_one() {
    let codes = (0..10).fold(CodeGuard::default(), |codes, _| codes.failed(t(0), &LIMITS));
    let before = account(Member { codes, ..active("m") });
    let (during, act, verdict) = judge(&before, true, &from("n"), 899);
    assert_eq!(
        (act, verdict),
        (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
    );
    assert_eq!(only(&during).mails, MailBudget::default());
    let (_, act, _) = judge(&before, true, &from("n"), 900);
    assert_eq!(act, Act::LoginCodePromised);
}

#[test]
fn an_initial_password_opens_until_72_hours_have_passed() {
    let before = guessed_at(account(pending("m")), 1, 0);
    let life = 72 * 3_600;
    let (_, _, verdict) = judge(&before, true, &from("n"), life - 1);
    assert!(matches!(verdict, LoginVerdict::Right(_)));
    for second in [life, life + 1] {
        let (after, act, verdict) = judge(&before, true, &from("n"), second);
        assert_eq!(
            (act, verdict),
            (Act::InitialPasswordExpired, LoginVerdict::InitialPasswordExpired)
        );
        assert_eq!(only(&after).mails, MailBudget::default());
        assert_eq!(after.passwords.networks, []);
    }
}

#[test]
fn a_spent_budget_of_mails_is_reported_only_with_the_right_password() {
    let mut mailed = active("m");
    for _ in 0..10 {
        mailed.mails = mailed.mails.count(t(0));
    }
    let before = account(mailed);
    let (after, act, verdict) = judge(&before, true, &from("n"), 3_599);
    assert_eq!(verdict, LoginVerdict::AddressFull(RetryAfter { seconds: 900 }));
    assert_eq!(act, Act::LoginMailRefused);
    assert_eq!(only(&after).mails, only(&before).mails);
}

/// `docs/adr/0020-known-devices.md`
#[test]
fn strangers_and_a_known_device_are_counted_separately() {
    let member = Member {
        devices: vec![device("other", 0), device("d", 0)],
        ..active("m")
    };
    let d = known_as(&["d"]);
    let guessed = guessed_at(account(member), 5, 0);
    let (known, act, verdict) = judge(&guessed, false, &d, 0);
    assert_eq!(
        (verdict, act),
        (LoginVerdict::WrongCredentials, Act::PasswordWrong)
    );
    assert_eq!(known.passwords, guessed.passwords);
    let failures = |account: &Account| -> Vec<u64> {
        let devices = &account.owner().unwrap().devices;
        devices.iter().map(|device| device.passwords.failures).collect()
    };
    assert_eq!(failures(&known), [0, 1]);
    let (right, _, verdict) = judge(&known, true, &d, 0);
    assert!(matches!(verdict, LoginVerdict::Right(_)));
    assert_eq!(failures(&right), [0, 0]);
    assert_eq!(right.passwords, guessed.passwords, "a stranger's wait goes on");
}

#[test]
fn a_device_that_the_account_does_not_know_any_more_counts_as_a_stranger() {
    let member = Member {
        devices: vec![device("d", 0)],
        ..active("m")
    };
    for (id, second) in [("unknown", 0), ("d", HALF_A_YEAR)] {
        let before = account(member.clone());
        let (after, _, _) = judge(&before, false, &known_as(&[id]), second);
        assert_eq!(after.passwords.consecutive, 1);
        assert_eq!(after.holder, before.holder);
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
        let proof = VerifiedPassword {
            of,
            ..proof(&active("m"), true)
        };
        let change = Account::log_in(Some(&before), &key(), &proof, &from("n"), t(0), &LIMITS);
        let (after, verdict) = change.stored();
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!(after.passwords.consecutive, 1);
    }
    let proof = proof(&active("m"), false);
    let change = Account::log_in(Some(&before), &key(), &proof, &from("n"), t(0), &LIMITS);
    assert_eq!(change.stored().1, LoginVerdict::WrongCredentials);
}

#[test]
fn an_address_without_an_owner_gets_an_account_for_its_guesses() {
    let unknown = VerifiedPassword {
        of: None,
        renewed: None,
        flow: flow("f"),
    };
    let change = Account::log_in(None, &key(), &unknown, &from("n"), t(3), &LIMITS);
    let (after, verdict) = change.stored();
    assert_eq!(verdict, LoginVerdict::WrongCredentials);
    assert_eq!((after.key.clone(), after.passwords.consecutive), (key(), 1));
    assert_eq!(after.holder, Holder::unclaimed());
}

#[test]
fn a_hash_is_renewed_by_the_right_password_and_by_no_other() {
    let before = account(active("m"));
    let hash_after = |right, second| {
        let proof = VerifiedPassword {
            renewed: Some("renewed".to_owned()),
            ..proof(&active("m"), right)
        };
        let change = Account::log_in(Some(&before), &key(), &proof, &from("n"), t(second), &LIMITS);
        match change.stored().0.owner().unwrap().credential.clone() {
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
        &from("n"),
        t(0),
        &LIMITS,
    );
    assert_eq!(
        only(&unchanged.stored().0).credential,
        only(&before).credential,
        "without a new hash the old one stays"
    );
}

#[test]
fn an_initial_password_has_no_hash_to_renew() {
    let before = account(pending("m"));
    let proof = VerifiedPassword {
        renewed: Some("renewed".to_owned()),
        ..proof(&pending("m"), true)
    };
    let change = Account::log_in(Some(&before), &key(), &proof, &from("n"), t(0), &LIMITS);
    let (after, verdict) = change.stored();
    assert!(matches!(verdict, LoginVerdict::Right(_)));
    assert_eq!(only(&after).credential, only(&before).credential);
}

/// The write is made so that every answer takes the same time; a conflict is ignored.
#[test]
fn what_was_not_judged_is_written_by_best_effort() {
    let before = guessed_at(account(active("m")), 5, 0);
    let proof = proof(&active("m"), true);
    let change = Account::log_in(Some(&before), &key(), &proof, &from("n"), t(0), &LIMITS);
    assert!(matches!(
        change,
        Change::BestEffort(_, LoginVerdict::WrongCredentials)
    ));
}

/// `docs/api.md` 3: the initial password decides whose log-in it is.
#[test]
fn each_claim_on_an_address_is_an_account_of_its_own() {
    let claims = [of_office("a", "1"), of_office("b", "2")].map(|member| (member.id.clone(), member));
    let mut before = Account {
        holder: Holder::Claims(claims.into()),
        ..Account::unknown(key(), t(0))
    };
    let log_in = |before: &Account, of: &Member, second| {
        Account::log_in(
            Some(before),
            &key(),
            &proof(of, true),
            &from("n"),
            t(second),
            &LIMITS,
        )
        .stored()
    };
    for _ in 0..10 {
        let (after, verdict) = log_in(&before, &of_office("a", "1"), 0);
        assert!(matches!(verdict, LoginVerdict::Right(proven) if proven.member.as_str() == "a"));
        before = after;
    }
    let (_, full) = log_in(&before, &of_office("a", "1"), 0);
    assert!(matches!(full, LoginVerdict::AddressFull(_)));
    let (after, verdict) = log_in(&before, &of_office("b", "2"), 0);
    assert!(matches!(verdict, LoginVerdict::Right(proven) if proven.member.as_str() == "b"));
    let mails: Vec<usize> = after.members().map(|member| member.mails.sends.len()).collect();
    assert_eq!(mails, [10, 1]);
    // An expired claim's password is wrong; an expired password is answered as expired, whatever other claims there
    // are.
    let mut late = before;
    if let Holder::Claims(claims) = &mut late.holder {
        claims.insert(
            MemberId::new("b"),
            Member {
                claimed_at: t(5),
                ..of_office("b", "2")
            },
        );
    }
    let over = log_in(&late, &of_office("a", "1"), 14 * DAY).1;
    assert_eq!(over, LoginVerdict::WrongCredentials);
    let expired = log_in(&late, &of_office("b", "2"), 14 * DAY).1;
    assert_eq!(expired, LoginVerdict::InitialPasswordExpired);
}

#[test]
fn the_right_initial_password_of_a_void_claim_is_refused_as_such_for_72_hours_and_changes_nothing() {
    let owned = Account {
        void_claims: vec![void_claim("v", 60)],
        ..guessed_at(account(active("m")), 2, 0)
    };
    let log_in = |version, second| {
        let proof = VerifiedPassword {
            of: Some((MemberId::new("v"), version)),
            renewed: None,
            flow: flow("f"),
        };
        Account::log_in(Some(&owned), &key(), &proof, &from("n"), t(second), &LIMITS).recorded()
    };
    let (after, event, verdict) = log_in(1, 3 * DAY - 1);
    assert_eq!(verdict, LoginVerdict::ClaimVoid);
    let about = Event::new(Act::VoidClaimTried, t(3 * DAY - 1)).about(&MemberId::new("v"));
    assert_eq!(event, Some(about));
    let untouched = Account {
        judged_at: t(3 * DAY - 1),
        ..owned.clone()
    };
    assert_eq!(after, untouched);
    for (version, second) in [(1, 3 * DAY), (2, 60)] {
        let (after, _, verdict) = log_in(version, second);
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!(after.passwords.consecutive, 3);
    }
}

/// Wrong passwords from another network do not count against the owner's network.
#[test]
fn a_network_waits_for_its_own_wrong_passwords_and_for_no_other_networks() {
    let before = guessed_at(account(active("m")), 5, 0);
    let (after, act, _) = judge(&before, true, &from("elsewhere"), 0);
    assert_eq!(act, Act::LoginCodePromised);
    assert_eq!(after.passwords, before.passwords, "the stranger waits on");
    let (_, act, _) = judge(&before, true, &from("n"), 0);
    assert_eq!(act, Act::PasswordNotJudged);
}

#[test]
fn after_a_hundred_wrong_passwords_from_everywhere_only_a_known_device_gets_in() {
    let member = Member {
        devices: vec![device("d", 0)],
        ..active("m")
    };
    let full = (0..100).fold(account(member), |account, at| {
        let (after, act, _) = judge(&account, false, &from(&format!("{at}")), 0);
        assert_eq!(act, Act::PasswordWrong);
        after
    });
    assert_eq!(
        (full.passwords.consecutive, full.passwords.networks.len()),
        (100, 100)
    );
    for caller in [from("n"), from("0"), known_as(&["other"])] {
        let (after, act, verdict) = judge(&full, true, &caller, 1_000_000);
        assert_eq!(
            (act, verdict),
            (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
        );
        assert_eq!(after.passwords, full.passwords);
    }
    let (_, act, _) = judge(&full, true, &known_as(&["d"]), 0);
    assert_eq!(act, Act::LoginCodePromised);
}

/// 99 bits cannot be guessed, so a back-off would protect nothing.
#[test]
fn the_right_initial_password_has_no_back_off_and_no_lockout() {
    for before in [
        guessed_at(account(pending("m")), 20, 0),
        (0..100).fold(account(pending("m")), |account, at| {
            judge(&account, false, &from(&format!("{at}")), 0).0
        }),
    ] {
        let (after, act, verdict) = judge(&before, true, &from("n"), 0);
        assert_eq!(act, Act::LoginCodePromised);
        assert!(matches!(verdict, LoginVerdict::Right(_)));
        assert_eq!(after.passwords.consecutive, before.passwords.consecutive);
        // A wrong one gets a back-off like everywhere else, which hides whether an address has a pending
        // member.
        let (during, act, _) = judge(&guessed_at(before, 5, 0), false, &from("n"), 0);
        assert_eq!(act, Act::PasswordNotJudged);
        assert!(during.passwords.consecutive <= 100);
    }
}

/// `docs/adr/0020-known-devices.md`: a name that another account gave, and an attacker planted in the owner's
/// browser.
#[test]
fn of_several_names_the_one_that_this_account_gave_counts() {
    let member = Member {
        devices: vec![device("d", 0)],
        ..active("m")
    };
    let both = known_as(&["planted", "d"]);
    let (after, _, _) = judge(&account(member.clone()), false, &both, 0);
    assert_eq!(after.owner().unwrap().devices[0].passwords.failures, 1);
    assert_eq!(after.passwords, account(member.clone()).passwords);
    // The attacker who planted it is counted as a stranger.
    let (after, _, _) = judge(&account(member.clone()), false, &known_as(&["planted"]), 0);
    assert_eq!(
        (after.passwords.consecutive, after.holder),
        (1, Holder::Owner(Box::new(member)))
    );
}
