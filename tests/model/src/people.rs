//! The offices and people of the model, and what they type.

use portal::claims::RegisteredOffice;
use portal::problem::Kind;
use portal::values::{EmailAddress, OfficeNumber};
use serde_json::{Value, json};

/// The right password of every office's user id.
pub const CLAIMS_PASSWORD: &str = "Kaigo0001";

/// The right security code of every office that has one.
pub const SECURITY_CODE: &str = "anzen001";

/// A password that is right for no one, at the claims system or at the portal.
pub const WRONG: &str = "a password that no one here has";

/// The user id of an office.
pub fn user_id(office: usize) -> String {
    format!("KJ{office:012}")
}

/// The office of a user id.
pub fn office_of(user_id: &str) -> usize {
    let digits = user_id.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().unwrap_or(usize::MAX)
}

/// Whether the office has a security code; only the first one has.
pub const fn has_security_code(office: usize) -> bool {
    office == 0
}

/// The number of an office.
///
/// # Panics
///
/// If the index has more than eight digits.
#[expect(clippy::unwrap_used, reason = "ten digits are an office number")]
pub fn office_number(office: usize) -> OfficeNumber {
    OfficeNumber::parse(&format!("13{office:08}")).unwrap()
}

/// The office, as the claims system names it.
pub fn registered(office: usize) -> RegisteredOffice {
    RegisteredOffice {
        number: office_number(office),
        name: format!("事業所{office}"),
        mail_address: Some(format!("office{office}@example.jp")),
    }
}

/// The address of a person.
pub fn email(person: usize) -> String {
    format!("person{person}@example.jp")
}

/// The person of an address.
pub fn person_of(email: &str) -> Option<usize> {
    email
        .strip_prefix("person")?
        .strip_suffix("@example.jp")?
        .parse()
        .ok()
}

/// The same, as a value.
pub fn address(person: usize) -> Result<EmailAddress, Kind> {
    EmailAddress::parse(&email(person)).map_err(|_| Kind::InvalidFields)
}

/// The profile that a person enters.
pub fn profile(person: usize) -> Value {
    json!({
        "email": email(person),
        "name": "介護 太郎",
        "nameKana": "カイゴ タロウ",
        "phone": "0312345678",
    })
}

/// The password that a person chooses.
pub fn own_password(own: u8) -> String {
    format!("あおい空と しろい雲 二〇二六 {own}")
}
