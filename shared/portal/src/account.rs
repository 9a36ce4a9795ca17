//! アカウント — everything about one mail address: its owner, its guards and its mails.
//!
//! One item, so that one conditional write decides whatever happens to an account. It exists for addresses that
//! have no owner, too: a stranger's guesses and mails are counted there alike.

use std::fmt;

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::change::Change;
use crate::guards::{CodeGuard, Guarded, MailBudget, NotBefore, PasswordGuard};
use crate::initial_password::Source;
use crate::keys::KeyId;
use crate::limits::Limits;
use crate::mail::{Content, NoResend, Promise};
use crate::problem::{Kind, Refusal};
use crate::terms::Terms;
use crate::time::{minus, plus};
use crate::values::{AccountKey, DeviceId, EmailAddress, FlowId, MemberId, OfficeName, Profile, SessionId};

/// 役割 — what a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 管理者: adds, changes and removes members; the first one is.
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

    /// The role of this name.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Manager, Self::Member]
            .into_iter()
            .find(|role| role.code() == code)
    }
}

/// With what a member proves to be the member.
#[derive(Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these a request; a pointer would only hide it"
)]
pub enum Credential {
    /// 初期パスワード: works until the first completed change, or until it expires, however often it is used.
    Initial {
        /// What it is derived from.
        source: Source,
        /// When it was re-issued within the last day.
        reissues: Vec<Timestamp>,
        /// The mail that brought it; carries its expiry.
        mail: Promise,
    },
    /// A password of the member's own.
    Chosen {
        /// Argon2id, as a PHC string.
        hash: String,
        /// The log-in that set it, so that a repeated request is told from another one.
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

/// 利用規約への同意
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agreement {
    /// Which text.
    pub version: String,
    /// Its digest.
    pub sha256: String,
    /// When the server had shown it.
    pub shown_at: Timestamp,
    /// When the member agreed.
    pub agreed_at: Timestamp,
}

/// セッション — as the account knows it. A session that is not listed here is over, whatever cookie comes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    /// The digest of its cookie.
    pub id: SessionId,
    /// The log-in that gave it.
    pub flow: FlowId,
    /// Since when.
    pub created_at: Timestamp,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
}

/// 端末 — a browser from which the member has completed a log-in. Its wrong passwords are counted apart from those of
/// strangers, so that a stranger who hammers at the account does not keep its owner out (`docs/adr/0020-known-devices.md`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// The digest of its cookie.
    pub id: DeviceId,
    /// Its wrong passwords in a row.
    pub passwords: PasswordGuard,
    /// When a log-in was last completed from it.
    pub seen_at: Timestamp,
}

/// 利用者 — a member of an office.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Names the member.
    pub id: MemberId,
    /// 事業所
    pub office: OfficeName,
    /// 登録情報
    pub profile: Profile,
    /// 役割
    pub role: Role,
    /// Whether the member was stopped.
    pub disabled: bool,
    /// When the member was registered.
    pub registered_at: Timestamp,
    /// With what the member logs in.
    pub credential: Credential,
    /// Raised with every change of the credential; a log-in that began with an older one is over.
    pub credential_version: u32,
    /// 利用規約への同意
    pub agreement: Option<Agreement>,
    /// When the member last came to マイページ by a log-in.
    pub last_login_at: Option<Timestamp>,
    /// Living sessions, oldest first.
    pub sessions: Vec<Session>,
    /// Known devices, the one that was longest away first.
    pub devices: Vec<Device>,
}

impl Member {
    /// Whether the member has never completed a log-in.
    pub const fn is_pending(&self) -> bool {
        matches!(self.credential, Credential::Initial { .. })
    }

    /// `pending`, `active` or `disabled`.
    pub const fn status(&self) -> &'static str {
        if self.disabled {
            "disabled"
        } else if self.is_pending() {
            "pending"
        } else {
            "active"
        }
    }

    /// When a pending member has not come for so long that seat and address are free again.
    pub fn seat_falls_free_at(&self, limits: &Limits) -> Option<Timestamp> {
        self.is_pending()
            .then(|| plus(self.registered_at, limits.pending_seat_life))
    }

    /// Whether that is past.
    pub fn seat_has_fallen_free(&self, now: Timestamp, limits: &Limits) -> bool {
        self.seat_falls_free_at(limits).is_some_and(|at| at <= now)
    }

    /// Whether the member agreed to the text in force.
    pub fn has_agreed_to(&self, terms: &Terms) -> bool {
        self.agreement
            .as_ref()
            .is_some_and(|agreement| agreement.version == terms.version)
    }

    /// The session of this id, if it lives.
    pub fn session(&self, id: &SessionId, now: Timestamp) -> Option<&Session> {
        self.sessions
            .iter()
            .find(|session| session.id == *id && now < session.expires_at)
    }

    /// The member with one more session; a sixth ends the oldest, and a log-in has one at a time.
    #[must_use]
    pub fn with_session(mut self, session: Session, now: Timestamp, limits: &Limits) -> Self {
        self.sessions
            .retain(|other| now < other.expires_at && other.flow != session.flow);
        self.sessions.push(session);
        let most = usize::try_from(limits.sessions_per_person).unwrap_or(usize::MAX);
        let over = self.sessions.len().saturating_sub(most);
        self.sessions.drain(..over);
        self
    }

    /// The device of this id, if it is known and was not away for too long.
    pub fn device(&self, id: &DeviceId, now: Timestamp, limits: &Limits) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.id == *id && now < plus(device.seen_at, limits.known_device_life))
    }

    /// The member after a log-in was completed from this device: it is known, and owes nothing. One too many puts the
    /// one that was longest away among the strangers.
    #[must_use]
    pub fn with_device(mut self, id: DeviceId, now: Timestamp, limits: &Limits) -> Self {
        self.devices
            .retain(|other| other.id != id && now < plus(other.seen_at, limits.known_device_life));
        self.devices.push(Device {
            id,
            passwords: PasswordGuard::default(),
            seen_at: now,
        });
        let most = usize::try_from(limits.known_devices).unwrap_or(usize::MAX);
        let over = self.devices.len().saturating_sub(most);
        self.devices.drain(..over);
        self
    }

    /// The mail that brought the initial password, while there is one.
    pub const fn mail(&self) -> Option<&Promise> {
        match &self.credential {
            Credential::Initial { mail, .. } => Some(mail),
            Credential::Chosen { .. } => None,
        }
    }
}

