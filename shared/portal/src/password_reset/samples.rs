//! What the tests of a reset share.

use super::{PasswordReset, Recipient, ShownAccount, Stage};
use crate::challenge::{Challenge, Judged};
use crate::code::Purpose;
use crate::samples::{active, address, challenge, flow, t};
use crate::values::MemberId;

pub(super) fn of_member() -> Recipient {
    Recipient::Member {
        id: MemberId::new("m"),
        credential_version: 2,
        to: address(),
    }
}

pub(super) fn of_claims() -> Recipient {
    Recipient::Claims {
        to: address(),
        offices: vec!["a".to_owned(), "b".to_owned()],
    }
}

pub(super) const fn without_recipient() -> Recipient {
    Recipient::None
}

pub(super) fn at_otp(recipient: Recipient) -> PasswordReset {
    PasswordReset {
        id: flow("f"),
        account: address().key(),
        recipient,
        expires_at: t(1_800),
        stage: Stage::Otp {
            challenge: challenge(Purpose::Reset, 1_800),
        },
    }
}

pub(super) fn shown() -> ShownAccount {
    ShownAccount::of(&active("m"))
}

pub(super) fn code_of(reset: &PasswordReset) -> &Challenge {
    reset.awaited_code().unwrap()
}

pub(super) fn judged(reset: &PasswordReset, right: bool) -> Judged {
    let challenge = code_of(reset);
    Judged {
        challenge: challenge.id.clone(),
        counter: challenge.counter,
        right,
    }
}
