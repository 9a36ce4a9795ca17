//! パスワードの再設定 — one reset in progress, from the address to the new password.
//!
//! A reset tells a stranger nothing about who is here (`docs/adr/0030-a-reset-is-alike-for-every-address.md`): one of an
//! unknown address is a flow of the same form, with a code of its own that is judged like any other and is never
//! right.

mod on_account;
#[cfg(test)]
mod samples;
mod submissions;

use jiff::Timestamp;

pub use self::on_account::Standing;
use crate::account::{Account, Credential, Member};
use crate::audit::Unaudited;
use crate::challenge::Challenge;
use crate::change::Entity;
pub use crate::login::ShownAccount;
use crate::mail::{Content, Promise};
use crate::values::{AccountKey, EmailAddress, FlowId, MemberId};

/// 段階
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these a request; a pointer would only hide it"
)]
pub enum Stage {
    /// ワンタイムパスワード認証
    Otp {
        /// The code: mailed, if there is anybody to mail it to. Its mail names the address as it was typed.
        challenge: Challenge,
    },
    /// 新しいパスワード
    NewPassword {
        /// The account, as the screen names it.
        account: ShownAccount,
    },
    /// 完了
    Done {
        /// The account, as the screen names it; `None` in a reset that was done before this was stored.
        account: Option<ShownAccount>,
    },
}

/// Who is mailed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// The member who has a password: the code.
    Member {
        /// The member.
        id: MemberId,
        /// The version of the credential that is reset; with another one in its place no code is right any more.
        credential_version: u32,
        /// The address as the member has it.
        to: EmailAddress,
    },
    /// The members of offices that claim the address, and have no password yet: how to get the initial one, once.
    Claims {
        /// The address as the first of them has it.
        to: EmailAddress,
        /// The names of the offices.
        offices: Vec<String>,
    },
    /// No one: the address is unknown, or its member is disabled.
    None,
}

/// パスワードの再設定 — the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PasswordReset {
    /// The digest of its cookie.
    pub id: FlowId,
    /// The account of the address that was typed.
    pub account: AccountKey,
    /// Who is mailed.
    pub recipient: Recipient,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// The stage.
    pub stage: Stage,
}

impl Entity for PasswordReset {
    type Audit = Unaudited;
}

impl PasswordReset {
    /// Whether it is over by time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The reset at another stage.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// The reset once its password is set.
    #[must_use]
    pub fn done(&self) -> Self {
        let account = match &self.stage {
            Stage::Otp { .. } => None,
            Stage::NewPassword { account } => Some(account.clone()),
            Stage::Done { account } => account.clone(),
        };
        self.at(Stage::Done { account })
    }

    /// The mail that it promises.
    pub fn promise(&self) -> Option<Promise> {
        let Stage::Otp { challenge } = &self.stage else {
            return None;
        };
        match &self.recipient {
            Recipient::Member { to, .. } => Some(Promise {
                to: to.clone(),
                ..challenge.mail.clone()
            }),
            // A resend brings it no second time.
            Recipient::Claims { to, offices } => (challenge.mail.sends == 1).then(|| {
                let content = Content::InitialPasswordGuide {
                    challenge: challenge.id.clone(),
                    offices: offices.clone(),
                };
                challenge.mail.without_secret(to.clone(), content)
            }),
            Recipient::None => None,
        }
    }

    /// The member whose password is reset, if the account still has that member with that password.
    pub fn member_in<'a>(&self, account: &'a Account) -> Option<&'a Member> {
        let Recipient::Member {
            id,
            credential_version,
            ..
        } = &self.recipient
        else {
            return None;
        };
        account.owner().filter(|owner| {
            owner.id == *id && owner.credential_version == *credential_version && !owner.disabled
        })
    }

    /// Whether this reset set the password that the account has, whatever the flow's own item says.
    pub fn is_done_in(&self, account: &Account) -> bool {
        let set_by_this =
            |owner: &Member| matches!(&owner.credential, Credential::Chosen { by, .. } if *by == self.id);
        account.owner().is_some_and(set_by_this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Delivery;
    use crate::password_reset::samples::{at_otp, of_claims, of_member, shown, without_recipient};
    use crate::samples::{account, active, address, flow, t};

    #[test]
    fn a_reset_is_over_when_its_time_is() {
        let reset = at_otp(of_member());
        assert_eq!(
            [1_799, 1_800, 1_801].map(|second| reset.is_expired(t(second))),
            [false, true, true]
        );
    }

    #[test]
    fn a_member_is_mailed_the_code_and_claims_once_the_way_and_no_other_address_anything() {
        let mail = at_otp(of_member()).promise().unwrap();
        assert!(matches!(mail.content, Content::OneTimeCode { .. }));
        assert_eq!((mail.to.as_str(), mail.number), ("taro@example.jp", 1));
        let guide = at_otp(of_claims()).promise().unwrap();
        assert!(
            matches!(&guide.content, Content::InitialPasswordGuide { offices, .. } if offices == &["a", "b"])
        );
        assert_eq!((guide.number, guide.delivery), (1, Delivery::Queued));
        assert_eq!(
            [86_399, 86_400].map(|second| guide.is_expired(t(second))),
            [false, true]
        );
        let mut again = at_otp(of_claims());
        if let Stage::Otp { challenge } = &mut again.stage {
            challenge.mail.sends = 2;
        }
        assert_eq!(again.promise(), None);
        assert_eq!(at_otp(without_recipient()).promise(), None);
        let later = at_otp(of_member()).at(Stage::NewPassword { account: shown() });
        assert_eq!(later.promise(), None);
    }

    #[test]
    fn a_reset_is_of_the_member_whose_password_it_began_with() {
        let reset = at_otp(of_member());
        assert_eq!(reset.member_in(&account(active("m"))), Some(&active("m")));
        let others = [
            active("other"),
            Member {
                disabled: true,
                ..active("m")
            },
            Member {
                credential_version: 3,
                ..active("m")
            },
        ];
        for member in others {
            assert_eq!(reset.member_in(&account(member)), None);
        }
        let unknown = Account::unknown(address().key(), t(0));
        assert_eq!(reset.member_in(&unknown), None);
        for recipient in [of_claims(), without_recipient()] {
            assert_eq!(at_otp(recipient).member_in(&account(active("m"))), None);
        }
    }

    #[test]
    fn a_reset_is_done_where_it_set_the_password() {
        let by = |name: &str| {
            account(Member {
                credential: Credential::Chosen {
                    hash: "new".to_owned(),
                    by: flow(name),
                },
                credential_version: 3,
                ..active("m")
            })
        };
        assert!(at_otp(of_member()).is_done_in(&by("f")));
        assert!(!at_otp(of_member()).is_done_in(&by("x")));
        assert!(!at_otp(of_member()).is_done_in(&Account::unknown(address().key(), t(0))));
    }
}
