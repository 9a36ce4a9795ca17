//! Challenges, resends, drafts and what is derived.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portal::challenge::{Challenge, NotJudged};
use portal::code::{Label, OneTimeCode, Purpose};
use portal::form::{Problems, ProfileForm};
use portal::initial_password::Source;
use portal::keys::{KEY_OCTETS, KeyId, KeyRing};
use portal::limits::Limits;
use portal::problem::Kind;
use portal::time::{Seconds, plus};
use portal::values::{ChallengeId, EmailAddress, FlowId, Line, MemberId, Profile, SessionId, digest};
use proptest::prelude::*;
use zeroize::Zeroizing;

use crate::{drawn, laws};

const LIMITS: Limits = Limits::standard();

fn t(seconds: u64) -> Timestamp {
    plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
}

fn ring() -> KeyRing {
    let keys = BTreeMap::from([(KeyId::new("k"), Zeroizing::new(vec![7; 32]))]);
    KeyRing::new(KeyId::new("k"), keys).unwrap()
}

fn challenge(ends_at: u64) -> Challenge {
    let to = EmailAddress::parse("kaigo@example.jp").unwrap();
    Challenge::begin(
        ChallengeId::new("c"),
        Purpose::Login,
        &ring(),
        to,
        t(ends_at),
        t(0),
        &LIMITS,
    )
    .unwrap()
}

/// What may happen to a challenge.
#[derive(Debug, Clone, Copy)]
enum Event {
    Wrong,
    Resend,
}

