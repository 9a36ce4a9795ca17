//! ログイン — one log-in in progress, from ID and password to マイページ.

mod on_account;
#[cfg(test)]
mod samples;
mod submissions;

use jiff::Timestamp;

pub use self::on_account::{Gained, Over, Standing};
use crate::account::{BrowserKind, Credential, Member, Session};
pub use crate::account::{SessionPointer, end_sessions_of};
use crate::audit::Unaudited;
use crate::challenge::Challenge;
use crate::change::Entity;
use crate::limits::Limits;
use crate::terms::Terms;
pub use crate::terms::{Shown, TermsRefusal, check_terms};
use crate::time::plus;
use crate::values::{AccountKey, FlowId, MemberId, OfficeName, SessionId};

/// 段階 — the state of a log-in; each stage holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// ワンタイムパスワード認証
    Otp {
        /// The mailed code.
        challenge: Challenge,
    },
    /// 新しいパスワードと利用規約
    NewPassword {
        /// Whether a password has to be set, or only new terms to be agreed to.
        required: bool,
        /// The account whose password is set; `None` in a log-in that began before this was stored.
        account: Option<ShownAccount>,
        /// That the terms were shown.
        shown: Option<Shown>,
    },
    /// マイページ
    MyPage,
}

/// The account as the screen of the new password names it: by then a code mailed to its address was right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShownAccount {
    /// The masked address.
    pub email_masked: String,
    /// 事業所
    pub office: OfficeName,
}

impl ShownAccount {
    /// The member's.
    pub fn of(member: &Member) -> Self {
        Self {
            email_masked: member.profile.email.masked(),
            office: member.office.clone(),
        }
    }
}

/// ログイン — the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Login {
    /// The digest of its cookie.
    pub id: FlowId,
    /// The account.
    pub account: AccountKey,
    /// The member in it.
    pub member: MemberId,
    /// The version of the credential that was proven; if it changes, the log-in is over.
    pub credential_version: u32,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// The stage.
    pub stage: Stage,
}

impl Entity for Login {
    type Audit = Unaudited;
}

impl Login {
    /// Whether it has expired.
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

    /// The member of this log-in, if the proven credential is still the member's.
    pub fn member_of<'a>(&self, member: Option<&'a Member>) -> Option<&'a Member> {
        member.filter(|member| {
            member.id == self.member
                && !member.disabled
                && member.credential_version == self.credential_version
        })
    }

    /// This log-in at マイページ, if the account shows that it was completed, whatever the flow's own item says: the
    /// log-in set the password, or a session of the account is its own.
    pub fn completed_by(&self, member: &Member) -> Option<Self> {
        let set_password = matches!(&member.credential, Credential::Chosen { by, .. } if *by == self.id);
        let mut sessions = member.sessions.iter();
        let has_session = sessions.any(|session| session.is_given_by(&self.id, &member.credential));
        let completed = member.id == self.member && !member.disabled && (set_password || has_session);
        completed.then(|| Self {
            credential_version: member.credential_version,
            ..self.at(Stage::MyPage)
        })
    }

    /// The stage after the right code: マイページ if the member has chosen a password and agreed to the terms in force.
    pub fn after_code(&self, member: &Member, terms: &Terms) -> Stage {
        let required = member.is_pending();
        if !required && member.has_agreed_to(terms) {
            return Stage::MyPage;
        }
        Stage::NewPassword {
            required,
            account: Some(ShownAccount::of(member)),
            shown: None,
        }
    }

    /// The session of this log-in.
    pub fn session(&self, id: SessionId, browser: BrowserKind, now: Timestamp, limits: &Limits) -> Session {
        Session {
            id,
            flow: self.id.clone(),
            created_at: now,
            expires_at: plus(now, limits.session_life),
            browser,
            proven_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::samples::{at, at_otp, new_password, not_its_own};
    use crate::samples::{LIMITS, active, flow, only, pending, session, t};
    use crate::terms::PUBLISHED;

    #[test]
    fn a_log_in_ends_with_its_time() {
        let login = at(Stage::MyPage);
        assert_eq!(
            [899, 900, 901].map(|second| login.is_expired(t(second))),
            [false, true, true]
        );
        assert_eq!(login.at(new_password(true, None)), at(new_password(true, None)));
    }

    #[test]
    fn a_log_in_is_of_the_member_whose_credential_it_proved() {
        let login = at_otp();
        assert_eq!(login.member_of(Some(&active("m"))), Some(&active("m")));
        assert_eq!(login.member_of(None), None);
        for account in not_its_own() {
            assert_eq!(login.member_of(Some(only(&account))), None);
        }
    }

    #[test]
    fn a_log_in_is_completed_where_it_set_the_password_or_gave_a_session() {
        let by_password = Member {
            credential: Credential::Chosen {
                hash: "new".to_owned(),
                by: flow("f"),
            },
            credential_version: 3,
            ..active("m")
        };
        let by_session = Member {
            sessions: vec![session("s", "x", 0, 100), session("s", "f", 0, 100)],
            ..active("m")
        };
        for (member, version) in [(&by_password, 3), (&by_session, 2)] {
            let completed = Login {
                credential_version: version,
                ..at(Stage::MyPage)
            };
            assert_eq!(at_otp().completed_by(member), Some(completed));
            let disabled = Member {
                disabled: true,
                ..member.clone()
            };
            assert_eq!(at_otp().completed_by(&disabled), None);
            let other = Member {
                id: MemberId::new("other"),
                ..member.clone()
            };
            assert_eq!(at_otp().completed_by(&other), None);
        }
        assert_eq!(at_otp().completed_by(&active("m")), None);
        assert_eq!(at_otp().completed_by(&pending("m")), None);
        let of_others = Member {
            sessions: vec![session("s", "x", 0, 100)],
            ..active("m")
        };
        assert_eq!(at_otp().completed_by(&of_others), None);
    }

    /// the initial password is changed first; a member with a chosen password agrees to new terms only.
    #[test]
    fn after_the_code_comes_what_is_still_missing() {
        let login = at_otp();
        assert_eq!(
            login.after_code(&pending("m"), &PUBLISHED),
            new_password(true, None)
        );
        assert_eq!(login.after_code(&active("m"), &PUBLISHED), Stage::MyPage);
        let never_agreed = Member {
            agreement: None,
            ..active("m")
        };
        assert_eq!(
            login.after_code(&never_agreed, &PUBLISHED),
            new_password(false, None)
        );
    }

    #[test]
    fn a_session_lives_for_a_shift() {
        let given = at_otp().session(SessionId::new("s"), BrowserKind::default(), t(5), &LIMITS);
        assert_eq!(given, session("s", "f", 5, 5 + 43_200));
    }
}
