//! 初回利用登録 — one registration in progress, from 電子請求受付システム認証 to ユーザ登録完了.

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::challenge::{Challenge, Judged};
use crate::change::Change;
use crate::claims::RegisteredOffice;
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::office::{Claim, Founding};
use crate::problem::{Kind, Refusal};
use crate::time::plus;
use crate::values::{
    AccountKey, ClaimsUserId, Draft, EmailAddress, FlowId, MemberId, OfficeName, Profile, RequestKey,
};

/// A member who has never logged in and whom a correction replaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Replaced {
    /// Who.
    pub member: MemberId,
    /// Under which address.
    pub account: AccountKey,
}

/// How this registration ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registered {
    /// The request that did it, for its replay.
    pub request: RequestKey,
    /// What was confirmed.
    pub draft: Draft,
    /// When.
    pub at: Timestamp,
}

impl Registered {
    /// What an office remembers of it.
    pub fn by(founding: &Founding) -> Self {
        Self {
            request: founding.request.clone(),
            draft: founding.draft.clone(),
            at: founding.at,
        }
    }
}

/// 段階 — each holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// セキュリティコードの入力: the password was right, and a code is set.
    SecurityCode {
        /// Wrong codes so far.
        tries: u32,
    },
    /// ワンタイムパスワード認証
    Otp {
        /// Which office the claims system says it is.
        office: OfficeName,
        /// The mailed code.
        challenge: Challenge,
    },
    /// 新規ユーザ登録情報の入力
    Profile {
        /// The proven office.
        office: OfficeName,
    },
    /// 入力情報の確認
    Confirm {
        /// The proven office.
        office: OfficeName,
        /// As it will be stored.
        profile: Profile,
        /// Whom this registration corrects.
        replaces: Option<Replaced>,
    },
    /// 「同一組織で新規登録が完了しています。…」
    AlreadyRegistered {
        /// The proven office.
        office: OfficeName,
    },
    /// ユーザ登録完了
    Completed {
        /// The proven office.
        office: OfficeName,
        /// The member whose initial password was mailed.
        member: MemberId,
        /// The member's account.
        account: AccountKey,
        /// How, if by this registration and not by a re-issue.
        registered: Option<Registered>,
    },
}

/// 初回利用登録 — the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The digest of its cookie.
    pub id: FlowId,
    /// Who authenticates.
    pub claims_user: ClaimsUserId,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Answers of the kind `email-taken` so far.
    pub email_taken: u32,
    /// Where it stands.
    pub stage: Stage,
    /// What happens with this change; not read back.
    pub event: Option<Event>,
}

/// The office that the claims system names cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoMailAddress;

/// The office and the address to which its code is mailed; an address that cannot be sent to is none.
pub fn office_and_address(
    registered: &RegisteredOffice,
) -> Result<(OfficeName, EmailAddress), NoMailAddress> {
    let address = registered.mail_address.as_deref().ok_or(NoMailAddress)?;
    let address = EmailAddress::parse(address).map_err(|_| NoMailAddress)?;
    Ok((
        OfficeName {
            number: registered.number.clone(),
            name: registered.name.clone(),
        },
        address,
    ))
}

impl Registration {
    /// A registration that begins at this stage.
    pub fn begin(
        id: FlowId,
        claims_user: ClaimsUserId,
        stage: Stage,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        Self {
            event: Some(Event::of(Act::RegistrationBegun, now, &id)),
            id,
            claims_user,
            expires_at: plus(now, limits.registration_life),
            email_taken: 0,
            stage,
        }
    }

    /// Whether it is over by time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The registration at another stage.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// The office, once it is proven.
    pub const fn office(&self) -> Option<&OfficeName> {
        match &self.stage {
            Stage::SecurityCode { .. } | Stage::Otp { .. } => None,
            Stage::Profile { office }
            | Stage::Confirm { office, .. }
            | Stage::AlreadyRegistered { office }
            | Stage::Completed { office, .. } => Some(office),
        }
    }

    /// The stage after the right code: that the office is registered is told here, never before.
    #[must_use]
    pub fn after_code(&self, office: OfficeName, claim: &Claim) -> Self {
        match claim {
            Claim::Free => self.at(Stage::Profile { office }),
            Claim::Pending { .. } | Claim::Taken => self.at(Stage::AlreadyRegistered { office }),
        }
    }

    /// The registration after it was answered `email-taken`; none if that ends it.
    pub fn after_email_taken(&self, limits: &Limits) -> Option<Self> {
        let next = Self {
            email_taken: self.email_taken.saturating_add(1),
            ..self.clone()
        };
        (u64::from(next.email_taken) < limits.email_taken_answers).then_some(next)
    }

    fn with(mut self, act: Act, now: Timestamp) -> Self {
        self.event = Some(Event::of(act, now, &self.id));
        self
    }
}

