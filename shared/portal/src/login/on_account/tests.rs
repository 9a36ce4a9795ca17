use super::*;
use crate::account::Holder;
use crate::guards::{BackOff, CodeGuard, Guarded, NetworkWait, PasswordGuard};
use crate::login::Stage;
use crate::login::samples::{at, at_otp, gained, new_password, not_its_own};
use crate::problem::Kind;
use crate::samples::{
    LIMITS, account, active, address, agreement, flow, flows_of, only, pending, session, t,
};
use crate::values::{MemberId, NetworkTag, OfficeName, OfficeNumber};

#[test]
fn a_wrong_code_counts_for_the_account_and_a_right_one_does_not() {
    let before = account(active("m"));
    let judge = |right| at_otp().judge_code(&before, right, None, t(7), &LIMITS).unwrap();
    let (wrong, event, is_committed) = judge(false).recorded();
    assert_eq!(
        wrong,
        Account {
            judged_at: t(7),
            ..account(Member {
                codes: CodeGuard::default().failed(t(7), &LIMITS),
                ..active("m")
            })
        }
    );
    assert_eq!(
        event,
        Some(Event::of(Act::LoginCodeWrong, t(7), &flow("f")).about(&MemberId::new("m")))
    );
    assert!(!is_committed);
    let (right, event, is_committed) = judge(true).recorded();
    assert_eq!(
        right,
        Account {
            judged_at: t(7),
            ..before.clone()
        }
    );
    assert_eq!(
        event,
        Some(Event::of(Act::LoginCodeRight, t(7), &flow("f")).about(&MemberId::new("m")))
    );
    assert!(!is_committed);
}

#[test]
fn the_right_code_gives_the_session_where_nothing_else_is_missing() {
    let before = account(active("m"));
    let gained = gained();
    let (after, event, is_committed) = at_otp()
        .judge_code(&before, true, Some(&gained), t(7), &LIMITS)
        .unwrap()
        .recorded();
    assert!(is_committed);
    assert_eq!(
        event,
        Some(Event::of(Act::SessionBegun, t(7), &flow("f")).about(&MemberId::new("m")))
    );
    let member = only(&after);
    assert_eq!(
        *member,
        Member {
            last_login_at: Some(t(7)),
            ..active("m")
                .with_session(gained.session.clone(), t(7), &LIMITS)
                .with_device(gained.device.clone(), t(7), &LIMITS)
        },
        "neither password nor agreement changed"
    );
    let (wrong, is_committed) = at_otp()
        .judge_code(&before, false, Some(&gained), t(7), &LIMITS)
        .unwrap()
        .stored();
    assert!(!is_committed);
    assert_eq!(wrong.owner().map(|owner| &owner.sessions), Some(&Vec::new()));
}

#[test]
fn no_code_is_judged_while_codes_of_the_account_are_stopped() {
    let mut stopped = active("m");
    for _ in 0..10 {
        stopped.codes = stopped.codes.failed(t(0), &LIMITS);
    }
    let before = account(stopped);
    let judge = |second| at_otp().judge_code(&before, true, None, t(second), &LIMITS);
    assert_eq!(judge(899), Err(Over::Stopped(RetryAfter { seconds: 1 })));
    assert!(judge(900).is_ok());
}

#[test]
fn a_log_in_whose_member_or_credential_changed_changes_nothing() {
    let login = at_otp();
    for account in not_its_own() {
        assert_eq!(
            login.judge_code(&account, true, Some(&gained()), t(7), &LIMITS),
            Err(Over::Gone)
        );
        assert_eq!(login.promise_code(&account, t(7), &LIMITS), Err(Over::Gone));
        assert_eq!(
            login.complete(&account, None, &agreement(), &gained(), t(7), &LIMITS),
            Err(Over::Gone)
        );
    }
}

#[test]
fn a_second_completion_finds_the_first_one_done() {
    let login = at_otp();
    let done = account(Member {
        sessions: vec![gained().session],
        ..active("m")
    });
    let completed = Err(Over::Completed(Box::new(at(Stage::MyPage))));
    assert_eq!(login.judge_code(&done, true, None, t(7), &LIMITS), completed);
    assert_eq!(
        login.complete(&done, None, &agreement(), &gained(), t(7), &LIMITS),
        Err(Over::Completed(Box::new(at(Stage::MyPage))))
    );
}

