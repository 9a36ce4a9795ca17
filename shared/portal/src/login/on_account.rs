//! Changes of the account by a log-in. The account decides; the flow's item may lag behind it.

use jiff::Timestamp;

use super::Login;
use crate::account::{Account, Credential, Member, Session};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::RetryAfter;
use crate::limits::Limits;
use crate::mail::Notice;
use crate::problem::Refusal;
use crate::terms::Agreement;
use crate::values::{DeviceId, SessionId};

/// What a completed log-in creates for its browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gained {
    /// The session.
    pub session: Session,
    /// The name under which the account knows the browser from now on.
    pub device: DeviceId,
}

/// The state of a log-in according to its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The account knows nothing newer: the stage of the stored log-in holds.
    Open,
    /// At マイページ, whatever stage is stored: a request whose answer was lost completed it.
    Completed(Box<Login>),
}

/// Why a log-in does not continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Its member, credential or session no longer exists.
    Gone,
    /// It has already reached マイページ.
    Completed(Box<Login>),
    /// Codes of the account are stopped.
    Stopped(RetryAfter),
}

/// What completes a log-in.
enum Completion<'a> {
    /// The right code, where nothing else is required.
    Code,
    /// The agreement to new terms.
    Agreement(&'a Agreement),
    /// A new password, with its agreement.
    Password {
        hash: &'a String,
        agreement: &'a Agreement,
    },
}

impl Completion<'_> {
    const fn act(&self) -> Act {
        match self {
            Self::Code => Act::SessionBegun,
            Self::Agreement(_) => Act::TermsAgreed,
            Self::Password { .. } => Act::PasswordChanged,
        }
    }
}

