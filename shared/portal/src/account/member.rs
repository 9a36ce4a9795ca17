//! 利用者 — a member of an office, and the member's credential.

use std::fmt;

use jiff::Timestamp;

use super::{BrowserKind, Device, Session};
use crate::guards::{CodeGuard, MailBudget};
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
        /// The log-in that set it, which identifies a repeated request.
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
}

impl Member {
    /// Whether the member has never completed a log-in.
    pub const fn is_pending(&self) -> bool {
        matches!(self.credential, Credential::Initial { .. })
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

    /// When seat and address of a pending member are free again.
    pub fn seat_expires_at(&self, limits: &Limits) -> Option<Timestamp> {
        self.is_pending()
            .then(|| plus(self.claimed_at, limits.pending_seat_life))
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

    /// The member with a promised notice of this event, to the member's address. It is not charged to the budget of codes.
    #[must_use]
    pub fn with_notice(self, what: Notice, now: Timestamp) -> Self {
        self.with_notice_from(what, BrowserKind::default(), now)
    }

    /// The same, of something that was done in a browser of this kind.
    #[must_use]
    pub fn with_notice_from(mut self, what: Notice, browser: BrowserKind, now: Timestamp) -> Self {
        let content = Content::Notice {
            member: self.id.clone(),
            what,
            browser,
        };
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
            agreement: None,
            last_login_at: None,
            sessions: Vec::new(),
            devices: Vec::new(),
            notice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{SEAT, parts};
    use crate::samples::{LIMITS, active, agreement, office, pending, t};
    use crate::terms::PUBLISHED;

    #[test]
    fn a_role_is_known_by_its_word_and_by_no_other() {
        assert_eq!((Role::Manager.code(), Role::Member.code()), ("manager", "member"));
        for role in [Role::Manager, Role::Member] {
            assert_eq!(Role::parse(role.code()), Some(role));
        }
        assert_eq!(Role::parse("owner"), None);
        let words: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
        assert_eq!(words, ["pending", "active", "disabled"]);
    }

    #[test]
    fn a_credential_shows_its_kind_and_nothing_else() {
        assert_eq!(format!("{:?}", pending("m").credential), "Initial(***)");
        assert_eq!(format!("{:?}", active("m").credential), "Chosen(***)");
    }

    #[test]
    fn a_member_is_pending_until_a_password_is_chosen_and_disabled_overrides_both() {
        assert_eq!(
            (pending("m").status(), active("m").status()),
            (Status::Pending, Status::Active)
        );
        assert!(pending("m").is_pending() && !active("m").is_pending());
        for member in [pending("m"), active("m")] {
            let disabled = Member {
                disabled: true,
                ..member
            };
            assert_eq!(disabled.status(), Status::Disabled);
        }
    }

    /// The seat of a member who never logs in is free again after fourteen days.
    #[test]
    fn a_pending_seat_expires_after_fourteen_days_and_a_taken_one_never() {
        assert_eq!(pending("m").seat_expires_at(&LIMITS), Some(t(SEAT)));
        for (second, is_free) in [(SEAT - 1, false), (SEAT, true), (SEAT + 1, true)] {
            assert_eq!(
                pending("m").seat_has_expired(t(second), &LIMITS),
                is_free,
                "{second}"
            );
        }
        assert_eq!(active("m").seat_expires_at(&LIMITS), None);
        assert!(!active("m").seat_has_expired(t(10 * SEAT), &LIMITS));
    }

    #[test]
    fn only_the_text_in_force_is_agreed_to() {
        assert!(active("m").has_agreed_to(&PUBLISHED));
        assert!(!pending("m").has_agreed_to(&PUBLISHED));
        let older = Member {
            agreement: Some(Agreement {
                version: "1999-01-01".to_owned(),
                ..agreement()
            }),
            ..active("m")
        };
        assert!(!older.has_agreed_to(&PUBLISHED));
    }

    #[test]
    fn a_notice_is_the_mail_that_a_member_was_promised_last() {
        assert_eq!(active("m").promised(), None);
        assert_eq!(pending("m").promised(), pending("m").mail());
        let once = active("m").with_notice(Notice::PasswordReset, t(1));
        let twice = once.clone().with_notice(Notice::PasswordReset, t(2));
        let (first, second) = (once.promised().unwrap(), twice.promised().unwrap());
        assert_eq!(second.number, first.number + 1);
        assert_eq!((first.promised_at, second.promised_at), (t(1), t(2)));
        assert_eq!(first.to, active("m").profile.email);
        assert!(second.is_new_after(Some(first)));
    }

    #[test]
    fn a_new_member_is_promised_an_initial_password_for_72_hours() {
        let member = pending("m");
        let (source, reissues, mail) = parts(&member);
        assert_eq!((source.issue, source.nonce.as_str()), (1, "n"));
        assert_eq!(reissues, []);
        assert_eq!(
            (mail.number, mail.sends, mail.promised_at, mail.expires_at),
            (1, 1, t(0), t(72 * 3_600))
        );
        assert_eq!(
            mail.content,
            Content::InitialPassword {
                member: MemberId::new("m"),
                office: office().name,
                source: source.clone(),
            }
        );
        assert_eq!(member.mail(), Some(mail));
        assert_eq!(active("m").mail(), None);
        assert_eq!((member.registered_at, member.credential_version), (t(0), 1));
    }
}
