//! The progress document at every screen, in its written form.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::account::{Member, NewMember, Role};
use portal::challenge::Challenge;
use portal::code::Purpose;
use portal::form::{Problems, ProfileForm};
use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::login::{self, Login, Shown};
use portal::mail::Delivery;
use portal::office::{Availability, Seats};
use portal::problem::Kind;
use portal::progress::Next;
use portal::registration::{Registered, Registration, Stage};
use portal::terms::PUBLISHED;
use portal::time::{Seconds, plus};
use portal::values::{
    ChallengeId, ClaimsUserId, FlowId, MemberId, OfficeName, OfficeNumber, Profile, RequestKey,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Progress;

const LIMITS: Limits = Limits::standard();

fn t(seconds: u64) -> Timestamp {
    plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
}

fn office() -> OfficeName {
    OfficeName {
        number: OfficeNumber::parse("1370000001").unwrap(),
        name: "見本訪問介護ステーション".to_owned(),
    }
}

fn profile() -> Profile {
    let form = ProfileForm {
        email: Some("taro@example.jp"),
        name: Some("介護 太郎"),
        name_kana: Some("カイゴ タロウ"),
        phone: Some("0312345678"),
        ..ProfileForm::default()
    };
    form.parse(Problems::default()).unwrap()
}

/// The member who was registered at the beginning, and never logged in.
fn pending(id: &str) -> Member {
    let new = NewMember {
        id: MemberId::new(id),
        office: office(),
        profile: profile(),
        role: Role::Manager,
        key: KeyId::new("k1"),
        nonce: "n".to_owned(),
    };
    new.pending(t(0), &LIMITS)
}

/// A challenge that began at the beginning.
fn challenge(purpose: Purpose) -> Challenge {
    let keys = BTreeMap::from([(KeyId::new("k1"), Zeroizing::new(vec![7; 32]))]);
    let ring = KeyRing::new(KeyId::new("k1"), keys).unwrap();
    let (id, to) = (ChallengeId::new("c"), profile().email);
    Challenge::begin(id, purpose, &ring, to, t(1_800), t(0), &LIMITS).unwrap()
}

fn registration(stage: Stage) -> Registration {
    Registration {
        id: FlowId::new("f"),
        claims_user: ClaimsUserId::parse("KJ000000000001").unwrap(),
        contact: None,
        expires_at: t(1_800),
        email_taken: 0,
        asked: Vec::new(),
        voided: None,
        stage,
    }
}

fn at(stage: Stage, seats: &Seats, second: u64) -> Value {
    let progress = Progress::of_registration(&registration(stage), seats, t(second), &LIMITS);
    serde_json::to_value(progress).unwrap()
}

fn in_login(stage: login::Stage) -> Value {
    let login = Login {
        id: FlowId::new("f"),
        account: profile().email.key(),
        member: MemberId::new("m"),
        credential_version: 1,
        expires_at: t(900),
        stage,
    };
    serde_json::to_value(Progress::of_login(&login, &PUBLISHED, t(10), &LIMITS)).unwrap()
}

fn completed(by_this_registration: bool) -> Stage {
    Stage::Completed {
        office: office(),
        member: MemberId::new("m"),
        account: profile().email.key(),
        registered: by_this_registration.then(registered),
    }
}

fn registered() -> Registered {
    Registered {
        request: RequestKey::new("r"),
        draft: profile().draft(),
        at: t(0),
        password_ends_at: None,
    }
}

fn seats(members: Vec<Member>) -> Seats {
    Seats {
        availability: Availability::Taken,
        members,
        take_over: None,
    }
}

/// The public name of the flow `f`, computed independently of this code.
fn flow() -> &'static str {
    "ep4ntpke"
}

fn office_shown() -> Value {
    json!({ "number": "1370000001", "name": "見本訪問介護ステーション" })
}

fn profile_shown() -> Value {
    json!({
        "email": "taro@example.jp", "name": "介護 太郎", "nameKana": "カイゴ タロウ", "phone": "0312345678",
    })
}

#[test]
fn the_security_code_screen_shows_its_tries() {
    assert_eq!(
        at(Stage::SecurityCode { tries: 2 }, &Seats::none(), 0),
        json!({
            "next": "security-code", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z", "allowed": ["security-code", "cancel"],
            "userIdMasked": "KJ***0001", "securityCode": { "triesLeft": 1 },
        })
    );
}

#[test]
fn the_code_screen_shows_the_masked_address_and_what_is_left() {
    let challenge = challenge(Purpose::Registration);
    let label = challenge.label.as_str().to_owned();
    let stage = Stage::Otp {
        office: office(),
        challenge,
    };
    // No office is named before it is proven.
    assert_eq!(
        at(stage, &Seats::none(), 10),
        json!({
            "next": "otp", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z", "allowed": ["otp", "resend-otp", "cancel"],
            "userIdMasked": "KJ***0001",
            "otp": {
                "sentTo": "t***@e***.jp", "label": label, "expiresAt": "2026-04-01T00:10:00Z",
                "subject": "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）",
                "resendAfterSeconds": 20, "sendsLeft": 4, "triesLeft": 5, "delivery": "queued",
            },
        })
    );
}

