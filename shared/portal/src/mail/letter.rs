//! A mail to another address than the item's own (`docs/adr/0033-a-letter-is-an-item-of-its-own.md`).

use jiff::Timestamp;

use crate::audit::Unaudited;
use crate::change::Entity;
use crate::time::plus;
use crate::values::{EmailAddress, LetterId};

use super::promise::NOTICE_LIFE;
use super::{Content, Promise};

/// A mail that a commit promises to another address than that of the items that it changes. The same commit writes it,
/// so there is no letter without its cause, and no cause without its letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Letter {
    /// Drawn by the caller.
    pub id: LetterId,
    /// The mail. Nothing overtakes it.
    pub mail: Promise,
}

/// A mail that is to be promised as a letter, in the commit that makes what it reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mail {
    to: EmailAddress,
    content: Content,
    /// When its secret no longer works, if it brings one.
    expires_at: Option<Timestamp>,
}

impl Mail {
    /// A mail that tells something, and brings no secret.
    pub const fn notice(to: EmailAddress, content: Content) -> Self {
        Self {
            to,
            content,
            expires_at: None,
        }
    }

    /// A mail with a secret that works until this instant, or with none.
    pub const fn with_secret_until(
        to: EmailAddress,
        content: Content,
        expires_at: Option<Timestamp>,
    ) -> Self {
        Self {
            to,
            content,
            expires_at,
        }
    }

    /// The letter of this id, which the caller draws.
    pub fn letter(self, id: LetterId, now: Timestamp) -> Letter {
        match self.expires_at {
            Some(expires_at) => Letter::new(id, self.to, self.content, expires_at, now),
            None => Letter::notice(id, self.to, self.content, now),
        }
    }

    /// The recipient.
    pub const fn to(&self) -> &EmailAddress {
        &self.to
    }

    /// Subject and data.
    pub const fn content(&self) -> &Content {
        &self.content
    }
}

impl Entity for Letter {
    type Audit = Unaudited;
}

impl Letter {
    /// A letter that is sent before `expires_at` or not at all.
    pub fn new(
        id: LetterId,
        to: EmailAddress,
        content: Content,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            mail: Promise::first(to, content, expires_at, now),
        }
    }

    /// A letter that tells something within a day or not at all.
    pub fn notice(id: LetterId, to: EmailAddress, content: Content, now: Timestamp) -> Self {
        Self::new(id, to, content, plus(now, NOTICE_LIFE), now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Notice;
    use super::super::samples::told;
    use super::*;
    use crate::samples::{address, t};

    #[test]
    fn a_letter_tells_something_within_a_day_or_not_at_all() {
        let content = told(Notice::MemberDisabled);
        let letter = Letter::notice(LetterId::new("l"), address(), content.clone(), t(9));
        assert_eq!((&letter.mail.to, &letter.mail.content), (&address(), &content));
        assert_eq!(
            [86_408, 86_409].map(|second| letter.mail.is_expired(t(second))),
            [false, true]
        );
        assert!(letter.mail.is_new_after(None));
    }
}