/// What a log-in changes in its account.
impl Login {
    /// The state of this log-in according to its account; `None` if its member or its credential no longer exists.
    pub fn standing<'a>(
        &self,
        account: &'a Account,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<(&'a Member, Standing)> {
        let member = account.member(&self.member, now, limits)?;
        if let Some(completed) = self.completed_by(member) {
            return Some((member, Standing::Completed(Box::new(completed))));
        }
        let member = self.member_of(Some(member))?;
        Some((member, Standing::Open))
    }

    /// The member, if this log-in may still change the account.
    fn member_in<'a>(
        &self,
        account: &'a Account,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<&'a Member, Over> {
        match self.standing(account, now, limits) {
            Some((member, Standing::Open)) => Ok(member),
            Some((_, Standing::Completed(completed))) => Err(Over::Completed(completed)),
            None => Err(Over::Gone),
        }
    }

    /// Counts a judged code for the account, over all its challenges: one write counts a wrong code, or commits the
    /// session that a right one creates; after a conflict the code counts as not judged. Answers whether the session
    /// is committed.
    pub fn judge_code(
        &self,
        account: &Account,
        right: bool,
        gains: Option<&Gained>,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, bool>, Over> {
        let member = self.member_in(account, now, limits)?;
        member.codes.check(now).map_err(Over::Stopped)?;
        if gains.is_some() && member.is_newcomer() {
            return Err(Over::Gone);
        }
        let event = |act| Event::of(act, now, &self.id).about(&self.member);
        let next = Account {
            judged_at: now,
            ..account.clone()
        };
        Ok(match (right, gains) {
            (false, _) => {
                let codes = member.codes.failed(now, limits);
                let member = Member {
                    codes,
                    ..member.clone()
                };
                let next = next.with_member(member, now, limits);
                Change::Store(Put::new(next, event(Act::LoginCodeWrong)), false)
            }
            (true, None) => Change::Store(Put::new(next, event(Act::LoginCodeRight)), false),
            (true, Some(gained)) => {
                let completed = self.completed_on(account, member, &Completion::Code, gained, now, limits);
                Change::Store(completed, true)
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
        let member = account.member(&self.member, now, limits);
        let member = self.member_of(member).ok_or(Over::Gone)?;
        Ok(match member.mails.spend(now, limits) {
            Ok(mails) => {
                let member = Member {
                    mails,
                    ..member.clone()
                };
                let event = Event::of(Act::LoginCodePromised, now, &self.id).about(&self.member);
                let next = account.clone().with_member(member, now, limits);
                Change::Store(Put::new(next, event), Ok(()))
            }
            Err(not) => Change::Keep(Err(not.into())),
        })
    }

    /// Refunds the mail that was counted at `at` for a code that is not sent: another request of the log-in was
    /// first, or the log-in has ended.
    pub fn refund_code(
        &self,
        account: Option<&Account>,
        at: Timestamp,
        limits: &Limits,
    ) -> Change<Account, ()> {
        let known = account.and_then(|account| Some((account, account.noted(&self.member)?)));
        let Some((account, member)) = known else {
            return Change::Keep(());
        };
        let mails = member.mails.refund(at);
        if mails == member.mails {
            return Change::Keep(());
        }
        let member = Member {
            mails,
            ..member.clone()
        };
        let event = Event::of(Act::MailNotSent, at, &self.id).about(&self.member);
        let next = account.clone().with_member(member, at, limits);
        Change::Store(Put::new(next, event), ())
    }

    /// Commits password, agreement and session in one write; a second request finds that done. Answers with the new
    /// version of the credential; or with nothing, and then nothing is decided, if claims of other offices become void by
    /// it: their managers are told in the same commit ([`Login::complete_among_claims`]).
    pub fn complete(
        &self,
        account: &Account,
        hash: Option<&String>,
        agreement: &Agreement,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, Option<u32>>, Over> {
        if account.claims_beside(&self.member, now, limits).next().is_some() {
            return Ok(Change::Keep(None));
        }
        let (completed, version) =
            self.complete_among_claims(account, hash, agreement, gained, now, limits)?;
        Ok(Change::Store(completed, Some(version)))
    }

    /// The same, whichever claims become void.
    pub fn complete_among_claims(
        &self,
        account: &Account,
        hash: Option<&String>,
        agreement: &Agreement,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(Put<Account>, u32), Over> {
        let member = self.member_in(account, now, limits)?;
        if member.is_newcomer() {
            return Err(Over::Gone);
        }
        let completion = match hash {
            Some(hash) => Completion::Password { hash, agreement },
            None => Completion::Agreement(agreement),
        };
        let completed = self.completed_on(account, member, &completion, gained, now, limits);
        let version = self.version_after(&completed, member);
        Ok((completed, version))
    }

    /// The same for the newcomer of a take-over, who has a seat by this write and is a manager. It is done together with
    /// the take-over's record, the office and the members whom it displaces, or not at all.
    pub fn complete_take_over(
        &self,
        account: &Account,
        hash: &String,
        agreement: &Agreement,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<(Put<Account>, u32), Over> {
        let member = self.member_in(account, now, limits)?;
        if !member.is_newcomer() {
            return Err(Over::Gone);
        }
        let seated = member.clone().seated();
        let completion = Completion::Password { hash, agreement };
        let completed = self.completed_on(account, &seated, &completion, gained, now, limits);
        let version = self.version_after(&completed, member);
        Ok((completed, version))
    }

    /// The version of the credential of this log-in's member after the write.
    fn version_after(&self, completed: &Put<Account>, before: &Member) -> u32 {
        let after = completed.item().noted(&self.member);
        after.map_or(before.credential_version, |after| after.credential_version)
    }

    /// The account after this log-in was completed. Every log-in that creates a session passes here, whatever
    /// completed it: the session begins, the browser becomes known, and the member is told of it unless it is the first
    /// one; the time of the log-in is recorded, the lockout
    /// after wrong passwords is lifted, and the act is recorded. A member who only claimed the address becomes its
    /// owner by this write, and the other claims on it become void.
    fn completed_on(
        &self,
        account: &Account,
        member: &Member,
        completion: &Completion<'_>,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Put<Account> {
        let mut next = member.clone();
        if let Completion::Password { hash, .. } = completion {
            next.credential = Credential::Chosen {
                hash: (*hash).clone(),
                by: self.id.clone(),
            };
            next.end_all_access();
        }
        if let Completion::Password { agreement, .. } | Completion::Agreement(agreement) = completion {
            next.agreement = Some((*agreement).clone());
        }
        // The browser of the very first log-in is no news to the person who has just opened the mailbox for it.
        let is_first = member.last_login_at.is_none();
        let is_known = member.device(&gained.device, now, limits).is_some();
        next.last_login_at = Some(now);
        let mut next = next
            .with_session(gained.session.clone(), now, limits)
            .with_device(gained.device.clone(), now, limits);
        if !is_first && !is_known {
            next = next.with_notice_from(Notice::NewDevice, gained.session.browser, now, limits);
        }
        let account = Account {
            judged_at: now,
            passwords: account.passwords.completed(),
            ..account.clone()
        };
        let event = Event::of(completion.act(), now, &self.id).about(&self.member);
        Put::new(account.with_member(next, now, limits), event)
    }

    /// A new cookie for the session that this log-in created; a session that was ended is not renewed. The browser
    /// also gets a new device cookie: the first one was lost with the answer. Answers with the old id and the session
    /// in its present state.
    pub fn renew_session(
        &self,
        account: &Account,
        gained: &Gained,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Account, (SessionId, Session)>, Over> {
        let member = account
            .owner()
            .filter(|member| member.id == self.member && !member.disabled)
            .ok_or(Over::Gone)?;
        let old = member
            .sessions
            .iter()
            .find(|session| session.is_given_by(&self.id, &member.credential) && now < session.expires_at)
            .ok_or(Over::Gone)?;
        let new = Session {
            id: gained.session.id.clone(),
            ..old.clone()
        };
        let member = member.clone().with_session(new.clone(), now, limits);
        let member = member.with_device(gained.device.clone(), now, limits);
        let next = account.clone().with_member(member, now, limits);
        Ok(Change::Store(
            Put::new(next, Event::of(Act::SessionRenewed, now, &self.id)),
            (old.id.clone(), new),
        ))
    }
}

#[cfg(test)]
mod tests;
