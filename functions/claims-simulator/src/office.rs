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

/// 事業所 — an invented office with its credentials, in the clear, for they are public here.
///
/// Yet no `Debug` shows them: a developer may have set a password of their own.
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
    /// Wrong security codes since the last right one. A right password does not reset them:
    /// else the holder of the password could try codes without limit.
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
    /// Wrong, or the user id is unknown.
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
mod tests;
