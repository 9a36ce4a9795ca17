//! The kinds of items, and their keys.

use portal::account::{Account, Member};
use portal::address_change::AddressChange;
use portal::audit::Unaudited;
use portal::change::Entity;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::desk::Operator;
use portal::guards::{InquiryHour, RefusedStarts};
use portal::inquiry::{Inquiry, ReceiptNumber};
use portal::login::{self, Login, SessionPointer};
use portal::mail::{Letter, Promise};
use portal::office::Office;
use portal::password_reset::PasswordReset;
use portal::registration::{self, Registration};
use portal::take_over::{Agenda, TakeOver};
use portal::values::{
    AccountKey, AgendaDay, ClaimsUserId, FlowId, LetterId, NetworkTag, OfficeNumber, OperatorId, SessionId,
};

/// ネットワーク — its refused starts of one hour, and its inquiries of one hour.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NetworkRecord {
    /// The network's tag.
    pub network: NetworkTag,
    /// The refused starts of the hour.
    pub budget: RefusedStarts,
    /// The inquiries of the hour, if there were any.
    pub inquiries: Option<InquiryHour>,
}

impl Entity for NetworkRecord {
    type Audit = Unaudited;
}

/// A kind of item: the typed form of [`AnyItem`].
pub trait Item: Entity + Clone + Send + Sync + Into<AnyItem> {
    /// The id of an item of this kind.
    type Id: Clone + Send + Sync;
    /// The kind, which is also the first part of the key in the table.
    const KIND: &'static str;

    /// Its own id.
    fn id(&self) -> &Self::Id;
    /// The key of this id.
    fn key(id: &Self::Id) -> Key;
    /// The item, if it is of this kind.
    fn of(item: AnyItem) -> Option<Self>;
}

/// A kind of item whose end is final. Its id is random and never used again, so deleting it in any state removes no other
/// item, and a write that was judged before conflicts with the missing item.
pub trait Ephemeral: Item {}

impl Ephemeral for Registration {}
impl Ephemeral for Login {}
impl Ephemeral for PasswordReset {}
impl Ephemeral for SessionPointer {}

macro_rules! kinds {
    ($($variant:ident, $item:ty, $id:ty, $field:expr, $kind:literal, $doc:literal;)*) => {
        /// The key of an item.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Key { $(#[doc = $doc] $variant($id),)* }

        /// An item of any kind.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum AnyItem { $(#[doc = $doc] $variant($item),)* }

        impl Key {
            /// Every kind.
            pub const KINDS: &'static [&'static str] = &[$($kind,)*];

            /// The kind of the item.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }
        }

        impl AnyItem {
            /// Its key.
            pub fn key(&self) -> Key {
                match self { $(Self::$variant(item) => Key::$variant(item.id().clone()),)* }
            }
        }

        $(
            impl From<$item> for AnyItem {
                fn from(item: $item) -> Self {
                    Self::$variant(item)
                }
            }

            impl Item for $item {
                type Id = $id;
                const KIND: &'static str = $kind;

                fn id(&self) -> &$id {
                    let field: fn(&Self) -> &$id = $field;
                    field(self)
                }

                fn key(id: &$id) -> Key {
                    Key::$variant(id.clone())
                }

                fn of(item: AnyItem) -> Option<Self> {
                    match item {
                        AnyItem::$variant(item) => Some(item),
                        _ => None,
                    }
                }
            }
        )*
    };
}

kinds! {
    Registration, Registration, FlowId, |item| &item.id, "REGISTRATION", "初回利用登録";
    Login, Login, FlowId, |item| &item.id, "LOGIN", "ログイン";
    PasswordReset, PasswordReset, FlowId, |item| &item.id, "RESET", "パスワードの再設定";
    Account, Account, AccountKey, |item| &item.key, "ACCOUNT", "アカウント";
    Office, Office, OfficeNumber, |item| &item.office.number, "OFFICE", "事業所";
    TakeOver, TakeOver, OfficeNumber, |item| &item.office.number, "TAKEOVER", "引き継ぎ";
    Agenda, Agenda, AgendaDay, |item| &item.day, "AGENDA", "引き継ぎの予定";
    Claims, ClaimsRecord, ClaimsUserId, |item| &item.user, "CLAIMS", "電子請求受付システムのユーザID";
    Contact, Contact, AccountKey, |item| &item.key, "CONTACT", "連絡先";
    AddressChange, AddressChange, FlowId, |item| &item.id, "CHANGE", "メールアドレスの変更";
    Session, SessionPointer, SessionId, |item| &item.id, "SESSION", "セッション";
    Network, NetworkRecord, NetworkTag, |item| &item.network, "NETWORK", "ネットワーク";
    Letter, Letter, LetterId, |item| &item.id, "LETTER", "別のあて先へのメール";
    Inquiry, Inquiry, ReceiptNumber, |item| &item.number, "INQUIRY", "お問い合わせ";
    Operator, Operator, OperatorId, |item| &item.who.id, "OPERATOR", "窓口の担当者";
}

impl AnyItem {
    /// The mails that it promises: at most one of a flow, one per member of an account, those of a letter.
    pub fn promises(&self) -> Vec<Promise> {
        match self {
            Self::Registration(item) => match &item.stage {
                registration::Stage::Otp { challenge, .. } => vec![challenge.mail.clone()],
                registration::Stage::SecurityCode { .. }
                | registration::Stage::Profile { .. }
                | registration::Stage::Confirm { .. }
                | registration::Stage::AlreadyRegistered { .. }
                | registration::Stage::Completed { .. } => Vec::new(),
            },
            Self::Login(item) => match &item.stage {
                login::Stage::Otp { challenge } => vec![challenge.mail.clone()],
                login::Stage::NewPassword { .. } | login::Stage::MyPage => Vec::new(),
            },
            Self::PasswordReset(item) => item.promise().into_iter().collect(),
            Self::Letter(item) => item.mails().cloned().collect(),
            Self::Inquiry(item) => vec![item.receipt.clone()],
            Self::AddressChange(item) => vec![item.challenge.mail.clone()],
            Self::Account(item) => item.members().filter_map(Member::promised).cloned().collect(),
            Self::Office(_)
            | Self::TakeOver(_)
            | Self::Agenda(_)
            | Self::Claims(_)
            | Self::Contact(_)
            | Self::Session(_)
            | Self::Network(_)
            | Self::Operator(_) => Vec::new(),
        }
    }
}
