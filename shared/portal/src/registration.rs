//! 初回利用登録 — one registration in progress, from 電子請求受付システム認証 to ユーザ登録完了.

use jiff::Timestamp;

use crate::challenge::Challenge;
use crate::claims::RegisteredOffice;
use crate::limits::Limits;
use crate::office::Claim;
use crate::time::plus;
use crate::values::{
    AccountKey, ClaimsUserId, Draft, EmailAddress, FlowId, MemberId, OfficeName, Profile, RequestKey,
};

/// A member who has never logged in and whom a correction replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Who.
    pub member: MemberId,
    /// Under which address.
    pub account: AccountKey,
}

/// How this registration ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// The request that did it, for its replay.
    pub request: RequestKey,
    /// What was confirmed.
    pub draft: Draft,
    /// When.
    pub at: Timestamp,
}

/// 段階 — each holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// The office that the claims system names cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// The stage at which this registration is complete.
    #[must_use]
    pub fn completed(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
        registered: Option<Registered>,
    ) -> Self {
        self.at(Stage::Completed {
            office,
            member,
            account,
            registered,
        })
    }
}
