//! 利用者 — a member of an office, and the member's credential.

use std::fmt;

use jiff::Timestamp;

use super::{BrowserKind, Device, Session};
use crate::guards::{ChangeGuard, CodeGuard, MailBudget, NoticeBudget};
use crate::initial_password::Source;
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::mail::{Content, Notice, Promise};
use crate::terms::{Agreement, Terms};
use crate::time::plus;
use crate::values::{FlowId, MemberId, OfficeName, Profile};

/// 役割 — what a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 管理者: adds, changes and removes members; the first member is one.
    Manager,
    /// 一般
    Member,
}

impl Role {
    /// The word on the wire and in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Member => "member",
        }
    }

    /// The role of this word.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Manager, Self::Member]
            .into_iter()
            .find(|role| role.code() == code)
    }
}

/// 状態 — whether a member can log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Never logged in: only the initial password opens the account.
    Pending,
    /// Has logged in.
    Active,
    /// Cannot log in until a manager enables the member again.
    Disabled,
}

impl Status {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Pending, Self::Active, Self::Disabled];

    /// The word on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// A member's password.
#[derive(Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these a request; a pointer would only hide it"
)]
pub enum Credential {
    /// 初期パスワード: works until the first completed change or its expiry, any number of times.
    Initial {
        /// What it is derived from.
        source: Source,
        /// Its re-issues of the last day.
        reissues: Vec<Timestamp>,
        /// The mail that brought it; carries its expiry.
        mail: Promise,
    },
    /// A password that the member chose.
    Chosen {
        /// Argon2id, as a PHC string.
        hash: String,
        /// The log-in or reset that set it, which identifies a repeated request, or the session in which it replaced another one.
        by: FlowId,
    },
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Initial { .. } => "Initial(***)",
            Self::Chosen { .. } => "Chosen(***)",
        })
    }
}

/// 利用者 — a member of an office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// The random id of the member.
    pub id: MemberId,
    /// 事業所
    pub office: OfficeName,
    /// 登録情報
    pub profile: Profile,
    /// 役割
    pub role: Role,
    /// Whether the member was disabled.
    pub disabled: bool,
    /// When the member was registered.
    pub registered_at: Timestamp,
    /// Since when the office claims the address: a correction with the same address does not change it.
    pub claimed_at: Timestamp,
    /// The password.
    pub credential: Credential,
    /// Increases with every change of the credential; a log-in that began with an older version is over.
    pub credential_version: u32,
    /// Log-in codes that were mailed to the member.
    pub mails: MailBudget,
    /// Wrong log-in codes.
    pub codes: CodeGuard,
    /// Codes of address changes.
    pub changes: ChangeGuard,
    /// 利用規約への同意
    pub agreement: Option<Agreement>,
    /// When a log-in last reached マイページ.
    pub last_login_at: Option<Timestamp>,
    /// Valid sessions, oldest first.
    pub sessions: Vec<Session>,
    /// Known devices, the one with the oldest log-in first.
    pub devices: Vec<Device>,
    /// The last notice; none before the first log-in.
    pub notice: Option<Promise>,
    /// The notices that a budget bounds.
    pub notices: NoticeBudget,
    /// For the newcomer of a take-over, who has no seat yet: until when the first log-in completes it.
    pub takes_over_until: Option<Timestamp>,
}

impl Member {
    /// Whether the member has never completed a log-in.
    pub const fn is_pending(&self) -> bool {
        matches!(self.credential, Credential::Initial { .. })
    }

    /// Ends every session, and every log-in and reset that is under way: each began with the credential of before (ASVS 7.4.3).
    pub(crate) fn end_all_access(&mut self) {
        self.sessions.clear();
        self.credential_version = self.credential_version.saturating_add(1);
    }

    /// The end of the initial password; none once a log-in was completed.
    pub fn initial_password_ends_at(&self) -> Option<Timestamp> {
        match &self.credential {
            Credential::Initial { mail, .. } => Some(mail.expires_at),
            Credential::Chosen { .. } => None,
        }
    }

    /// The member and the version of the credential: what a password is compared with.
    pub fn credential_in_force(&self) -> (MemberId, u32) {
        (self.id.clone(), self.credential_version)
    }

    /// Whether the member can log in; a disabled one cannot, pending or not.
    pub const fn status(&self) -> Status {
        if self.disabled {
            Status::Disabled
        } else if self.is_pending() {
            Status::Pending
        } else {
            Status::Active
        }
    }

    /// Whether the member is the newcomer of a take-over that is not completed.
    pub const fn is_newcomer(&self) -> bool {
        self.takes_over_until.is_some()
    }

