//! The member of an account that has one only, as most accounts of the tests have.

use portal::account::{Account, Holder, Member};

/// The only member of an account.
pub fn only_member(account: &Account) -> &Member {
    let mut members = account.members();
    let only = members.next().expect("a member");
    assert!(members.next().is_none(), "one member");
    only
}

/// The same, to be changed.
pub fn only_member_mut(account: &mut Account) -> &mut Member {
    assert!(account.members().count() == 1, "one member");
    match &mut account.holder {
        Holder::Owner(owner) => owner,
        Holder::Claims(claims) => claims.values_mut().next().expect("a member"),
    }
}
