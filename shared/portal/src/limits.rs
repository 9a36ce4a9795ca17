//! Every number of the product, once: its name, its value, its unit and its reason.
//!
//! Each is a setting: an environment variable of the same name replaces it. `docs/limits.md` is printed from here.
//! A span, a size and a count have types of their own, so that none is taken for another.

use core::time::Duration;

use crate::time::{DAY, Seconds};

/// A span of milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milliseconds(u64);

/// A span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u64);

/// A size in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(u64);

/// A size in units of 1,024 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kibibytes(u64);

macro_rules! units {
    ($($unit:ident)*) => {$(
        impl $unit {
            /// So many.
            pub const fn new(count: u64) -> Self {
                Self(count)
            }

            /// How many.
            pub const fn count(self) -> u64 {
                self.0
            }
        }
    )*};
}

units! { Milliseconds Days Bytes Kibibytes }

impl Milliseconds {
    /// As the standard library has it.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl Days {
    /// The same span in seconds.
    pub const fn seconds(self) -> Seconds {
        DAY.times(self.0)
    }
}

/// One row of `docs/limits.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The name of the setting, which is also the environment variable's.
    pub name: &'static str,
    /// The value when nothing is set.
    pub default: u64,
    /// What is counted.
    pub unit: &'static str,
    /// Why this number, and where it comes from.
    pub reason: &'static str,
}

/// A setting that is not a whole number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSetting {
    /// Its name.
    pub name: &'static str,
}

/// A number in its unit: a count is a number as it is.
macro_rules! in_unit {
    (u64, $count:expr) => {
        $count
    };
    ($unit:ident, $count:expr) => {
        $unit::new($count)
    };
}

macro_rules! count_of {
    (u64, $number:expr) => {
        $number
    };
    ($unit:ident, $number:expr) => {
        $number.count()
    };
}

macro_rules! limits {
    ($($field:ident: $type:ident, $name:literal, $default:literal, $unit:literal, $reason:literal;)*) => {
        /// The numbers in force.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits { $(#[doc = $reason] pub $field: $type,)* }

        impl Limits {
            /// Every limit with its default and its reason, in the order of the page.
            pub const ALL: &'static [Limit] =
                &[$(Limit { name: $name, default: $default, unit: $unit, reason: $reason },)*];

            /// The numbers of `docs/limits.md`.
            pub const fn standard() -> Self {
                Self { $($field: in_unit!($type, $default),)* }
            }

            /// The standard numbers, each replaced by what `lookup` finds under its name.
            ///
            /// All settings that are not whole numbers are reported at once.
            pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<BadSetting>> {
                let mut bad = Vec::new();
                let mut limits = Self::standard();
                $(if let Some(text) = lookup($name) {
                    match text.trim().parse() {
                        Ok(count) => limits.$field = in_unit!($type, count),
                        Err(_) => bad.push(BadSetting { name: $name }),
                    }
                })*
                if bad.is_empty() { Ok(limits) } else { Err(bad) }
            }

            /// Name and value of each number in force.
            pub fn in_force(&self) -> Vec<(&'static str, u64)> {
                vec![$(($name, count_of!($type, self.$field)),)*]
            }
        }
    };
}

