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
                next.passwords = account.passwords.after_an_owners_log_in(limits);
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

    /// A new cookie for the session that this log-in gave; a session that was ended does not come back. The browser is
    /// known by what it gains now: what the log-in gave it was lost with the first answer. Answers with the old name and
    /// the session as it is now.
    pub fn renew_session(
        &self,
        account: &Account,
        gained: &Gained,
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
        let new = Session {
            id: gained.session.id.clone(),
            ..old.clone()
        };
        let member = member.clone().with_session(new.clone(), now, limits);
        let next = Account {
            member: Some(member.with_device(gained.device.clone(), now, limits)),
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
    use crate::code::{OneTimeCode, Purpose};
    use crate::keys::tests::ring;
    use crate::samples::{LIMITS, account, active, address, agreement, challenge, flow, pending, session, t};
    use crate::terms::PUBLISHED;

    fn at(stage: Stage) -> Login {
        Login {
            id: flow("f"),
            account: address().key(),
            member: MemberId::new("m"),
            credential_version: 2,
            expires_at: t(900),
            stage,
        }
    }

    fn at_otp() -> Login {
        let challenge = challenge(Purpose::Login, 900);
        at(Stage::Otp { challenge })
    }

    fn new_password(required: bool, shown: Option<Shown>) -> Stage {
        Stage::NewPassword { required, shown }
    }

    fn code_of(login: &Login) -> &Challenge {
        match &login.stage {
            Stage::Otp { challenge } => challenge,
            Stage::NewPassword { .. } | Stage::MyPage => panic!("no code is awaited"),
        }
    }

    fn judged(challenge: &Challenge, right: bool) -> Judged {
        Judged {
            challenge: challenge.id.clone(),
            counter: challenge.counter,
            right,
        }
    }

    fn gained() -> Gained {
        Gained {
            session: session("s", "f", 0, 43_200),
            device: DeviceId::new("d"),
        }
    }

    /// The account of a member who is disabled, of another member, of another credential: none is this log-in's.
    fn not_its_own() -> [Account; 3] {
        [
            account(Member {
                disabled: true,
                ..active("m")
            }),
            account(active("other")),
            account(Member {
                credential_version: 3,
                ..active("m")
            }),
        ]
    }

    fn flows_of(account: &Account) -> Vec<&str> {
        let sessions = &account.member.as_ref().unwrap().sessions;
        sessions.iter().map(|session| session.flow.as_str()).collect()
    }

    #[test]
    fn a_log_in_is_over_when_its_time_is() {
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
            assert_eq!(login.member_of(account.member.as_ref()), None);
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

    /// the initial password is changed first; whoever has a password agrees to new terms only.
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
        let given = at_otp().session(SessionId::new("s"), t(5), &LIMITS);
        assert_eq!(given, session("s", "f", 5, 5 + 43_200));
    }

    #[test]
    fn the_terms_are_looked_at_in_order_outdated_not_shown_not_agreed() {
        let shown = |version: &str| {
            Some(Shown {
                version: version.to_owned(),
                at: t(1),
            })
        };
        let current = PUBLISHED.version;
        let refused =
            |shown: Option<Shown>, agreed| check_terms(shown.as_ref(), agreed, &PUBLISHED, t(2)).unwrap_err();
        assert_eq!(refused(None, Some("1999-01-01")), TermsRefusal::Outdated);
        assert_eq!(
            refused(shown("1999-01-01"), Some(current)),
            TermsRefusal::NotShown
        );
        assert_eq!(refused(None, None), TermsRefusal::NotShown);
        assert_eq!(refused(shown(current), None), TermsRefusal::NotAgreed);
        assert_eq!(
            check_terms(shown(current).as_ref(), Some(current), &PUBLISHED, t(2)),
            Ok(Agreement {
                shown_at: t(1),
                agreed_at: t(2),
                ..agreement()
            })
        );
    }

    #[test]
    fn a_try_is_spent_before_it_is_said_whether_the_code_was_right() {
        let login = at_otp();
        for right in [true, false] {
            let judged = judged(code_of(&login), right);
            let (spent, answer) = login.spend_try(&judged, t(599), &LIMITS).stored();
            assert_eq!(answer, Ok(right));
            assert_eq!(code_of(&spent).tries_left(&LIMITS), 4);
        }
    }

    #[test]
    fn a_code_of_an_earlier_mail_is_wrong_for_the_living_one() {
        let login = at_otp();
        let earlier = judged(code_of(&login), true);
        let change = login.resend_code(&ring(), t(421), &LIMITS).unwrap();
        let (resent, answer) = change.stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(code_of(&resent).counter, 1);
        let (_, answer) = resent.spend_try(&earlier, t(422), &LIMITS).stored();
        assert_eq!(answer, Ok(false));
        let (_, answer) = resent
            .enter_code(&earlier, &Stage::MyPage, t(422), &LIMITS)
            .stored();
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
    }

    #[test]
    fn the_right_code_leads_on_and_a_wrong_one_costs_a_try() {
        let login = at_otp();
        let next = new_password(true, None);
        let enter = |right| {
            let judged = judged(code_of(&login), right);
            login.enter_code(&judged, &next, t(599), &LIMITS).stored()
        };
        assert_eq!(enter(true), (at(next.clone()), Ok(())));
        let (failed, answer) = enter(false);
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
        assert_eq!(failed.wrong_code(&LIMITS), answer.unwrap_err());
        assert_eq!(code_of(&failed).tries, 1);
    }

    #[test]
    fn no_code_is_judged_too_late_or_too_often() {
        let login = at_otp();
        let right = judged(code_of(&login), true);
        let expired = Refusal::of(Kind::CodeExpired);
        assert_eq!(
            login.spend_try(&right, t(600), &LIMITS).kept(),
            Err(expired.clone())
        );
        assert_eq!(
            login.enter_code(&right, &Stage::MyPage, t(600), &LIMITS).kept(),
            Err(expired)
        );
        let spent = (0..5).fold(login, |login, _| {
            login.spend_try(&right, t(0), &LIMITS).stored().0
        });
        let none_left = Refusal::of(Kind::NoTriesLeft).with_tries_left(0);
        assert_eq!(
            spent.spend_try(&right, t(0), &LIMITS).kept(),
            Err(none_left.clone())
        );
        assert_eq!(
            spent.enter_code(&right, &Stage::MyPage, t(0), &LIMITS).kept(),
            Err(none_left)
        );
    }

    #[test]
    fn a_code_belongs_to_its_screen() {
        let right = judged(code_of(&at_otp()), true);
        let wrong_step = Refusal::of(Kind::WrongStep);
        for login in [at(new_password(true, None)), at(Stage::MyPage)] {
            assert_eq!(
                login.spend_try(&right, t(0), &LIMITS).kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.enter_code(&right, &Stage::MyPage, t(0), &LIMITS).kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.resend_code(&ring(), t(30), &LIMITS).unwrap().kept(),
                Err(wrong_step.clone())
            );
            assert_eq!(
                login.wrong_code(&LIMITS),
                Refusal::of(Kind::WrongCode).with_tries_left(0)
            );
        }
        assert_eq!(
            at_otp().show_terms(PUBLISHED.version, t(0)).kept(),
            Err(wrong_step.clone())
        );
        assert_eq!(
            at(Stage::MyPage).show_terms(PUBLISHED.version, t(0)).kept(),
            Err(wrong_step)
        );
    }

    #[test]
    fn a_resend_waits_its_time_and_outlives_no_log_in() {
        let login = at_otp();
        let early = login.resend_code(&ring(), t(29), &LIMITS).unwrap().kept();
        assert_eq!(early, Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1)));
        let (late, _) = login.resend_code(&ring(), t(500), &LIMITS).unwrap().stored();
        assert_eq!(code_of(&late).code_expires_at(), t(900));
        let key = &code_of(&late).key;
        let code = OneTimeCode::derive(&ring(), key, Purpose::Login, &code_of(&late).id, 1).unwrap();
        assert!(code_of(&late).judge(&code, &ring()).unwrap().right);
    }

    #[test]
    fn the_first_showing_of_a_text_counts() {
        let seen = |version: &str, second| {
            Some(Shown {
                version: version.to_owned(),
                at: t(second),
            })
        };
        for required in [true, false] {
            let unseen = at(new_password(required, None));
            let (first, answer) = unseen.show_terms("a", t(1)).stored();
            assert_eq!(answer, Ok(()));
            assert_eq!(first, at(new_password(required, seen("a", 1))));
            assert_eq!(first.show_terms("a", t(2)).kept(), Ok(()));
            let (other, answer) = first.show_terms("b", t(3)).stored();
            assert_eq!(answer, Ok(()));
            assert_eq!(other, at(new_password(required, seen("b", 3))));
        }
    }

    #[test]
    fn a_log_in_is_brought_up_to_its_account_only_where_it_lags() {
        let completed = at(Stage::MyPage);
        completed.bring_up_to(&completed).kept();
        let (stored, ()) = at_otp().bring_up_to(&completed).stored();
        assert_eq!(stored, completed);
    }

    #[test]
    fn a_wrong_code_counts_for_the_account_and_a_right_one_does_not() {
        let before = account(active("m"));
        let judge = |right| at_otp().judge_code(&before, right, None, t(7), &LIMITS).unwrap();
        let (wrong, is_committed) = judge(false).stored();
        assert_eq!(
            wrong,
            Account {
                codes: before.codes.failed(t(7), &LIMITS),
                judged_at: t(7),
                event: Some(Event::of(Act::LoginCodeWrong, t(7), &flow("f"))),
                ..before.clone()
            }
        );
        assert!(!is_committed);
        let (right, is_committed) = judge(true).stored();
        assert_eq!(
            right,
            Account {
                judged_at: t(7),
                event: Some(Event::of(Act::LoginCodeRight, t(7), &flow("f"))),
                ..before.clone()
            }
        );
        assert!(!is_committed);
    }

    #[test]
    fn the_right_code_gives_the_session_where_nothing_else_is_missing() {
        let before = account(active("m"));
        let gained = gained();
        let (after, is_committed) = at_otp()
            .judge_code(&before, true, Some(&gained), t(7), &LIMITS)
            .unwrap()
            .stored();
        assert!(is_committed);
        assert_eq!(after.event, Some(Event::of(Act::SessionBegun, t(7), &flow("f"))));
        let member = after.member.unwrap();
        assert_eq!(
            member,
            Member {
                last_login_at: Some(t(7)),
                ..active("m")
                    .with_session(gained.session.clone(), t(7), &LIMITS)
                    .with_device(gained.device.clone(), t(7), &LIMITS)
            },
            "neither password nor agreement changed"
        );
        let (wrong, is_committed) = at_otp()
            .judge_code(&before, false, Some(&gained), t(7), &LIMITS)
            .unwrap()
            .stored();
        assert!(!is_committed);
        assert_eq!(wrong.member, before.member);
    }

    #[test]
    fn no_code_is_judged_while_codes_of_the_account_are_stopped() {
        let mut before = account(active("m"));
        for _ in 0..10 {
            before.codes = before.codes.failed(t(0), &LIMITS);
        }
        let judge = |second| at_otp().judge_code(&before, true, None, t(second), &LIMITS);
        assert_eq!(judge(899), Err(Over::Stopped(NotBefore { seconds: 1 })));
        assert!(judge(900).is_ok());
    }

    #[test]
    fn whoever_is_not_the_log_ins_own_member_any_more_gets_nothing_by_it() {
        let login = at_otp();
        for account in not_its_own() {
            assert_eq!(
                login.judge_code(&account, true, Some(&gained()), t(7), &LIMITS),
                Err(Over::Gone)
            );
            assert_eq!(login.promise_code(&account, t(7), &LIMITS), Err(Over::Gone));
            assert_eq!(
                login.complete(&account, None, &agreement(), &gained(), t(7), &LIMITS),
                Err(Over::Gone)
            );
        }
    }

    #[test]
    fn whoever_comes_second_finds_that_it_is_done() {
        let login = at_otp();
        let done = account(Member {
            sessions: vec![gained().session],
            ..active("m")
        });
        let completed = Err(Over::Completed(Box::new(at(Stage::MyPage))));
        assert_eq!(login.judge_code(&done, true, None, t(7), &LIMITS), completed);
        assert_eq!(
            login.complete(&done, None, &agreement(), &gained(), t(7), &LIMITS),
            Err(Over::Completed(Box::new(at(Stage::MyPage))))
        );
    }

    #[test]
    fn a_resent_code_counts_among_the_mails_of_its_address() {
        let mut before = account(active("m"));
        for count in 1..=10 {
            let change = at_otp().promise_code(&before, t(0), &LIMITS).unwrap();
            let (after, answer) = change.stored();
            assert_eq!((answer, after.mails.sends.len()), (Ok(()), count));
            assert_eq!(
                after.event,
                Some(Event::of(Act::LoginCodePromised, t(0), &flow("f")))
            );
            before = after;
        }
        let change = at_otp().promise_code(&before, t(3_599), &LIMITS).unwrap();
        assert_eq!(
            change.kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
    }

    /// ASVS 7.4.3: whoever held the old password holds nothing now.
    #[test]
    fn a_new_password_ends_every_other_session() {
        let login = Login {
            credential_version: 1,
            ..at(new_password(true, None))
        };
        let before = account(Member {
            sessions: vec![session("x", "x", 0, 43_200)],
            ..pending("m")
        });
        let hash = "new".to_owned();
        let (after, version) = login
            .complete(&before, Some(&hash), &agreement(), &gained(), t(7), &LIMITS)
            .unwrap()
            .stored();
        assert_eq!(version, 2);
        assert_eq!(flows_of(&after), ["f"]);
        assert_eq!(
            (after.judged_at, &after.event),
            (t(7), &Some(Event::of(Act::PasswordChanged, t(7), &flow("f"))))
        );
        let member = after.member.unwrap();
        assert_eq!(member.credential, Credential::Chosen { hash, by: flow("f") });
        assert_eq!((member.credential_version, member.last_login_at), (2, Some(t(7))));
        assert_eq!(member.agreement, Some(agreement()));
        assert_eq!(member.devices.len(), 1);
    }

    #[test]
    fn an_agreement_alone_leaves_password_and_sessions_as_they_are() {
        let before = account(Member {
            sessions: vec![session("x", "x", 0, 43_200)],
            agreement: None,
            ..active("m")
        });
        let (after, version) = at(new_password(false, None))
            .complete(&before, None, &agreement(), &gained(), t(7), &LIMITS)
            .unwrap()
            .stored();
        assert_eq!(version, 2);
        assert_eq!(flows_of(&after), ["x", "f"]);
        assert_eq!(
            (after.judged_at, &after.event),
            (t(7), &Some(Event::of(Act::TermsAgreed, t(7), &flow("f"))))
        );
        let member = after.member.unwrap();
        assert_eq!(member.credential, active("m").credential);
        assert_eq!(member.agreement, Some(agreement()));
    }

    #[test]
    fn a_lost_cookie_is_renewed_while_the_session_lives() {
        let sessions = vec![session("x", "x", 0, 100), session("old", "f", 0, 100)];
        let member = Member {
            sessions,
            // The log-in itself raised it.
            credential_version: 3,
            ..active("m")
        };
        let renew = |member: Member, second| {
            let gained = Gained {
                session: session("new", "f", second, 43_200),
                device: DeviceId::new("d"),
            };
            at(Stage::MyPage).renew_session(&account(member), &gained, t(second), &LIMITS)
        };
        let (after, (old, new)) = renew(member.clone(), 99).unwrap().stored();
        assert_eq!((old, &new), (SessionId::new("old"), &session("new", "f", 0, 100)));
        assert_eq!(
            after.event,
            Some(Event::of(Act::SessionRenewed, t(99), &flow("f")))
        );
        let after = after.member.unwrap();
        assert_eq!(after.sessions, [session("x", "x", 0, 100), new]);
        let known = member.clone().with_device(DeviceId::new("d"), t(99), &LIMITS);
        assert_eq!(after.devices, known.devices, "the browser is known from now on");
        assert_eq!(renew(member.clone(), 100), Err(Over::Gone));
        assert_eq!(renew(member.clone(), 101), Err(Over::Gone));
        let ended = Member {
            sessions: vec![session("x", "x", 0, 100)],
            ..member.clone()
        };
        assert_eq!(renew(ended, 99), Err(Over::Gone));
        let disabled = Member {
            disabled: true,
            ..member.clone()
        };
        assert_eq!(renew(disabled, 99), Err(Over::Gone));
        let other = Member {
            id: MemberId::new("other"),
            ..member
        };
        assert_eq!(renew(other, 99), Err(Over::Gone));
    }

    #[test]
    fn a_log_out_ends_the_sessions_of_its_log_in_and_no_others() {
        let before = account(Member {
            sessions: vec![session("x", "x", 0, 100), session("s", "f", 0, 100)],
            ..active("m")
        });
        let (after, ()) = end_sessions_of(&flow("f"), &before, t(7)).stored();
        assert_eq!(flows_of(&after), ["x"]);
        assert_eq!(after.event, Some(Event::of(Act::SessionEnded, t(7), &flow("f"))));
        end_sessions_of(&flow("f"), &after, t(7)).kept();
        end_sessions_of(&flow("f"), &Account::unknown(address().key(), t(0)), t(7)).kept();
    }

    fn pointer(last_seen: u64) -> SessionPointer {
        SessionPointer {
            id: SessionId::new("s"),
            account: address().key(),
            member: MemberId::new("m"),
            expires_at: t(43_200),
            last_seen_at: t(last_seen),
        }
    }

    #[test]
    fn a_session_is_over_after_half_an_hour_of_nothing_and_after_a_shift_whatever_happens() {
        for (seen, over) in [(0, 1_800), (100, 1_900), (41_400, 43_200), (43_000, 43_200)] {
            let pointer = pointer(seen);
            assert_eq!(pointer.idle_expires_at(&LIMITS), t(over));
            assert_eq!(
                [over - 1, over, over + 1].map(|second| pointer.is_expired(t(second), &LIMITS)),
                [false, true, true]
            );
        }
    }

    #[test]
    fn a_use_is_written_down_once_a_minute() {
        for second in [0, 1, 59] {
            assert_eq!(pointer(0).touch(t(second), &LIMITS).kept(), pointer(0));
        }
        for second in [60, 61] {
            let touched = pointer(second);
            assert_eq!(
                pointer(0).touch(t(second), &LIMITS).stored(),
                (touched.clone(), touched)
            );
        }
        let hasty = Limits {
            session_idle: 29,
            ..LIMITS
        };
        assert_eq!(pointer(0).touch(t(0), &hasty).kept(), pointer(0));
        assert_eq!(pointer(0).touch(t(1), &hasty).stored().0, pointer(1));
    }
}
