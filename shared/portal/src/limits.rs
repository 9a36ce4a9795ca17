//! Every number of the product, once: its name, value, unit and reason.
//!
//! Each is a setting: an environment variable of the same name replaces it. `docs/limits.md` is generated from here.
//! Spans and sizes have types of their own, so that units cannot be mixed up.

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
            /// This number of the unit.
            pub const fn new(count: u64) -> Self {
                Self(count)
            }

            /// The number of units.
            pub const fn count(self) -> u64 {
                self.0
            }
        }
    )*};
}

units! { Milliseconds Days Bytes Kibibytes }

impl Milliseconds {
    /// The same span in the standard library's type.
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
    /// The name of the setting and of its environment variable.
    pub name: &'static str,
    /// The default value.
    pub default: u64,
    /// The unit.
    pub unit: &'static str,
    /// The reason for this number, and its source.
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
    code_life: Seconds, "CODE_LIFE_SECONDS", 600, "seconds", "A one-time code lives ten minutes: the longest that NIST SP 800-63B-4 and ASVS 6.5.5 allow, because greylisting delays mails by minutes.";
    code_tries: u64, "CODE_TRIES", 5, "tries", "Wrong codes per challenge, all its resends together; five leave one chance in 200,000.";
    code_failures: u64, "CODE_FAILURES_BEFORE_STOP", 10, "failures", "Wrong codes of one account within the window before codes are stopped; a new code or challenge never resets them (NIST SP 800-63B-4 3.1.3.2).";
    code_failure_window: Seconds, "CODE_FAILURE_WINDOW_SECONDS", 86_400, "seconds", "How long a wrong code is remembered against its account.";
    code_first_stop: Seconds, "CODE_FIRST_STOP_SECONDS", 900, "seconds", "Stop of codes at the tenth wrong one within the window.";
    code_second_stop: Seconds, "CODE_SECOND_STOP_SECONDS", 3_600, "seconds", "Stop of codes at the next wrong one within the window.";
    code_third_stop: Seconds, "CODE_THIRD_STOP_SECONDS", 14_400, "seconds", "Stop of codes at every further wrong one within the window.";
    resend_first_wait: Seconds, "RESEND_FIRST_WAIT_SECONDS", 30, "seconds", "Before the first resend; each further one waits twice as long (30, 60, 120, 240).";
    sends_per_challenge: u64, "SENDS_PER_CHALLENGE", 5, "mails", "Mails for one challenge or one initial password, the first included.";
    same_code_seconds: Seconds, "SAME_CODE_SECONDS", 180, "seconds", "A resend sends the same code while it has at least this long to live, so that both mails work.";
    login_codes_per_hour: u64, "LOGIN_CODES_PER_HOUR", 10, "mails", "Log-in codes to one member: an attacker must not be able to flood a mailbox.";
    login_codes_per_day: u64, "LOGIN_CODES_PER_DAY", 20, "mails", "Log-in codes to one member.";
    reset_codes_per_hour: u64, "RESET_CODES_PER_HOUR", 5, "mails", "Codes of password resets of one address, resends included, whether a member has the address or not: as many as one challenge has.";
    reset_codes_per_day: u64, "RESET_CODES_PER_DAY", 10, "mails", "The same in a day.";
    address_codes_per_hour: u64, "ADDRESS_CODES_PER_HOUR", 5, "mails", "Codes of address changes of one member, resends and all new addresses together: as many as one challenge has.";
    address_codes_per_day: u64, "ADDRESS_CODES_PER_DAY", 10, "mails", "The same in a day.";
    notices_per_hour: u64, "NOTICES_PER_HOUR", 5, "mails", "Notices of one kind to one member, or about colleagues to the managers of one office, for events that need no other mail first: repeating them must not flood a mailbox. Four colleagues fit. The last one says that the next may not be told.";
    notices_per_day: u64, "NOTICES_PER_DAY", 10, "mails", "The same in a day.";
    registration_codes_per_hour: u64, "REGISTRATION_CODES_PER_HOUR", 5, "mails", "Codes of registrations of one user id of the claims system, resends included: as many as one challenge has.";
    registration_codes_per_day: u64, "REGISTRATION_CODES_PER_DAY", 10, "mails", "The same in a day.";
    registration_codes_per_contact: u64, "REGISTRATION_CODES_PER_HOUR_AND_ADDRESS", 30, "mails", "Codes of registrations to one address within an hour, whichever offices name it: one company registers many offices in a morning.";
    retry_step: Seconds, "RETRY_STEP_SECONDS", 900, "seconds", "The wait for a spent budget of mails or claims passwords is rounded up to a multiple of this: the exact second would reveal another person's activity; 0 does not round.";
    refused_starts_per_network: u64, "REFUSED_STARTS_PER_NETWORK", 100, "refusals an hour", "Refused starts of log-ins and registrations from one network (IPv4 address or IPv6 /64); known devices and the right initial password are neither counted nor stopped. 0 switches it off, as the local stack does.";
    registration_life: Seconds, "REGISTRATION_LIFE_SECONDS", 1_800, "seconds", "A registration in progress.";
    login_life: Seconds, "LOGIN_LIFE_SECONDS", 900, "seconds", "A log-in in progress.";
    password_reset_life: Seconds, "PASSWORD_RESET_LIFE_SECONDS", 1_800, "seconds", "A password reset in progress: the mail may be slow, and a new password takes some thought.";
    address_change_life: Seconds, "ADDRESS_CHANGE_LIFE_SECONDS", 1_800, "seconds", "An address change in progress, from the new address to its code; no code outlives it.";
    free_wrong_passwords: u64, "FREE_WRONG_PASSWORDS", 4, "failures", "Consecutive wrong passwords from one network at one account without a back-off; after the n-th the back-off of that network is 2^(n-5) seconds.";
    wrong_password_longest_wait: Seconds, "WRONG_PASSWORD_LONGEST_WAIT_SECONDS", 900, "seconds", "The longest back-off after a wrong password; it applies to the network that it came from, or to the known device.";
    wrong_password_memory: Seconds, "WRONG_PASSWORD_MEMORY_SECONDS", 86_400, "seconds", "A network's wrong passwords at an account expire a day after its last; the count of all networks does not.";
    wrong_passwords_before_lockout: u64, "WRONG_PASSWORDS_BEFORE_LOCKOUT", 100, "failures", "Consecutive wrong passwords of one account, from all networks together, that lock the password out for all but known devices, until a reset or a completed log-in (NIST SP 800-63B-4 3.2.2); a known device has a count of its own.";
    password_shortest: u64, "PASSWORD_SHORTEST", 15, "code points", "After NFC (NIST SP 800-63B-4: 15 where the password stands alone, and a mailed code is no second factor).";
    password_longest: u64, "PASSWORD_LONGEST", 128, "code points", "After NFC; refused above, never cut (ASVS 6.2.9).";
    initial_password_life: Seconds, "INITIAL_PASSWORD_LIFE_SECONDS", 259_200, "seconds", "72 hours: mailed on Friday, read on Monday.";
    reissues_per_day: u64, "REISSUES_PER_DAY", 3, "re-issues", "Of an initial password, within 24 hours.";
    session_idle: Seconds, "SESSION_IDLE_SECONDS", 1_800, "seconds", "An unused session; office computers are shared.";
    session_life: Seconds, "SESSION_LIFE_SECONDS", 43_200, "seconds", "A session in total: one shift.";
    sessions_per_person: u64, "SESSIONS_PER_PERSON", 5, "sessions", "At once; a further one ends the oldest.";
    known_devices: u64, "KNOWN_DEVICES_PER_PERSON", 5, "devices", "Browsers of one person whose wrong passwords are counted separately; a further one replaces the one with the oldest log-in.";
    known_device_life: Seconds, "KNOWN_DEVICE_LIFE_SECONDS", 15_552_000, "seconds", "180 days without a completed log-in make a known device unknown again.";
    fresh_proof: Seconds, "FRESH_PROOF_SECONDS", 600, "seconds", "How long a log-in or a repeated password counts as fresh proof (ASVS 7.5.1).";
    office_members: u64, "OFFICE_MEMBERS", 5, "members", "Of one office, the first one and pending ones included (manual, R-43).";
    pending_seat_life: Seconds, "PENDING_SEAT_LIFE_SECONDS", 1_209_600, "seconds", "14 days: then a pending member's seat, claim on the address and claim on the office expire; a correction with the same address or a re-issue does not extend them.";
    released_shown: Days, "RELEASED_SHOWN_DAYS", 14, "days", "How long the office sees that the seat of a colleague fell free by itself, and why: as long as a pending seat lives, so that a manager who looks once a fortnight sees it.";
    claims_per_address: u64, "CLAIMS_PER_ADDRESS", 5, "offices", "Offices that may claim one address at once, until the first completed log-in with it: each is mailed to the address, and no office blocks another.";
    claims_failures: u64, "CLAIMS_FAILURES_BEFORE_QUESTION", 2, "failures", "Wrong claims passwords before the portal asks about the risk: the claims system locks the office out of claims at the third.";
    claims_attempts: u64, "CLAIMS_FAILURES_PER_DAY", 5, "failures", "Wrong claims passwords of one user id within the window, whatever risk is accepted: strangers can cause at most one lock of half an hour a day through the portal.";
    claims_attempts_per_network: u64, "CLAIMS_FAILURES_PER_DAY_AND_NETWORK", 3, "failures", "Of those, from one network: the rest stays for the office, which is in another network.";
    claims_risks: u64, "CLAIMS_RISKS_PER_DAY_AND_NETWORK", 1, "attempts", "For which the person accepts the risk, of one user id within the window from one network.";
    claims_failures_that_lock: u64, "CLAIMS_FAILURES_THAT_LOCK", 3, "failures", "At which the claims system locks an office out of its claims; from this one on wrong and locked have one answer and count alike, because only an existing user id is ever locked.";
    claims_failure_window: Seconds, "CLAIMS_FAILURE_WINDOW_SECONDS", 86_400, "seconds", "How long a wrong claims password or security code is remembered.";
    claims_budget: Seconds, "CLAIMS_BUDGET_SECONDS", 5, "seconds", "For one call to the claims system.";
    security_code_tries: u64, "SECURITY_CODE_TRIES", 3, "tries", "At the security code, then the registration starts again.";
    security_code_failures: u64, "SECURITY_CODE_FAILURES_PER_DAY", 10, "failures", "Wrong security codes of one user id within the window of its passwords, over all its registrations: with the password, a registration can be started again any number of times.";
    addresses_asked: u64, "ADDRESSES_ASKED_PER_REGISTRATION", 10, "addresses", "Different ones that one registration asks about, taken or not; the next ends it, so that a registration cannot probe a list of addresses.";
    addresses_asked_per_day: u64, "ADDRESSES_ASKED_PER_DAY", 10, "addresses", "Different ones that the members of one office ask about on マイページ within a day, taken or not, so that an office cannot probe a list of addresses.";
    initial_passwords_per_day: u64, "INITIAL_PASSWORDS_PER_DAY", 20, "mails", "Initial passwords that the members of one office have mailed on マイページ within a day, additions and re-issues together: five seats with three re-issues each. Adding and removing one address must not flood its mailbox.";
    email_taken_answers: u64, "EMAIL_TAKEN_ANSWERS", 5, "answers", "Of the kind email-taken in one registration; the last ends it, so that a registration cannot probe a list of addresses.";
    inquiries_per_network: u64, "INQUIRIES_PER_HOUR_AND_NETWORK", 100, "inquiries an hour", "From one network (IPv4 address or IPv6 /64), beside its refused starts: whole prefectures share a network, and no one writes a hundred. 0 switches it off.";
    inquiry_receipts_per_hour: u64, "INQUIRY_RECEIPTS_PER_HOUR", 10, "mails", "Receipts of inquiries to one address: strangers must not be able to flood a mailbox by naming it.";
    inquiry_receipts_per_day: u64, "INQUIRY_RECEIPTS_PER_DAY", 20, "mails", "The same in a day.";
    inquiry_life: Days, "INQUIRY_LIFE_DAYS", 365, "days", "How long an inquiry is kept after it was received: an answer may be asked about a year later, in the next round of applications.";
    take_over_business_days: u64, "TAKE_OVER_BUSINESS_DAYS", 3, "days", "Business days, the day of asking not counted, before a take-over of an office may be completed: its members are mailed and can stop it. 0 opens it at once. Past the end of the list of holidays ten calendar days count.";
    take_over_open: Days, "TAKE_OVER_OPEN_DAYS", 14, "days", "A take-over may be completed, as long as a pending seat lives; then it is as if it had never been asked for, but counts.";
    take_overs_per_window: u64, "TAKE_OVERS_PER_OFFICE", 3, "take-overs", "Asked for of one office within the window, withdrawn and stopped ones included: each mails every member.";
    take_over_window: Days, "TAKE_OVER_WINDOW_DAYS", 365, "days", "How long a take-over that was asked for counts.";
    take_over_stopped_shown: Days, "TAKE_OVER_STOPPED_SHOWN_DAYS", 30, "days", "How long the person who proves the office sees that a take-over was stopped.";
    audit_life: Days, "AUDIT_LIFE_DAYS", 1_826, "days", "How long a record of the audit is kept after the act: five years with a leap day; a change applies to new records only.";
    body_bytes: Bytes, "BODY_BYTES", 16_384, "bytes", "Of a request body.";
    inquiry_body_bytes: Bytes, "INQUIRY_BODY_BYTES", 32_768, "bytes", "Of an inquiry's body.";
    hash_memory: Kibibytes, "HASH_MEMORY_KIB", 19_456, "KiB", "Argon2id memory (OWASP: 19 MiB with two passes).";
    hash_passes: u64, "HASH_PASSES", 2, "passes", "Argon2id passes.";
    refusal_quantum: Milliseconds, "REFUSAL_QUANTUM_MILLISECONDS", 100, "milliseconds", "The response time of a refused log-in, and of every step of a password reset before its right code, is padded to the next multiple of this, so that it reveals neither the reason nor whether a member has the address; 0 answers at once.";
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
