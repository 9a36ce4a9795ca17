use super::*;
use crate::account::samples::{SEAT, parts};
use crate::samples::{LIMITS, active, agreement, office, pending, t};
use crate::terms::PUBLISHED;

#[test]
fn a_role_is_known_by_its_word_and_by_no_other() {
    assert_eq!((Role::Manager.code(), Role::Member.code()), ("manager", "member"));
    for role in [Role::Manager, Role::Member] {
        assert_eq!(Role::parse(role.code()), Some(role));
    }
    assert_eq!(Role::parse("owner"), None);
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
    assert_eq!(words, ["pending", "active", "disabled"]);
}

#[test]
fn a_credential_shows_its_kind_and_nothing_else() {
    assert_eq!(format!("{:?}", pending("m").credential), "Initial(***)");
    assert_eq!(format!("{:?}", active("m").credential), "Chosen(***)");
}

#[test]
fn a_member_is_pending_until_a_password_is_chosen_and_disabled_overrides_both() {
    assert_eq!(
        (pending("m").status(), active("m").status()),
        (Status::Pending, Status::Active)
    );
    assert!(pending("m").is_pending() && !active("m").is_pending());
    for member in [pending("m"), active("m")] {
        let disabled = Member {
            disabled: true,
            ..member
        };
        assert_eq!(disabled.status(), Status::Disabled);
    }
}

/// The seat of a member who never logs in is free again after fourteen days.
#[test]
fn a_pending_seat_expires_after_fourteen_days_and_a_taken_one_never() {
    assert_eq!(pending("m").seat_expires_at(&LIMITS), Some(t(SEAT)));
    for (second, is_free) in [(SEAT - 1, false), (SEAT, true), (SEAT + 1, true)] {
        assert_eq!(
            pending("m").seat_has_expired(t(second), &LIMITS),
            is_free,
            "{second}"
        );
    }
    assert_eq!(active("m").seat_expires_at(&LIMITS), None);
    assert!(!active("m").seat_has_expired(t(10 * SEAT), &LIMITS));
}

#[test]
fn only_the_text_in_force_is_agreed_to() {
    assert!(active("m").has_agreed_to(&PUBLISHED));
    assert!(!pending("m").has_agreed_to(&PUBLISHED));
    let older = Member {
        agreement: Some(Agreement {
            version: "1999-01-01".to_owned(),
            ..agreement()
        }),
        ..active("m")
    };
    assert!(!older.has_agreed_to(&PUBLISHED));
}

#[test]
fn a_notice_is_the_mail_that_a_member_was_promised_last() {
    assert_eq!(active("m").promised(), None);
    assert_eq!(pending("m").promised(), pending("m").mail());
    let once = active("m").with_notice(Notice::PasswordReset, t(1));
    let twice = once.clone().with_notice(Notice::PasswordReset, t(2));
    let (first, second) = (once.promised().unwrap(), twice.promised().unwrap());
    assert_eq!(second.number, first.number + 1);
    assert_eq!((first.promised_at, second.promised_at), (t(1), t(2)));
    assert_eq!(first.to, active("m").profile.email);
    assert!(second.is_new_among(std::slice::from_ref(first)));
}

#[test]
fn a_new_member_is_promised_an_initial_password_for_72_hours() {
    let member = pending("m");
    let (source, reissues, mail) = parts(&member);
    assert_eq!((source.issue, source.nonce.as_str()), (1, "n"));
    assert_eq!(reissues, []);
    assert_eq!(
        (mail.number, mail.sends, mail.promised_at, mail.expires_at),
        (1, 1, t(0), t(72 * 3_600))
    );
    assert_eq!(
        mail.content,
        Content::InitialPassword {
            member: MemberId::new("m"),
            office: office().name,
            source: source.clone(),
        }
    );
    assert_eq!(member.mail(), Some(mail));
    assert_eq!(active("m").mail(), None);
    assert_eq!((member.registered_at, member.credential_version), (t(0), 1));
}

#[test]
fn a_newcomers_claim_and_password_end_with_the_take_over() {
    let new = |until| {
        let pending = pending("n");
        let new = NewMember {
            id: pending.id,
            office: pending.office,
            profile: pending.profile,
            role: Role::Manager,
            key: crate::keys::KeyId::new("k1"),
            nonce: "n".to_owned(),
        };
        new.newcomer(t(until), t(0), &LIMITS)
    };
    let soon = new(100);
    assert!(soon.is_newcomer() && !pending("n").is_newcomer());
    assert_eq!(soon.seat_expires_at(&LIMITS), Some(t(100)));
    assert_eq!(soon.mail().unwrap().expires_at, t(100));
    let late = new(SEAT + 1);
    assert_eq!(late.seat_expires_at(&LIMITS), Some(t(SEAT + 1)));
    assert_eq!(late.mail().unwrap().expires_at, t(72 * 3_600));
}
