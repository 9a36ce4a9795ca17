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

    /// Counts the mail of a registration code against the address that the claims system names.
    pub fn promise_registration_code(
        before: Option<&Self>,
        key: &AccountKey,
        by: &FlowId,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let before = Self::known(before, key, now);
        match before.mails.spend(now, limits) {
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
