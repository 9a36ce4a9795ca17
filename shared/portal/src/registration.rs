//! 初回利用登録 — one registration in progress, from 電子請求受付システム認証 to ユーザ登録完了.

mod codes;
mod next;
mod profile;
#[cfg(test)]
mod samples;

use jiff::Timestamp;
pub use next::security_code_tries_left;

use crate::account::VoidClaim;
use crate::audit::{Act, AuditEntry, Event};
use crate::challenge::Challenge;
use crate::change::{Entity, Put};
use crate::claims::RegisteredOffice;
use crate::limits::Limits;
use crate::office::{Availability, Founding};
use crate::time::plus;
use crate::values::{
    AccountKey, ClaimsUserId, Draft, EmailAddress, FlowId, MemberId, OfficeName, Profile, RequestKey,
};

/// Whom the member of a registration replaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Replaced {
    /// By a correction: a member who has never logged in.
    Pending {
        /// The member.
        member: MemberId,
        /// The member's account.
        account: AccountKey,
    },
    /// By a take-over: every member of the office, with the first completed log-in.
    Everyone,
}

/// The end of this registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registered {
    /// The Idempotency-Key of its request, for the replay.
    pub request: RequestKey,
    /// The digest of the confirmed profile.
    pub draft: Draft,
    /// The time of the registration.
    pub at: Timestamp,
    /// The end of its initial password, if it is earlier than the password's life.
    pub password_ends_at: Option<Timestamp>,
}

impl Registered {
    /// The same data, from the office's record.
    pub fn by(founding: &Founding) -> Self {
        Self {
            request: founding.request.clone(),
            draft: founding.draft.clone(),
            at: founding.at,
            password_ends_at: founding.password_ends_at,
        }
    }
}

/// 段階 — the state of a registration; each stage holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// セキュリティコードの入力: the password was right, and the office has a security code.
    SecurityCode {
        /// Wrong codes so far.
        tries: u32,
    },
    /// ワンタイムパスワード認証
    Otp {
        /// The office that the claims system named.
        office: OfficeName,
        /// The challenge of the mailed code.
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
        /// The profile as it will be stored.
        profile: Profile,
        /// Whom this registration's member replaces.
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
        /// The end of this registration; `None` if it ended with a re-issue.
        registered: Option<Registered>,
    },
}

/// 初回利用登録 — the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The digest of its cookie.
    pub id: FlowId,
    /// The user id that authenticated.
    pub claims_user: ClaimsUserId,
    /// The address that the claims system has, once the code that was mailed to it was right.
    pub contact: Option<EmailAddress>,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// `email-taken` answers so far.
    pub email_taken: u32,
    /// The addresses that were submitted, taken or not.
    pub asked: Vec<AccountKey>,
    /// The masked address whose claim became void, until another member is registered.
    pub voided: Option<String>,
    /// The stage.
    pub stage: Stage,
}

/// The office's address in the claims system cannot receive mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoMailAddress;

/// The office, and the address to which its code is mailed (R-32).
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

impl Entity for Registration {
    type Audit = AuditEntry;
}

impl Registration {
    /// A new registration at this stage.
    pub fn begin(
        id: FlowId,
        claims_user: ClaimsUserId,
        stage: Stage,
        now: Timestamp,
        limits: &Limits,
    ) -> Put<Self> {
        let event = Event::of(Act::RegistrationBegun, now, &id);
        let begun = Self {
            id,
            claims_user,
            contact: None,
            expires_at: plus(now, limits.registration_life),
            email_taken: 0,
            asked: Vec::new(),
            voided: None,
            stage,
        };
        Put::new(begun, event)
    }

    /// Whether it has expired.
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

    /// The stage after the right code. Only from here on does the person learn that the office is registered (R-15).
    #[must_use]
    pub fn after_code(&self, office: OfficeName, availability: &Availability) -> Self {
        match availability {
            Availability::Free => self.at(Stage::Profile { office }),
            Availability::Pending { .. } | Availability::Taken => {
                self.at(Stage::AlreadyRegistered { office })
            }
        }
    }

    /// The registration after this address was submitted; `None` if too many others were, which ends it.
    fn after_asking(&self, address: &AccountKey, limits: &Limits) -> Option<Self> {
        let mut next = self.clone();
        if !next.asked.contains(address) {
            next.asked.push(address.clone());
        }
        u64::try_from(next.asked.len())
            .is_ok_and(|asked| asked <= limits.addresses_asked)
            .then_some(next)
    }

    /// The registration after its claim became void: at the profile again, or at 同一組織で登録済み if its office has a member
    /// by now.
    #[must_use]
    pub fn after_void(&self, office: OfficeName, void: &VoidClaim, availability: &Availability) -> Self {
        Self {
            voided: Some(void.email_masked.clone()),
            ..self.after_code(office, availability)
        }
    }

    /// This state; its write records an act of this registration.
    fn with_act(self, act: Act, now: Timestamp) -> Put<Self> {
        let event = Event::of(act, now, &self.id);
        Put::new(self, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::samples::{at, at_profile, everywhere, registered};
    use crate::samples::{LIMITS, address, claims_user, flow, office, profile, t};
    use crate::values::FieldCode;

    /// R-32
    #[test]
    fn the_code_goes_to_the_address_that_the_claims_system_has_if_it_can_be_written_to() {
        let registered = |mail_address: Option<&str>| RegisteredOffice {
            number: office().number,
            name: office().name,
            mail_address: mail_address.map(str::to_owned),
        };
        assert_eq!(
            office_and_address(&registered(Some("taro@example.jp"))),
            Ok((office(), address()))
        );
        assert_eq!(EmailAddress::parse("taro"), Err(FieldCode::NotAnEmailAddress));
        for none in [None, Some(""), Some("taro")] {
            assert_eq!(office_and_address(&registered(none)), Err(NoMailAddress));
        }
    }

    #[test]
    fn a_registration_has_half_an_hour() {
        let stage = Stage::SecurityCode { tries: 0 };
        let put = Registration::begin(flow("f"), claims_user(), stage.clone(), t(0), &LIMITS);
        let (begun, event) = put.into_parts();
        assert_eq!(begun, at(stage));
        assert_eq!(event, Some(Event::of(Act::RegistrationBegun, t(0), &flow("f"))));
        assert_eq!(
            [1_799, 1_800, 1_801].map(|second| begun.is_expired(t(second))),
            [false, true, true]
        );
    }

    #[test]
    fn an_office_remembers_by_which_request_it_was_registered() {
        let founding = Founding {
            flow: flow("f"),
            request: RequestKey::new("r"),
            draft: profile().draft(),
            member: MemberId::new("m"),
            at: t(60),
            password_ends_at: None,
        };
        assert_eq!(Registered::by(&founding), registered());
    }

    #[test]
    fn no_office_is_named_before_it_is_proven() {
        let named = everywhere().map(|registration| registration.office().is_some());
        assert_eq!(named, [false, false, true, true, true, true]);
        assert_eq!(at_profile().office(), Some(&office()));
    }
}
