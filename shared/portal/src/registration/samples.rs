//! Samples for the tests of a registration.

use super::{Registered, Registration, Replaced, Stage};
use crate::challenge::{Challenge, Judged};
use crate::code::Purpose;
use crate::problem::{Kind, Refusal};
use crate::samples::{address, challenge, claims_user, flow, office, profile, t};
use crate::values::{MemberId, RequestKey};

pub(super) fn at(stage: Stage) -> Registration {
    Registration {
        id: flow("f"),
        claims_user: claims_user(),
        contact: None,
        expires_at: t(1_800),
        email_taken: 0,
        asked: Vec::new(),
        voided: None,
        stage,
    }
}

pub(super) fn at_otp() -> Registration {
    at(Stage::Otp {
        office: office(),
        challenge: challenge(Purpose::Registration, 1_800),
    })
}

pub(super) fn at_profile() -> Registration {
    at(Stage::Profile { office: office() })
}

pub(super) fn confirming(replaces: Option<Replaced>) -> Stage {
    Stage::Confirm {
        office: office(),
        profile: profile(),
        replaces,
    }
}

pub(super) fn already_registered() -> Stage {
    Stage::AlreadyRegistered { office: office() }
}

pub(super) fn registered() -> Registered {
    Registered {
        request: RequestKey::new("r"),
        draft: profile().draft(),
        at: t(60),
        password_ends_at: None,
    }
}

pub(super) fn completed(registered: Option<Registered>) -> Stage {
    Stage::Completed {
        office: office(),
        member: MemberId::new("m"),
        account: address().key(),
        registered,
    }
}

/// A registration at each stage, in the order of the manual.
pub(super) fn everywhere() -> [Registration; 6] {
    [
        at(Stage::SecurityCode { tries: 0 }),
        at_otp(),
        at_profile(),
        at(confirming(None)),
        at(already_registered()),
        at(completed(Some(registered()))),
    ]
}

pub(super) fn code_of(registration: &Registration) -> &Challenge {
    match &registration.stage {
        Stage::Otp { challenge, .. } => challenge,
        other => panic!("no code is awaited at {other:?}"),
    }
}

pub(super) fn judged(challenge: &Challenge, right: bool) -> Judged {
    Judged {
        challenge: challenge.id.clone(),
        counter: challenge.counter,
        right,
    }
}

pub(super) fn wrong_step<T>() -> Result<T, Refusal> {
    Err(Kind::WrongStep.into())
}
