//! The answers of 電子請求受付システム: required fields are read strictly, unknown fields are ignored.

use portal::claims::{Accepted, Authentication, RegisteredOffice, SecurityCodeCheck};
use portal::values::OfficeNumber;
use serde::{Deserialize, Deserializer};

/// The maximum length of an office's name, in characters; the longest in the public register has 60.
const NAME_LIMIT: usize = 200;

/// Why an answer is unreadable. This says nothing about whether the question was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnreadableAnswer {
    /// It is not JSON of the contract, or contradicts itself.
    Schema,
    /// It is about another user id.
    OtherUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuthenticationAnswer {
    user_id: String,
    result: AuthenticationResult,
    #[serde(default, deserialize_with = "present")]
    security_code: Option<SecurityCodeNeed>,
    #[serde(default, deserialize_with = "present")]
    office: Option<OfficeAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AuthenticationResult {
    Accepted,
    Wrong,
    TemporaryPassword,
    PasswordExpired,
    Locked,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SecurityCodeNeed {
    Required,
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SecurityCodeAnswer {
    user_id: String,
    result: SecurityCodeResult,
    #[serde(default, deserialize_with = "present")]
    office: Option<OfficeAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SecurityCodeResult {
    Accepted,
    Wrong,
    Locked,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfficeAnswer {
    number: String,
    name: String,
    #[serde(default, deserialize_with = "present")]
    mail_address: Option<String>,
}

/// An optional value that may not be `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl AuthenticationAnswer {
    /// Reads the answer to a question about this user id.
    pub(super) fn read(answer: &[u8], asked_about: &str) -> Result<Authentication, UnreadableAnswer> {
        let answer: Self = serde_json::from_slice(answer).map_err(|_| UnreadableAnswer::Schema)?;
        if answer.user_id != asked_about {
            return Err(UnreadableAnswer::OtherUser);
        }
        match (answer.result, answer.security_code, answer.office) {
            (AuthenticationResult::Accepted, Some(SecurityCodeNeed::Required), None) => {
                Ok(Authentication::Accepted(Accepted::SecurityCodeWanted))
            }
            (AuthenticationResult::Accepted, Some(SecurityCodeNeed::None), Some(office)) => {
                Ok(Authentication::Accepted(Accepted::Office(office.read()?)))
            }
            (AuthenticationResult::Wrong, None, None) => Ok(Authentication::Wrong),
            (AuthenticationResult::TemporaryPassword, None, None) => Ok(Authentication::TemporaryPassword),
            (AuthenticationResult::PasswordExpired, None, None) => Ok(Authentication::PasswordExpired),
            (AuthenticationResult::Locked, None, None) => Ok(Authentication::Locked),
            // An answer that contradicts itself proves nothing.
            _ => Err(UnreadableAnswer::Schema),
        }
    }
}

impl SecurityCodeAnswer {
    /// Reads the answer to a question about this user id.
    pub(super) fn read(answer: &[u8], asked_about: &str) -> Result<SecurityCodeCheck, UnreadableAnswer> {
        let answer: Self = serde_json::from_slice(answer).map_err(|_| UnreadableAnswer::Schema)?;
        if answer.user_id != asked_about {
            return Err(UnreadableAnswer::OtherUser);
        }
        match (answer.result, answer.office) {
            (SecurityCodeResult::Accepted, Some(office)) => Ok(SecurityCodeCheck::Accepted(office.read()?)),
            (SecurityCodeResult::Wrong, None) => Ok(SecurityCodeCheck::Wrong),
            (SecurityCodeResult::Locked, None) => Ok(SecurityCodeCheck::Locked),
            _ => Err(UnreadableAnswer::Schema),
        }
    }
}

impl OfficeAnswer {
    fn read(self) -> Result<RegisteredOffice, UnreadableAnswer> {
        let name = self.name.trim();
        // A line end in a name could add lines to our mails.
        let name_is_right =
            (1..=NAME_LIMIT).contains(&name.chars().count()) && !name.contains(char::is_control);
        if !name_is_right {
            return Err(UnreadableAnswer::Schema);
        }
        Ok(RegisteredOffice {
            number: OfficeNumber::parse(&self.number).ok_or(UnreadableAnswer::Schema)?,
            name: name.to_owned(),
            mail_address: self.mail_address.filter(|address| !address.trim().is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "KJ000000000001";

    fn accepted(office: &str) -> String {
        format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none","office":{office}}}"#)
    }

    fn authentication(body: &str) -> Result<Authentication, UnreadableAnswer> {
        AuthenticationAnswer::read(body.as_bytes(), USER)
    }

    fn security_code(body: &str) -> Result<SecurityCodeCheck, UnreadableAnswer> {
        SecurityCodeAnswer::read(body.as_bytes(), USER)
    }

    fn office_of(body: &str) -> RegisteredOffice {
        match authentication(body) {
            Ok(Authentication::Accepted(Accepted::Office(office))) => office,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_result_of_an_authentication_is_understood() {
        for (result, meaning) in [
            ("wrong", Authentication::Wrong),
            ("temporary-password", Authentication::TemporaryPassword),
            ("password-expired", Authentication::PasswordExpired),
            ("locked", Authentication::Locked),
        ] {
            let answer = authentication(&format!(r#"{{"userId":"{USER}","result":"{result}"}}"#));
            assert_eq!(answer, Ok(meaning), "{result}");
        }
        assert_eq!(
            authentication(&format!(
                r#"{{"userId":"{USER}","result":"accepted","securityCode":"required"}}"#
            )),
            Ok(Authentication::Accepted(Accepted::SecurityCodeWanted))
        );
        let office = office_of(&accepted(
            r#"{"number":"34B9901310","name":" 見本の里　","mailAddress":"kaigo1@example.jp"}"#,
        ));
        assert_eq!(
            (office.number.as_str(), &*office.name),
            ("34B9901310", "見本の里")
        );
        assert_eq!(office.mail_address.as_deref(), Some("kaigo1@example.jp"));
    }

    #[test]
    fn every_result_of_a_security_code_is_understood() {
        for (result, meaning) in [
            ("wrong", SecurityCodeCheck::Wrong),
            ("locked", SecurityCodeCheck::Locked),
        ] {
            let answer = security_code(&format!(r#"{{"userId":"{USER}","result":"{result}"}}"#));
            assert_eq!(answer, Ok(meaning), "{result}");
        }
        let office = r#"{"number":"1379901018","name":"見本訪問介護ステーション"}"#;
        let answer = security_code(&format!(
            r#"{{"userId":"{USER}","result":"accepted","office":{office}}}"#
        ));
        let Ok(SecurityCodeCheck::Accepted(office)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(office.mail_address, None);
    }

    /// The system may add fields, and an unreadable answer would count as a wrong password.
    #[test]
    fn fields_that_are_not_known_are_passed_over() {
        assert_eq!(
            authentication(&format!(
                r#"{{"userId":"{USER}","note":{{"a":[null]}},"result":"wrong","resultCode":0}}"#
            )),
            Ok(Authentication::Wrong)
        );
        assert_eq!(
            security_code(&format!(
                r#"{{"userId":"{USER}","result":"locked","until":"2026"}}"#
            )),
            Ok(SecurityCodeCheck::Locked)
        );
        let office = office_of(&accepted(
            r#"{"number":"1379901018","name":"見本","kind":"訪問介護","closed":null}"#,
        ));
        assert_eq!(office.name, "見本");
    }

    #[test]
    fn an_address_that_cannot_receive_mail_is_returned_and_an_empty_one_is_absent() {
        for (sent, understood) in [
            ("kaigo-example.jp", Some("kaigo-example.jp")),
            ("", None),
            ("　 ", None),
        ] {
            let office = format!(r#"{{"number":"1379901018","name":"見本","mailAddress":"{sent}"}}"#);
            let office = office_of(&accepted(&office));
            assert_eq!(office.mail_address.as_deref(), understood, "{sent:?}");
        }
    }

    #[test]
    fn an_answer_outside_the_contract_cannot_be_read() {
        let office = r#"{"number":"1379901018","name":"見本"}"#;
        let long = format!(r#"{{"number":"1379901018","name":"{}"}}"#, "見".repeat(201));
        for body in [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            r#"{"result":"wrong"}"#.to_owned(),
            format!(r#"{{"userId":"{USER}"}}"#),
            format!(r#"{{"userId":"{USER}","result":"maybe"}}"#),
            format!(r#"{{"userId":"{USER}","result":"Wrong"}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong","result":"locked"}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong"}} {{}}"#),
            format!(r#"{{"userId":"{USER}","result":"wrong","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted"}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":"none"}}"#),
            format!(
                r#"{{"userId":"{USER}","result":"accepted","securityCode":"required","office":{office}}}"#
            ),
            format!(r#"{{"userId":"{USER}","result":"accepted","securityCode":null}}"#),
            accepted(r#"{"number":"1379901018","name":"見本","mailAddress":null}"#),
            accepted(r#"{"number":"1379901018","name":"　"}"#),
            accepted(r#"{"number":"1379901018","name":"見本\nワンタイムパスワード：000000"}"#),
            accepted(r#"{"number":1379901018,"name":"見本"}"#),
            accepted(r#"{"name":"見本"}"#),
            accepted(&long),
        ] {
            assert_eq!(authentication(&body), Err(UnreadableAnswer::Schema), "{body}");
        }
        for body in [
            format!(r#"{{"userId":"{USER}","result":"accepted"}}"#),
            format!(r#"{{"userId":"{USER}","result":"locked","office":{office}}}"#),
            format!(r#"{{"userId":"{USER}","result":"temporary-password"}}"#),
        ] {
            assert_eq!(security_code(&body), Err(UnreadableAnswer::Schema), "{body}");
        }
    }

    #[test]
    fn a_name_of_two_hundred_characters_is_not_too_long() {
        let name = "𠮷".repeat(200);
        let office = office_of(&accepted(&format!(
            r#"{{"number":"1379901018","name":"{name}"}}"#
        )));
        assert_eq!(office.name, name);
    }

    #[test]
    fn an_answer_about_another_user_id_is_unreadable() {
        for user in ["KJ000000000002", "kj000000000001", "KJ000000000001 ", ""] {
            let body = format!(r#"{{"userId":"{user}","result":"wrong"}}"#);
            assert_eq!(
                authentication(&body),
                Err(UnreadableAnswer::OtherUser),
                "{user:?}"
            );
            assert_eq!(security_code(&body), Err(UnreadableAnswer::OtherUser), "{user:?}");
        }
    }
}
