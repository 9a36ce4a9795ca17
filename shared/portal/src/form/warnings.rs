//! Hints about an address that can be stored, but is probably not meant, or not delivered to.

use crate::values::{EmailAddress, Profile};

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

/// Warnings about the address of a profile that can be stored.
pub fn warnings(profile: &Profile) -> Vec<Warning> {
    address_warnings(&profile.email)
}

/// Warnings about an address that can be stored.
pub fn address_warnings(email: &EmailAddress) -> Vec<Warning> {
    let mut warnings = Vec::new();
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
    use crate::form::{Problems, ProfileForm};

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