#[test]
fn a_resent_code_counts_among_the_mails_of_its_member() {
    let mut before = account(active("m"));
    for count in 1..=10 {
        let change = at_otp().promise_code(&before, t(0), &LIMITS).unwrap();
        let (after, event, answer) = change.recorded();
        assert_eq!((answer, only(&after).mails.sends.len()), (Ok(()), count));
        assert_eq!(
            event,
            Some(Event::of(Act::LoginCodePromised, t(0), &flow("f")).about(&MemberId::new("m")))
        );
        before = after;
    }
    let change = at_otp().promise_code(&before, t(3_599), &LIMITS).unwrap();
    assert_eq!(
        change.kept(),
        Err(Refusal::of(Kind::TooManyRequests).with_retry_after(900))
    );
}

/// ASVS 7.4.3: a holder of the old password keeps no session.
#[test]
fn a_new_password_ends_every_other_session() {
    let login = Login {
        credential_version: 1,
        ..at(new_password(true, None))
    };
    let before = account(Member {
        sessions: vec![session("x", "x", 0, 43_200)],
        ..pending("m")
    });
    let hash = "new".to_owned();
    let (after, event, version) = login
        .complete(&before, Some(&hash), &agreement(), &gained(), t(7), &LIMITS)
        .unwrap()
        .recorded();
    assert_eq!(version, Some(2));
    assert_eq!(flows_of(&after), ["f"]);
    assert_eq!(
        (after.judged_at, event),
        (
            t(7),
            Some(Event::of(Act::PasswordChanged, t(7), &flow("f")).about(&MemberId::new("m")))
        )
    );
    let member = only(&after);
    assert_eq!(member.credential, Credential::Chosen { hash, by: flow("f") });
    assert_eq!((member.credential_version, member.last_login_at), (2, Some(t(7))));
    assert_eq!(member.agreement, Some(agreement()));
    assert_eq!(member.devices.len(), 1);
}

#[test]
fn an_agreement_alone_leaves_password_and_sessions_as_they_are() {
    let before = account(Member {
        sessions: vec![session("x", "x", 0, 43_200)],
        agreement: None,
        ..active("m")
    });
    let (after, event, version) = at(new_password(false, None))
        .complete(&before, None, &agreement(), &gained(), t(7), &LIMITS)
        .unwrap()
        .recorded();
    assert_eq!(version, Some(2));
    assert_eq!(flows_of(&after), ["x", "f"]);
    assert_eq!(
        (after.judged_at, event),
        (
            t(7),
            Some(Event::of(Act::TermsAgreed, t(7), &flow("f")).about(&MemberId::new("m")))
        )
    );
    let member = only(&after);
    assert_eq!(member.credential, active("m").credential);
    assert_eq!(member.agreement, Some(agreement()));
}

/// `docs/adr/0020-known-devices.md`: one path ends a log-in, whatever completed it.
#[test]
fn whatever_completes_a_log_in_lifts_the_lockout_and_makes_the_browser_known() {
    let locked_out = |member| Account {
        passwords: PasswordGuard {
            consecutive: 100,
            networks: vec![NetworkWait {
                network: NetworkTag::new("n"),
                back_off: BackOff {
                    failures: 5,
                    last_failure: Some(t(7)),
                },
            }],
        },
        ..account(member)
    };
    let hash = "new".to_owned();
    let by_code = |before: &Account| {
        let change = at_otp().judge_code(before, true, Some(&gained()), t(7), &LIMITS);
        change.unwrap().recorded().0
    };
    let by_terms = |before: &Account| {
        let login = at(new_password(false, None));
        let change = login.complete(before, None, &agreement(), &gained(), t(7), &LIMITS);
        change.unwrap().recorded().0
    };
    let by_password = |before: &Account| {
        let login = Login {
            credential_version: 1,
            ..at(new_password(true, None))
        };
        let change = login.complete(before, Some(&hash), &agreement(), &gained(), t(7), &LIMITS);
        change.unwrap().recorded().0
    };
    for after in [
        by_code(&locked_out(active("m"))),
        by_terms(&locked_out(active("m"))),
        by_password(&locked_out(pending("m"))),
    ] {
        let network = NetworkTag::new("n");
        assert_eq!(
            after.passwords.state(&NetworkTag::new("new"), t(7), &LIMITS),
            Guarded::Open
        );
        assert_eq!(
            after.passwords.state(&network, t(7), &LIMITS),
            Guarded::Closed,
            "who waits, waits on"
        );
        let member = only(&after);
        assert_eq!((member.last_login_at, member.sessions.len()), (Some(t(7)), 1));
        assert_eq!(member.devices[0].id, gained().device);
    }
}

