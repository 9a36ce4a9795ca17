//! ユーザ一覧 (`docs/api.md` 5).

use jiff::Timestamp;
use portal::account::{Account, Member, Role, Status};
use portal::limits::Limits;
use portal::mail::{Delivery, Promise};
use portal::office::{Invited, Office, Reason, Released, Roster};
use portal::values::EmailAddress;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Address, Count, LINE_OCTETS, Time, Word};

/// The members of an office, the first registered first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberList {
    /// How many seats the office has.
    pub limit: Count,
    /// Each member with a seat.
    pub members: Vec<ListedMember>,
    /// Each colleague whose seat fell free of itself within the last 14 days, the latest first; as many as an office has seats.
    pub released: Vec<ReleasedMember>,
}

/// A colleague who was added and never logged in, and whose seat fell free of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleasedMember {
    /// 氏名
    #[schemars(length(min = 1, max = LINE_OCTETS))]
    pub name: String,
    /// メールアドレス; masked, unless a manager asks.
    pub email: Address,
    /// Since when the seat is free.
    pub released_at: Time,
    /// Why.
    pub reason: Word<Reason>,
}

impl ReleasedMember {
    fn of(invited: &Invited, released: Released, viewer: &Member) -> Self {
        Self {
            name: invited.name.as_str().to_owned(),
            email: shown_to(viewer, &invited.email, false),
            released_at: Time(released.at),
            reason: Word(released.reason),
        }
    }
}

/// Only a manager sees the addresses of others.
fn shown_to(viewer: &Member, email: &EmailAddress, is_own: bool) -> Address {
    Address(if is_own || viewer.role == Role::Manager {
        email.as_str().to_owned()
    } else {
        email.masked()
    })
}

/// A member of the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Member")]
pub struct ListedMember {
    /// Names the member; no secret.
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]{22}$"))]
    pub id: String,
    /// 氏名
    #[schemars(length(min = 1, max = LINE_OCTETS))]
    pub name: String,
    /// ID（メールアドレス）; masked, unless it is one's own or a manager asks.
    pub email: Address,
    /// 役割
    pub role: Word<Role>,
    /// 状態
    pub status: Word<Status>,
    /// When the member was registered.
    pub registered_at: Time,
    /// The mail with the initial password, of a member who has never logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<InitialPasswordMail>,
    /// Whether it is the member of this call.
    pub current: bool,
}

/// What became of the mail with an initial password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct InitialPasswordMail {
    /// Its delivery status.
    pub delivery: Word<Delivery>,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Time>,
    /// The first instant at which the password no longer works.
    pub expires_at: Time,
}

impl InitialPasswordMail {
    fn of(mail: &Promise) -> Self {
        Self {
            delivery: Word(mail.delivery),
            sent_at: mail.sent_at.map(Time),
            expires_at: Time(mail.expires_at),
        }
    }
}

impl ListedMember {
    /// The member as `viewer` sees it.
    pub fn of(member: &Member, viewer: &Member) -> Self {
        let current = member.id == viewer.id;
        Self {
            id: member.id.as_str().to_owned(),
            name: member.profile.name.as_str().to_owned(),
            email: shown_to(viewer, &member.profile.email, current),
            role: Word(member.role),
            status: Word(member.status()),
            registered_at: Time(member.registered_at),
            mail: member.mail().map(InitialPasswordMail::of),
            current,
        }
    }
}

impl MemberList {
    /// The members who hold a seat now, and the seats that fell free, as the one who acts sees them.
    pub fn of<O: AsRef<Office>, A: AsRef<Account>>(
        roster: &Roster<O, A>,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let viewer = &roster.who.member;
        let members = roster.seated.iter().map(|seated| &seated.member);
        let mut held: Vec<&Member> = members
            .filter(|member| !member.seat_has_expired(now, limits))
            .collect();
        held.sort_by_key(|member| (member.registered_at, member.id.clone()));
        Self {
            limit: Count(limits.office_members),
            members: held
                .into_iter()
                .map(|member| ListedMember::of(member, viewer))
                .collect(),
            released: roster
                .released(now, limits)
                .into_iter()
                .map(|(invited, released)| ReleasedMember::of(invited, released, viewer))
                .collect(),
        }
    }
}
