//! ユーザ一覧 (`docs/api.md` 5).

use jiff::Timestamp;
use portal::account::{Member, Role, Status};
use portal::limits::Limits;
use portal::mail::{Delivery, Promise};
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
        let email = &member.profile.email;
        let current = member.id == viewer.id;
        let is_shown = current || viewer.role == Role::Manager;
        let shown = if is_shown {
            email.as_str().to_owned()
        } else {
            email.masked()
        };
        Self {
            id: member.id.as_str().to_owned(),
            name: member.profile.name.as_str().to_owned(),
            email: Address(shown),
            role: Word(member.role),
            status: Word(member.status()),
            registered_at: Time(member.registered_at),
            mail: member.mail().map(InitialPasswordMail::of),
            current,
        }
    }
}

impl MemberList {
    /// The members who hold a seat now, as `viewer` sees them.
    pub fn of<'a>(
        members: impl IntoIterator<Item = &'a Member>,
        viewer: &Member,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let mut held: Vec<&Member> = members
            .into_iter()
            .filter(|member| !member.seat_has_expired(now, limits))
            .collect();
        held.sort_by_key(|member| (member.registered_at, member.id.clone()));
        Self {
            limit: Count(limits.office_members),
            members: held
                .into_iter()
                .map(|member| ListedMember::of(member, viewer))
                .collect(),
        }
    }
}
