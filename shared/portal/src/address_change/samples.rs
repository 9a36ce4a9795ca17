//! Samples for the tests of an address change.

use super::AddressChange;
use crate::challenge::{Challenge, Judged};
use crate::code::Purpose;
use crate::keys::tests::ring;
use crate::samples::{LIMITS, address, flow, t};
use crate::values::{ChallengeId, EmailAddress, MemberId};

pub(super) fn new_address() -> EmailAddress {
    EmailAddress::parse("jiro@example.jp").unwrap()
}

/// A change of the member `m` in the session of the log-in `f`, which began at the beginning.
pub(super) fn begun() -> AddressChange {
    let id = ChallengeId::new("c");
    AddressChange {
        id: flow("f"),
        account: address().key(),
        member: MemberId::new("m"),
        credential_version: 2,
        expires_at: t(1_800),
        challenge: Challenge::begin(
            id,
            Purpose::AddressChange,
            &ring(),
            new_address(),
            t(1_800),
            t(0),
            &LIMITS,
        )
        .unwrap(),
    }
}

pub(super) fn judged(change: &AddressChange, right: bool) -> Judged {
    Judged {
        challenge: change.challenge.id.clone(),
        counter: change.challenge.counter,
        right,
    }
}
