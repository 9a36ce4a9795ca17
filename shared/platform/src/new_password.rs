//! A password that a member chooses: what is wrong with it, wherever one is set.

use std::sync::Arc;

use portal::account::{Credential, Member};
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::password::{self, PersonalWords};
use portal::secret::Secret;
use portal::values::FieldCode;

use crate::fault::Fault;
use crate::passwords::{PasswordHasher, Verified};

/// The password as it is to be hashed, if the member may have it: well formed, neither common nor made of the portal's,
/// the office's or the person's words, and not the present one.
pub async fn check_new_password(
    typed: Option<&str>,
    member: &Member,
    passwords: &dyn PasswordHasher,
    keys: &KeyRing,
    limits: &Limits,
) -> Result<Result<Arc<Secret>, FieldCode>, Fault> {
    let password = match password::read(typed.unwrap_or("")) {
        Ok(password) => Arc::new(password),
        Err(code) => return Ok(Err(code)),
    };
    let context = PersonalWords::of(&member.profile, &member.office);
    if let Err(code) = password::check(&password, &context, limits) {
        return Ok(Err(code));
    }
    let is_present_one = match &member.credential {
        Credential::Initial { source, .. } => source.is_password(keys, &member.id, &password)?,
        Credential::Chosen { hash, .. } => {
            passwords.verify(password.clone(), Some(hash)).await? != Verified::Wrong
        }
    };
    Ok(if is_present_one {
        Err(FieldCode::SameAsBefore)
    } else {
        Ok(password)
    })
}