    /// When seat and address of a pending member are free again.
    pub fn seat_expires_at(&self, limits: &Limits) -> Option<Timestamp> {
        let life = plus(self.claimed_at, limits.pending_seat_life);
        self.is_pending().then(|| self.takes_over_until.unwrap_or(life))
    }

    /// Whether the seat has expired.
    pub fn seat_has_expired(&self, now: Timestamp, limits: &Limits) -> bool {
        self.seat_expires_at(limits).is_some_and(|at| at <= now)
    }

    /// Whether the member agreed to the terms in force.
    pub fn has_agreed_to(&self, terms: &Terms) -> bool {
        self.agreement
            .as_ref()
            .is_some_and(|agreement| agreement.version == terms.version)
    }

    /// The mail with the initial password, while there is one.
    pub const fn mail(&self) -> Option<&Promise> {
        match &self.credential {
            Credential::Initial { mail, .. } => Some(mail),
            Credential::Chosen { .. } => None,
        }
    }

    /// The last mail that the member was promised: the initial password, or after that a notice.
    pub fn promised(&self) -> Option<&Promise> {
        self.mail().or(self.notice.as_ref())
    }

    /// A notice of this event of the member, done in a browser of this kind; to the member.
    pub fn notice_of(&self, what: Notice, browser: BrowserKind) -> Content {
        Content::Notice {
            member: self.id.clone(),
            what,
            browser,
            about: None,
            is_last: false,
        }
    }

    /// The member with a promised notice of this event, to the member's address. It is not charged to the budget of codes.
    #[must_use]
    pub fn with_notice(self, what: Notice, now: Timestamp) -> Self {
        let content = self.notice_of(what, BrowserKind::default());
        self.with_promised(content, now)
    }

    /// The same, of something that was done in a browser of this kind, if the budget of this kind of notice has room for
    /// it. The event is the same without it.
    #[must_use]
    pub fn with_notice_from(
        mut self,
        what: Notice,
        browser: BrowserKind,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let Some((notices, is_last)) = self.notices.spend(what, now, limits) else {
            return self;
        };
        self.notices = notices;
        let content = Content::Notice {
            member: self.id.clone(),
            what,
            browser,
            about: None,
            is_last,
        };
        self.with_promised(content, now)
    }

    fn with_promised(mut self, content: Content, now: Timestamp) -> Self {
        let to = self.profile.email.clone();
        self.notice = Some(Promise::notice(to, content, self.notice.as_ref(), now));
        self
    }
}

/// The data of a new member.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewMember {
    /// Drawn by the caller.
    pub id: MemberId,
    /// 事業所
    pub office: OfficeName,
    /// 登録情報
    pub profile: Profile,
    /// 役割
    pub role: Role,
    /// The key that the initial password is derived with.
    pub key: KeyId,
    /// Drawn by the caller.
    pub nonce: String,
}

impl NewMember {
    /// The pending member, with the promise of the mail that brings the initial password.
    pub fn pending(self, now: Timestamp, limits: &Limits) -> Member {
        let source = Source {
            key: self.key,
            nonce: self.nonce,
            issue: 1,
        };
        let content = Content::InitialPassword {
            member: self.id.clone(),
            office: self.office.name.clone(),
            source: source.clone(),
        };
        let expires_at = plus(now, limits.initial_password_life);
        let mail = Promise::first(self.profile.email.clone(), content, expires_at, now);
        Member {
            id: self.id,
            office: self.office,
            profile: self.profile,
            role: self.role,
            disabled: false,
            registered_at: now,
            claimed_at: now,
            credential: Credential::Initial {
                source,
                reissues: Vec::new(),
                mail,
            },
            credential_version: 1,
            mails: MailBudget::default(),
            codes: CodeGuard::default(),
            changes: ChangeGuard::default(),
            agreement: None,
            last_login_at: None,
            sessions: Vec::new(),
            devices: Vec::new(),
            notice: None,
            notices: NoticeBudget::default(),
            takes_over_until: None,
        }
    }

    /// The same, of the newcomer of a take-over that is over at `until`: so is the initial password.
    pub fn newcomer(self, until: Timestamp, now: Timestamp, limits: &Limits) -> Member {
        let mut member = self.pending(now, limits);
        if let Credential::Initial { mail, .. } = &mut member.credential {
            mail.expires_at = mail.expires_at.min(until);
        }
        member.takes_over_until = Some(until);
        member
    }
}

#[cfg(test)]
mod tests;
