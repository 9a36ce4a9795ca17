//! What the tests of an account share.

use jiff::Timestamp;

use super::{Account, Credential, Member, Proof};
use crate::audit::Act;
use crate::initial_password::Source;
use crate::mail::Promise;
use crate::samples::{LIMITS, address, t};
use crate::values::AccountKey;

pub(super) const DAY: u64 = 86_400;
pub(super) const SEAT: u64 = 14 * DAY;
pub(super) const HALF_A_YEAR: u64 = 180 * DAY;

pub(super) fn key() -> AccountKey {
    address().key()
}

pub(super) fn act(account: &Account) -> Act {
    account.event.as_ref().unwrap().act
}

pub(super) fn ids<T>(list: &[T], id: impl Fn(&T) -> &str) -> Vec<String> {
    list.iter().map(|one| id(one).to_owned()).collect()
}

pub(super) fn proof(of: &Member, right: bool) -> Proof {
    Proof {
        of: Some((of.id.clone(), of.credential_version)),
        right,
        renewed: None,
    }
}

/// `account` after so many wrong passwords at `at` from somebody whose device is not known.
pub(super) fn guessed_at(account: Account, times: u32, at: u64) -> Account {
    (0..times).fold(account, |account, _| {
        account.judge_password(false, None, t(at), &LIMITS).0
    })
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