#[test]
fn a_lost_cookie_is_renewed_while_the_session_is_valid() {
    let sessions = vec![session("x", "x", 0, 100), session("old", "f", 0, 100)];
    let member = Member {
        sessions,
        // The log-in itself increased it.
        credential_version: 3,
        ..active("m")
    };
    let renew = |member: Member, second| {
        let gained = Gained {
            session: session("new", "f", second, 43_200),
            device: DeviceId::new("d"),
        };
        at(Stage::MyPage).renew_session(&account(member), &gained, t(second), &LIMITS)
    };
    let (after, event, (old, new)) = renew(member.clone(), 99).unwrap().recorded();
    assert_eq!((old, &new), (SessionId::new("old"), &session("new", "f", 0, 100)));
    assert_eq!(event, Some(Event::of(Act::SessionRenewed, t(99), &flow("f"))));
    let after = only(&after);
    assert_eq!(after.sessions, [session("x", "x", 0, 100), new]);
    let known = member.clone().with_device(DeviceId::new("d"), t(99), &LIMITS);
    assert_eq!(after.devices, known.devices, "the browser is known from now on");
    assert_eq!(renew(member.clone(), 100), Err(Over::Gone));
    assert_eq!(renew(member.clone(), 101), Err(Over::Gone));
    let ended = Member {
        sessions: vec![session("x", "x", 0, 100)],
        ..member.clone()
    };
    assert_eq!(renew(ended, 99), Err(Over::Gone));
    let disabled = Member {
        disabled: true,
        ..member.clone()
    };
    assert_eq!(renew(disabled, 99), Err(Over::Gone));
    let other = Member {
        id: MemberId::new("other"),
        ..member
    };
    assert_eq!(renew(other, 99), Err(Over::Gone));
}

#[test]
fn a_mail_that_is_not_sent_is_refunded_once() {
    let mut member = active("m");
    member.mails = member.mails.count(t(1)).count(t(2));
    let before = account(member);
    let refund = |before: &Account| at_otp().refund_code(Some(before), t(1), &LIMITS);
    let (after, event, ()) = refund(&before).recorded();
    assert_eq!(only(&after).mails.sends, [t(2)]);
    let about = Event::of(Act::MailNotSent, t(1), &flow("f")).about(&MemberId::new("m"));
    assert_eq!(event, Some(about));
    refund(&after).kept();
    refund(&account(active("other"))).kept();
    at_otp().refund_code(None, t(1), &LIMITS).kept();
}

/// Of two offices that claim one address, the first whose member completes a log-in gets it.
#[test]
fn the_log_in_that_completes_first_owns_the_address_and_ends_the_others() {
    let [first, second] = [("m", "1370000001"), ("n", "1370000002")].map(|(id, number)| Member {
        office: OfficeName {
            number: OfficeNumber::parse(number).unwrap(),
            ..pending(id).office
        },
        ..pending(id)
    });
    let claims = [first, second].map(|member| (member.id.clone(), member));
    let before = Account {
        holder: Holder::Claims(claims.into()),
        ..Account::unknown(address().key(), t(0))
    };
    let login = |id: &str| Login {
        member: MemberId::new(id),
        credential_version: 1,
        ..at(new_password(true, None))
    };
    let complete = |id: &str, account: &Account| {
        let hash = "new".to_owned();
        login(id).complete_among_claims(account, Some(&hash), &agreement(), &gained(), t(7), &LIMITS)
    };
    let alone = login("m").complete(&before, None, &agreement(), &gained(), t(7), &LIMITS);
    assert_eq!(
        alone.unwrap().kept(),
        None,
        "the other office's managers are told, too"
    );

    let (wrong, _) = login("n")
        .judge_code(&before, false, None, t(1), &LIMITS)
        .unwrap()
        .stored();
    assert_eq!(
        wrong
            .members()
            .map(|member| member.codes.failures.len())
            .collect::<Vec<_>>(),
        [0, 1],
        "a wrong code counts for the claim that it was typed for"
    );
    let (completed, version) = complete("m", &wrong).unwrap();
    let after = completed.into_parts().0;
    assert_eq!((only(&after).id.as_str(), version), ("m", 2));
    assert_eq!(after.owner(), Some(only(&after)));
    assert_eq!(complete("n", &after), Err(Over::Gone));
    assert_eq!(login("n").standing(&after, t(7), &LIMITS), None);
    assert_eq!(
        login("n").judge_code(&after, true, None, t(7), &LIMITS),
        Err(Over::Gone)
    );
    assert_eq!(login("n").promise_code(&after, t(7), &LIMITS), Err(Over::Gone));
}

