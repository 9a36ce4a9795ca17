//! マイページ (`docs/api.md` 5).

use portal::account::{self, Member, Role};
use portal::limits::Limits;
use portal::login::SessionPointer;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Count, Office, Profile, TakeOver, Time, Word};

/// The logged-in member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// 登録情報
    #[serde(flatten)]
    pub profile: Profile,
    /// The member's role.
    pub role: Word<Role>,
    /// The member's office.
    pub office: MyOffice,
    /// The previous log-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_login_at: Option<Time>,
    /// The office's seats.
    pub members: Members,
    /// The session.
    pub session: Session,
}

/// The member's office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MyOffice {
    /// The office.
    #[serde(flatten)]
    pub office: Office,
    /// The take-over that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_over: Option<TakeOver>,
}

/// The seats of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Members {
    /// How many are taken.
    pub count: Count,
    /// How many there are.
    pub limit: Count,
}

/// How long the session lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Session {
    /// Names the session; no secret. What a page sends along as Portal-Session.
    #[schemars(regex(pattern = "^[a-z0-9]{8}$"))]
    pub id: String,
    /// The end of the session if it is not used.
    pub idle_expires_at: Time,
    /// The end of the session in any case.
    pub expires_at: Time,
}

/// マイページ of a member; `members` is the number of taken seats.
pub fn me(
    member: &Member,
    session: &account::Session,
    pointer: &SessionPointer,
    members: usize,
    take_over: Option<TakeOver>,
    limits: &Limits,
) -> Me {
    Me {
        profile: Profile::of(&member.profile),
        role: Word(member.role),
        office: MyOffice {
            office: Office::of(&member.office),
            take_over,
        },
        last_login_at: member.last_login_at.map(Time),
        members: Members {
            count: Count(u64::try_from(members).unwrap_or(u64::MAX)),
            limit: Count(limits.office_members),
        },
        session: Session {
            id: session.name().as_str().to_owned(),
            idle_expires_at: Time(pointer.idle_expires_at(limits)),
            expires_at: Time(pointer.expires_at),
        },
    }
}
