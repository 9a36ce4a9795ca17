//! Samples for the tests of the rules: one office, one person, one address, one beginning of time.

use jiff::Timestamp;

use crate::account::{Account, Agreement, BrowserKind, Credential, Device, Member, NewMember, Role, Session};
use crate::audit::Event;
use crate::challenge::Challenge;
use crate::change::{Change, Entity};
use crate::code::Purpose;
use crate::form::{Problems, ProfileForm};
use crate::guards::BackOff;
use crate::keys::KeyId;
use crate::keys::tests::ring;
use crate::limits::Limits;
use crate::take_over::{Applicant, StopCode, TakeOver};
use crate::terms::PUBLISHED;
use crate::time::{Seconds, plus};
use crate::values::{
    ChallengeId, ClaimsUserId, DeviceId, EmailAddress, FlowId, MemberId, NetworkTag, OfficeName,
    OfficeNumber, Profile, RequestKey, SessionId,
};

pub(crate) const LIMITS: Limits = Limits::standard();

/// This number of seconds after the beginning.
pub(crate) fn t(seconds: u64) -> Timestamp {
    plus("2026-04-01T00:00:00Z".parse().unwrap(), Seconds::new(seconds))
}

pub(crate) fn flow(name: &str) -> FlowId {
    FlowId::new(name)
}

pub(crate) fn network(name: &str) -> NetworkTag {
    NetworkTag::new(name)
}

pub(crate) fn claims_user() -> ClaimsUserId {
    ClaimsUserId::parse("KJ000000000001").unwrap()
}

pub(crate) fn office() -> OfficeName {
    OfficeName {
        number: OfficeNumber::parse("1370000001").unwrap(),
        name: "見本訪問介護ステーション".to_owned(),
    }
}

pub(crate) fn address() -> EmailAddress {
    EmailAddress::parse("taro@example.jp").unwrap()
}

pub(crate) fn profile() -> Profile {
    let form = ProfileForm {
        email: Some("taro@example.jp"),
        name: Some("介護 太郎"),
        name_kana: Some("カイゴ タロウ"),
        phone: Some("0312345678"),
        ..ProfileForm::default()
    };
    form.parse(Problems::default()).unwrap()
}

/// The member who was registered at the beginning, and never logged in.
pub(crate) fn pending(id: &str) -> Member {
    let new = NewMember {
        id: MemberId::new(id),
        office: office(),
        profile: profile(),
        role: Role::Manager,
        key: KeyId::new("k1"),
        nonce: "n".to_owned(),
    };
    new.pending(t(0), &LIMITS)
}

/// The same member with a password of their own, who agreed to the terms in force.
pub(crate) fn active(id: &str) -> Member {
    Member {
        credential: Credential::Chosen {
            hash: "hash".to_owned(),
            by: flow("first"),
        },
        credential_version: 2,
        agreement: Some(agreement()),
        ..pending(id)
    }
}

pub(crate) fn agreement() -> Agreement {
    Agreement {
        version: PUBLISHED.version.to_owned(),
        sha256: PUBLISHED.sha256(),
        shown_at: t(0),
        agreed_at: t(0),
    }
}

pub(crate) fn account(member: Member) -> Account {
    Account {
        holder: member.into(),
        ..Account::unknown(address().key(), t(0))
    }
}

/// The one member of an account.
pub(crate) fn only(account: &Account) -> &Member {
    let mut members = account.members();
    let only = members.next().unwrap();
    assert_eq!(members.next(), None);
    only
}

/// A take-over of the office that was asked for at the beginning.
pub(crate) fn take_over() -> TakeOver {
    let (office, claims_user, contact) = (office(), claims_user(), address());
    let (flow, request) = (flow("f"), RequestKey::new("f"));
    let applicant = Applicant {
        office: &office,
        flow: &flow,
        request: &request,
        claims_user: &claims_user,
        contact: &contact,
    };
    let stop_code = StopCode {
        key: KeyId::new("k1"),
        nonce: "f".to_owned(),
    };
    let asked = TakeOver::ask(None, &applicant, stop_code, t(0), &LIMITS).unwrap();
    asked.into_parts().0
}

pub(crate) fn session(id: &str, by: &str, from: u64, until: u64) -> Session {
    Session {
        id: SessionId::new(id),
        flow: flow(by),
        created_at: t(from),
        expires_at: t(until),
        browser: BrowserKind::default(),
        proven_at: t(from),
    }
}

pub(crate) fn device(id: &str, seen_at: u64) -> Device {
    Device {
        id: DeviceId::new(id),
        passwords: BackOff::default(),
        seen_at: t(seen_at),
    }
}

/// A challenge that began at the beginning, in a flow of this number of seconds.
pub(crate) fn challenge(purpose: Purpose, flow_life: u64) -> Challenge {
    let id = ChallengeId::new("c");
    Challenge::begin(id, purpose, &ring(), address(), t(flow_life), t(0), &LIMITS).unwrap()
}

/// The log-ins that created the member's sessions.
pub(crate) fn flows_of(account: &Account) -> Vec<&str> {
    let sessions = &account.owner().unwrap().sessions;
    sessions.iter().map(|session| session.flow.as_str()).collect()
}

impl<T: Entity + core::fmt::Debug, R: core::fmt::Debug> Change<T, R> {
    /// The stored state, and the answer.
    pub(crate) fn stored(self) -> (T, R) {
        let (item, _, answer) = self.recorded();
        (item, answer)
    }

    /// The stored state, the recorded act, and the answer.
    pub(crate) fn recorded(self) -> (T, Option<Event>, R) {
        match self {
            Self::Store(put, answer) => {
                let (item, event) = put.into_parts();
                (item, event, answer)
            }
            other => panic!("not stored: {other:?}"),
        }
    }

    /// The answer, where nothing is written.
    pub(crate) fn kept(self) -> R {
        match self {
            Self::Keep(answer) => answer,
            other => panic!("not kept: {other:?}"),
        }
    }
}
