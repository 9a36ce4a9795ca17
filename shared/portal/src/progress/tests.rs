use super::*;
use crate::account::{Credential, Member};
use crate::code::Purpose;
use crate::office::Availability;
use crate::samples::{LIMITS, active, address, challenge, claims_user, flow, office, pending, profile, t};
use crate::values::MemberId;

fn at(stage: Stage, seats: &Seats, second: u64) -> Vec<Allowed> {
    let registration = Registration {
        id: flow("f"),
        claims_user: claims_user(),
        contact: Some(address()),
        expires_at: t(1_800),
        email_taken: 0,
        asked: Vec::new(),
        voided: None,
        stage,
    };
    allowed_in_registration(&registration, seats, t(second), &LIMITS)
}

fn in_login(stage: login::Stage) -> Vec<Allowed> {
    let login = Login {
        id: flow("f"),
        account: address().key(),
        member: MemberId::new("m"),
        credential_version: 1,
        expires_at: t(900),
        stage,
    };
    allowed_in_login(&login, t(10), &LIMITS)
}

fn completed() -> Stage {
    Stage::Completed {
        office: office(),
        member: MemberId::new("m"),
        account: address().key(),
        registered: None,
    }
}

/// The pending member after this number of mails of one initial password, the last at the beginning.
fn mailed(sends: u32) -> Member {
    let mut member = pending("m");
    if let Credential::Initial { mail, .. } = &mut member.credential {
        mail.sends = sends;
    }
    member
}

#[test]
fn after_the_last_security_code_only_the_way_out_is_left() {
    let told = |tries| {
        (
            crate::registration::security_code_tries_left(tries, &LIMITS),
            at(Stage::SecurityCode { tries }, &Seats::none(), 0),
        )
    };
    let open = vec![Allowed::SecurityCode, Allowed::Cancel];
    assert_eq!(told(0), (3, open.clone()));
    assert_eq!(told(2), (1, open));
    assert_eq!(told(3), (0, vec![Allowed::Cancel]));
    assert_eq!(told(4), (0, vec![Allowed::Cancel]));
}

#[test]
fn no_mail_helps_where_no_try_is_left_and_a_try_may_be_left_without_a_mail() {
    let allowed = |tries, sends| {
        let mut challenge = challenge(Purpose::Registration, 1_800);
        challenge.tries = tries;
        challenge.mail.sends = sends;
        let office = office();
        at(Stage::Otp { office, challenge }, &Seats::none(), 0)
    };
    assert_eq!(allowed(4, 4), [Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel]);
    assert_eq!(allowed(4, 5), [Allowed::Otp, Allowed::Cancel]);
    assert_eq!(allowed(5, 4), [Allowed::Cancel]);
    assert_eq!(allowed(5, 5), [Allowed::Cancel]);
}

#[test]
fn a_profile_is_entered_and_then_confirmed_or_corrected() {
    let allowed = at(Stage::Profile { office: office() }, &Seats::none(), 0);
    assert_eq!(allowed, [Allowed::Profile, Allowed::Cancel]);
    let confirm = Stage::Confirm {
        office: office(),
        profile: profile(),
        replaces: None,
    };
    let allowed = at(confirm, &Seats::none(), 0);
    assert_eq!(allowed, [Allowed::Confirm, Allowed::Profile, Allowed::Cancel]);
}

/// 「同一組織で新規登録が完了しています。…」 and the actions that follow.
#[test]
fn where_the_office_is_registered_the_ways_out_follow_from_its_members() {
    let allowed = |availability, members| {
        let take_over = None;
        let seats = Seats {
            availability,
            members,
            take_over,
        };
        at(Stage::AlreadyRegistered { office: office() }, &seats, 0)
    };
    let waiting = Availability::Pending {
        member: MemberId::new("m"),
        account: address().key(),
    };
    assert_eq!(
        allowed(waiting, vec![pending("m")]),
        [
            Allowed::ReissueInitialPassword,
            Allowed::CorrectProfile,
            Allowed::Cancel
        ]
    );
    assert_eq!(
        allowed(Availability::Taken, vec![active("m")]),
        [Allowed::TakeOver, Allowed::Cancel]
    );
    assert_eq!(
        allowed(Availability::Free, vec![]),
        [Allowed::CorrectProfile, Allowed::Cancel]
    );
}

#[test]
fn at_the_end_the_initial_password_can_be_had_again_as_long_as_it_lives() {
    let life = 72 * 3_600;
    let told = |member: Member, second| {
        let availability = Availability::Taken;
        let members = vec![member];
        let take_over = None;
        at(
            completed(),
            &Seats {
                availability,
                members,
                take_over,
            },
            second,
        )
    };
    let resend = [Allowed::ResendInitialPassword, Allowed::Cancel];
    assert_eq!(told(pending("m"), 10), resend);
    assert_eq!(told(mailed(4), life - 1), resend);
    assert_eq!(told(mailed(5), life - 1), [Allowed::Cancel]);
    let reissue = [Allowed::ReissueInitialPassword, Allowed::Cancel];
    assert_eq!(told(mailed(5), life), reissue);
    assert_eq!(told(active("m"), 10), [Allowed::Cancel]);
    assert_eq!(told(pending("another"), 10), [Allowed::Cancel]);
}

#[test]
fn a_reset_stands_at_its_code_its_password_or_its_end() {
    let in_reset = |stage| {
        let reset = PasswordReset {
            id: flow("f"),
            account: address().key(),
            recipient: password_reset::Recipient::None,
            expires_at: t(1_800),
            stage,
        };
        allowed_in_password_reset(&reset, t(10), &LIMITS)
    };
    let challenge = challenge(Purpose::Reset, 1_800);
    assert_eq!(
        in_reset(password_reset::Stage::Otp { challenge }),
        Next::Otp.offers()
    );
    let account = password_reset::ShownAccount::of(&active("m"));
    assert_eq!(
        in_reset(password_reset::Stage::NewPassword { account }),
        [Allowed::NewPassword, Allowed::Cancel]
    );
    assert_eq!(
        in_reset(password_reset::Stage::Done { account: None }),
        Next::Done.offers()
    );
}

#[test]
fn a_log_in_shows_its_code_its_password_or_its_page() {
    let challenge = challenge(Purpose::Login, 900);
    assert_eq!(in_login(login::Stage::Otp { challenge }), Next::Otp.offers());
    assert_eq!(in_login(login::Stage::MyPage), Next::MyPage.offers());
    let stage = login::Stage::NewPassword {
        required: true,
        account: None,
        shown: None,
    };
    assert_eq!(in_login(stage), Next::NewPassword.offers());
}
