use super::*;
use crate::account::samples::{SEAT, guessed_at, of_office};
use crate::account::{Device, Member};
use crate::guards::Guarded;
use crate::mail::Content;
use crate::password_reset::samples::{at_otp, of_claims, of_member, shown, without_recipient};
use crate::problem::{Kind, Refusal};
use crate::samples::{LIMITS, account, active, address, device, flow, only, pending, session, t};
use crate::values::{MemberId, NetworkTag};

fn asked(before: Option<&Account>, second: u64) -> (Account, Option<Event>, Recipient) {
    let key = address().key();
    let (next, event, recipient) =
        PasswordReset::ask(before, &key, &flow("f"), t(second), &LIMITS).recorded();
    (next, event, recipient.unwrap())
}

fn claimed(members: impl IntoIterator<Item = Member>) -> Account {
    Account {
        holder: Holder::Claims(members.into_iter().map(|m| (m.id.clone(), m)).collect()),
        ..Account::unknown(address().key(), t(0))
    }
}

fn disabled(member: Member) -> Member {
    Member {
        disabled: true,
        ..member
    }
}

#[test]
fn who_is_mailed_is_the_owner_or_the_claims_or_no_one() {
    let recipient = |before: Option<&Account>, second| asked(before, second).2;
    assert_eq!(recipient(None, 0), without_recipient());
    assert_eq!(recipient(Some(&account(active("m"))), 0), of_member());
    assert_eq!(
        recipient(Some(&account(disabled(active("m")))), 0),
        without_recipient()
    );
    let named = |id: &str, office: &str| {
        let mut member = of_office(id, office);
        member.office.name = office.to_owned();
        member
    };
    let two = claimed([named("1", "a"), named("2", "b"), disabled(named("3", "c"))]);
    assert_eq!(recipient(Some(&two), SEAT - 1), of_claims());
    assert_eq!(
        recipient(Some(&two), SEAT),
        without_recipient(),
        "no living claim"
    );
}

#[test]
fn every_address_known_or_not_has_five_resets_an_hour_and_ten_a_day() {
    for before in [
        None,
        Some(account(active("m"))),
        Some(account(pending("m"))),
        Some(account(disabled(active("m")))),
    ] {
        let ask = |before: Option<&Account>, second| {
            PasswordReset::ask(before, &address().key(), &flow("f"), t(second), &LIMITS)
        };
        let mut now = before.clone();
        for hour in 0..2 {
            for _ in 0..5 {
                now = Some(asked(now.as_ref(), hour * 3_600).0);
            }
            let wait = ask(now.as_ref(), hour * 3_600).kept().unwrap_err().seconds;
            assert_eq!(wait, if hour == 0 { 3_600 } else { 86_400 - 3_600 });
        }
        let full = now.unwrap();
        assert_eq!(ask(Some(&full), 86_399).kept(), Err(RetryAfter { seconds: 900 }));
        let after = asked(Some(&full), 86_400).0;
        assert_eq!(
            after.holder,
            before.map_or(Holder::unclaimed(), |before| before.holder)
        );
    }
}

#[test]
fn a_reset_that_is_asked_for_is_recorded_and_touches_neither_log_ins_nor_their_mails() {
    let before = guessed_at(account(active("m")), 5, 0);
    let (after, event, _) = asked(Some(&before), 7);
    let about = Event::of(Act::ResetAsked, t(7), &flow("f")).about(&MemberId::new("m"));
    assert_eq!(event, Some(about));
    assert_eq!(after.resets.mails.sends, [t(7)]);
    assert_eq!(
        (&after.passwords, only(&after)),
        (&before.passwords, only(&before))
    );
    let (_, event, _) = asked(None, 7);
    assert_eq!(event, Some(Event::of(Act::ResetAsked, t(7), &flow("f"))));
}

#[test]
fn a_resent_code_is_counted_like_the_first_and_is_for_no_one_once_the_password_is_another() {
    let reset = at_otp(of_member());
    let promise = |before: Option<&Account>| reset.promise_code(before, t(30), &LIMITS).stored();
    for (before, is_the_members) in [
        (None, false),
        (Some(account(active("m"))), true),
        (Some(account(disabled(active("m")))), false),
    ] {
        let (after, answer) = promise(before.as_ref());
        assert_eq!(
            (answer, after.resets.mails.sends),
            (Ok(is_the_members), vec![t(30)])
        );
    }
    let full = (0..5).fold(None, |before: Option<Account>, _| {
        Some(promise(before.as_ref()).0)
    });
    let not = reset.promise_code(full.as_ref(), t(30), &LIMITS).kept();
    assert_eq!(not, Err(RetryAfter { seconds: 3_600 }));
    let (before, _) = promise(None);
    let (refunded, event, ()) = reset.refund_code(Some(&before), t(30)).recorded();
    assert_eq!(refunded.resets.mails.sends, []);
    assert_eq!(event.unwrap().act, Act::MailNotSent);
    reset.refund_code(Some(&before), t(31)).kept();
    reset.refund_code(None, t(30)).kept();
}

