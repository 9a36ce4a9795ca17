//! The answers of 電子請求受付システム, and what a missing answer means.
//!
//! `platform::claims` asks for them; the registration's rules decide what they mean for a step. Nothing in this
//! module reveals which password was tried.

use core::fmt;

use crate::values::OfficeNumber;

/// 電子請求受付システム認証 — the claims system's verdict on a user id and its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The password is right, and the office may continue.
    Accepted(Accepted),
    /// The password is wrong or the user id does not exist: the claims system does not say which.
    Wrong,
    /// 仮パスワード — the one printed on the paper notice. It must be changed there first.
    TemporaryPassword,
    /// The password is right but expired; it must be changed there.
    PasswordExpired,
    /// Too many wrong tries: every password is refused for half an hour, for claims as well.
    Locked,
}

/// The result of a right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The office has a セキュリティコード, and is named only after that is right.
    SecurityCodeWanted,
    /// The office has no セキュリティコード, so the proof is complete.
    Office(RegisteredOffice),
}

/// セキュリティコード — the claims system's verdict on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityCodeCheck {
    /// The code is right.
    Accepted(RegisteredOffice),
    /// The code is wrong.
    Wrong,
    /// Too many wrong tries, of the code or of the password.
    Locked,
}

/// 事業所 — an office in the claims system's records.
///
/// `Debug` shows the number alone, which is public: the address belongs to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredOffice {
    /// 介護保険事業所番号
    pub number: OfficeNumber,
    /// 事業所名, without white space around it.
    pub name: String,
    /// セキュリティメールアドレス, as recorded there. Many offices have none, and some have one that cannot receive mail.
    pub mail_address: Option<String>,
}

impl fmt::Debug for RegisteredOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredOffice")
            .field("number", &self.number.as_str())
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
///
/// The two differ in whether the attempt may count at the claims system, which locks an office out of its claims
/// after three wrong passwords: an attempt that may count there must count here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// No password was judged: there was no connection, or the gateway refused the question by its contract. The
    /// attempt is refunded.
    NotJudged,
    /// The question was sent, and no answer says whether it was judged. It may count at the claims system.
    OutcomeUnknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_never_prints_its_name_or_its_address() {
        let office = RegisteredOffice {
            number: OfficeNumber::parse("1379901018").unwrap(),
            name: "見本訪問介護ステーション".to_owned(),
            mail_address: Some("kaigo1@example.jp".to_owned()),
        };

        let printed = format!("{:?}", Authentication::Accepted(Accepted::Office(office)));

        assert_eq!(
            printed,
            r#"Accepted(Office(RegisteredOffice { number: "1379901018", .. }))"#
        );
    }
}