/// A take-over is completed with the office and its members, or not at all: no other write gives its newcomer a session.
#[test]
fn a_newcomers_first_log_in_gives_a_seat_as_manager_and_is_completed_by_no_other_rule() {
    let newcomer = Member {
        role: crate::account::Role::Member,
        takes_over_until: Some(t(500)),
        ..pending("m")
    };
    let login = Login {
        credential_version: 1,
        ..at(new_password(true, None))
    };
    let (hash, before) = ("new".to_owned(), account(newcomer));
    let complete = |account: &Account, second| {
        login.complete_take_over(account, &hash, &agreement(), &gained(), t(second), &LIMITS)
    };
    let (completed, version) = complete(&before, 499).unwrap();
    let (after, event) = completed.into_parts();
    let about = Event::of(Act::PasswordChanged, t(499), &flow("f")).about(&MemberId::new("m"));
    assert_eq!((event, version), (Some(about), 2));
    let owner = after.owner().unwrap();
    assert!(owner.is_active_manager() && !owner.is_newcomer());
    assert_eq!(flows_of(&after), ["f"]);
    assert_eq!(complete(&before, 500), Err(Over::Gone), "the take-over is over");
    assert_eq!(
        complete(&account(pending("m")), 7),
        Err(Over::Gone),
        "no newcomer"
    );

    let alone = login.complete(&before, Some(&hash), &agreement(), &gained(), t(7), &LIMITS);
    assert_eq!(alone, Err(Over::Gone));
    let by_code = login.judge_code(&before, true, Some(&gained()), t(7), &LIMITS);
    assert_eq!(by_code, Err(Over::Gone));
}

/// The member is told of a log-in from a browser that the account does not know; not of the first one, nor of one that was
/// seen within half a year.
#[test]
fn a_log_in_from_an_unknown_browser_is_told_but_for_the_very_first_one() {
    let told = |before: Member, second| {
        let (after, _) = at_otp()
            .judge_code(&account(before), true, Some(&gained()), t(second), &LIMITS)
            .unwrap()
            .stored();
        let mail = only(&after).notice.clone();
        mail.map(|mail| (mail.content, mail.to, mail.promised_at))
    };
    let seen = |seconds: Option<u64>| Member {
        last_login_at: seconds.map(t),
        ..active("m")
    };
    assert_eq!(told(seen(None), 7), None);
    let notice = active("m").notice_of(Notice::NewDevice, gained().session.browser);
    assert_eq!(told(seen(Some(0)), 7), Some((notice, address(), t(7))));
    let known = seen(Some(0)).with_device(gained().device, t(0), &LIMITS);
    let half_a_year = 180 * 86_400;
    assert_eq!(told(known.clone(), half_a_year - 1), None);
    assert!(told(known, half_a_year).is_some());
    let first = Login {
        credential_version: 1,
        ..at(new_password(true, None))
    };
    let hash = "hash".to_owned();
    let before = account(pending("m"));
    let after = first.complete(&before, Some(&hash), &agreement(), &gained(), t(7), &LIMITS);
    assert_eq!(only(&after.unwrap().stored().0).notice, None);
}
