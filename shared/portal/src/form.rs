//! Forms report all their problems at once.

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

/// A hint to check a field again; never a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Warning {
    /// The field.
    pub pointer: &'static str,
    /// The kind of warning.
    pub code: WarningCode,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

/// Kinds of warning (`docs/api.md` 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningCode {
    /// The domain looks like a typing error of a well-known one.
    PossibleTypo,
    /// Today's mail systems refuse addresses of this form.
    DeliveryDoubtful,
}

impl WarningCode {
    /// The word on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PossibleTypo => "possible-typo",
            Self::DeliveryDoubtful => "delivery-doubtful",
        }
    }
}

/// The most frequent domains in Japan, against which typing errors are detected.
const WELL_KNOWN_DOMAINS: &[&str] = &[
    "gmail.com",
    "yahoo.co.jp",
    "ymail.ne.jp",
    "icloud.com",
    "outlook.jp",
    "outlook.com",
    "hotmail.com",
    "hotmail.co.jp",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "au.com",
    "softbank.ne.jp",
    "i.softbank.jp",
    "nifty.com",
    "biglobe.ne.jp",
    "ocn.ne.jp",
    "so-net.ne.jp",
    "me.com",
    "live.jp",
    "msn.com",
];

/// Well-known domains that are similar to another well-known one, and no typing errors.
const NO_SLIPS: &[&str] = &[
    "mail.com",
    "ymail.com",
    "gmx.com",
    "email.com",
    "au.jp",
    "live.com",
    "mac.com",
    "mac.co.jp",
    "outlook.co.jp",
];

/// Warnings about an address that can be stored.
pub fn warnings(profile: &Profile) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let email = &profile.email;
    let domain = email.domain();
    let known = WELL_KNOWN_DOMAINS.contains(&domain) || NO_SLIPS.contains(&domain);
    if !known
        && let Some(meant) = WELL_KNOWN_DOMAINS
            .iter()
            .find(|candidate| is_slip_of(domain, candidate))
    {
        warnings.push(Warning {
            pointer: "/email",
            code: WarningCode::PossibleTypo,
            suggestion: Some(format!("{}@{meant}", email.local())),
        });
    }
    let local = email.local();
    if local.contains("..") || local.starts_with('.') || local.ends_with('.') {
        warnings.push(Warning {
            pointer: "/email",
            code: WarningCode::DeliveryDoubtful,
            suggestion: None,
        });
    }
    warnings
}

/// One letter too many, too few, wrong or swapped with its neighbour; a dot counts as a letter. Only for longer
/// domains: short ones are all similar.
fn is_slip_of(typed: &str, meant: &str) -> bool {
    meant.len() >= 7 && typed != meant && distance_is_one(typed.as_bytes(), meant.as_bytes())
}

fn distance_is_one(a: &[u8], b: &[u8]) -> bool {
    let same_head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let same_tail = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let shorter = a.len().min(b.len());
    match a.len().abs_diff(b.len()) {
        1 => same_head + same_tail >= shorter,
        0 => {
            let one_wrong = same_head + same_tail + 1 >= shorter;
            let swapped = same_head + same_tail + 2 == shorter
                && a.get(same_head) == b.get(same_head + 1)
                && a.get(same_head + 1) == b.get(same_head);
            one_wrong || swapped
        }
        _ => false,
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
    fn a_slip_in_a_well_known_domain_is_pointed_out() {
        for (typed, meant) in [
            ("taro@gmai.com", "taro@gmail.com"),
            ("taro@gmial.com", "taro@gmail.com"),
            ("taro@gmail.co", "taro@gmail.com"),
            ("taro@yahoo.co.jo", "taro@yahoo.co.jp"),
            ("taro@docomo.nejp", "taro@docomo.ne.jp"),
            ("taro@icloud.co", "taro@icloud.com"),
        ] {
            let profile = ProfileForm {
                email: Some(typed),
                ..form()
            }
            .parse(Problems::default());
            let found = warnings(&profile.unwrap());
            assert_eq!(
                found.first().and_then(|w| w.suggestion.as_deref()),
                Some(meant),
                "typed {typed}"
            );
        }
        for typed in [
            "taro@gmail.com",
            "taro@example.jp",
            "taro@mail.com",
            "taro@kaigo-office.jp",
            "taro@yahoo.co.jp",
        ] {
            let profile = ProfileForm {
                email: Some(typed),
                ..form()
            }
            .parse(Problems::default())
            .unwrap();
            assert_eq!(warnings(&profile), [], "typed {typed}");
        }
    }

    #[test]
    fn an_address_with_odd_dots_is_taken_with_a_warning() {
        let profile = ProfileForm {
            email: Some("ta..ro@example.jp"),
            ..form()
        }
        .parse(Problems::default())
        .unwrap();
        assert_eq!(warnings(&profile)[0].code, WarningCode::DeliveryDoubtful);
    }

    #[test]
    fn what_was_found_before_stays_found() {
        let found = vec![FieldProblem::new("/fax", FieldCode::UnknownField)];
        let problems = Problems::from_found(found.clone());
        assert_eq!(form().parse(problems).unwrap_err(), found);
    }

    #[test]
    fn dots_in_odd_places_are_pointed_out_wherever_they_are() {
        let doubtful = |email: &str| {
            let form = ProfileForm {
                email: Some(email),
                ..form()
            };
            let warnings = warnings(&form.parse(Problems::default()).unwrap());
            warnings
                .iter()
                .any(|warning| warning.code == WarningCode::DeliveryDoubtful)
        };
        for email in ["ta..ro@example.jp", ".taro@example.jp", "taro.@example.jp"] {
            assert!(doubtful(email), "{email}");
        }
        assert!(!doubtful("ta.ro@example.jp"));
        assert_eq!(
            [WarningCode::PossibleTypo, WarningCode::DeliveryDoubtful].map(WarningCode::code),
            ["possible-typo", "delivery-doubtful"]
        );
    }

    #[test]
    fn one_slip_is_one_letter_too_many_too_few_wrong_or_swapped() {
        for typed in [
            "gmail.co",
            "gmail.comm",
            "gmaik.com",
            "gmial.com",
            "mgail.com",
            "gmail.cmo",
            "xgmail.com",
            "mail.com",
        ] {
            assert!(is_slip_of(typed, "gmail.com"), "{typed}");
        }
        for typed in [
            "gmail.com",
            "gmail.c",
            "gmaik.con",
            "gmlia.com",
            "amgil.com",
            "gmail.commm",
            "liamg.com",
            "gmial.cm",
            "gimal.cmo",
            "gmixl.com",
            "gmxal.com",
            "gmiax.com",
        ] {
            assert!(!is_slip_of(typed, "gmail.com"), "{typed}");
        }
        assert!(is_slip_of("live.jq", "live.jp"));
        assert!(
            !is_slip_of("me.con", "me.com"),
            "short ones are all close to each other"
        );
        assert!(
            !is_slip_of("au.con", "au.com"),
            "short ones are all close to each other"
        );
    }
}
