//! The rules of the simulated system: what a password or a code is worth, given what was tried before.
//!
//! Pure: what is stored, what was submitted and the time come in; what to answer and what to store go out.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Wrong tries in a row that lock a user. 奈良県国保連's questions and answers name three for the real system.
pub const TRIES: u32 = 3;

/// How long a lock lasts, from the same page: wait 30 minutes or more and try again.
pub const LOCK_SECONDS: i64 = 30 * 60;

/// 事業所 — an invented office with its credentials, in the clear, for everybody here may know them.
///
/// Yet no `Debug` shows them: whoever tries the portal with this may have typed a password of his own.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Office {
    /// 介護保険事業所番号.
    pub office_number: String,
    /// 事業所名.
    pub office_name: String,
    /// セキュリティメールアドレス, if one is on record.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mail_address: Option<String>,
    /// セキュリティコード, if the office has set one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security_code: Option<String>,
    /// ログインパスワード. Empty while the office has none of its own, and then nothing matches it.
    pub password: String,
    /// 仮パスワード, the one on the paper notice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub temporary_password: Option<String>,
    /// Whether the password is right but too old.
    pub password_expired: bool,
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office")
            .field("office_number", &self.office_number)
            .finish_non_exhaustive()
    }
}

/// What was tried before. Starts empty, and empties itself when a lock has run out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Wrong passwords since the last right one.
    pub wrong_passwords: u32,
    /// Wrong security codes since the last right one. A right password does not start them anew:
    /// else whoever has the password could try codes for ever.
    pub wrong_codes: u32,
    /// The first instant at which the user is free again.
    pub locked_until: Option<Timestamp>,
}

impl Tally {
    /// Nothing tried, and locked from now on for as long as three wrong tries would have it.
    pub fn locked_at(now: Timestamp) -> Self {
        Self {
            locked_until: Some(end_of_lock(now)),
            ..Self::default()
        }
    }

    /// What is left of the tally now: nothing, once a lock has run out.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self.locked_until {
            Some(until) if until <= now => Self::default(),
            _ => self,
        }
    }

    fn locked(&self) -> bool {
        self.locked_until.is_some()
    }
}

fn end_of_lock(now: Timestamp) -> Timestamp {
    // Whole seconds, rounded up, so that what is shown is what holds.
    let begun = now.as_second() + i64::from(now.subsec_nanosecond() > 0);
    Timestamp::from_second(begun + LOCK_SECONDS).unwrap_or(Timestamp::MAX)
}

/// What is said of a password. The words are the contract's `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordVerdict {
    /// Right.
    Accepted,
    /// Wrong, or nobody's.
    Wrong,
    /// 仮パスワード.
    TemporaryPassword,
    /// Right, and too old.
    PasswordExpired,
    /// Not judged.
    Locked,
}

/// What is said of a security code. The words are the contract's `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeVerdict {
    /// Right.
    Accepted,
    /// Wrong, or none is set.
    Wrong,
    /// Not judged.
    Locked,
}

/// A verdict, and the tally as it stands after it. It may be said only once the tally is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement<V> {
    /// What to say.
    pub verdict: V,
    /// What to store; equal to what was there if nothing changed.
    pub tally: Tally,
}

/// Judges a password.
///
/// Only a wrong one counts; one that is known, though it opens nothing, ends the row of wrong ones.
/// The third wrong one is still called wrong, and what comes after it is not judged.
pub fn judge_password(
    office: &Office,
    before: Tally,
    password: &str,
    now: Timestamp,
) -> Judgement<PasswordVerdict> {
    let tally = before.at(now);
    if tally.locked() {
        return Judgement {
            verdict: PasswordVerdict::Locked,
            tally: before,
        };
    }
    let verdict = if office.temporary_password.as_deref() == Some(password) {
        PasswordVerdict::TemporaryPassword
    } else if office.password.is_empty() || office.password != password {
        PasswordVerdict::Wrong
    } else if office.password_expired {
        PasswordVerdict::PasswordExpired
    } else {
        PasswordVerdict::Accepted
    };
    let wrong_passwords = if verdict == PasswordVerdict::Wrong {
        tally.wrong_passwords.saturating_add(1)
    } else {
        0
    };
    let locked_until = (wrong_passwords >= TRIES).then(|| end_of_lock(now));
    Judgement {
        verdict,
        tally: Tally {
            wrong_passwords,
            locked_until,
            ..tally
        },
    }
}

