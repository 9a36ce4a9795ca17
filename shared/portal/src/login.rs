//! ログイン — one log-in in progress, from ID and password to マイページ.

use jiff::Timestamp;

use crate::account::{Account, Agreement, Credential, Member, Session};
use crate::audit::{Act, Event};
use crate::challenge::{Challenge, Judged};
use crate::change::Change;
use crate::guards::NotBefore;
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::problem::{Kind, Refusal};
use crate::terms::Terms;
use crate::time::plus;
use crate::values::{AccountKey, DeviceId, FlowId, MemberId, SessionId};

/// That the terms were shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    /// Which text.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// 段階 — each holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// The member after a log-in was completed with this session from this device: a new password if one was set, the terms
/// if agreed to.
fn completed(
    member: &Member,
    flow: &FlowId,
    hash: Option<String>,
    agreement: Option<Agreement>,
    gained: &Gained,
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
    next.with_session(gained.session.clone(), now, limits)
        .with_device(gained.device.clone(), now, limits)
}

/// What a completed log-in gives to the browser that completed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gained {
    /// The session.
    pub session: Session,
    /// By which the account knows the browser from now on.
    pub device: DeviceId,
}

/// Why a log-in does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Its member, its credential or its session is gone.
    Gone,
    /// It is at マイページ already.
    Completed(Box<Login>),
    /// Not now.
    Stopped(NotBefore),
}

/// What a submission makes of a log-in's own item. Each is the whole decision: it is taken again on whatever is stored
/// by then, until its write is won.
impl Login {
    /// Spends a try of the challenge, and says whether the code is right and still the living one: where the right
    /// code gives a session, every code passes here first.
    pub fn spend_try(
        &self,
        judged: &Judged,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<bool, Refusal>> {
        let Stage::Otp { challenge } = &self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if let Err(why) = challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        let spent = self.at(Stage::Otp {
            challenge: challenge.failed(),
        });
        Change::Store(spent, Ok(judged.is_right_for(challenge)))
    }

    /// A code that was judged against `judged`: on to `next` if it is right, a try less if it is not.
    pub fn enter_code(
        &self,
        judged: &Judged,
        next: &Stage,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let Stage::Otp { challenge } = &self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if let Err(why) = challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        if judged.is_right_for(challenge) {
            return Change::Store(self.at(next.clone()), Ok(()));
        }
        let failed = self.at(Stage::Otp {
            challenge: challenge.failed(),
        });
        let refusal = failed.wrong_code(limits);
        Change::Store(failed, Err(refusal))
    }

    /// That the code was wrong, with the tries that are left.
    pub fn wrong_code(&self, limits: &Limits) -> Refusal {
        let left = match &self.stage {
            Stage::Otp { challenge } => challenge.tries_left(limits),
            Stage::NewPassword { .. } | Stage::MyPage => 0,
        };
        Refusal::of(Kind::WrongCode).with_tries_left(left)
    }

    /// The code once more, or a new one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let Stage::Otp { challenge } = &self.stage else {
            return Ok(Change::Keep(Err(Kind::WrongStep.into())));
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => Change::Store(self.at(Stage::Otp { challenge }), Ok(())),
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }

