//! メールアドレスの変更 (`docs/api.md` 5).

use jiff::Timestamp;
use portal::address_change;
use portal::limits::Limits;
use schemars::JsonSchema;
use serde::Serialize;

use super::Otp;

/// The change of the address in this session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressChange {
    /// The code that was mailed to the new address; absent where the session changes no address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otp: Option<Otp>,
}

impl AddressChange {
    /// This change, or none.
    pub fn of(change: Option<&address_change::AddressChange>, now: Timestamp, limits: &Limits) -> Self {
        Self {
            otp: change.map(|change| Otp::of(&change.challenge, now, limits)),
        }
    }
}
