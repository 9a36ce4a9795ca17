//! Samples for the tests of a log-in.

use super::{Gained, Login, ShownAccount, Stage};
use crate::account::{Account, Member};
use crate::challenge::{Challenge, Judged};
use crate::code::Purpose;
use crate::samples::{account, active, address, challenge, flow, session, t};
use crate::terms::Shown;
use crate::values::{DeviceId, MemberId};

pub(super) fn at(stage: Stage) -> Login {
    Login {
        id: flow("f"),
        account: address().key(),
        member: MemberId::new("m"),
        credential_version: 2,
        expires_at: t(900),
        stage,
    }
}

pub(super) fn at_otp() -> Login {
    let challenge = challenge(Purpose::Login, 900);
    at(Stage::Otp { challenge })
}

pub(super) fn new_password(required: bool, shown: Option<Shown>) -> Stage {
    Stage::NewPassword {
        required,
        account: Some(ShownAccount::of(&active("m"))),
        shown,
    }
}

pub(super) fn code_of(login: &Login) -> &Challenge {
    match &login.stage {
        Stage::Otp { challenge } => challenge,
        Stage::NewPassword { .. } | Stage::MyPage => panic!("no code is awaited"),
    }
}

pub(super) fn judged(challenge: &Challenge, right: bool) -> Judged {
    Judged {
        challenge: challenge.id.clone(),
        counter: challenge.counter,
        right,
    }
}

pub(super) fn gained() -> Gained {
    Gained {
        session: session("s", "f", 0, 43_200),
        device: DeviceId::new("d"),
    }
}

/// The account with the member disabled, with another member, with another credential: this log-in's member is in
/// none of them.
pub(super) fn not_its_own() -> [Account; 3] {
    [
        account(Member {
            disabled: true,
            ..active("m")
        }),
        account(active("other")),
        account(Member {
            credential_version: 3,
            ..active("m")
        }),
    ]
}
