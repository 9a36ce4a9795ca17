//! アカウント — the record of one mail address: who holds it, its guards and its mails.
//!
//! One item, so that one conditional write decides everything about an account. It also exists for addresses that no
//! member holds: wrong passwords are counted there in the same way.

mod at_desk;
mod browser;
mod device;
mod holder;
mod initial_password;
mod log_in;
mod managed;
mod member;
mod newcomer;
mod own;
#[cfg(test)]
pub(crate) mod samples;
mod seat;
mod session;

use jiff::Timestamp;

pub use self::browser::{BrowserKind, Product, System};
pub use self::device::{Caller, Device};
pub use self::holder::{Holder, VoidClaim};
pub use self::initial_password::NotMailed;
pub use self::log_in::{LoginVerdict, Proven, VerifiedPassword};
pub(crate) use self::managed::notices_of;
pub use self::managed::{Doer, MemberChange};
pub use self::member::{Credential, Member, NewMember, Role, Status};
pub use self::own::{CurrentPassword, NewPassword};
pub use self::session::{Session, SessionPointer, end_other_sessions, end_session, end_sessions_of};
use crate::audit::Event;
use crate::change::Entity;
use crate::guards::{PasswordGuard, ResetGuard};
use crate::limits::Limits;
pub use crate::terms::Agreement;
use crate::values::AccountKey;

/// アカウント — one mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// The digest of the address.
    pub key: AccountKey,
    /// Wrong passwords from unknown browsers.
    pub passwords: PasswordGuard,
    /// When a password or a code was last judged.
    pub judged_at: Timestamp,
    /// The member or the claims that hold the address.
    pub holder: Holder,
    /// Resets of its password, the owner's and strangers' together.
    pub resets: ResetGuard,
    /// Claims that ended when another member became the owner, oldest first.
    pub void_claims: Vec<VoidClaim>,
}

impl AsRef<Self> for Account {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Entity for Account {
    type Audit = Event;
}

impl Account {
    /// A new account of an address without a record.
    pub fn unknown(key: AccountKey, now: Timestamp) -> Self {
        Self {
            key,
            passwords: PasswordGuard::default(),
            judged_at: now,
            holder: Holder::unclaimed(),
            resets: ResetGuard::default(),
            void_claims: Vec::new(),
        }
    }

    pub(crate) fn known(before: Option<&Self>, key: &AccountKey, now: Timestamp) -> Self {
        before.cloned().unwrap_or_else(|| Self::unknown(key.clone(), now))
    }

    /// When all of its counters have expired; only for an account without an owner.
    pub fn forgotten_at(&self, limits: &Limits) -> Timestamp {
        // Without an owner there is no log-in to protect: wrong passwords expire with the longest back-off.
        let void_claims = self
            .void_claims
            .iter()
            .map(|claim| claim.forgotten_at(limits))
            .max();
        [
            self.passwords.waits_end_at(limits),
            void_claims,
            self.resets.forgotten_at(limits),
            Some(self.judged_at),
        ]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(self.judged_at)
    }

    /// When the item may be deleted; `None` once the owner has logged in.
    pub fn deletable_at(&self, limits: &Limits) -> Option<Timestamp> {
        match &self.holder {
            Holder::Owner(_) => None,
            Holder::Claims(claims) => claims
                .values()
                .filter_map(|claim| claim.seat_expires_at(limits))
                .chain([self.forgotten_at(limits)])
                .max(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{DAY, SEAT, guessed_at, key, void_claim};
    use crate::samples::{LIMITS, account, active, pending, t};

    #[test]
    fn an_account_without_an_owner_is_forgotten_with_what_counts_longest() {
        let unknown = Account::unknown(key(), t(0));
        assert_eq!(unknown.forgotten_at(&LIMITS), t(0));
        let judged = Account {
            judged_at: t(5_000),
            ..unknown.clone()
        };
        assert_eq!(judged.forgotten_at(&LIMITS), t(5_000));
        let guessed = guessed_at(judged, 1, 5_000);
        assert_eq!(guessed.forgotten_at(&LIMITS), t(5_900));
        let reset = Account {
            resets: guessed.resets.failed(t(0), &LIMITS),
            ..guessed.clone()
        };
        assert_eq!(reset.forgotten_at(&LIMITS), t(DAY));
        let voided = Account {
            void_claims: vec![void_claim("m", 20)],
            ..guessed
        };
        assert_eq!(voided.forgotten_at(&LIMITS), t(20 + 28 * DAY));
        assert_eq!(voided.deletable_at(&LIMITS), Some(t(20 + 28 * DAY)));
    }

    #[test]
    fn an_account_is_not_deleted_before_its_seat_expires_and_never_once_it_has_an_owner() {
        assert_eq!(account(active("m")).deletable_at(&LIMITS), None);
        assert_eq!(account(pending("m")).deletable_at(&LIMITS), Some(t(SEAT)));
        let guessed = guessed_at(account(pending("m")), 1, SEAT);
        assert_eq!(guessed.deletable_at(&LIMITS), Some(t(SEAT + 900)));
    }
}
