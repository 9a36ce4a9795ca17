//! Items in the model's form.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use platform::store::AnyItem;
use portal::account::{Credential, Holder};
use portal::login;
use portal::mail::{Delivery, Promise};
use portal::password_reset::{self, PasswordReset};
use portal::registration::{self, Registration};
use portal::values::MemberId;

/// A 128-bit digest of a value: states or histories with equal digests are considered equal.
pub fn digest(value: &(impl Hash + ?Sized)) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        value.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// A shared item with its digest.
#[derive(Debug, Clone)]
pub struct SharedItem(Arc<(AnyItem, u128)>);

impl SharedItem {
    /// Wraps an item.
    pub fn new(item: AnyItem) -> Self {
        let digest = digest(&item);
        Self(Arc::new((item, digest)))
    }
}

impl Deref for SharedItem {
    type Target = AnyItem;

    fn deref(&self) -> &AnyItem {
        &self.0.0
    }
}

impl Hash for SharedItem {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.1.hash(state);
    }
}

impl PartialEq for SharedItem {
    fn eq(&self, other: &Self) -> bool {
        self.0.1 == other.0.1
    }
}

impl Eq for SharedItem {}

/// The promise of an item about this challenge or this member, in a letter that of this number, to be changed.
fn promise_of<'a>(item: &'a mut AnyItem, of: &str, number: u32) -> Option<&'a mut Promise> {
    match item {
        AnyItem::Registration(Registration {
            stage: registration::Stage::Otp { challenge, .. },
            ..
        })
        | AnyItem::Login(login::Login {
            stage: login::Stage::Otp { challenge },
            ..
        })
        | AnyItem::PasswordReset(PasswordReset {
            stage: password_reset::Stage::Otp { challenge },
            ..
        }) => Some(&mut challenge.mail),
        AnyItem::Letter(letter) => match number {
            1 => Some(&mut letter.first),
            _ => letter.more.iter_mut().find(|mail| mail.number == number),
        },
        AnyItem::AddressChange(change) => Some(&mut change.challenge.mail),
        AnyItem::Account(account) => match &mut account.holder {
            Holder::Claims(claims) => match &mut claims.get_mut(&MemberId::new(of))?.credential {
                Credential::Initial { mail, .. } => Some(mail),
                Credential::Chosen { .. } => None,
            },
            Holder::Owner(owner) if owner.id.as_str() == of => owner.notice.as_mut(),
            Holder::Owner(_) => None,
        },
        _ => None,
    }
}

/// A status update of a mail: its number, its subject, its new status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusUpdate {
    /// The number of the mail.
    pub number: u32,
    /// A challenge's or a member's id.
    pub of: String,
    /// The statuses in which it applies.
    pub from: &'static [Delivery],
    /// The new status.
    pub to: Delivery,
    /// When SES accepted it, if known.
    pub sent_at: Option<jiff::Timestamp>,
}

/// The item after the update, if it still promised the mail.
pub fn marked(item: &AnyItem, news: &StatusUpdate) -> Option<AnyItem> {
    let mut item = item.clone();
    let promise = promise_of(&mut item, &news.of, news.number)?;
    let waits = promise.number == news.number
        && promise.content.of() == news.of
        && news.from.contains(&promise.delivery);
    if !waits {
        return None;
    }
    promise.delivery = news.to;
    promise.sent_at = news.sent_at.or(promise.sent_at);
    Some(item)
}
