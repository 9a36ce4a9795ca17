//! What 電子請求受付システム may answer, and what it means when it does not.
//!
//! Only outcomes live here: how they are asked for is `platform::claims`, what a step makes of
//! them is the registration's own rule. Nothing in this module can say which password was tried.

use core::fmt;

/// 電子請求受付システム認証 — what the claims system says of a user id and its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// The password is right, and the office may go on.
    Accepted(Accepted),
    /// The password is wrong, or nobody has this user id: the claims system does not say which.
    Wrong,
    /// 仮パスワード — the one printed on the paper notice. It must be changed there before it proves anything.
    TemporaryPassword,
    /// The password is right and too old; it must be changed there.
    PasswordExpired,
    /// Too many wrong tries: every password is refused for half an hour, for claims as well as here.
    Locked,
}

/// What a right password leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The office has set a セキュリティコード, and is not named before that is right, too.
    SecurityCodeWanted,
    /// The office has set none, so this is all the proof there is.
    Office(RegisteredOffice),
}

/// セキュリティコード — what the claims system says of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityCodeCheck {
    /// The code is right.
    Accepted(RegisteredOffice),
    /// The code is wrong.
    Wrong,
    /// Too many wrong tries, of the code or of the password.
    Locked,
}

/// 事業所 — an office as the claims system has it on record.
///
/// `Debug` shows the number alone, which is public: the address belongs to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisteredOffice {
    /// 介護保険事業所番号. Its form is right; the check digit is not, for real numbers break that rule.
    pub number: String,
    /// 事業所名, without white space around it.
    pub name: String,
    /// セキュリティメールアドレス, as it stands there. Many offices have none, and some have one
    /// that no mail can reach.
    pub mail_address: Option<String>,
}

impl fmt::Debug for RegisteredOffice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredOffice")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Why there is no answer.
///
/// The two differ in what the attempt may have cost the office. The claims system locks an office
/// out of its claims after three wrong passwords, so an attempt that may have counted there must
/// count here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// No password was judged: there was no connection, or the gateway refused the question by its contract. The attempt
    /// is refunded.
    NotJudged,
    /// The question was sent, and what came back, if anything, does not say whether it was judged. It may count at the
    /// claims system.
    OutcomeUnknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_never_prints_its_name_or_its_address() {
        let office = RegisteredOffice {
            number: "1379901018".to_owned(),
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