/// アカウント — one mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// Names the address.
    pub key: AccountKey,
    /// Mails to the address.
    pub mails: MailBudget,
    /// Wrong passwords in a row.
    pub passwords: PasswordGuard,
    /// Wrong log-in codes.
    pub codes: CodeGuard,
    /// When a password or a code was last judged.
    pub judged_at: Timestamp,
    /// Who owns the address here.
    pub member: Option<Member>,
    /// What happens with this change; not read back.
    pub event: Option<Event>,
}

/// What a new member is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NewMember {
    /// Drawn at the edge.
    pub id: MemberId,
    /// 事業所
    pub office: OfficeName,
    /// 登録情報
    pub profile: Profile,
    /// 役割
    pub role: Role,
    /// The key of the ring that the initial password is derived with.
    pub key: KeyId,
    /// Drawn at the edge.
    pub nonce: String,
}

impl NewMember {
    /// The member, whose initial password is promised by mail.
    pub fn pending(self, now: Timestamp, limits: &Limits) -> Member {
        let source = Source {
            key: self.key,
            nonce: self.nonce,
            issue: 1,
        };
        let content = Content::InitialPassword {
            member: self.id.clone(),
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
            credential: Credential::Initial {
                source,
                reissues: Vec::new(),
                mail,
            },
            credential_version: 1,
            agreement: None,
            last_login_at: None,
            sessions: Vec::new(),
            devices: Vec::new(),
        }
    }
}

/// Why no initial password is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotMailed {
    /// So many seconds too early.
    TooEarly(u64),
    /// No resend, or no re-issue of today, is left.
    NoneLeft,
    /// The address has had its mails of the hour or the day.
    AddressFull(NotBefore),
    /// There is no initial password any more, or it has expired.
    NoSuchPassword,
}

impl From<NotMailed> for Refusal {
    fn from(why: NotMailed) -> Self {
        match why {
            NotMailed::TooEarly(seconds) => NoResend::TooEarly(seconds).into(),
            NotMailed::NoneLeft => NoResend::NoneLeft.into(),
            NotMailed::AddressFull(not) => not.into(),
            NotMailed::NoSuchPassword => Kind::WrongStep.into(),
        }
    }
}

impl From<NoResend> for NotMailed {
    fn from(no: NoResend) -> Self {
        match no {
            NoResend::TooEarly(seconds) => Self::TooEarly(seconds),
            NoResend::NoneLeft => Self::NoneLeft,
        }
    }
}

/// What a typed password was compared with, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proof {
    /// The credential that it was compared with; none where a dummy stood in for one.
    pub of: Option<(MemberId, u32)>,
    /// Whether it was the same.
    pub right: bool,
    /// The hash anew, if the old one was made with other parameters or an older key.
    pub renewed: Option<String>,
}

/// What a log-in attempt comes to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LoginVerdict {
    /// The one answer for unknown, wrong, waiting, stopped and disabled.
    WrongCredentials,
    /// The right initial password, too late.
    InitialPasswordExpired,
    /// Right, but the address has had its mails of the hour or the day.
    AddressFull(NotBefore),
    /// Right: a code is mailed to this address.
    Right {
        /// Whose.
        member: MemberId,
        /// The version of the credential that was proven.
        credential_version: u32,
        /// Where the code goes.
        to: EmailAddress,
    },
}

impl Account {
    /// The account of an address of which nothing is known.
    pub fn unknown(key: AccountKey, now: Timestamp) -> Self {
        Self {
            key,
            mails: MailBudget::default(),
            passwords: PasswordGuard::default(),
            codes: CodeGuard::default(),
            judged_at: now,
            member: None,
            event: None,
        }
    }

    fn known(before: Option<&Self>, key: &AccountKey, now: Timestamp) -> Self {
        before.cloned().unwrap_or_else(|| Self::unknown(key.clone(), now))
    }

    pub(crate) fn with(mut self, event: Event) -> Self {
        self.event = Some(event);
        self
    }

    /// The member who owns the address, unless the seat has fallen free.
    pub fn owner(&self, now: Timestamp, limits: &Limits) -> Option<&Member> {
        self.member
            .as_ref()
            .filter(|member| !member.seat_has_fallen_free(now, limits))
    }

    /// When nothing in it counts any more, if nobody owns it.
    pub fn forgotten_at(&self, limits: &Limits) -> Timestamp {
        // Without an owner there is no log-in to protect: wrong passwords are forgotten with the longest wait.
        let passwords = self
            .passwords
            .last_failure
            .map(|at| plus(at, limits.wrong_password_longest_wait));
        [
            self.mails.forgotten_at(),
            self.codes.forgotten_at(limits),
            passwords,
            Some(self.judged_at),
        ]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(self.judged_at)
    }

    /// When the item may be swept away; never while somebody owns the address who has come.
    pub fn swept_at(&self, limits: &Limits) -> Option<Timestamp> {
        match &self.member {
            None => Some(self.forgotten_at(limits)),
            Some(member) => member
                .seat_falls_free_at(limits)
                .map(|at| at.max(self.forgotten_at(limits))),
        }
    }

    /// The wrong passwords that count for whoever comes with this device: the device's own where it is known, everybody
    /// else's where it is not.
    fn guard(&self, device: Option<&DeviceId>, now: Timestamp, limits: &Limits) -> &PasswordGuard {
        let known = device
            .zip(self.owner(now, limits))
            .and_then(|(id, owner)| owner.device(id, now, limits));
        known.map_or(&self.passwords, |known| &known.passwords)
    }