limits! {
    code_life: Seconds, "CODE_LIFE_SECONDS", 600, "seconds", "A one-time code lives ten minutes: the longest that NIST SP 800-63B-4 and ASVS 6.5.5 allow, because greylisting eats minutes.";
    code_tries: u64, "CODE_TRIES", 5, "tries", "Wrong codes per challenge, all its resends together; five leave one chance in 200,000.";
    code_failures: u64, "CODE_FAILURES_BEFORE_STOP", 10, "failures", "Wrong codes of one account within the window before codes are stopped; a new code or challenge never resets them (NIST SP 800-63B-4 3.1.3.2).";
    code_failure_window: Seconds, "CODE_FAILURE_WINDOW_SECONDS", 86_400, "seconds", "How long a wrong code is remembered against its account.";
    code_first_stop: Seconds, "CODE_FIRST_STOP_SECONDS", 900, "seconds", "Stop of codes at the tenth wrong one within the window.";
    code_second_stop: Seconds, "CODE_SECOND_STOP_SECONDS", 3_600, "seconds", "Stop of codes at the next wrong one within the window.";
    code_third_stop: Seconds, "CODE_THIRD_STOP_SECONDS", 14_400, "seconds", "Stop of codes at every further wrong one within the window.";
    resend_first_wait: Seconds, "RESEND_FIRST_WAIT_SECONDS", 30, "seconds", "Before the first resend; each further one waits twice as long (30, 60, 120, 240).";
    sends_per_challenge: u64, "SENDS_PER_CHALLENGE", 5, "mails", "Mails for one challenge or one initial password, the first included.";
    same_code_seconds: Seconds, "SAME_CODE_SECONDS", 180, "seconds", "A resend sends the same code while it has at least this long to live, so that both mails work.";
    mails_per_hour: u64, "MAILS_PER_HOUR_AND_ADDRESS", 10, "mails", "Log-in codes to one member: nobody's mailbox is flooded through us.";
    mails_per_day: u64, "MAILS_PER_DAY_AND_ADDRESS", 20, "mails", "Log-in codes to one member.";
    registration_codes_per_hour: u64, "REGISTRATION_CODES_PER_HOUR", 5, "mails", "Codes of registrations of one user id of the claims system, resends included: as many as one challenge has.";
    registration_codes_per_day: u64, "REGISTRATION_CODES_PER_DAY", 10, "mails", "The same in a day.";
    registration_codes_per_contact: u64, "REGISTRATION_CODES_PER_HOUR_AND_ADDRESS", 30, "mails", "Codes of registrations to one address within an hour, whichever offices name it: one company registers many offices in a morning.";
    retry_step: Seconds, "RETRY_STEP_SECONDS", 900, "seconds", "To whole ones of these the time of a spent budget of mails or claims passwords is rounded up: to the second it would tell a stranger when somebody else was here; 0 tells it to the second.";
    refused_starts_per_network: u64, "REFUSED_STARTS_PER_NETWORK", 100, "refusals an hour", "Starts of log-ins and registrations from one network (IPv4 address or IPv6 /64) that were refused; known devices and the right initial password are neither counted nor stopped. 0 lifts it, as the local stack does.";
    registration_life: Seconds, "REGISTRATION_LIFE_SECONDS", 1_800, "seconds", "A registration in progress.";
    login_life: Seconds, "LOGIN_LIFE_SECONDS", 900, "seconds", "A log-in in progress.";
    free_wrong_passwords: u64, "FREE_WRONG_PASSWORDS", 4, "failures", "Wrong passwords in a row, from one network at one account, that cost no wait; after the n-th that network waits 2^(n-5) seconds.";
    wrong_password_longest_wait: Seconds, "WRONG_PASSWORD_LONGEST_WAIT_SECONDS", 900, "seconds", "The longest wait after a wrong password; it holds for the network that it came from, or the known device.";
    wrong_password_memory: Seconds, "WRONG_PASSWORD_MEMORY_SECONDS", 86_400, "seconds", "A network's wrong passwords at an account are forgotten a day after its last; the row of all networks is not.";
    wrong_passwords_off: u64, "WRONG_PASSWORDS_BEFORE_OFF", 100, "failures", "In a row for one account, from all networks together, then the password is off for whoever is no known device, until a reset or a completed log-in (NIST SP 800-63B-4 3.2.2); a known device has a row of its own.";
    password_shortest: u64, "PASSWORD_SHORTEST", 15, "code points", "After NFC (NIST SP 800-63B-4: 15 where the password stands alone, and a mailed code is no second factor).";
    password_longest: u64, "PASSWORD_LONGEST", 128, "code points", "After NFC; refused above, never cut (ASVS 6.2.9).";
    initial_password_life: Seconds, "INITIAL_PASSWORD_LIFE_SECONDS", 259_200, "seconds", "72 hours: mailed on Friday, read on Monday.";
    reissues_per_day: u64, "REISSUES_PER_DAY", 3, "re-issues", "Of an initial password, within 24 hours.";
    session_idle: Seconds, "SESSION_IDLE_SECONDS", 1_800, "seconds", "A session that nobody uses; office computers are shared.";
    session_life: Seconds, "SESSION_LIFE_SECONDS", 43_200, "seconds", "A session in all: one shift.";
    sessions_per_person: u64, "SESSIONS_PER_PERSON", 5, "sessions", "At once; a further one ends the oldest.";
    known_devices: u64, "KNOWN_DEVICES_PER_PERSON", 5, "devices", "Browsers of one person whose wrong passwords are counted apart from strangers'; a further one replaces the one that was longest away.";
    known_device_life: Seconds, "KNOWN_DEVICE_LIFE_SECONDS", 15_552_000, "seconds", "180 days without a completed log-in make a known device a stranger again.";
    fresh_proof: Seconds, "FRESH_PROOF_SECONDS", 600, "seconds", "How long a log-in or a repeated password counts as fresh proof (ASVS 7.5.1).";
    office_members: u64, "OFFICE_MEMBERS", 5, "members", "Of one office, the first one and pending ones included (manual, R-43).";
    pending_seat_life: Seconds, "PENDING_SEAT_LIFE_SECONDS", 1_209_600, "seconds", "14 days: then a pending member's seat, claim on the address and claim on the office fall free; a correction with the same address or a re-issue does not lengthen it.";
    claims_per_address: u64, "CLAIMS_PER_ADDRESS", 5, "offices", "That claim one address at once before anybody has logged in with it: each is mailed to the address, and none blocks another.";
    claims_failures: u64, "CLAIMS_FAILURES_BEFORE_QUESTION", 2, "failures", "Wrong claims passwords before we stop and ask: the claims system locks the office out of claims at the third.";
    claims_attempts: u64, "CLAIMS_FAILURES_PER_DAY", 5, "failures", "Wrong claims passwords of one user id within the window, whatever risk is accepted: one lock of half an hour a day is the most that strangers can do to an office through us.";
    claims_attempts_per_network: u64, "CLAIMS_FAILURES_PER_DAY_AND_NETWORK", 3, "failures", "Of those, from one network: what is left is for the office, which is elsewhere.";
    claims_risks: u64, "CLAIMS_RISKS_PER_DAY_AND_NETWORK", 1, "attempts", "For which the person accepts the risk, of one user id within the window from one network.";
    claims_failures_that_lock: u64, "CLAIMS_FAILURES_THAT_LOCK", 3, "failures", "At which the claims system locks an office out of its claims; from this one on wrong and locked are told and counted alike, because only a user id that exists is ever locked.";
    claims_failure_window: Seconds, "CLAIMS_FAILURE_WINDOW_SECONDS", 86_400, "seconds", "How long a wrong claims password or security code is remembered.";
    claims_budget: Seconds, "CLAIMS_BUDGET_SECONDS", 5, "seconds", "For one call to the claims system.";
    security_code_tries: u64, "SECURITY_CODE_TRIES", 3, "tries", "At the security code, then the registration starts again.";
    security_code_failures: u64, "SECURITY_CODE_FAILURES_PER_DAY", 10, "failures", "Wrong security codes of one user id within the window of its passwords, over all its registrations: who knows the password starts again as often as he likes.";
    addresses_asked: u64, "ADDRESSES_ASKED_PER_REGISTRATION", 10, "addresses", "Different ones that one registration asks about, taken or not; the next ends it, so that nobody learns by a list who is here.";
    email_taken_answers: u64, "EMAIL_TAKEN_ANSWERS", 5, "answers", "Of the kind email-taken in one registration; the last ends it, so that nobody asks through a list of addresses.";
    audit_life: Days, "AUDIT_LIFE_DAYS", 1_826, "days", "How long a record of the audit is kept, from what happened: five years and the leap day between; a record that is there keeps the end that it was given.";
    body_bytes: Bytes, "BODY_BYTES", 16_384, "bytes", "Of a request body.";
    inquiry_body_bytes: Bytes, "INQUIRY_BODY_BYTES", 32_768, "bytes", "Of an inquiry's body.";
    hash_memory: Kibibytes, "HASH_MEMORY_KIB", 19_456, "KiB", "Argon2id memory (OWASP: 19 MiB with two passes).";
    hash_passes: u64, "HASH_PASSES", 2, "passes", "Argon2id passes.";
    refusal_quantum: Milliseconds, "REFUSAL_QUANTUM_MILLISECONDS", 100, "milliseconds", "A refused log-in is answered at the next multiple of this since it came in, so that its time does not tell why; 0 answers at once.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_can_be_set_by_its_name() {
        let limits = Limits::read(|name| (name == "CODE_TRIES").then(|| "3".to_owned())).unwrap();
        assert_eq!(limits.code_tries, 3);
        assert_eq!(limits.code_life, Seconds::new(600));
        assert_eq!(limits.in_force().len(), Limits::ALL.len());
    }

    /// The page's unit is the name's.
    #[test]
    fn a_span_or_a_size_says_its_unit_in_its_name() {
        for limit in Limits::ALL {
            let last = limit.name.rsplit('_').next().unwrap();
            let unit = limit.unit.to_uppercase();
            for measure in ["SECONDS", "MILLISECONDS", "DAYS", "BYTES", "KIB"] {
                assert_eq!(unit == measure, last == measure, "{}", limit.name);
            }
        }
    }

    #[test]
    fn all_bad_settings_are_named_at_once() {
        let bad = Limits::read(|name| name.starts_with("CODE_T").then(|| "five".to_owned())).unwrap_err();
        assert_eq!(
            bad.iter().map(|b| b.name).collect::<Vec<_>>(),
            ["CODE_TRIES", "CODE_THIRD_STOP_SECONDS"]
        );
    }
}