/// Judges a security code. Where none is set, every code is wrong.
pub fn judge_security_code(
    office: &Office,
    before: Tally,
    code: &str,
    now: Timestamp,
) -> Judgement<CodeVerdict> {
    let tally = before.at(now);
    if tally.locked() {
        return Judgement {
            verdict: CodeVerdict::Locked,
            tally: before,
        };
    }
    if office.security_code.as_deref() == Some(code) {
        return Judgement {
            verdict: CodeVerdict::Accepted,
            tally: Tally {
                wrong_codes: 0,
                ..tally
            },
        };
    }
    let wrong_codes = tally.wrong_codes.saturating_add(1);
    let locked_until = (wrong_codes >= TRIES).then(|| end_of_lock(now));
    Judgement {
        verdict: CodeVerdict::Wrong,
        tally: Tally {
            wrong_codes,
            locked_until,
            ..tally
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60;

    fn office() -> Office {
        Office {
            office_number: "1379901018".to_owned(),
            office_name: "見本訪問介護ステーション".to_owned(),
            mail_address: Some("kaigo1@example.jp".to_owned()),
            security_code: Some("Code4711".to_owned()),
            password: "Mihon0001".to_owned(),
            temporary_password: Some("Kari0001".to_owned()),
            password_expired: false,
        }
    }

    /// Seconds after nine in the morning of the first of April, in Japan.
    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_775_001_600 + seconds).unwrap()
    }

    /// What is said of each password in turn, each typed a minute after the one before.
    fn verdicts(office: &Office, passwords: &[&str]) -> (Vec<PasswordVerdict>, Tally) {
        let mut tally = Tally::default();
        let verdicts = passwords
            .iter()
            .zip(0..)
            .map(|(password, minute)| {
                let judgement = judge_password(office, tally, password, at(minute * MINUTE));
                tally = judgement.tally;
                judgement.verdict
            })
            .collect();
        (verdicts, tally)
    }

    fn locked_by_passwords() -> Tally {
        let mut tally = Tally::default();
        for _ in 0..TRIES {
            tally = judge_password(&office(), tally, "wrong", at(0)).tally;
        }
        tally
    }

    #[test]
    fn the_right_password_is_accepted_and_changes_nothing() {
        let judgement = judge_password(&office(), Tally::default(), "Mihon0001", at(0));
        assert_eq!(judgement.verdict, PasswordVerdict::Accepted);
        assert_eq!(judgement.tally, Tally::default());
    }

    #[test]
    fn passwords_and_codes_are_compared_exactly() {
        for typed in [
            "mihon0001",
            "MIHON0001",
            " Mihon0001",
            "Mihon0001 ",
            "Ｍｉｈｏｎ０００１",
            "Mihon000",
            "",
        ] {
            let verdict = judge_password(&office(), Tally::default(), typed, at(0)).verdict;
            assert_eq!(verdict, PasswordVerdict::Wrong, "{typed:?}");
        }
        for typed in ["code4711", "Code4711 ", ""] {
            let verdict = judge_security_code(&office(), Tally::default(), typed, at(0)).verdict;
            assert_eq!(verdict, CodeVerdict::Wrong, "{typed:?}");
        }
    }

    #[test]
    fn the_third_wrong_password_in_a_row_locks() {
        use PasswordVerdict::{Locked, Wrong};
        let (said, tally) = verdicts(&office(), &["a", "b", "c", "d", "Mihon0001", "Kari0001"]);
        assert_eq!(said, [Wrong, Wrong, Wrong, Locked, Locked, Locked]);
        assert_eq!(tally.wrong_passwords, 3);
        // From the third wrong one on, whatever was typed in between.
        assert_eq!(tally.locked_until, Some(at(2 * MINUTE + LOCK_SECONDS)));
    }

    #[test]
    fn a_password_that_is_known_ends_the_row() {
        use PasswordVerdict::{Accepted, TemporaryPassword, Wrong};
        let (said, tally) = verdicts(&office(), &["a", "b", "Mihon0001", "c", "d"]);
        assert_eq!(said, [Wrong, Wrong, Accepted, Wrong, Wrong]);
        assert_eq!((tally.wrong_passwords, tally.locked_until), (2, None));

        let (said, tally) = verdicts(&office(), &["a", "b", "Kari0001", "c"]);
        assert_eq!(said, [Wrong, Wrong, TemporaryPassword, Wrong]);
        assert_eq!(tally.wrong_passwords, 1);
    }

    #[test]
    fn a_lock_ends_after_thirty_minutes() {
        let tally = locked_by_passwords();
        let said = |seconds| judge_password(&office(), tally, "Mihon0001", at(seconds)).verdict;
        assert_eq!(said(LOCK_SECONDS - 1), PasswordVerdict::Locked);
        assert_eq!(said(LOCK_SECONDS), PasswordVerdict::Accepted);
        assert_eq!(said(LOCK_SECONDS + 1), PasswordVerdict::Accepted);
    }

    #[test]
    fn after_a_lock_there_are_three_tries_again() {
        let later = at(LOCK_SECONDS);
        let after_one = judge_password(&office(), locked_by_passwords(), "wrong", later).tally;
        assert_eq!(
            after_one,
            Tally {
                wrong_passwords: 1,
                ..Tally::default()
            }
        );
    }

    #[test]
    fn a_lock_is_shown_in_whole_seconds_and_never_ends_early() {
        let now = Timestamp::new(at(0).as_second(), 1).unwrap();
        assert_eq!(Tally::locked_at(now).locked_until, Some(at(LOCK_SECONDS + 1)));
        assert_eq!(Tally::locked_at(at(0)).locked_until, Some(at(LOCK_SECONDS)));
        assert_eq!(
            Tally::locked_at(Timestamp::MAX).locked_until,
            Some(Timestamp::MAX)
        );
    }

    #[test]
    fn the_temporary_password_is_told_from_a_wrong_one() {
        let said = judge_password(&office(), Tally::default(), "Kari0001", at(0)).verdict;
        assert_eq!(said, PasswordVerdict::TemporaryPassword);
    }

    #[test]
    fn an_office_without_a_password_of_its_own_has_only_the_temporary_one() {
        let office = Office {
            password: String::new(),
            ..office()
        };
        assert_eq!(
            judge_password(&office, Tally::default(), "", at(0)).verdict,
            PasswordVerdict::Wrong
        );
        let said = judge_password(&office, Tally::default(), "Kari0001", at(0)).verdict;
        assert_eq!(said, PasswordVerdict::TemporaryPassword);
    }

    #[test]
    fn an_expired_password_is_told_only_to_who_knows_it() {
        let office = Office {
            password_expired: true,
            ..office()
        };
        let said = |typed| judge_password(&office, Tally::default(), typed, at(0)).verdict;
        assert_eq!(said("Mihon0001"), PasswordVerdict::PasswordExpired);
        assert_eq!(said("Mihon0002"), PasswordVerdict::Wrong);
    }

    #[test]
    fn the_third_wrong_security_code_locks_passwords_too() {
        let mut tally = Tally::default();
        for expected in [
            CodeVerdict::Wrong,
            CodeVerdict::Wrong,
            CodeVerdict::Wrong,
            CodeVerdict::Locked,
        ] {
            let judgement = judge_security_code(&office(), tally, "0000", at(0));
            assert_eq!(judgement.verdict, expected);
            tally = judgement.tally;
        }
        assert_eq!(
            judge_security_code(&office(), tally, "Code4711", at(0)).verdict,
            CodeVerdict::Locked
        );
        assert_eq!(
            judge_password(&office(), tally, "Mihon0001", at(0)).verdict,
            PasswordVerdict::Locked
        );
        let later = at(LOCK_SECONDS);
        assert_eq!(
            judge_security_code(&office(), tally, "Code4711", later).verdict,
            CodeVerdict::Accepted
        );
    }

    #[test]
    fn a_right_password_does_not_give_new_tries_at_the_code() {
        let mut tally = Tally::default();
        for expected in [
            CodeVerdict::Wrong,
            CodeVerdict::Wrong,
            CodeVerdict::Wrong,
            CodeVerdict::Locked,
        ] {
            tally = judge_password(&office(), tally, "Mihon0001", at(0)).tally;
            let judgement = judge_security_code(&office(), tally, "0000", at(0));
            assert_eq!(judgement.verdict, expected);
            tally = judgement.tally;
        }
    }

    #[test]
    fn a_right_code_gives_new_tries_at_the_code_alone() {
        let before = Tally {
            wrong_passwords: 2,
            wrong_codes: 2,
            locked_until: None,
        };
        let judgement = judge_security_code(&office(), before, "Code4711", at(0));
        assert_eq!(judgement.verdict, CodeVerdict::Accepted);
        assert_eq!(
            judgement.tally,
            Tally {
                wrong_codes: 0,
                ..before
            }
        );
    }

    #[test]
    fn where_no_code_is_set_every_code_is_wrong() {
        let office = Office {
            security_code: None,
            ..office()
        };
        let said = judge_security_code(&office, Tally::default(), "", at(0)).verdict;
        assert_eq!(said, CodeVerdict::Wrong);
    }

    #[test]
    fn an_office_never_prints_its_secrets() {
        assert_eq!(
            format!("{:?}", office()),
            r#"Office { office_number: "1379901018", .. }"#
        );
    }
}
