//! The table, as the model has it: the product's own items under their keys.

use portal::account::Account;
use portal::change::Entity;
use portal::claims_record::ClaimsRecord;
use portal::login::{Login, SessionPointer};
use portal::mail::Promise;
use portal::office::Office;
use portal::registration::{self, Registration};
use portal::values::{AccountKey, ClaimsUserId, FlowId, SessionId};
use portal::{login, mail};

/// What names an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// 初回利用登録
    Registration(FlowId),
    /// ログイン
    Login(FlowId),
    /// アカウント
    Account(AccountKey),
    /// 事業所
    Office(String),
    /// 電子請求受付システムのユーザID
    Claims(ClaimsUserId),
    /// セッション
    Session(SessionId),
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::large_enum_variant, reason = "a world has few of these")]
pub enum Item {
    /// 初回利用登録
    Registration(Registration),
    /// ログイン
    Login(Login),
    /// アカウント
    Account(Account),
    /// 事業所
    Office(Office),
    /// 電子請求受付システムのユーザID
    Claims(ClaimsRecord),
    /// セッション
    Session(SessionPointer),
}

/// A kind of item, so that a program of the model reads like the step that it stands for.
pub trait Kind: Entity + Clone + Into<Item> {
    /// What names one of the kind.
    type Id: Clone;
    /// The key of this id.
    fn key(id: &Self::Id) -> Key;
    /// The item, if it is one of the kind.
    fn of(item: Item) -> Option<Self>;
}

macro_rules! kinds {
    ($($variant:ident, $item:ty, $id:ty;)*) => {$(
        impl From<$item> for Item {
            fn from(item: $item) -> Self {
                Self::$variant(item)
            }
        }

        impl Kind for $item {
            type Id = $id;

            fn key(id: &$id) -> Key {
                Key::$variant(id.clone())
            }

            fn of(item: Item) -> Option<Self> {
                match item {
                    Item::$variant(item) => Some(item),
                    _ => None,
                }
            }
        }
    )*};
}

kinds! {
    Registration, Registration, FlowId;
    Login, Login, FlowId;
    Account, Account, AccountKey;
    Office, Office, String;
    Claims, ClaimsRecord, ClaimsUserId;
    Session, SessionPointer, SessionId;
}

impl Item {
    /// Its key.
    pub fn key(&self) -> Key {
        match self {
            Self::Registration(item) => Key::Registration(item.id.clone()),
            Self::Login(item) => Key::Login(item.id.clone()),
            Self::Account(item) => Key::Account(item.key.clone()),
            Self::Office(item) => Key::Office(item.office.number.clone()),
            Self::Claims(item) => Key::Claims(item.user.clone()),
            Self::Session(item) => Key::Session(item.id.clone()),
        }
    }

    /// The mail that it promises.
    pub fn promise(&self) -> Option<&Promise> {
        match self {
            Self::Registration(item) => match &item.stage {
                registration::Stage::Otp { challenge, .. } => Some(&challenge.mail),
                _ => None,
            },
            Self::Login(item) => match &item.stage {
                login::Stage::Otp { challenge } => Some(&challenge.mail),
                _ => None,
            },
            Self::Account(item) => item.member.as_ref()?.mail(),
            Self::Office(_) | Self::Claims(_) | Self::Session(_) => None,
        }
    }

    /// Notes what became of a mail; says whether the item still waits for it.
    pub fn mark(&mut self, mail: &Promise, delivery: mail::Delivery) -> bool {
        let promise = match self {
            Self::Registration(Registration {
                stage: registration::Stage::Otp { challenge, .. },
                ..
            })
            | Self::Login(Login {
                stage: login::Stage::Otp { challenge },
                ..
            }) => Some(&mut challenge.mail),
            Self::Account(account) => {
                account
                    .member
                    .as_mut()
                    .and_then(|member| match &mut member.credential {
                        portal::account::Credential::Initial { mail, .. } => Some(mail),
                        portal::account::Credential::Chosen { .. } => None,
                    })
            }
            _ => None,
        };
        let waits = promise.filter(|promise| {
            promise.number == mail.number
                && promise.content.of() == mail.content.of()
                && promise.delivery == mail::Delivery::Queued
        });
        match waits {
            Some(promise) => {
                promise.delivery = delivery;
                true
            }
            None => false,
        }
    }

    /// What the item says, without ids and instants: by this the model is compared with the real table.
    pub fn sketch(&self) -> String {
        let promise = |promise: &Promise| format!("mail {} sends {}", promise.number, promise.sends);
        match self {
            Self::Registration(item) => {
                let stage = match &item.stage {
                    registration::Stage::SecurityCode { tries } => format!("security-code tries {tries}"),
                    registration::Stage::Otp { challenge, .. } => {
                        format!("otp tries {} {}", challenge.tries, promise(&challenge.mail))
                    }
                    registration::Stage::Profile { .. } => "profile".to_owned(),
                    registration::Stage::Confirm {
                        profile, replaces, ..
                    } => format!(
                        "confirm {} replaces {}",
                        profile.email.as_str(),
                        replaces.is_some()
                    ),
                    registration::Stage::AlreadyRegistered { .. } => "already-registered".to_owned(),
                    registration::Stage::Completed { registered, .. } => {
                        format!("completed by this {}", registered.is_some())
                    }
                };
                format!("registration {stage} taken {}", item.email_taken)
            }
            Self::Login(item) => {
                let stage = match &item.stage {
                    login::Stage::Otp { challenge } => {
                        format!("otp tries {} {}", challenge.tries, promise(&challenge.mail))
                    }
                    login::Stage::NewPassword { required, shown } => {
                        format!("new-password {required} shown {}", shown.is_some())
                    }
                    login::Stage::MyPage => "my-page".to_owned(),
                };
                format!("login {stage} credential {}", item.credential_version)
            }
            Self::Account(item) => {
                let member = item.member.as_ref().map_or_else(
                    || "nobody".to_owned(),
                    |member| {
                        format!(
                            "{} {} credential {} sessions {} devices {:?} agreed {} {}",
                            member.profile.email.as_str(),
                            member.status(),
                            member.credential_version,
                            member.sessions.len(),
                            member
                                .devices
                                .iter()
                                .map(|device| device.passwords.failures)
                                .collect::<Vec<_>>(),
                            member.agreement.is_some(),
                            member.mail().map(promise).unwrap_or_default(),
                        )
                    },
                );
                format!(
                    "account mails {} wrong {} codes {} stopped {} {member}",
                    item.mails.sends.len(),
                    item.passwords.failures,
                    item.codes.failures.len(),
                    item.codes.stopped_until.is_some(),
                )
            }
            Self::Office(item) => format!("office members {}", item.members.len()),
            Self::Claims(item) => format!(
                "claims wrong {} open {} security codes {} codes {}",
                item.passwords.failures.len(),
                item.passwords.open.len(),
                item.security_codes.asked.len(),
                item.codes.failures.len()
            ),
            Self::Session(_) => "session".to_owned(),
        }
    }
}