    /// The account with another guard for whoever comes with this device.
    fn with_guard(
        mut self,
        device: Option<&DeviceId>,
        guard: PasswordGuard,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let known = device
            .zip(self.owner(now, limits))
            .and_then(|(id, owner)| owner.device(id, now, limits))
            .map(|known| known.id.clone());
        let there = known.and_then(|id| {
            let devices = &mut self.member.as_mut()?.devices;
            devices.iter_mut().find(|device| device.id == id)
        });
        match there {
            Some(device) => device.passwords = guard,
            None => self.passwords = guard,
        }
        self
    }

    /// What a password comes to, and the account after it.
    ///
    /// `right` says whether it is the member's; it was found out with the same work whoever asked. The account is
    /// to be written whatever the verdict: whoever loses that write has been told nothing.
    pub fn judge_password(
        &self,
        right: bool,
        device: Option<&DeviceId>,
        now: Timestamp,
        limits: &Limits,
    ) -> (Self, LoginVerdict) {
        let next = Self {
            judged_at: now,
            ..self.clone()
        };
        let event = |act| Event::new(act, now);
        let guard = self.guard(device, now, limits);
        if guard.state(now, limits) == Guarded::Closed {
            return (
                next.with(event(Act::PasswordNotJudged)),
                LoginVerdict::WrongCredentials,
            );
        }
        let owner = self.owner(now, limits).filter(|member| right && !member.disabled);
        let Some(member) = owner else {
            let next = next.with_guard(device, guard.failed(now), now, limits);
            return (
                next.with(event(Act::PasswordWrong)),
                LoginVerdict::WrongCredentials,
            );
        };
        if self.codes.check(now).is_err() {
            return (
                next.with(event(Act::PasswordNotJudged)),
                LoginVerdict::WrongCredentials,
            );
        }
        let next = next.with_guard(device, PasswordGuard::default(), now, limits);
        if member.mail().is_some_and(|mail| mail.is_expired(now)) {
            return (
                next.with(event(Act::InitialPasswordExpired)),
                LoginVerdict::InitialPasswordExpired,
            );
        }
        match self.mails.spend(now, limits) {
            Err(full) => (
                next.with(event(Act::LoginMailRefused)),
                LoginVerdict::AddressFull(full),
            ),
            Ok(mails) => {
                let verdict = LoginVerdict::Right {
                    member: member.id.clone(),
                    credential_version: member.credential_version,
                    to: member.profile.email.clone(),
                };
                let next = Self { mails, ..next };
                (next.with(event(Act::LoginCodePromised)), verdict)
            }
        }
    }

    /// Which credential a password would have to be compared with: a change of it makes a comparison worthless.
    pub fn credential_of(&self) -> Option<(MemberId, u32)> {
        self.member
            .as_ref()
            .map(|member| (member.id.clone(), member.credential_version))
    }