#[test]
fn a_code_is_right_only_for_the_password_that_the_reset_began_with() {
    for (recipient, before, right, is_right) in [
        (of_member(), Some(account(active("m"))), true, true),
        (of_member(), Some(account(active("m"))), false, false),
        (of_member(), Some(account(disabled(active("m")))), true, false),
        (of_member(), Some(account(active("other"))), true, false),
        (of_member(), None, true, false),
        (of_claims(), Some(account(pending("m"))), true, false),
        (without_recipient(), None, true, false),
        (without_recipient(), Some(account(active("m"))), true, false),
    ] {
        let reset = at_otp(recipient);
        let (after, event, answer) = reset.judge_code(before.as_ref(), right, t(9), &LIMITS).recorded();
        assert_eq!(answer, Ok(is_right.then(shown)));
        let (act, failures) = if is_right {
            (Act::ResetCodeRight, vec![])
        } else {
            (Act::ResetCodeWrong, vec![t(9)])
        };
        assert_eq!(event.unwrap().act, act);
        assert_eq!((after.resets.codes.failures, after.judged_at), (failures, t(9)));
    }
}

/// NIST SP 800-63B-4 3.1.3.2: a new code does not begin the count anew.
#[test]
fn ten_wrong_codes_over_all_resets_stop_them_and_not_the_log_ins() {
    for before in [None, Some(account(active("m")))] {
        let reset = at_otp(of_member());
        let stopped = (0..10).fold(before, |before, _| {
            Some(reset.judge_code(before.as_ref(), false, t(0), &LIMITS).stored().0)
        });
        let judge = |second| reset.judge_code(stopped.as_ref(), true, t(second), &LIMITS);
        assert_eq!(judge(899).kept(), Err(RetryAfter { seconds: 900 }));
        assert_eq!(
            Refusal::from(RetryAfter { seconds: 900 }).kind,
            Kind::TooManyRequests
        );
        assert!(judge(900).stored().1.is_ok());
        if let Some(owner) = stopped.as_ref().and_then(Account::owner) {
            assert_eq!(owner.codes.check(t(0)), Ok(()));
        }
    }
}

#[test]
fn a_new_password_ends_sessions_and_waits_brings_the_password_back_and_is_told() {
    let waiting = Device {
        passwords: BackOff::default().failed(t(0)),
        ..device("d", 0)
    };
    let mut before = guessed_at(
        account(Member {
            sessions: vec![session("s", "x", 0, 100), session("r", "y", 0, 100)],
            devices: vec![waiting],
            last_login_at: Some(t(0)),
            ..active("m")
        }),
        5,
        0,
    );
    before.passwords.consecutive = 100;
    let network = before.passwords.networks[0].network.clone();
    let guarded = |account: &Account, network: &NetworkTag| account.passwords.state(network, t(1), &LIMITS);
    assert_eq!(guarded(&before, &network), Guarded::Closed);

    let reset = at_otp(of_member());
    let change = reset.complete(Some(&before), "new", t(1)).unwrap();
    let (after, event, ()) = change.recorded();
    let about = Event::of(Act::PasswordReset, t(1), &flow("f")).about(&MemberId::new("m"));
    assert_eq!(event, Some(about));
    let owner = only(&after);
    assert!(
        matches!(&owner.credential, Credential::Chosen { hash, by } if hash == "new" && *by == flow("f"))
    );
    assert_eq!(owner.credential_version, 3);
    assert_eq!(owner.sessions, []);
    assert_eq!(owner.devices, [device("d", 0)], "known still, and waits no more");
    for anywhere in [&network, &NetworkTag::new("elsewhere")] {
        assert_eq!(guarded(&after, anywhere), Guarded::Open);
    }
    let notice = owner.promised().unwrap();
    assert!(matches!(
        notice.content,
        Content::Notice {
            what: Notice::PasswordReset,
            ..
        }
    ));
    // Terms and log-in stay as they are.
    assert_eq!(owner.agreement, only(&before).agreement);
    assert_eq!(
        (owner.last_login_at, &owner.mails),
        (Some(t(0)), &only(&before).mails)
    );

    assert_eq!(reset.standing(Some(&after)), Standing::Done);
    assert_eq!(
        reset.complete(Some(&after), "again", t(2)).unwrap_err(),
        Standing::Done
    );
    let other = PasswordReset {
        id: flow("other"),
        ..reset
    };
    assert_eq!(
        other.complete(Some(&after), "again", t(2)).unwrap_err(),
        Standing::Over
    );
}

#[test]
fn a_reset_whose_member_is_gone_or_disabled_sets_no_password() {
    let reset = at_otp(of_member());
    for before in [
        None,
        Some(account(disabled(active("m")))),
        Some(account(active("other"))),
    ] {
        assert_eq!(reset.standing(before.as_ref()), Standing::Over);
        assert_eq!(
            reset.complete(before.as_ref(), "new", t(1)).unwrap_err(),
            Standing::Over
        );
    }
}
