//! What a decision leaves as it is, and what it must not: from the account to its sessions, seats and attempts.

use jiff::Timestamp;
use portal::account::{Account, BrowserKind, Credential, Member, NewMember, NotMailed, Role, Session};
use portal::challenge::{Challenge, Judged};
use portal::change::{Change, Entity};
use portal::code::{OneTimeCode, Purpose};
use portal::guards::{AttemptOutcome, ClaimsGuard};
use portal::initial_password::Source;
use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::login::{Gained, Login, Over, Stage, check_terms};
use portal::problem::Kind;
use portal::terms::PUBLISHED;
use portal::time::{Seconds, plus};
use portal::values::{
    ChallengeId, DeviceId, EmailAddress, FlowId, Line, MemberId, NameKana, NetworkTag, OfficeName,
    OfficeNumber, PhoneNumber, Profile, SessionId,
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

const LIMITS: Limits = Limits::standard();
const FORTNIGHT: u64 = 14 * 86_400;

fn t(seconds: u64) -> Timestamp {
    plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
}

fn ring() -> KeyRing {
    let keys = BTreeMap::from([(KeyId::new("k"), Zeroizing::new(vec![7; 32]))]);
    KeyRing::new(KeyId::new("k"), keys).unwrap()
}

fn address() -> EmailAddress {
    EmailAddress::parse("taro@example.jp").unwrap()
}

fn pending() -> Member {
    let new = NewMember {
        id: MemberId::new("m"),
        office: OfficeName {
            number: OfficeNumber::parse("1370000001").unwrap(),
            name: "事業所".to_owned(),
        },
        profile: Profile {
            email: address(),
            name: Line::stored("介護　太郎".to_owned()),
            name_kana: NameKana::stored("カイゴ　タロウ".to_owned()),
            department: None,
            job_title: None,
            phone: PhoneNumber::stored("0312345678".to_owned()),
        },
        role: Role::Manager,
        key: KeyId::new("k"),
        nonce: "n".to_owned(),
    };
    new.pending(t(0), &LIMITS)
}

fn account(member: Member) -> Account {
    Account {
        holder: member.into(),
        ..Account::unknown(address().key(), t(0))
    }
}

fn only(account: &Account) -> &Member {
    account.members().next().unwrap()
}

fn login(account: &Account, id: &str, stage: Stage) -> Login {
    let (member, credential_version) = only(account).credential_in_force();
    Login {
        id: FlowId::new(id),
        account: account.key.clone(),
        member,
        credential_version,
        expires_at: t(900),
        stage,
    }
}

fn challenge() -> Challenge {
    Challenge::begin(
        ChallengeId::new("c"),
        Purpose::Login,
        &ring(),
        address(),
        t(900),
        t(0),
        &LIMITS,
    )
    .unwrap()
}

fn stored<T: Entity, R>(change: Change<T, R>) -> T {
    match change {
        Change::Store(put, _) => put.into_parts().0,
        Change::BestEffort(..) | Change::Keep(_) | Change::Remove(..) => panic!("nothing is stored"),
    }
}

#[test]
fn a_resend_at_log_in_leaves_every_guard_of_the_account_as_it_is() {
    let mut member = pending();
    for _ in 0..9 {
        member.codes = member.codes.failed(t(1), &LIMITS);
    }
    let mut before = account(member);
    for _ in 0..9 {
        before.passwords = before.passwords.failed(&NetworkTag::new("n"), t(1), &LIMITS);
    }
    let flow = login(
        &before,
        "f",
        Stage::Otp {
            challenge: challenge(),
        },
    );
    let after = stored(flow.promise_code(&before, t(60), &LIMITS).unwrap());
    assert_eq!(
        (&only(&after).codes, &after.passwords),
        (&only(&before).codes, &before.passwords)
    );
    assert_eq!(only(&after).mails.sends, [t(60)]);
}

/// The code was judged, then a resend brought a new one, and only then the judgement came to be written.
#[test]
fn a_judgement_of_a_replaced_code_does_not_apply_to_the_current_one() {
    let before = challenge();
    let code = OneTimeCode::derive(&ring(), &before.key, before.purpose, &before.id, before.counter).unwrap();
    let judged = before.judge(&code, &ring()).unwrap();
    let same = before.resent(&ring(), t(900), t(420), &LIMITS).unwrap().unwrap();
    let other = before.resent(&ring(), t(900), t(421), &LIMITS).unwrap().unwrap();
    assert!(judged.is_right_for(&before));
    assert!(judged.is_right_for(&same), "a resend that brings the same code");
    assert!(!judged.is_right_for(&other));

    let flow = login(&account(pending()), "f", Stage::Otp { challenge: other });
    let refused = match flow.enter_code(&judged, &Stage::MyPage, t(430), &LIMITS) {
        Change::Store(next, Err(refusal)) => (next.into_parts().0.stage, refusal.kind, refusal.tries_left),
        Change::Store(..) | Change::BestEffort(..) | Change::Keep(_) | Change::Remove(..) => {
            panic!("the overtaken code leads on")
        }
    };
    assert!(
        matches!(refused, (Stage::Otp { .. }, Kind::WrongCode, Some(4))),
        "{refused:?}"
    );
}

#[test]
fn a_wrong_code_at_log_in_is_answered_with_the_try_that_it_cost() {
    let mut flow = login(
        &account(pending()),
        "f",
        Stage::Otp {
            challenge: challenge(),
        },
    );
    let wrong = Judged {
        challenge: ChallengeId::new("c"),
        counter: 0,
        right: false,
    };
    for left in [4, 3, 2, 1, 0] {
        let Change::Store(next, Err(refusal)) = flow.enter_code(&wrong, &Stage::MyPage, t(1), &LIMITS) else {
            panic!("{left} left: nothing is stored");
        };
        assert_eq!((refusal.kind, refusal.tries_left), (Kind::WrongCode, Some(left)));
        flow = next.into_parts().0;
    }
    let right = Judged { right: true, ..wrong };
    assert!(matches!(
        flow.enter_code(&right, &Stage::MyPage, t(1), &LIMITS),
        Change::Keep(Err(_))
    ));
}

/// After a conflict the try is judged again, and none is left: even the right code is too late.
#[test]
fn a_session_begins_only_within_the_five_tries_of_a_challenge() {
    let mut flow = login(
        &account(pending()),
        "f",
        Stage::Otp {
            challenge: challenge(),
        },
    );
    let right = Judged {
        challenge: ChallengeId::new("c"),
        counter: 0,
        right: true,
    };
    for spent in 1..=5 {
        let Change::Store(next, Ok(true)) = flow.spend_try(&right, t(1), &LIMITS) else {
            panic!("try {spent} is not spent");
        };
        flow = next.into_parts().0;
    }
    let refusal = match flow.spend_try(&right, t(1), &LIMITS) {
        Change::Keep(Err(refusal)) => refusal.kind,
        Change::Keep(Ok(_)) | Change::Store(..) | Change::BestEffort(..) | Change::Remove(..) => {
            panic!("a sixth guess is judged")
        }
    };
    assert_eq!(refusal, Kind::NoTriesLeft);
}

#[test]
fn a_judgement_of_one_challenge_does_not_apply_to_another() {
    let judged = Judged {
        challenge: ChallengeId::new("another"),
        counter: 0,
        right: true,
    };
    assert!(!judged.is_right_for(&challenge()));
}

#[test]
fn a_seat_is_held_until_fourteen_days_have_passed() {
    let account = account(pending());
    for (second, is_held) in [(FORTNIGHT - 1, true), (FORTNIGHT, false), (FORTNIGHT + 1, false)] {
        assert_eq!(
            account.member(&MemberId::new("m"), t(second), &LIMITS).is_some(),
            is_held,
            "second {second}"
        );
    }
}

#[test]
fn a_reissue_ends_the_old_password_and_every_log_in_begun_with_it() {
    let before = account(pending());
    let flow = login(
        &before,
        "f",
        Stage::Otp {
            challenge: challenge(),
        },
    );
    let member = MemberId::new("m");
    let password = |account: &Account| match &only(account).credential {
        Credential::Initial { source, .. } => Source::password(source, &ring(), &member).unwrap(),
        Credential::Chosen { .. } => panic!("the password is an initial one"),
    };
    let by = FlowId::new("registration");
    let after = before
        .reissue_initial_password(&member, false, &KeyId::new("k"), &by, t(60), &LIMITS)
        .unwrap();
    let (after, _) = after.into_parts();
    assert!(!password(&before).same_as(&password(&after)));
    assert!(matches!(
        flow.judge_code(&after, true, None, t(61), &LIMITS),
        Err(Over::Gone)
    ));
    // The resend after it brings the password that was issued last.
    let resent = after
        .resend_initial_password(&member, &by, t(600), &LIMITS)
        .unwrap();
    assert!(password(&after).same_as(&password(resent.item())));
    assert_eq!(
        after.resend_initial_password(&MemberId::new("other"), &by, t(600), &LIMITS),
        Err(NotMailed::NoSuchPassword)
    );
}

/// Today no member with an initial password has a session; every future change of a password must keep this rule.
#[test]
fn a_changed_password_ends_every_session_but_the_one_it_gives() {
    let session = |id: &str, flow: &str| Session {
        id: SessionId::new(id),
        flow: FlowId::new(flow),
        created_at: t(0),
        expires_at: t(43_200),
        browser: BrowserKind::default(),
        proven_at: t(0),
    };
    let mut member = pending();
    member.sessions = vec![session("s1", "f1"), session("s2", "f2")];
    let before = account(member);
    let flow = login(
        &before,
        "f",
        Stage::NewPassword {
            required: true,
            account: None,
            shown: None,
        },
    );
    let shown = portal::login::Shown {
        version: PUBLISHED.version.to_owned(),
        at: t(1),
    };
    let agreement = check_terms(Some(&shown), Some(PUBLISHED.version), &PUBLISHED, t(2)).unwrap();
    let gained = Gained {
        session: session("s3", "f"),
        device: DeviceId::of_cookie("device", &MemberId::new("m")),
    };
    let hash = "hash".to_owned();
    let sessions = |hash: Option<&String>| {
        let complete = flow.complete(&before, hash, &agreement, &gained, t(3), &LIMITS);
        let sessions = only(&stored(complete.unwrap())).sessions.clone();
        sessions
            .iter()
            .map(|session| session.id.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(sessions(Some(&hash)), ["s3"]);
    assert_eq!(
        sessions(None),
        ["s1", "s2", "s3"],
        "an agreement alone ends no session"
    );
}

/// The one beside it began a second earlier: it is under way, not cut off.
#[test]
fn a_right_claims_password_forgets_no_attempt_under_way_beside_it() {
    let here = NetworkTag::new("a");
    let (wrong, first) = ClaimsGuard::default().begin(&here, false, t(0), &LIMITS).unwrap();
    let (right, second) = wrong.begin(&here, false, t(1), &LIMITS).unwrap();
    let after = right.end(&right, &second, AttemptOutcome::Succeeded);
    assert_eq!(after.open, std::slice::from_ref(&first));
    let after = after.end(&wrong, &first, AttemptOutcome::Failed);
    assert_eq!((after.failures, after.open), (vec![first], vec![]));
}