/// What a submission makes of a registration. Each is the whole decision: it is taken again on whatever is stored by
/// then, until its write is won.
impl Registration {
    /// Spends a try at the security code before the claims system is asked, for it counts, too; says how many are left.
    pub fn spend_security_code_try(
        &self,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<u64, Refusal>> {
        let Stage::SecurityCode { tries } = self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if u64::from(tries) >= limits.security_code_tries {
            return Change::Keep(Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)));
        }
        let tries = tries.saturating_add(1);
        let left = limits.security_code_tries.saturating_sub(u64::from(tries));
        let next = self.at(Stage::SecurityCode { tries });
        Change::Store(next.with(Act::SecurityCodeAsked, now), Ok(left))
    }

    /// Gives a try back: nothing was judged, so nothing is spent.
    pub fn give_back_security_code_try(&self, now: Timestamp) -> Change<Self, ()> {
        match self.stage {
            Stage::SecurityCode { tries } => {
                let next = self.at(Stage::SecurityCode {
                    tries: tries.saturating_sub(1),
                });
                Change::Store(next.with(Act::SecurityCodeNotCounted, now), ())
            }
            _ => Change::Keep(()),
        }
    }

    /// The security code was right: on to this stage.
    pub fn accept_security_code(&self, stage: Stage, now: Timestamp) -> Change<Self, Result<(), Refusal>> {
        match self.stage {
            Stage::SecurityCode { .. } => {
                Change::Store(self.at(stage).with(Act::SecurityCodeRight, now), Ok(()))
            }
            _ => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }

    /// A code that was judged against `judged`: on if it is right, a try less if it is not.
    ///
    /// What is stored by now decides whether it was judged in time, and against the living code.
    pub fn enter_code(
        &self,
        judged: &Judged,
        claim: &Claim,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let Stage::Otp { office, challenge } = &self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if let Err(why) = challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        if judged.is_right_for(challenge) {
            return Change::Store(self.after_code(office.clone(), claim), Ok(()));
        }
        let failed = challenge.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(failed.tries_left(limits));
        let stage = Stage::Otp {
            office: office.clone(),
            challenge: failed,
        };
        Change::Store(self.at(stage), Err(refusal))
    }

    /// The code once more, or a new one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let Stage::Otp { office, challenge } = &self.stage else {
            return Ok(Change::Keep(Err(Kind::WrongStep.into())));
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => {
                let stage = Stage::Otp {
                    office: office.clone(),
                    challenge,
                };
                Change::Store(self.at(stage), Ok(()))
            }
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }

    /// A profile that was entered or corrected while the registration stood at `before`.
    ///
    /// One that somebody confirmed meanwhile is not overwritten by a late one.
    pub fn enter_profile(
        &self,
        before: &Stage,
        office: OfficeName,
        profile: Profile,
        replaces: Option<Replaced>,
    ) -> Change<Self, Result<(), Refusal>> {
        let same_stage = core::mem::discriminant(&self.stage) == core::mem::discriminant(before);
        if same_stage || matches!(self.stage, Stage::Profile { .. } | Stage::Confirm { .. }) {
            let stage = Stage::Confirm {
                office,
                profile,
                replaces,
            };
            Change::Store(self.at(stage), Ok(()))
        } else {
            Change::Keep(Err(Kind::WrongStep.into()))
        }
    }

    /// One more answer of the kind `email-taken`; the last ends the registration, so that nobody asks through a list.
    pub fn count_email_taken(&self, limits: &Limits) -> Change<Self, ()> {
        match self.after_email_taken(limits) {
            Some(next) => Change::Store(next, ()),
            None => Change::Remove(()),
        }
    }

    /// What is committed: this registration made the member. Answers with the registration as it is then.
    pub fn complete(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
        registered: Registered,
    ) -> Change<Self, Self> {
        if matches!(self.stage, Stage::Completed { .. }) {
            return Change::Keep(self.clone());
        }
        let next = self.at(Stage::Completed {
            office,
            member,
            account,
            registered: Some(registered),
        });
        Change::Store(next.clone(), next)
    }

    /// Somebody else was faster: the person sees who, and the ways out.
    pub fn lose_office(&self, office: OfficeName) -> Change<Self, Self> {
        match self.stage {
            Stage::Confirm { .. } => {
                let next = self.at(Stage::AlreadyRegistered { office });
                Change::Store(next.clone(), next)
            }
            _ => Change::Keep(self.clone()),
        }
    }

    /// The pending member's initial password is to be issued again. The flow moves first, so that a double click
    /// issues once.
    pub fn take_up_pending(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
    ) -> Change<Self, Result<(), Refusal>> {
        match self.stage {
            Stage::AlreadyRegistered { .. } => {
                let stage = Stage::Completed {
                    office,
                    member,
                    account,
                    registered: None,
                };
                Change::Store(self.at(stage), Ok(()))
            }
            _ => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }
}
