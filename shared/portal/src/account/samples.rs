//! Samples for the tests of an account.

use jiff::Timestamp;

use super::{Account, Caller, Credential, LoginVerdict, Member, VerifiedPassword, VoidClaim};
use crate::audit::Act;
use crate::change::Change;
use crate::initial_password::Source;
use crate::mail::Promise;
use crate::samples::{LIMITS, address, flow, office, pending, t};
use crate::values::{AccountKey, DeviceId, MemberId, NetworkTag, OfficeName, OfficeNumber};

pub(super) const DAY: u64 = 86_400;
pub(crate) const SEAT: u64 = 14 * DAY;
pub(super) const HALF_A_YEAR: u64 = 180 * DAY;

pub(super) fn key() -> AccountKey {
    address().key()
}

pub(super) fn ids<T>(list: &[T], id: impl Fn(&T) -> &str) -> Vec<String> {
    list.iter().map(|one| id(one).to_owned()).collect()
}

pub(super) fn proof(of: &Member, right: bool) -> VerifiedPassword {
    VerifiedPassword {
        of: right.then(|| of.credential_in_force()),
        renewed: None,
        flow: flow("f"),
    }
}

/// The verdict on a password for this account, with the recorded act, `second` seconds after the beginning.
pub(super) fn judge(
    before: &Account,
    right: bool,
    caller: &Caller,
    second: u64,
) -> (Account, Act, LoginVerdict) {
    let member = before.members().next();
    let proof = VerifiedPassword {
        of: member.filter(|_| right).map(Member::credential_in_force),
        renewed: None,
        flow: flow("f"),
    };
    let change = Account::log_in(Some(before), &before.key, &proof, caller, t(second), &LIMITS);
    let (Change::Store(put, verdict) | Change::BestEffort(put, verdict)) = change else {
        panic!("not written: {change:?}");
    };
    let (after, event) = put.into_parts();
    (after, event.unwrap().act, verdict)
}

/// A browser without a name, in this network.
pub(super) fn from(network: &str) -> Caller {
    Caller {
        network: NetworkTag::new(network),
        devices: Vec::new(),
    }
}

/// A browser with these names.
pub(super) fn known_as(names: &[&str]) -> Caller {
    Caller {
        devices: names.iter().map(|name| DeviceId::new(*name)).collect(),
        ..from("n")
    }
}

/// `account` after this number of wrong passwords at `at` from a browser without a name in the network `n`.
pub(crate) fn guessed_at(account: Account, times: u32, at: u64) -> Account {
    (0..times).fold(account, |account, _| judge(&account, false, &from("n"), at).0)
}

/// An office number of its own for each letter.
pub(super) fn office_number(letter: &str) -> OfficeNumber {
    let digits: u32 = letter.bytes().map(u32::from).sum();
    OfficeNumber::parse(&format!("13{digits:08}")).unwrap()
}

/// The pending member of this id of the office of this number.
pub(crate) fn of_office(id: &str, number: &str) -> Member {
    let office = OfficeName {
        number: office_number(number),
        ..office()
    };
    Member {
        office,
        ..pending(id)
    }
}

/// A claim that became void this many seconds after the beginning.
pub(crate) fn void_claim(id: &str, at: u64) -> VoidClaim {
    let (source, _, mail) = parts_of(pending(id));
    VoidClaim {
        member: MemberId::new(id),
        credential_version: 1,
        source,
        expires_at: mail.expires_at,
        email_masked: address().masked(),
        at: t(at),
    }
}

fn parts_of(member: Member) -> (Source, Vec<Timestamp>, Promise) {
    match member.credential {
        Credential::Initial {
            source,
            reissues,
            mail,
        } => (source, reissues, mail),
        Credential::Chosen { .. } => panic!("no initial password any more"),
    }
}

pub(super) fn parts(member: &Member) -> (&Source, &[Timestamp], &Promise) {
    match &member.credential {
        Credential::Initial {
            source,
            reissues,
            mail,
        } => (source, reissues, mail),
        Credential::Chosen { .. } => panic!("no initial password any more"),
    }
}
