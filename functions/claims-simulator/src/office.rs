//! The rules of the simulated system: the verdict on a password or a code, given the earlier tries.
//!
//! Pure functions: the stored state, the submission and the time in; the verdict and the new state out.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Consecutive wrong tries that lock a user. The FAQ of 奈良県国保連 says three for the real system.
pub const TRIES: u32 = 3;

/// The duration of a lock, from the same page: wait 30 minutes or more and try again.
pub const LOCK_SECONDS: i64 = 30 * 60;

/// 事業所 — an invented office with its credentials, unencrypted, because they are public here.
///
/// Its `Debug` omits them nevertheless: a developer may have set a real password.
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
    /// ログインパスワード. Empty while the office has only the temporary one; then no password matches it.
    pub password: String,
    /// 仮パスワード, the one on the paper notice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub temporary_password: Option<String>,
    /// Whether the password is right but expired.
    pub password_expired: bool,
}

impl fmt::Debug for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Office")
            .field("office_number", &self.office_number)
            .finish_non_exhaustive()
    }
}

/// The earlier tries. Empty at first, and again once a lock has expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Wrong passwords since the last right one.
    pub wrong_passwords: u32,
    /// Wrong security codes since the last right one. A right password does not reset them: otherwise the holder of
    /// the password could try codes without limit.
    pub wrong_codes: u32,
    /// The end of the lock.
    pub locked_until: Option<Timestamp>,
}

impl Tally {
    /// No tries, but locked from now on, as after three wrong ones.
    pub fn locked_at(now: Timestamp) -> Self {
        Self {
            locked_until: Some(end_of_lock(now)),
            ..Self::default()
        }
    }

    /// The present tally: empty once a lock has expired.
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
    // Whole seconds, rounded up, so that the shown end is the real one.
    let begun = now.as_second() + i64::from(now.subsec_nanosecond() > 0);
    Timestamp::from_second(begun + LOCK_SECONDS).unwrap_or(Timestamp::MAX)
}

/// The verdict on a password. The words are the contract's `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordVerdict {
    /// Right.
    Accepted,
    /// Wrong, or the user id is unknown.
    Wrong,
    /// 仮パスワード.
    TemporaryPassword,
    /// Right but expired.
    PasswordExpired,
    /// Not judged.
    Locked,
}

/// The verdict on a security code. The words are the contract's `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeVerdict {
    /// Right.
    Accepted,
    /// Wrong, or the office has none.
    Wrong,
    /// Not judged.
    Locked,
}

/// A verdict, and the tally after it. The verdict may be sent only after the tally is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement<V> {
    /// The verdict.
    pub verdict: V,
    /// The tally; unchanged if the try does not count.
    pub tally: Tally,
}

/// Judges a password.
///
/// Only a wrong one counts; a known one, even if it is expired or temporary, ends the series of wrong ones. The third
/// wrong one is still answered as wrong, and later ones are not judged.
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

/// Judges a security code. Without a security code, every code is wrong.
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