proptest! {
    /// Five wrong codes, five mails, thirty seconds and twice as long each time, whatever is tried in whatever order.
    #[test]
    fn a_challenge_judges_five_wrong_codes_and_sends_five_mails(
        life in 1_u64..3_000,
        events in proptest::collection::vec(
            (prop_oneof![0_u64..40, 0_u64..400], prop_oneof![Just(Event::Wrong), Just(Event::Resend)]),
            0..40,
        ),
    ) {
        let mut challenge = challenge(life);
        let (mut now, mut judged, mut mailed) = (0, 0, vec![0_u64]);
        for (pause, event) in events {
            now += pause;
            match event {
                Event::Wrong => match challenge.check(t(now), &LIMITS) {
                    Ok(()) => {
                        judged += 1;
                        challenge = challenge.failed();
                        prop_assert_eq!(challenge.tries_left(&LIMITS), 5 - judged);
                    }
                    Err(NotJudged::NoTriesLeft) => prop_assert_eq!(judged, 5),
                    Err(NotJudged::Expired) => prop_assert!(challenge.code_expires_at() <= t(now)),
                },
                Event::Resend => match challenge.resent(&ring(), t(life), t(now), &LIMITS).unwrap() {
                    Ok(next) => {
                        let wait = 30 * 2_u64.pow(u32::try_from(mailed.len()).unwrap() - 1);
                        prop_assert!(now >= mailed.last().unwrap() + wait);
                        prop_assert_eq!(next.tries, challenge.tries, "no new tries");
                        prop_assert!(next.mail.is_new_among(std::slice::from_ref(&challenge.mail)));
                        prop_assert_eq!(next.mail.number, challenge.mail.number + 1);
                        prop_assert!(next.counter == challenge.counter || next.counter == challenge.counter + 1);
                        mailed.push(now);
                        challenge = next;
                    }
                    Err(refusal) if refusal.kind == Kind::ResendTooEarly => {
                        let seconds = refusal.retry_after_seconds.unwrap();
                        let then = challenge.resent(&ring(), t(life), t(now + seconds), &LIMITS).unwrap();
                        prop_assert!(then.is_ok(), "the wait that was told is over");
                        let before = challenge.resent(&ring(), t(life), t(now + seconds - 1), &LIMITS).unwrap();
                        prop_assert!(before.is_err());
                    }
                    Err(refusal) if refusal.kind == Kind::NoTriesLeft => prop_assert_eq!(judged, 5),
                    Err(refusal) => {
                        prop_assert_eq!(refusal.kind, Kind::NoSendsLeft);
                        prop_assert_eq!(mailed.len(), 5);
                    }
                },
            }
            prop_assert!(judged <= 5 && mailed.len() <= 5);
            prop_assert!(challenge.code_expires_at() <= t(life), "no code outlives its flow");
        }
    }

    /// A code, a label and an initial password are of one form, whatever they are derived from.
    #[test]
    fn what_is_derived_has_its_form(id in drawn::any_text(), nonce in drawn::any_text(), counter: u32) {
        let (ring, key) = (ring(), KeyId::new("k"));
        let challenge = ChallengeId::new(id.clone());
        let code = OneTimeCode::derive(&ring, &key, Purpose::Registration, &challenge, counter).unwrap();
        laws::code(code.digits());
        prop_assert!(OneTimeCode::parse(code.digits()).unwrap().matches(&code));
        let label = Label::first(&ring, &key, &challenge).unwrap();
        let label = if counter % 2 == 0 { label } else { label.next() };
        let label = label.as_str().as_bytes();
        prop_assert!(label.len() == 2 && label[0].is_ascii_uppercase() && label[1].is_ascii_digit());
        prop_assert!(!b"01BIOSoil28".contains(&label[0]) && !b"012".contains(&label[1]));
        let source = Source { key, nonce, issue: counter };
        let password = source.password(&ring, &MemberId::new(id)).unwrap();
        prop_assert_eq!(password.expose().len(), 20);
        prop_assert!(password.expose().bytes().all(|c| b"abcdefghjkmnpqrstuvwxyz23456789".contains(&c)));
        prop_assert!(!password.expose().as_bytes().windows(6).any(|six| six.iter().all(u8::is_ascii_digit)));
    }

    /// A key that is short, or a ring without its current key, is no ring.
    #[test]
    fn a_ring_with_a_short_or_missing_key_is_refused(
        lengths in proptest::collection::btree_map("[a-c]", 0_usize..70, 0..4),
        current in "[a-d]",
    ) {
        let keys = lengths.iter().map(|(id, length)| (KeyId::new(id), Zeroizing::new(vec![1; *length]))).collect();
        let whole = lengths.contains_key(&current) && lengths.values().all(|length| *length >= KEY_OCTETS);
        prop_assert_eq!(KeyRing::new(KeyId::new(current), keys).is_some(), whole);
    }

    /// Lists of parts never run together, so no two values of different shape have one digest.
    #[test]
    fn a_digest_is_of_its_parts_and_of_no_others(
        a in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 0..5),
        b in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 0..5),
    ) {
        let of = |parts: &[Vec<u8>]| digest(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(of(&a) == of(&b), a == b);
        prop_assert!(of(&a).bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-'));
        prop_assert_eq!(of(&a).len(), 43);
    }

    /// The ids of a cookie do not contain it, and no flow id is a session id.
    #[test]
    fn a_cookie_names_one_flow_and_another_session(cookie in drawn::any_text()) {
        let (flow, session) = (FlowId::of_cookie(&cookie), SessionId::of_cookie(&cookie));
        prop_assert_ne!(flow.as_str(), session.as_str());
        prop_assert!(cookie.len() < 8 || !flow.as_str().contains(&cookie));
    }

    /// The draft is of what is stored: two profiles have one draft if and only if they are one profile.
    #[test]
    fn a_draft_is_of_one_profile(
        names in proptest::array::uniform2(drawn::any_text()),
        departments in proptest::array::uniform2(proptest::option::of(drawn::any_text())),
        jobs in proptest::array::uniform2(proptest::option::of(drawn::any_text())),
    ) {
        let with = |at: usize| -> Option<Profile> {
            let optional = |text: &Option<String>| Line::parse_optional(text.as_deref()).ok();
            Some(Profile {
                name: Line::parse(&names[at]).ok()?,
                department: optional(&departments[at])?,
                job_title: optional(&jobs[at])?,
                ..laws::a_profile()
            })
        };
        if let (Some(one), Some(other)) = (with(0), with(1)) {
            prop_assert_eq!(one.draft() == other.draft(), one == other);
        }
        if let Some(one) = with(0) {
            let again = ProfileForm {
                email: Some(one.email.as_str()),
                name: Some(one.name.as_str()),
                name_kana: Some(one.name_kana.as_str()),
                department: one.department.as_ref().map(Line::as_str),
                job_title: one.job_title.as_ref().map(Line::as_str),
                phone: Some(one.phone.as_str()),
            };
            prop_assert_eq!(again.parse(Problems::default()).unwrap().draft(), one.draft());
        }
    }
}
