//! ログイン — one log-in in progress, from ID and password to マイページ.

use jiff::Timestamp;

use crate::account::{Agreement, Credential, Member, Session};
use crate::challenge::Challenge;
use crate::limits::Limits;
use crate::terms::Terms;
use crate::time::plus;
use crate::values::{AccountKey, FlowId, MemberId, SessionId};

/// That the terms were shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which text.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// 段階 — each holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these a request; a pointer would only hide it"
)]
pub enum Stage {
    /// ワンタイムパスワード認証
    Otp {
        /// The mailed code.
        challenge: Challenge,
    },
    /// 新しいパスワードと利用規約
    NewPassword {
        /// Whether a password has to be set, or only new terms agreed to.
        required: bool,
        /// What was shown of the terms.
        shown: Option<Shown>,
    },
    /// マイページ
    MyPage,
}

/// ログイン — the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The digest of its cookie.
    pub id: FlowId,
    /// Whose account.
    pub account: AccountKey,
    /// Which member of it.
    pub member: MemberId,
    /// The version of the credential that was proven; with another one the log-in is over.
    pub credential_version: u32,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub stage: Stage,
}

/// Why the terms stand in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermsRefusal {
    /// Another text is in force.
    Outdated,
    /// The text was not shown.
    NotShown,
    /// The person did not agree.
    NotAgreed,
}

impl Login {
    /// Whether it is over by time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The log-in at another stage.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// The member whom this log-in is for, if the credential that it proved is still the member's.
    pub fn member_of<'a>(&self, member: Option<&'a Member>) -> Option<&'a Member> {
        member.filter(|member| {
            member.id == self.member
                && !member.disabled
                && member.credential_version == self.credential_version
        })
    }

    /// This log-in at マイページ, if the account says that it got there, whatever the flow's own item knows: it set the
    /// password, or a session of the account is its.
    pub fn completed_by(&self, member: &Member) -> Option<Self> {
        let set_password = matches!(&member.credential, Credential::Chosen { by, .. } if *by == self.id);
        let has_session = member.sessions.iter().any(|session| session.flow == self.id);
        let completed = member.id == self.member && !member.disabled && (set_password || has_session);
        completed.then(|| Self {
            credential_version: member.credential_version,
            ..self.at(Stage::MyPage)
        })
    }

    /// What the person has to do after the right code: nothing more, if the password is their own and the terms are agreed to.
    pub fn after_code(&self, member: &Member, terms: &Terms) -> Stage {
        if member.is_pending() {
            Stage::NewPassword {
                required: true,
                shown: None,
            }
        } else if member.has_agreed_to(terms) {
            Stage::MyPage
        } else {
            Stage::NewPassword {
                required: false,
                shown: None,
            }
        }
    }

    /// The session that this log-in gives.
    pub fn session(&self, id: SessionId, now: Timestamp, limits: &Limits) -> Session {
        Session {
            id,
            flow: self.id.clone(),
            created_at: now,
            expires_at: plus(now, limits.session_life),
        }
    }
}

/// Whether the terms in force were shown and agreed to, in the order of `docs/api.md` 4.
pub fn check_terms(
    shown: Option<&Shown>,
    agreed: Option<&str>,
    terms: &Terms,
    now: Timestamp,
) -> Result<Agreement, TermsRefusal> {
    if agreed.is_some_and(|version| version != terms.version) {
        return Err(TermsRefusal::Outdated);
    }
    let shown = shown
        .filter(|shown| shown.version == terms.version)
        .ok_or(TermsRefusal::NotShown)?;
    if agreed.is_none() {
        return Err(TermsRefusal::NotAgreed);
    }
    Ok(Agreement {
        version: terms.version.to_owned(),
        sha256: terms.sha256(),
        shown_at: shown.at,
        agreed_at: now,
    })
}

/// The member after a log-in was completed with this session: a new password if one was set, the terms if agreed to.
pub fn complete(
    member: &Member,
    flow: &FlowId,
    hash: Option<String>,
    agreement: Option<Agreement>,
    session: Session,
    now: Timestamp,
    limits: &Limits,
) -> Member {
    let mut next = member.clone();
    if let Some(hash) = hash {
        next.credential = Credential::Chosen {
            hash,
            by: flow.clone(),
        };
        next.credential_version = next.credential_version.saturating_add(1);
        // Whoever held the old password holds nothing now.
        next.sessions.clear();
    }
    if agreement.is_some() {
        next.agreement = agreement;
    }
    next.last_login_at = Some(now);
    next.with_session(session, now, limits)
}

/// セッション as its cookie finds it: which account to look at, and when it was last used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPointer {
    /// The digest of the cookie.
    pub id: SessionId,
    /// Whose account.
    pub account: AccountKey,
    /// Which member of it.
    pub member: MemberId,
    /// The first instant at which it is over at the latest.
    pub expires_at: Timestamp,
    /// When it was last used, to within a thirtieth of the idle time.
    pub last_seen_at: Timestamp,
}

impl SessionPointer {
    /// The first instant at which it is over if nobody uses it.
    pub fn idle_expires_at(&self, limits: &Limits) -> Timestamp {
        plus(self.last_seen_at, limits.session_idle).min(self.expires_at)
    }

    /// Whether it is over.
    pub fn is_expired(&self, now: Timestamp, limits: &Limits) -> bool {
        self.idle_expires_at(limits) <= now
    }

    /// The pointer after a use, if that has to be written down: not every click is worth a write.
    pub fn touched(&self, now: Timestamp, limits: &Limits) -> Option<Self> {
        let grain = (limits.session_idle / 30).max(1);
        (plus(self.last_seen_at, grain) <= now).then(|| Self {
            last_seen_at: now,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::PUBLISHED;

    #[test]
    fn the_terms_are_looked_at_in_order_outdated_not_shown_not_agreed() {
        let now: Timestamp = "2026-04-01T00:00:00Z".parse().unwrap();
        let shown = |version: &str| {
            Some(Shown {
                version: version.to_owned(),
                at: now,
            })
        };
        let current = PUBLISHED.version;
        let refused =
            |shown: Option<Shown>, agreed| check_terms(shown.as_ref(), agreed, &PUBLISHED, now).unwrap_err();
        assert_eq!(refused(None, Some("1999-01-01")), TermsRefusal::Outdated);
        assert_eq!(
            refused(shown("1999-01-01"), Some(current)),
            TermsRefusal::NotShown
        );
        assert_eq!(refused(None, None), TermsRefusal::NotShown);
        assert_eq!(refused(shown(current), None), TermsRefusal::NotAgreed);
        let agreement = check_terms(shown(current).as_ref(), Some(current), &PUBLISHED, now).unwrap();
        assert_eq!(agreement.sha256, PUBLISHED.sha256());
    }
}
