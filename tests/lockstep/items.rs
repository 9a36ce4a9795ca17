//! Items to write: few keys, so that clients conflict, and contents that are always different.

use fastrand::Rng;
use jiff::Timestamp;
use platform::store::{AnyItem, NetworkRecord};
use portal::account::{Account, BrowserKind, Holder, Member, NewMember, Role};
use portal::address_change::AddressChange;
use portal::challenge::Challenge;
use portal::claims_record::ClaimsRecord;
use portal::code::Purpose;
use portal::contact::Contact;
use portal::desk::{Deed, Identity, Operator, Reason, Target};
use portal::form::{Problems, ProfileForm};
use portal::guards::{MailBudget, ReceiptBudget, RefusedStarts};
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::login::{self, Login, SessionPointer};
use portal::mail::{Content, Letter, Mail, Notice};
use portal::office::{Founding, Office};
use portal::password_reset::{self, PasswordReset, Recipient};
use portal::registration::{Registration, Stage};
use portal::time::{HOUR, Seconds, plus};
use portal::values::{
    AccountKey, ChallengeId, ClaimsUserId, FlowId, LetterId, MemberId, NetworkTag, OfficeName, OfficeNumber,
    OperatorId, RequestKey, SessionId,
};

/// Makes items.
pub(crate) struct Maker<'a> {
    pub(crate) keys: &'a KeyRing,
    pub(crate) limits: &'a Limits,
    /// Counts up, so that no two items are alike.
    pub(crate) made: u64,
}

impl Maker<'_> {
    fn at(&self) -> Timestamp {
        plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(self.made))
    }

    fn office() -> OfficeName {
        OfficeName {
            number: OfficeNumber::parse("1370000001").unwrap(),
            name: "見本訪問介護ステーション".to_owned(),
        }
    }

    fn member(&self, email: &str) -> Member {
        self.member_named(email, "member")
    }

    fn member_named(&self, email: &str, name: &str) -> Member {
        let form = ProfileForm {
            email: Some(email),
            name: Some("介護 太郎"),
            name_kana: Some("カイゴ タロウ"),
            phone: Some("0312345678"),
            ..ProfileForm::default()
        };
        let new = NewMember {
            id: MemberId::new(format!("{name}-{}", self.made)),
            office: Self::office(),
            profile: form.parse(Problems::default()).unwrap(),
            role: Role::Manager,
            key: self.keys.current().clone(),
            nonce: format!("nonce-{}", self.made),
        };
        new.pending(self.at(), self.limits)
    }

    fn account(&self, rng: &mut Rng, email: &str) -> Account {
        let first = self.member(email);
        let key: AccountKey = first.profile.email.key();
        // Of one office, or of several that claim the address.
        let second = self.member_named(email, "second");
        let claims = [first, second].into_iter().take(rng.usize(0..3));
        Account {
            holder: Holder::Claims(claims.map(|member| (member.id.clone(), member)).collect()),
            ..Account::unknown(key, self.at())
        }
    }

    fn challenge(&self, purpose: Purpose) -> Challenge {
        let to = self.member("taro@example.jp").profile.email;
        let id = ChallengeId::new(format!("challenge-{}", self.made));
        let ends_at = plus(self.at(), self.limits.registration_life);
        Challenge::begin(id, purpose, self.keys, to, ends_at, self.at(), self.limits).unwrap()
    }

    fn address_change(&self, session: FlowId) -> AddressChange {
        AddressChange {
            id: session,
            account: AccountKey::new("account"),
            member: MemberId::new("member"),
            credential_version: 1,
            expires_at: plus(self.at(), self.limits.address_change_life),
            challenge: self.challenge(Purpose::AddressChange),
        }
    }

    fn operator(&self, operation: FlowId) -> Operator {
        let target = Target::Address(AccountKey::new("account"));
        let who = Identity {
            id: OperatorId::new("operator"),
            name: "local/hanako".to_owned(),
        };
        let reason = Reason::parse("本人から依頼").unwrap();
        let member = Some(MemberId::new("member"));
        let put = Operator::does(&who, operation, Deed::Change(reason), target, member, self.at());
        put.into_parts().0
    }

    fn letter(&self) -> Letter {
        let content = || Content::Notice {
            member: MemberId::new("member"),
            what: Notice::MadeManager,
            browser: BrowserKind::default(),
            about: None,
            is_last: false,
        };
        let to = |email| Mail::notice(self.member(email).profile.email, content());
        let (first, second) = (to("taro@example.jp"), to("hanako@example.jp"));
        Letter::new(LetterId::new("letter"), first, [second], self.at())
    }

    /// An item under one of the few keys.
    pub(crate) fn draw(&mut self, rng: &mut Rng) -> AnyItem {
        self.made += 1;
        let now = self.at();
        let (user, flow) = (
            ClaimsUserId::parse("KJ000000000001").unwrap(),
            FlowId::new("flow"),
        );
        match rng.u8(0..15) {
            0..=2 => self.account(rng, "taro@example.jp").into(),
            3 => self.account(rng, "hanako@example.jp").into(),
            4 | 5 => {
                let member = self.member("taro@example.jp");
                let founding = Founding {
                    flow,
                    request: RequestKey::new("request"),
                    draft: member.profile.draft(),
                    member: member.id.clone(),
                    at: now,
                    password_ends_at: None,
                };
                let founded = Office::founded(Self::office(), founding, &member);
                let asked = founded.asked(&AccountKey::new("asked"), now, self.limits);
                asked.unwrap_or(founded).into()
            }
            6 => {
                let stage = Stage::Otp {
                    office: Self::office(),
                    challenge: self.challenge(Purpose::Registration),
                };
                let begun = Registration::begin(flow, user, stage, now, self.limits);
                begun.into_parts().0.into()
            }
            7 => Login {
                id: flow,
                account: AccountKey::new("account"),
                member: MemberId::new("member"),
                credential_version: 1,
                expires_at: plus(now, self.limits.login_life),
                stage: login::Stage::Otp {
                    challenge: self.challenge(Purpose::Login),
                },
            }
            .into(),
            11 => PasswordReset {
                id: flow,
                account: AccountKey::new("account"),
                recipient: match rng.u8(0..3) {
                    0 => Recipient::None,
                    1 => Recipient::Member {
                        id: MemberId::new("member"),
                        credential_version: 1,
                        to: self.member("taro@example.jp").profile.email,
                    },
                    _ => Recipient::Claims {
                        to: self.member("taro@example.jp").profile.email,
                        offices: vec![Self::office().name],
                    },
                },
                expires_at: plus(now, self.limits.password_reset_life),
                stage: password_reset::Stage::Otp {
                    challenge: self.challenge(Purpose::Reset),
                },
            }
            .into(),
            8 => SessionPointer {
                id: SessionId::new("session"),
                account: AccountKey::new("account"),
                member: MemberId::new("member"),
                expires_at: plus(now, HOUR),
                last_seen_at: now,
            }
            .into(),
            9 => Contact {
                key: AccountKey::new("contact"),
                mails: MailBudget { sends: vec![now] },
                receipts: ReceiptBudget::default(),
            }
            .into(),
            14 => self.operator(flow).into(),
            13 => self.address_change(flow).into(),
            12 => self.letter().into(),
            _ if rng.bool() => NetworkRecord {
                network: NetworkTag::new("network"),
                budget: RefusedStarts { since: now, count: 1 },
                inquiries: None,
            }
            .into(),
            _ => {
                let mut record = ClaimsRecord::unknown(user, now);
                record.codes.failures = vec![now];
                record.into()
            }
        }
    }
}