    /// The terms of this version were shown. The first time counts; showing the same text again changes nothing.
    pub fn show_terms(&self, version: &str, now: Timestamp) -> Change<Self, Result<(), Refusal>> {
        match &self.stage {
            Stage::NewPassword {
                shown: Some(shown), ..
            } if shown.version == version => Change::Keep(Ok(())),
            Stage::NewPassword { required, .. } => {
                let shown = Some(Shown {
                    version: version.to_owned(),
                    at: now,
                });
                let next = self.at(Stage::NewPassword {
                    required: *required,
                    shown,
                });
                Change::Store(next, Ok(()))
            }
            Stage::Otp { .. } | Stage::MyPage => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }

    /// The log-in brought up to what its account says.
    pub fn bring_up_to(&self, completed: &Self) -> Change<Self, ()> {
        if self == completed {
            Change::Keep(())
        } else {
            Change::Store(completed.clone(), ())
        }
    }
}

/// What a log-in makes of its account, which is the truth about it.
impl Login {
    /// The member whom this log-in may still change.
    fn owner<'a>(&self, account: &'a Account, now: Timestamp, limits: &Limits) -> Result<&'a Member, Over> {
        let owner = account.owner(now, limits);
        if let Some(completed) = owner.and_then(|member| self.completed_by(member)) {
            return Err(Over::Completed(Box::new(completed)));
        }
        self.member_of(owner).ok_or(Over::Gone)
    }

    /// Counts a judged code for the account, over all its challenges: one write counts a wrong code, or commits the
    /// session that a right one gives. Whoever loses it has judged nothing. Answers whether the session is committed.
    pub fn judge_code(
        &self,
        account: &Account,
        right: bool,
        gains: Option<&Gained>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, bool>, Over> {
        let member = self.owner(account, now, limits)?;
        account.codes.check(now).map_err(Over::Stopped)?;
        let event = |act| Event::of(act, now, &self.id);
        let mut next = Account {
            judged_at: now,
            ..account.clone()
        };
        Ok(match (right, gains) {
            (false, _) => {
                next.codes = account.codes.failed(now, limits);
                Change::Store(next.with(event(Act::LoginCodeWrong)), false)
            }
            (true, None) => Change::Store(next.with(event(Act::LoginCodeRight)), false),
            (true, Some(gained)) => {
                next.member = Some(completed(member, &self.id, None, None, gained, now, limits));
                Change::Store(next.with(event(Act::SessionBegun)), true)
            }
        })
    }

    /// Counts the mail of a resent code.
    pub fn promise_code(
        &self,
        account: &Account,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, Result<(), Refusal>>, Over> {
        self.member_of(account.owner(now, limits)).ok_or(Over::Gone)?;
        Ok(match account.mails.spend(now, limits) {
            Ok(mails) => {
                let next = Account {
                    mails,
                    ..account.clone()
                };
                Change::Store(
                    next.with(Event::of(Act::LoginCodePromised, now, &self.id)),
                    Ok(()),
                )
            }
            Err(not) => Change::Keep(Err(not.into())),
        })
    }

    /// One write makes the password, the agreement and the session; whoever comes second finds that it is done.
    /// Answers with the version of the credential from now on.
    pub fn complete(
        &self,
        account: &Account,
        hash: Option<&String>,
        agreement: &Agreement,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, u32>, Over> {
        let member = self.owner(account, now, limits)?;
        let act = if hash.is_some() {
            Act::PasswordChanged
        } else {
            Act::TermsAgreed
        };
        let member = completed(
            member,
            &self.id,
            hash.cloned(),
            Some(agreement.clone()),
            gained,
            now,
            limits,
        );
        let version = member.credential_version;
        let next = Account {
            member: Some(member),
            judged_at: now,
            ..account.clone()
        };
        Ok(Change::Store(next.with(Event::of(act, now, &self.id)), version))
    }

    /// A new cookie for the session that this log-in gave; a session that was ended does not come back. Answers with
    /// the old name and the session as it is now.
    pub fn renew_session(
        &self,
        account: &Account,
        id: SessionId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, (SessionId, Session)>, Over> {
        let member = account
            .owner(now, limits)
            .filter(|member| member.id == self.member && !member.disabled)
            .ok_or(Over::Gone)?;
        let old = member
            .sessions
            .iter()
            .find(|session| session.flow == self.id && now < session.expires_at)
            .ok_or(Over::Gone)?;
        let new = Session { id, ..old.clone() };
        let next = Account {
            member: Some(member.clone().with_session(new.clone(), now, limits)),
            ..account.clone()
        };
        Ok(Change::Store(
            next.with(Event::of(Act::SessionRenewed, now, &self.id)),
            (old.id.clone(), new),
        ))
    }
}

/// The account without the sessions that this log-in gave, whichever cookie they have now.
pub fn end_sessions_of(flow: &FlowId, account: &Account, now: Timestamp) -> Change<Account, ()> {
    let Some(member) = &account.member else {
        return Change::Keep(());
    };
    let mut member = member.clone();
    let before = member.sessions.len();
    member.sessions.retain(|session| session.flow != *flow);
    if member.sessions.len() == before {
        return Change::Keep(());
    }
    let next = Account {
        member: Some(member),
        ..account.clone()
    };
    Change::Store(next.with(Event::of(Act::SessionEnded, now, flow)), ())
}

/// セッション as its cookie finds it: which account to look at, and when it was last used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

    /// Notes a use, if that has to be written down: not every click is worth a write. Answers with the pointer then.
    pub fn touch(&self, now: Timestamp, limits: &Limits) -> Change<Self, Self> {
        let grain = (limits.session_idle / 30).max(1);
        if now < plus(self.last_seen_at, grain) {
            return Change::Keep(self.clone());
        }
        let touched = Self {
            last_seen_at: now,
            ..self.clone()
        };
        Change::Store(touched.clone(), touched)
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