#[test]
fn a_profile_is_shown_as_it_will_be_stored() {
    assert_eq!(
        at(Stage::Profile { office: office() }, &Seats::none(), 0),
        json!({
            "next": "profile", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z", "allowed": ["profile", "cancel"],
            "office": office_shown(),
        })
    );
    let stage = Stage::Confirm {
        office: office(),
        profile: profile(),
        replaces: None,
    };
    assert_eq!(
        at(stage, &Seats::none(), 0),
        json!({
            "next": "confirm", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z", "allowed": ["confirm", "profile", "cancel"],
            "office": office_shown(), "profile": profile_shown(), "draft": profile().draft().as_str(), "warnings": [],
        })
    );
}

/// R-15: 「同一組織で新規登録が完了しています。…」, with the members.
#[test]
fn a_registered_office_is_shown_with_its_members() {
    let stage = Stage::AlreadyRegistered { office: office() };
    assert_eq!(
        at(stage, &seats(vec![pending("m")]), 0),
        json!({
            "next": "already-registered", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z", "allowed": ["cancel"],
            "office": office_shown(), "message": Kind::OrganisationAlreadyRegistered.title(),
            "members": [
                { "emailMasked": "t***@e***.jp", "registeredAt": "2026-04-01T00:00:00Z", "pending": true },
            ],
        })
    );
}

#[test]
fn at_the_end_the_initial_password_and_only_ones_own_profile_are_shown() {
    let members = || seats(vec![pending("colleague"), pending("m")]);
    let document = at(completed(true), &members(), 10);
    assert_eq!(
        document,
        json!({
            "next": "completed", "flow": flow(), "expiresAt": "2026-04-01T00:30:00Z",
            "allowed": ["resend-initial-password", "cancel"], "office": office_shown(),
            "initialPassword": {
                "sentTo": "t***@e***.jp", "delivery": "queued", "expiresAt": "2026-04-04T00:00:00Z",
                "resendAfterSeconds": 20, "sendsLeft": 4,
            },
            "profile": profile_shown(), "draft": profile().draft().as_str(), "warnings": [],
        })
    );
    let others = at(completed(false), &members(), 10);
    assert!(others.get("profile").is_none() && others.get("initialPassword").is_some());
    let replaced = at(completed(true), &seats(vec![pending("another")]), 10);
    assert!(replaced.get("profile").is_none() && replaced.get("initialPassword").is_none());
}

#[test]
fn a_log_in_shows_its_code_its_password_or_its_page() {
    let challenge = challenge(Purpose::Login);
    let document = in_login(login::Stage::Otp { challenge });
    assert_eq!(
        (&document["next"], &document["otp"]["resendAfterSeconds"]),
        (&json!("otp"), &json!(20))
    );
    assert_eq!(
        in_login(login::Stage::MyPage),
        json!({
            "next": "my-page", "flow": flow(), "expiresAt": "2026-04-01T00:15:00Z", "allowed": ["session", "cancel"],
        })
    );
    for (version, shown) in [
        (Some(PUBLISHED.version), true),
        (Some("1999-01-01"), false),
        (None, false),
    ] {
        let stage = login::Stage::NewPassword {
            required: shown,
            account: Some(login::ShownAccount::of(&pending("m"))),
            shown: version.map(|version| Shown {
                version: version.to_owned(),
                at: t(5),
            }),
        };
        assert_eq!(
            in_login(stage),
            json!({
                "next": "new-password", "flow": flow(), "expiresAt": "2026-04-01T00:15:00Z",
                "allowed": ["terms-shown", "new-password", "cancel"],
                "account": {
                    "emailMasked": "t***@e***.jp",
                    "office": { "number": office().number.as_str(), "name": office().name },
                },
                "newPassword": if shown { "required" } else { "none" },
                "terms": { "version": PUBLISHED.version, "shown": shown },
            })
        );
    }
}

#[test]
fn a_replayed_confirmation_shows_nothing_that_came_later() {
    let replayed = |members, by_this_registration| {
        let registration = registration(completed(by_this_registration));
        let progress = Progress::of_registration(&registration, &seats(members), t(0), &LIMITS);
        let first = progress.clone().as_first_answered(&registered(), &LIMITS);
        (progress, first)
    };
    let (answered, first) = replayed(vec![pending("m")], true);
    assert_eq!(first, answered);
    let mut delivered = pending("m");
    if let portal::account::Credential::Initial { mail, .. } = &mut delivered.credential {
        mail.delivery = Delivery::Delivered;
        mail.sends = 5;
    }
    let (later, first) = replayed(vec![delivered], true);
    assert_ne!(later, answered);
    assert_eq!(first, answered);
    let (without_profile, first) = replayed(vec![], false);
    assert_eq!(first, without_profile);
}

/// The screens of the document are those of the rules, by the same words.
#[test]
fn every_screen_that_is_offered_has_its_document() {
    let schema = schemars::schema_for!(Progress).to_value();
    let screens = schema["oneOf"].as_array().unwrap().iter();
    let mut words: Vec<&str> = screens
        .map(|screen| screen["properties"]["next"]["const"].as_str().unwrap())
        .collect();
    let mut offered: Vec<&str> = Next::ALL.iter().map(|next| next.code()).collect();
    words.sort_unstable();
    offered.sort_unstable();
    assert_eq!(words, offered);
}