    /// What an ID and a password come to, and how the account changes by it.
    pub fn log_in(
        before: Option<&Self>,
        key: &AccountKey,
        proof: &Proof,
        device: Option<&DeviceId>,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, LoginVerdict> {
        let account = Self::known(before, key, now);
        // What was verified is a hash; with another one in its place, nothing was.
        let right = proof.right && proof.of == account.credential_of();
        let (mut next, verdict) = account.judge_password(right, device, now, limits);
        if let (LoginVerdict::Right { .. }, Some(renewed)) = (&verdict, &proof.renewed)
            && let Some(Credential::Chosen { hash, .. }) =
                next.member.as_mut().map(|member| &mut member.credential)
        {
            hash.clone_from(renewed);
        }
        // Where nothing is counted the write decides nothing, and is made so that every answer takes the same time.
        let is_judged = next
            .event
            .as_ref()
            .is_none_or(|event| event.act != Act::PasswordNotJudged);
        if is_judged {
            Change::Store(next, verdict)
        } else {
            Change::Offer(next, verdict)
        }
    }

    /// Counts the mail of a registration code against the address that the claims system names; what is kept for log-ins
    /// it leaves.
    pub fn promise_registration_code(
        before: Option<&Self>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let before = Self::known(before, key, now);
        match before.mails.spend_for_registration(now, limits) {
            Ok(mails) => {
                let event = Event::of(Act::RegistrationCodePromised, now, by);
                Change::Store(Self { mails, ..before }.with(event), Ok(()))
            }
            Err(not) => Change::Keep(Err(not.into())),
        }
    }

    /// Gives a counted mail back that no flow promises after all: another request was faster, or the flow is over.
    pub fn give_mail_back(before: Option<&Self>, by: &FlowId, at: Timestamp) -> Change<Self, ()> {
        let Some(account) = before else {
            return Change::Keep(());
        };
        let mails = account.mails.give_back(at);
        if mails == account.mails {
            return Change::Keep(());
        }
        let next = Self {
            mails,
            ..account.clone()
        };
        Change::Store(next.with(Event::of(Act::MailNotSent, at, by)), ())
    }

    /// The account with a new member, whose initial password is promised; none if somebody else owns the address.
    ///
    /// Whoever leaves a seat to this member may own it (`leaves`). The mail is counted, never refused
    /// (`docs/adr/0011-the-first-initial-password-mail-is-never-refused.md`).
    pub fn take_seat(
        before: Option<&Self>,
        member: &Member,
        leaves: &[MemberId],
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Option<Self> {
        let account = Self::known(before, &member.profile.email.key(), now);
        let owner = account.owner(now, limits);
        if owner.is_some_and(|owner| !leaves.contains(&owner.id)) {
            return None;
        }
        Some(Self {
            mails: account.mails.count(now),
            // What was guessed at before says nothing about the password that is mailed now.
            passwords: PasswordGuard::default(),
            member: Some(member.clone()),
            event: Some(Event::of(Act::MemberRegistered, now, by)),
            ..account
        })
    }

    /// The account without its member, who leaves the seat to a corrected registration: nobody may come in by it.
    #[must_use]
    pub fn leave_seat(&self, by: &FlowId, now: Timestamp) -> Self {
        Self {
            member: None,
            judged_at: now,
            event: Some(Event::of(Act::MemberReplaced, now, by)),
            ..self.clone()
        }
    }

    /// The account after the same initial password was promised again.
    pub fn resend_initial_password(
        &self,
        member: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Self, NotMailed> {
        self.mail_initial_password(member, by, now, limits, |source, reissues, mail| {
            if mail.is_expired(now) {
                return Err(NotMailed::NoSuchPassword);
            }
            mail.may_resend(now, limits)?;
            let promise = mail.again(mail.content.clone(), mail.expires_at, now);
            Ok((source.clone(), reissues.to_vec(), promise, false))
        })
    }

    /// The account after a new initial password was promised; the old one is dead with this write.
    pub fn reissue_initial_password(
        &self,
        member: &MemberId,
        key: &KeyId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Self, NotMailed> {
        let registered_at = self.member.as_ref().map_or(now, |member| member.registered_at);
        self.mail_initial_password(member, by, now, limits, |source, reissues, mail| {
            let mut today: Vec<Timestamp> = reissues
                .iter()
                .copied()
                .filter(|at| minus(now, 86_400) < *at)
                .collect();
            if u64::try_from(today.len()).unwrap_or(u64::MAX) >= limits.reissues_per_day {
                return Err(NotMailed::NoneLeft);
            }
            today.push(now);
            let source = Source {
                key: key.clone(),
                nonce: source.nonce.clone(),
                issue: source.issue.saturating_add(1),
            };
            let content = Content::InitialPassword {
                member: member.clone(),
                source: source.clone(),
            };
            // No password outlives the seat that it opens.
            let expires_at =
                plus(now, limits.initial_password_life).min(plus(registered_at, limits.pending_seat_life));
            let promise = mail.anew(content, expires_at, now);
            Ok((source, today, promise, true))
        })
    }

    fn mail_initial_password(
        &self,
        id: &MemberId,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
        next: impl FnOnce(
            &Source,
            &[Timestamp],
            &Promise,
        ) -> Result<(Source, Vec<Timestamp>, Promise, bool), NotMailed>,
    ) -> Result<Self, NotMailed> {
        let member = self
            .owner(now, limits)
            .filter(|member| member.id == *id)
            .ok_or(NotMailed::NoSuchPassword)?;
        let Credential::Initial {
            source,
            reissues,
            mail,
        } = &member.credential
        else {
            return Err(NotMailed::NoSuchPassword);
        };
        let (source, reissues, mail, is_new) = next(source, reissues, mail)?;
        let mails = self.mails.spend(now, limits).map_err(NotMailed::AddressFull)?;
        let mut member = member.clone();
        member.credential = Credential::Initial {
            source,
            reissues,
            mail,
        };
        let mut account = Self {
            mails,
            ..self.clone()
        };
        if is_new {
            member.credential_version = member.credential_version.saturating_add(1);
            // A password that was guessed at is gone; its failures say nothing about the new one.
            account.passwords = PasswordGuard::default();
        }
        account.member = Some(member);
        let act = if is_new {
            Act::InitialPasswordReissued
        } else {
            Act::InitialPasswordResent
        };
        Ok(account.with(Event::of(act, now, by)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::initial_password::Source;
    use crate::samples::{LIMITS, account, active, address, agreement, device, flow, pending, session, t};
    use crate::terms::PUBLISHED;

    const DAY: u64 = 86_400;
    const SEAT: u64 = 14 * DAY;
    const HALF_A_YEAR: u64 = 180 * DAY;

    fn key() -> AccountKey {
        address().key()
    }

    fn act(account: &Account) -> Act {
        account.event.as_ref().unwrap().act
    }

    fn ids<T>(list: &[T], id: impl Fn(&T) -> &str) -> Vec<String> {
        list.iter().map(|one| id(one).to_owned()).collect()
    }

    fn proof(of: &Member, right: bool) -> Proof {
        Proof {
            of: Some((of.id.clone(), of.credential_version)),
            right,
            renewed: None,
        }
    }

    /// `account` after so many wrong passwords at `at` from somebody whose device is not known.
    fn guessed_at(account: Account, times: u32, at: u64) -> Account {
        (0..times).fold(account, |account, _| {
            account.judge_password(false, None, t(at), &LIMITS).0
        })
    }

    fn parts(member: &Member) -> (&Source, &[Timestamp], &Promise) {
        match &member.credential {
            Credential::Initial {
                source,
                reissues,
                mail,
            } => (source, reissues, mail),
            Credential::Chosen { .. } => panic!("no initial password any more"),
        }
    }

    #[test]
    fn a_role_is_known_by_its_word_and_by_no_other() {
        assert_eq!((Role::Manager.code(), Role::Member.code()), ("manager", "member"));
        for role in [Role::Manager, Role::Member] {
            assert_eq!(Role::parse(role.code()), Some(role));
        }
        assert_eq!(Role::parse("owner"), None);
    }

    #[test]
    fn a_credential_shows_its_kind_and_nothing_else() {
        assert_eq!(format!("{:?}", pending("m").credential), "Initial(***)");
        assert_eq!(format!("{:?}", active("m").credential), "Chosen(***)");
    }

    #[test]
    fn a_member_is_pending_until_the_password_is_their_own_and_disabled_before_all() {
        assert_eq!(
            (pending("m").status(), active("m").status()),
            ("pending", "active")
        );
        assert!(pending("m").is_pending() && !active("m").is_pending());
        for member in [pending("m"), active("m")] {
            let disabled = Member {
                disabled: true,
                ..member
            };
            assert_eq!(disabled.status(), "disabled");
        }
    }

    /// A seat that nobody comes to is free again after fourteen days.
    #[test]
    fn a_pending_seat_falls_free_after_fourteen_days_and_a_taken_one_never() {
        assert_eq!(pending("m").seat_falls_free_at(&LIMITS), Some(t(SEAT)));
        for (second, is_free) in [(SEAT - 1, false), (SEAT, true), (SEAT + 1, true)] {
            assert_eq!(
                pending("m").seat_has_fallen_free(t(second), &LIMITS),
                is_free,
                "{second}"
            );
            assert_eq!(account(pending("m")).owner(t(second), &LIMITS).is_none(), is_free);
        }
        assert_eq!(active("m").seat_falls_free_at(&LIMITS), None);
        assert!(!active("m").seat_has_fallen_free(t(10 * SEAT), &LIMITS));
        assert!(account(active("m")).owner(t(10 * SEAT), &LIMITS).is_some());
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
    fn a_session_is_found_by_its_own_name_until_the_second_at_which_it_is_over() {
        let member = Member {
            sessions: vec![session("s", "f", 0, 100)],
            ..active("m")
        };
        let found = |id: &str, second| member.session(&SessionId::new(id), t(second)).is_some();
        assert_eq!(
            [found("s", 99), found("s", 100), found("s", 101)],
            [true, false, false]
        );
        assert!(!found("other", 99));
        assert!(!found("other", 100));
    }

    #[test]
    fn a_sixth_session_ends_the_oldest() {
        let mut member = active("m");
        for name in ["a", "b", "c", "d", "e", "f"] {
            member = member.with_session(session(name, name, 0, 100), t(0), &LIMITS);
        }
        assert_eq!(
            ids(&member.sessions, |s| s.id.as_str()),
            ["b", "c", "d", "e", "f"]
        );
    }

    #[test]
    fn a_log_in_has_one_session_and_what_is_over_is_dropped() {
        let member = Member {
            sessions: vec![
                session("over", "x", 0, 49),
                session("over now", "y", 0, 50),
                session("living", "z", 0, 51),
                session("old cookie", "f", 0, 100),
            ],
            ..active("m")
        };
        let member = member.with_session(session("new cookie", "f", 50, 100), t(50), &LIMITS);
        assert_eq!(ids(&member.sessions, |s| s.id.as_str()), ["living", "new cookie"]);
    }

    #[test]
    fn a_device_is_known_until_half_a_year_has_passed() {
        let member = Member {
            devices: vec![device("d", 0)],
            ..active("m")
        };
        let known = |id: &str, second| member.device(&DeviceId::new(id), t(second), &LIMITS).is_some();
        assert!(known("d", HALF_A_YEAR - 1));
        assert!(!known("d", HALF_A_YEAR));
        assert!(!known("d", HALF_A_YEAR + 1));
        assert!(!known("other", HALF_A_YEAR - 1));
        assert!(!known("other", HALF_A_YEAR));
    }

    #[test]
    fn a_sixth_device_puts_the_one_that_was_longest_away_among_the_strangers() {
        let mut member = active("m");
        for (second, name) in (0..).zip(["a", "b", "c", "a", "d", "e", "f"]) {
            member = member.with_device(DeviceId::new(name), t(second), &LIMITS);
        }
        assert_eq!(ids(&member.devices, |d| d.id.as_str()), ["c", "a", "d", "e", "f"]);
        let far = t(3 + HALF_A_YEAR);
        let member = member.with_device(DeviceId::new("g"), far, &LIMITS);
        assert_eq!(
            ids(&member.devices, |d| d.id.as_str()),
            ["d", "e", "f", "g"],
            "c was away for more than half a year, a for exactly as long"
        );
        assert_eq!(member.devices[3].seen_at, far);
    }

    #[test]
    fn a_device_owes_nothing_after_a_completed_log_in() {
        let owing = Device {
            passwords: PasswordGuard::default().failed(t(0)),
            ..device("d", 0)
        };
        let member = Member {
            devices: vec![owing],
            ..active("m")
        };
        let member = member.with_device(DeviceId::new("d"), t(9), &LIMITS);
        assert_eq!(member.devices, [device("d", 9)]);
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
                source: source.clone(),
            }
        );
        assert_eq!(member.mail(), Some(mail));
        assert_eq!(active("m").mail(), None);
        assert_eq!((member.registered_at, member.credential_version), (t(0), 1));
    }

    #[test]
    fn why_no_initial_password_is_mailed_is_told_with_its_seconds() {
        let early = Refusal::of(Kind::ResendTooEarly).with_retry_after(7);
        assert_eq!(Refusal::from(NotMailed::TooEarly(7)), early);
        assert_eq!(Refusal::from(NotMailed::from(NoResend::TooEarly(7))), early);
        assert_eq!(
            Refusal::from(NotMailed::from(NoResend::NoneLeft)),
            Kind::NoSendsLeft.into()
        );
        assert_eq!(
            Refusal::from(NotMailed::AddressFull(NotBefore { seconds: 9 })),
            Refusal::of(Kind::TooManyRequests).with_retry_after(9)
        );
        assert_eq!(Refusal::from(NotMailed::NoSuchPassword), Kind::WrongStep.into());
    }

    #[test]
    fn an_account_without_an_owner_is_forgotten_with_what_counts_longest() {
        let unknown = Account::unknown(key(), t(0));
        assert_eq!(unknown.forgotten_at(&LIMITS), t(0));
        let judged = Account {
            judged_at: t(5_000),
            ..unknown.clone()
        };
        assert_eq!(judged.forgotten_at(&LIMITS), t(5_000));
        let guessed = guessed_at(judged, 1, 5_000);
        assert_eq!(guessed.forgotten_at(&LIMITS), t(5_900));
        let mailed = Account {
            mails: guessed.mails.count(t(10)),
            ..guessed.clone()
        };
        assert_eq!(mailed.forgotten_at(&LIMITS), t(10 + DAY));
        let code = Account {
            codes: guessed.codes.failed(t(20), &LIMITS),
            ..mailed
        };
        assert_eq!(code.forgotten_at(&LIMITS), t(20 + DAY));
        assert_eq!(code.swept_at(&LIMITS), Some(t(20 + DAY)));
    }

    #[test]
    fn an_account_is_not_swept_before_its_seat_falls_free_and_never_once_its_owner_has_come() {
        assert_eq!(account(active("m")).swept_at(&LIMITS), None);
        assert_eq!(account(pending("m")).swept_at(&LIMITS), Some(t(SEAT)));
        let guessed = guessed_at(account(pending("m")), 1, SEAT);
        assert_eq!(guessed.swept_at(&LIMITS), Some(t(SEAT + 900)));
    }

    #[test]
    fn the_right_password_promises_a_code_and_forgets_what_was_wrong() {
        let before = guessed_at(account(active("m")), 2, 0);
        let (after, verdict) = before.judge_password(true, None, t(7), &LIMITS);
        assert_eq!(
            verdict,
            LoginVerdict::Right {
                member: MemberId::new("m"),
                credential_version: 2,
                to: address(),
            }
        );
        assert_eq!(act(&after), Act::LoginCodePromised);
        assert_eq!(after.mails.sends, [t(7)]);
        assert_eq!(after.passwords, PasswordGuard::default());
        assert_eq!(after.judged_at, t(7));
    }

    /// one answer, whoever asks.
    #[test]
    fn wrong_unknown_and_disabled_get_one_answer_and_are_counted_alike() {
        let disabled = Member {
            disabled: true,
            ..active("m")
        };
        for (account, right) in [
            (account(active("m")), false),
            (account(disabled), true),
            (Account::unknown(key(), t(0)), false),
            (Account::unknown(key(), t(0)), true),
        ] {
            let (after, verdict) = account.judge_password(right, None, t(7), &LIMITS);
            assert_eq!(verdict, LoginVerdict::WrongCredentials);
            assert_eq!(act(&after), Act::PasswordWrong);
            assert_eq!((after.passwords.failures, after.judged_at), (1, t(7)));
            assert_eq!(after.mails, MailBudget::default());
        }
    }

    #[test]
    fn while_a_wait_runs_not_even_the_right_password_is_judged() {
        let before = guessed_at(account(active("m")), 6, 0);
        assert_eq!(before.passwords.failures, 5, "the sixth came during the wait");
        let (during, verdict) = before.judge_password(true, None, t(0), &LIMITS);
        assert_eq!(
            (act(&during), verdict),
            (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
        );
        assert_eq!(during.passwords, before.passwords);
        let (after, verdict) = before.judge_password(true, None, t(1), &LIMITS);
        assert_eq!(act(&after), Act::LoginCodePromised);
        assert!(matches!(verdict, LoginVerdict::Right { .. }));
    }

    #[test]
    fn while_codes_are_stopped_the_right_password_is_answered_like_a_wrong_one() {
        let stopped = (0..10).fold(account(active("m")).codes, |codes, _| codes.failed(t(0), &LIMITS));
        let before = Account {
            codes: stopped,
            ..account(active("m"))
        };
        let (during, verdict) = before.judge_password(true, None, t(899), &LIMITS);
        assert_eq!(
            (act(&during), verdict),
            (Act::PasswordNotJudged, LoginVerdict::WrongCredentials)
        );
        assert_eq!(during.mails, MailBudget::default());
        let (after, _) = before.judge_password(true, None, t(900), &LIMITS);
        assert_eq!(act(&after), Act::LoginCodePromised);
    }

    #[test]
    fn an_initial_password_opens_until_72_hours_have_passed() {
        let before = guessed_at(account(pending("m")), 1, 0);
        let life = 72 * 3_600;
        let (_, verdict) = before.judge_password(true, None, t(life - 1), &LIMITS);
        assert!(matches!(verdict, LoginVerdict::Right { .. }));
        for second in [life, life + 1] {
            let (after, verdict) = before.judge_password(true, None, t(second), &LIMITS);
            assert_eq!(
                (act(&after), verdict),
                (Act::InitialPasswordExpired, LoginVerdict::InitialPasswordExpired)
            );
            assert_eq!(after.mails, MailBudget::default());
            assert_eq!(after.passwords, PasswordGuard::default());
        }
    }

    #[test]
    fn a_full_mailbox_is_told_to_whoever_knows_the_password() {
        let mut before = account(active("m"));
        for _ in 0..10 {
            before.mails = before.mails.count(t(0));
        }
        let (after, verdict) = before.judge_password(true, None, t(3_599), &LIMITS);
        assert_eq!(verdict, LoginVerdict::AddressFull(NotBefore { seconds: 1 }));
        assert_eq!(act(&after), Act::LoginMailRefused);
        assert_eq!(after.mails, before.mails);
    }

    /// `docs/adr/0020-known-devices.md`
    #[test]
    fn strangers_and_a_known_device_are_counted_apart() {
        let member = Member {
            devices: vec![device("other", 0), device("d", 0)],
            ..active("m")
        };
        let d = DeviceId::new("d");
        let hammered = guessed_at(account(member), 5, 0);
        let (known, verdict) = hammered.judge_password(false, Some(&d), t(0), &LIMITS);
        assert_eq!(
            (verdict, act(&known)),
            (LoginVerdict::WrongCredentials, Act::PasswordWrong)
        );
        assert_eq!(known.passwords, hammered.passwords);
        let failures = |account: &Account| -> Vec<u64> {
            let devices = &account.member.as_ref().unwrap().devices;
            devices.iter().map(|device| device.passwords.failures).collect()
        };
        assert_eq!(failures(&known), [0, 1]);
        let (right, verdict) = known.judge_password(true, Some(&d), t(0), &LIMITS);
        assert!(matches!(verdict, LoginVerdict::Right { .. }));
        assert_eq!(failures(&right), [0, 0]);
        assert_eq!(right.passwords, hammered.passwords, "a stranger's wait goes on");
    }

    #[test]
    fn a_device_that_the_account_does_not_know_any_more_counts_as_a_stranger() {
        let member = Member {
            devices: vec![device("d", 0)],
            ..active("m")
        };
        for (id, second) in [("unknown", 0), ("d", HALF_A_YEAR)] {
            let device = DeviceId::new(id);
            let before = account(member.clone());
            let (after, _) = before.judge_password(false, Some(&device), t(second), &LIMITS);
            assert_eq!(after.passwords.failures, 1);
            assert_eq!(after.member, before.member);
        }
    }

    #[test]
    fn a_password_that_was_compared_with_another_credential_is_wrong() {
        let before = account(active("m"));
        for of in [
            None,
            Some((MemberId::new("m"), 1)),
            Some((MemberId::new("other"), 2)),
        ] {
            let proof = Proof {
                of,
                ..proof(&active("m"), true)
            };
            let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
            let (after, verdict) = change.stored();
            assert_eq!(verdict, LoginVerdict::WrongCredentials);
            assert_eq!(after.passwords.failures, 1);
        }
        let proof = proof(&active("m"), false);
        let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
        assert_eq!(change.stored().1, LoginVerdict::WrongCredentials);
    }

    #[test]
    fn an_address_that_nobody_owns_gets_an_account_for_its_guesses() {
        let nobody = Proof {
            of: None,
            right: true,
            renewed: None,
        };
        let change = Account::log_in(None, &key(), &nobody, None, t(3), &LIMITS);
        let (after, verdict) = change.stored();
        assert_eq!(verdict, LoginVerdict::WrongCredentials);
        assert_eq!((after.key, after.passwords.failures), (key(), 1));
        assert_eq!(after.member, None);
    }

    #[test]
    fn a_hash_is_renewed_by_the_right_password_and_by_no_other() {
        let before = account(active("m"));
        let hash_after = |right, second| {
            let proof = Proof {
                renewed: Some("renewed".to_owned()),
                ..proof(&active("m"), right)
            };
            let change = Account::log_in(Some(&before), &key(), &proof, None, t(second), &LIMITS);
            match change.stored().0.member.unwrap().credential {
                Credential::Chosen { hash, by } => (hash, by),
                Credential::Initial { .. } => panic!("a chosen password stays one"),
            }
        };
        assert_eq!(hash_after(true, 0), ("renewed".to_owned(), flow("first")));
        assert_eq!(hash_after(false, 0), ("hash".to_owned(), flow("first")));
        let unchanged = Account::log_in(
            Some(&before),
            &key(),
            &proof(&active("m"), true),
            None,
            t(0),
            &LIMITS,
        );
        assert_eq!(
            unchanged.stored().0.member,
            before.member,
            "without a new hash the old one stays"
        );
    }

    #[test]
    fn an_initial_password_has_no_hash_to_renew() {
        let before = account(pending("m"));
        let proof = Proof {
            renewed: Some("renewed".to_owned()),
            ..proof(&pending("m"), true)
        };
        let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
        let (after, verdict) = change.stored();
        assert!(matches!(verdict, LoginVerdict::Right { .. }));
        assert_eq!(after.member, before.member);
    }

    /// The write is made so that every answer takes the same time, and given up to whoever is faster.
    #[test]
    fn what_was_not_judged_is_offered_and_not_insisted_on() {
        let before = guessed_at(account(active("m")), 5, 0);
        let proof = proof(&active("m"), true);
        let change = Account::log_in(Some(&before), &key(), &proof, None, t(0), &LIMITS);
        assert!(matches!(change, Change::Offer(_, LoginVerdict::WrongCredentials)));
    }

    #[test]
    fn a_registration_code_counts_among_the_mails_of_its_address() {
        let promise = |before: Option<&Account>, second| {
            Account::promise_registration_code(before, &key(), &flow("f"), t(second), &LIMITS)
        };
        let (mut after, answer) = promise(None, 0).stored();
        assert_eq!((answer, &after.mails.sends[..]), (Ok(()), &[t(0)][..]));
        assert_eq!(
            after.event,
            Some(Event::of(Act::RegistrationCodePromised, t(0), &flow("f")))
        );
        for _ in 1..6 {
            after = promise(Some(&after), 0).stored().0;
        }
        assert_eq!(
            promise(Some(&after), 3_599).kept(),
            Err(Refusal::of(Kind::TooManyRequests).with_retry_after(1))
        );
        assert_eq!(promise(Some(&after), 3_600).stored().1, Ok(()));
        // The owner's log-ins find the rest.
        after.member = Some(active("m"));
        for _ in 6..10 {
            let (next, verdict) = after.judge_password(true, None, t(0), &LIMITS);
            assert!(matches!(verdict, LoginVerdict::Right { .. }));
            after = next;
        }
        let (_, verdict) = after.judge_password(true, None, t(0), &LIMITS);
        assert_eq!(verdict, LoginVerdict::AddressFull(NotBefore { seconds: 3_600 }));
    }

    #[test]
    fn a_mail_that_is_not_sent_after_all_is_given_back_once() {
        let mut before = account(active("m"));
        before.mails = before.mails.count(t(1)).count(t(2));
        let give_back = |before: &Account| Account::give_mail_back(Some(before), &flow("f"), t(1));
        let (after, ()) = give_back(&before).stored();
        assert_eq!(after.mails.sends, [t(2)]);
        assert_eq!(after.event, Some(Event::of(Act::MailNotSent, t(1), &flow("f"))));
        assert_eq!(after.member, before.member);
        give_back(&after).kept();
        Account::give_mail_back(None, &flow("f"), t(1)).kept();
    }

    #[test]
    fn a_free_address_is_taken_with_its_first_mail_counted_and_old_guesses_forgotten() {
        let guessed = guessed_at(Account::unknown(key(), t(0)), 5, 0);
        for before in [None, Some(&guessed)] {
            let taken = Account::take_seat(before, &pending("m"), &[], &flow("f"), t(9), &LIMITS).unwrap();
            assert_eq!(taken.key, key());
            assert_eq!(taken.member, Some(pending("m")));
            assert_eq!(taken.mails.sends, [t(9)]);
            assert_eq!(taken.passwords, PasswordGuard::default());
            assert_eq!(
                taken.event,
                Some(Event::of(Act::MemberRegistered, t(9), &flow("f")))
            );
        }
    }

    /// `docs/adr/0011-first-password-mail-is-never-refused.md`
    #[test]
    fn the_first_password_is_mailed_however_full_the_mailbox_is() {
        let mut full = Account::unknown(key(), t(0));
        for _ in 0..20 {
            full.mails = full.mails.count(t(0));
        }
        let taken = Account::take_seat(Some(&full), &pending("m"), &[], &flow("f"), t(0), &LIMITS).unwrap();
        assert_eq!(taken.mails.sends.len(), 21);
    }

    #[test]
    fn an_address_is_not_taken_from_its_owner_unless_the_owner_leaves() {
        let take = |before: &Account, leaves: &[MemberId], second| {
            Account::take_seat(
                Some(before),
                &pending("new"),
                leaves,
                &flow("f"),
                t(second),
                &LIMITS,
            )
        };
        let owned = account(pending("old"));
        assert_eq!(take(&owned, &[], SEAT - 1), None);
        assert_eq!(take(&owned, &[MemberId::new("somebody")], 0), None);
        assert!(take(&owned, &[MemberId::new("old")], 0).is_some());
        assert!(take(&owned, &[], SEAT).is_some());
        assert_eq!(take(&account(active("old")), &[], SEAT), None);
    }

    #[test]
    fn who_leaves_the_seat_leaves_no_way_in() {
        let left = account(pending("m")).leave_seat(&flow("f"), t(9));
        assert_eq!(
            left,
            Account {
                member: None,
                judged_at: t(9),
                event: Some(Event::of(Act::MemberReplaced, t(9), &flow("f"))),
                ..account(pending("m"))
            }
        );
    }

    #[test]
    fn an_initial_password_is_sent_again_as_it_is() {
        let resend = |account: &Account, id: &str, second| {
            account.resend_initial_password(&MemberId::new(id), &flow("f"), t(second), &LIMITS)
        };
        let before = guessed_at(account(pending("m")), 1, 0);
        assert_eq!(resend(&before, "m", 29), Err(NotMailed::TooEarly(1)));
        assert_eq!(resend(&before, "other", 30), Err(NotMailed::NoSuchPassword));
        assert_eq!(
            resend(&account(active("m")), "m", 30),
            Err(NotMailed::NoSuchPassword)
        );
        let after = resend(&before, "m", 30).unwrap();
        assert_eq!(
            after.event,
            Some(Event::of(Act::InitialPasswordResent, t(30), &flow("f")))
        );
        assert_eq!(after.mails.sends, [t(30)]);
        assert_eq!(after.passwords, before.passwords);
        let (old, new) = (before.member.unwrap(), after.member.unwrap());
        assert_eq!(new.credential_version, old.credential_version);
        let ((old_source, _, old_mail), (new_source, _, new_mail)) = (parts(&old), parts(&new));
        assert_eq!(new_source, old_source);
        assert_eq!(new_mail.content, old_mail.content);
        assert_eq!(
            (new_mail.number, new_mail.sends, new_mail.expires_at),
            (2, 2, old_mail.expires_at)
        );
    }

    #[test]
    fn an_expired_initial_password_is_not_sent_again() {
        let life = 72 * 3_600;
        let resend = |second| {
            account(pending("m")).resend_initial_password(&MemberId::new("m"), &flow("f"), t(second), &LIMITS)
        };
        assert!(resend(life - 1).is_ok());
        assert_eq!(resend(life), Err(NotMailed::NoSuchPassword));
        assert_eq!(resend(life + 1), Err(NotMailed::NoSuchPassword));
    }

    fn reissue(account: &Account, id: &str, second: u64) -> Result<Account, NotMailed> {
        let (id, key) = (MemberId::new(id), KeyId::new("k2"));
        account.reissue_initial_password(&id, &key, &flow("f"), t(second), &LIMITS)
    }

    #[test]
    fn a_reissue_kills_the_old_password_and_begins_a_new_series() {
        let before = guessed_at(account(pending("m")), 1, 0);
        assert_eq!(reissue(&before, "other", 5), Err(NotMailed::NoSuchPassword));
        assert_eq!(
            reissue(&account(active("m")), "m", 5),
            Err(NotMailed::NoSuchPassword)
        );
        let after = reissue(&before, "m", 5).unwrap();
        assert_eq!(
            after.event,
            Some(Event::of(Act::InitialPasswordReissued, t(5), &flow("f")))
        );
        assert_eq!(after.mails.sends, [t(5)]);
        assert_eq!(after.passwords, PasswordGuard::default());
        let member = after.member.unwrap();
        assert_eq!(member.credential_version, 2);
        let (source, reissues, mail) = parts(&member);
        assert_eq!(
            *source,
            Source {
                key: KeyId::new("k2"),
                nonce: "n".to_owned(),
                issue: 2,
            }
        );
        assert_eq!(reissues, [t(5)]);
        assert_eq!(
            (mail.number, mail.sends, mail.expires_at),
            (2, 1, t(5 + 72 * 3_600))
        );
        assert_eq!(mail.content.of(), "m");
        assert!(matches!(&mail.content, Content::InitialPassword { source: of, .. } if of == source));
    }

    #[test]
    fn three_initial_passwords_are_reissued_within_any_24_hours() {
        let mut account = account(pending("m"));
        for second in [0, 10, 20] {
            account = reissue(&account, "m", second).unwrap();
        }
        assert_eq!(reissue(&account, "m", DAY - 1), Err(NotMailed::NoneLeft));
        let account = reissue(&account, "m", DAY).unwrap();
        assert_eq!(parts(account.member.as_ref().unwrap()).1, [t(10), t(20), t(DAY)]);
        assert_eq!(reissue(&account, "m", DAY + 9), Err(NotMailed::NoneLeft));
        assert!(reissue(&account, "m", DAY + 11).is_ok());
    }

    #[test]
    fn no_initial_password_outlives_the_seat_that_it_opens() {
        let late = reissue(&account(pending("m")), "m", SEAT - 1).unwrap();
        assert_eq!(late.member.unwrap().mail().unwrap().expires_at, t(SEAT));
        assert_eq!(
            reissue(&account(pending("m")), "m", SEAT),
            Err(NotMailed::NoSuchPassword)
        );
    }

    #[test]
    fn a_full_mailbox_gets_no_further_initial_password() {
        let mut full = account(pending("m"));
        for _ in 0..10 {
            full.mails = full.mails.count(t(0));
        }
        let not = Err(NotMailed::AddressFull(NotBefore { seconds: 3_595 }));
        assert_eq!(reissue(&full, "m", 5), not);
    }
}
