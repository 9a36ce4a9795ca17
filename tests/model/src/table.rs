//! Items as the model keeps them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use platform::store::AnyItem;
use portal::account::Credential;
use portal::login;
use portal::mail::{Delivery, Promise};
use portal::registration::{self, Registration};

/// 128 bits that stand for a value: two states or two histories with one digest are taken for the same.
pub fn digest(value: &(impl Hash + ?Sized)) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        value.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

/// An item that many states share, with its digest.
#[derive(Debug, Clone)]
pub struct Kept(Arc<(AnyItem, u128)>);

impl Kept {
    /// Keeps an item.
    pub fn new(item: AnyItem) -> Self {
        let digest = digest(&item);
        Self(Arc::new((item, digest)))
    }
}

impl Deref for Kept {
    type Target = AnyItem;

    fn deref(&self) -> &AnyItem {
        &self.0.0
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.1.hash(state);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.0.1 == other.0.1
    }
}

impl Eq for Kept {}

/// The promise of an item, to be changed.
fn promise_of(item: &mut AnyItem) -> Option<&mut Promise> {
    match item {
        AnyItem::Registration(Registration {
            stage: registration::Stage::Otp { challenge, .. },
            ..
        })
        | AnyItem::Login(login::Login {
            stage: login::Stage::Otp { challenge },
            ..
        }) => Some(&mut challenge.mail),
        AnyItem::Account(account) => match &mut account.member.as_mut()?.credential {
            Credential::Initial { mail, .. } => Some(mail),
            Credential::Chosen { .. } => None,
        },
        _ => None,
    }
}

/// News about a mail: which one, what it is about, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The number of the mail.
    pub number: u32,
    /// A challenge's or a member's id.
    pub of: String,
    /// The states in which it is of interest.
    pub from: &'static [Delivery],
    /// The state that it leads to.
    pub to: Delivery,
    /// When SES took it, if this says so.
    pub sent_at: Option<jiff::Timestamp>,
}

/// The item after the news, if it still waited for them.
pub fn marked(item: &AnyItem, news: &News) -> Option<AnyItem> {
    let mut item = item.clone();
    let promise = promise_of(&mut item)?;
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
