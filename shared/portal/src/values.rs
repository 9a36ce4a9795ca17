//! Values: each exists only if it is well formed. A parser says what is wrong, never what was typed.

mod claims;
mod email;
mod field;
mod id;
mod person;
mod profile;

pub use self::claims::{ClaimsUserId, foreign_secret};
pub use self::email::EmailAddress;
pub use self::field::FieldCode;
pub use self::id::{
    AccountKey, AddressTag, AgendaDay, BodyDigest, ChallengeId, DeviceId, Draft, FlowId, FlowName, LetterId,
    MemberId, NetworkTag, OperatorId, RequestKey, RequestTag, SessionId, SessionName, digest,
};
pub use self::person::{KANA_LONGEST, LINE_LONGEST, Line, NameKana, PhoneNumber};
pub use self::profile::{OfficeName, OfficeNumber, Profile};
