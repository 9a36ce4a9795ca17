//! Forms report all their problems at once.

mod warnings;

pub use self::warnings::{Warning, WarningCode, address_warnings, warnings};
use crate::steps::Field;
use crate::values::{EmailAddress, FieldCode, Line, NameKana, PhoneNumber, Profile};

/// One problem of one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldProblem {
    /// Its RFC 6901 pointer, `/email`; for an unknown field that of the object that contains it.
    pub pointer: String,
    /// What is wrong.
    pub code: FieldCode,
}

impl FieldProblem {
    /// A problem of the field at `pointer`.
    pub fn new(pointer: &str, code: FieldCode) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code,
        }
    }
}

/// Collects problems while fields are read.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldProblem>);

impl Problems {
    /// Starts with the problems that were found before.
    pub fn from_found(found: Vec<FieldProblem>) -> Self {
        Self(found)
    }

    /// Adds the problem if there is one, and returns the value.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, FieldCode>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(code) => {
                self.0.push(FieldProblem::new(pointer, code));
                None
            }
        }
    }

    /// The value, if there are no problems.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<FieldProblem>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

/// 新規ユーザ登録情報, as typed.
#[derive(Debug, Default, Clone, Copy)]
pub struct ProfileForm<'a> {
    /// ID（メールアドレス）
    pub email: Option<&'a str>,
    /// 氏名
    pub name: Option<&'a str>,
    /// 氏名（フリガナ）
    pub name_kana: Option<&'a str>,
    /// 部署名
    pub department: Option<&'a str>,
    /// 役職名
    pub job_title: Option<&'a str>,
    /// 電話番号
    pub phone: Option<&'a str>,
}

impl<'a> ProfileForm<'a> {
    /// The form that these fields make.
    pub fn of(text: impl Fn(Field) -> Option<&'a str>) -> Self {
        Self {
            email: text(Field::Email),
            name: text(Field::Name),
            name_kana: text(Field::NameKana),
            department: text(Field::Department),
            job_title: text(Field::JobTitle),
            phone: text(Field::Phone),
        }
    }

    /// The profile, or all its problems.
    pub fn parse(&self, mut problems: Problems) -> Result<Profile, Vec<FieldProblem>> {
        let email = problems.take("/email", EmailAddress::parse(self.email.unwrap_or("")));
        let name = problems.take("/name", Line::parse(self.name.unwrap_or("")));
        let name_kana = problems.take("/nameKana", NameKana::parse(self.name_kana.unwrap_or("")));
        let department = problems.take("/department", Line::parse_optional(self.department));
        let job_title = problems.take("/jobTitle", Line::parse_optional(self.job_title));
        let phone = problems.take("/phone", PhoneNumber::parse(self.phone.unwrap_or("")));
        let profile = match (email, name, name_kana, department, job_title, phone) {
            (Some(email), Some(name), Some(name_kana), Some(department), Some(job_title), Some(phone)) => {
                Some(Profile {
                    email,
                    name,
                    name_kana,
                    department,
                    job_title,
                    phone,
                })
            }
            _ => None,
        };
        problems.finish(profile)
    }

    /// The profile with what is typed in place of what it held, or everything that is wrong with that. What is absent
    /// stays, and so does the address; an empty optional field is removed.
    pub fn changing(&self, profile: &Profile, mut problems: Problems) -> Result<Profile, Vec<FieldProblem>> {
        fn typed<T: Clone>(
            typed: Option<&str>,
            kept: &T,
            parse: impl FnOnce(&str) -> Result<T, FieldCode>,
        ) -> Result<T, FieldCode> {
            typed.map_or_else(|| Ok(kept.clone()), parse)
        }
        let optional = |text: &str| Line::parse_optional(Some(text));
        let name = problems.take("/name", typed(self.name, &profile.name, Line::parse));
        let name_kana = problems.take(
            "/nameKana",
            typed(self.name_kana, &profile.name_kana, NameKana::parse),
        );
        let department = problems.take(
            "/department",
            typed(self.department, &profile.department, optional),
        );
        let job_title = problems.take("/jobTitle", typed(self.job_title, &profile.job_title, optional));
        let phone = problems.take("/phone", typed(self.phone, &profile.phone, PhoneNumber::parse));
        let changed = match (name, name_kana, department, job_title, phone) {
            (Some(name), Some(name_kana), Some(department), Some(job_title), Some(phone)) => Some(Profile {
                email: profile.email.clone(),
                name,
                name_kana,
                department,
                job_title,
                phone,
            }),
            _ => None,
        };
        problems.finish(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ProfileForm<'static> {
        ProfileForm {
            email: Some("taro@example.jp"),
            name: Some("介護 太郎"),
            name_kana: Some("カイゴ タロウ"),
            department: None,
            job_title: None,
            phone: Some("0312345678"),
        }
    }

    #[test]
    fn a_form_answers_with_all_its_problems_at_once() {
        let found = ProfileForm::default().parse(Problems::default()).unwrap_err();
        let pointers: Vec<_> = found.iter().map(|p| p.pointer.as_str()).collect();
        assert_eq!(pointers, ["/email", "/name", "/nameKana", "/phone"]);
        assert!(found.iter().all(|p| p.code == FieldCode::Required));
    }

    #[test]
    fn another_profile_has_another_draft() {
        let profile = form().parse(Problems::default()).unwrap();
        let other = ProfileForm {
            department: Some("事務"),
            ..form()
        }
        .parse(Problems::default())
        .unwrap();
        let moved = ProfileForm {
            job_title: Some("事務"),
            ..form()
        }
        .parse(Problems::default())
        .unwrap();
        assert_ne!(profile.draft(), other.draft());
        assert_ne!(other.draft(), moved.draft());
        assert_eq!(
            profile.draft(),
            form().parse(Problems::default()).unwrap().draft()
        );
    }

    #[test]
    fn what_was_found_before_stays_found() {
        let found = vec![FieldProblem::new("/fax", FieldCode::UnknownField)];
        let problems = Problems::from_found(found.clone());
        assert_eq!(form().parse(problems).unwrap_err(), found);
    }
}
