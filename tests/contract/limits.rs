//! The limits of the code match the decided numbers.

use portal::limits::Limits;

const SECOND: u64 = 1;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const KIB: u64 = 1_024;

/// The decided numbers, in the words of the decision, and the corresponding settings.
const DECIDED: &[(&str, &[(&str, u64)])] = &[
    (
        "one-time code: 10 min, 5 tries per challenge with all its resends",
        &[("CODE_LIFE_SECONDS", 10 * MINUTE), ("CODE_TRIES", 5)],
    ),
    (
        "10 failures per account in 24 h, then a stop of 15 min, then 1 h, then 4 h",
        &[
            ("CODE_FAILURES_BEFORE_STOP", 10),
            ("CODE_FAILURE_WINDOW_SECONDS", 24 * HOUR),
            ("CODE_FIRST_STOP_SECONDS", 15 * MINUTE),
            ("CODE_SECOND_STOP_SECONDS", HOUR),
            ("CODE_THIRD_STOP_SECONDS", 4 * HOUR),
        ],
    ),
    (
        "resend after 30, 60, 120, 240 s; 5 sends per challenge; the same code while it has 3 minutes or more to live",
        &[
            ("RESEND_FIRST_WAIT_SECONDS", 30 * SECOND),
            ("SENDS_PER_CHALLENGE", 5),
            ("SAME_CODE_SECONDS", 3 * MINUTE),
        ],
    ),
    (
        "log-in codes and initial passwords: 10 an hour and 20 a day an account",
        &[("LOGIN_CODES_PER_HOUR", 10), ("LOGIN_CODES_PER_DAY", 20)],
    ),
    (
        "registration codes 5 an hour and 10 a day a claims id, 30 an hour an address",
        &[
            ("REGISTRATION_CODES_PER_HOUR", 5),
            ("REGISTRATION_CODES_PER_DAY", 10),
            ("REGISTRATION_CODES_PER_HOUR_AND_ADDRESS", 30),
        ],
    ),
    (
        "resets 5 and 10 an address, known or not",
        &[("RESET_CODES_PER_HOUR", 5), ("RESET_CODES_PER_DAY", 10)],
    ),
    (
        "retry times rounded up to 15 min where a stranger could read another's habits from them",
        &[("RETRY_STEP_SECONDS", 15 * MINUTE)],
    ),
    (
        "refused starts, per network: 100 an hour, counted when refused",
        &[("REFUSED_STARTS_PER_NETWORK", 100)],
    ),
    (
        "registration, log-in in progress: 30 min, 15 min; a reset, by ADR 0030: 30 min",
        &[
            ("REGISTRATION_LIFE_SECONDS", 30 * MINUTE),
            ("LOGIN_LIFE_SECONDS", 15 * MINUTE),
            ("PASSWORD_RESET_LIFE_SECONDS", 30 * MINUTE),
        ],
    ),
    (
        "wrong passwords, by account and network: free to 4; from the 5th a wait up to 15 min, forgotten after a day; after 100 \
         in a row from everywhere off for all but known devices",
        &[
            ("FREE_WRONG_PASSWORDS", 4),
            ("WRONG_PASSWORD_MEMORY_SECONDS", DAY),
            ("WRONG_PASSWORD_LONGEST_WAIT_SECONDS", 15 * MINUTE),
            ("WRONG_PASSWORDS_BEFORE_LOCKOUT", 100),
        ],
    ),
    (
        "password: 15 to 128 characters",
        &[("PASSWORD_SHORTEST", 15), ("PASSWORD_LONGEST", 128)],
    ),
    (
        "initial password: 72 h; re-issued 3 times a day",
        &[
            ("INITIAL_PASSWORD_LIFE_SECONDS", 72 * HOUR),
            ("REISSUES_PER_DAY", 3),
        ],
    ),
    (
        "session: 30 min idle, 12 h in all, 5 a person; 10 min of fresh proof",
        &[
            ("SESSION_IDLE_SECONDS", 30 * MINUTE),
            ("SESSION_LIFE_SECONDS", 12 * HOUR),
            ("SESSIONS_PER_PERSON", 5),
            ("FRESH_PROOF_SECONDS", 10 * MINUTE),
        ],
    ),
    (
        "office: 5 members, pending ones included; a pending member's seat falls free after 14 days",
        &[("OFFICE_MEMBERS", 5), ("PENDING_SEAT_LIFE_SECONDS", 14 * DAY)],
    ),
    (
        "claims password: 2 failures in 24 h, then the question (one risk a day and network)",
        &[
            ("CLAIMS_FAILURES_BEFORE_QUESTION", 2),
            ("CLAIMS_FAILURE_WINDOW_SECONDS", 24 * HOUR),
            ("CLAIMS_RISKS_PER_DAY_AND_NETWORK", 1),
        ],
    ),
    (
        "5 wrong a day an id, 3 of them a network",
        &[
            ("CLAIMS_FAILURES_PER_DAY", 5),
            ("CLAIMS_FAILURES_PER_DAY_AND_NETWORK", 3),
        ],
    ),
    (
        "from the third wrong one on, wrong and locked are told and counted alike",
        &[("CLAIMS_FAILURES_THAT_LOCK", 3)],
    ),
    ("3 tries at a security code", &[("SECURITY_CODE_TRIES", 3)]),
    (
        "and 10 wrong ones per user id in 24 h, over all registrations",
        &[("SECURITY_CODE_FAILURES_PER_DAY", 10)],
    ),
    (
        "5 s for one call to the claims system",
        &[("CLAIMS_BUDGET_SECONDS", 5 * SECOND)],
    ),
    (
        "the fifth email-taken ends the flow",
        &[("EMAIL_TAKEN_ANSWERS", 5)],
    ),
    (
        "claims on an address that nobody has logged in with: 5 offices at once (ADR 0027)",
        &[("CLAIMS_PER_ADDRESS", 5)],
    ),
    (
        "addresses asked about in one registration: 10",
        &[("ADDRESSES_ASKED_PER_REGISTRATION", 10)],
    ),
    (
        "on my page an office asks about at most 10 distinct addresses a day",
        &[("ADDRESSES_ASKED_PER_DAY", 10)],
    ),
    (
        "bodies: 16 KiB, inquiry 32 KiB",
        &[("BODY_BYTES", 16 * KIB), ("INQUIRY_BODY_BYTES", 32 * KIB)],
    ),
    (
        "known devices counted apart: 5 a person, forgotten after 180 days (ADR 0020)",
        &[
            ("KNOWN_DEVICES_PER_PERSON", 5),
            ("KNOWN_DEVICE_LIFE_SECONDS", 180 * DAY),
        ],
    ),
    (
        "20 initial passwords a day an office has mailed on my page: five seats with three re-issues each",
        &[("INITIAL_PASSWORDS_PER_DAY", 20)],
    ),
    (
        "what happened is kept for five years, the leap day between included (ADR 0023)",
        &[("AUDIT_LIFE_DAYS", 5 * 365 + 1)],
    ),
    (
        "argon2id: 19 MiB, two passes",
        &[("HASH_MEMORY_KIB", 19 * KIB), ("HASH_PASSES", 2)],
    ),
    (
        "a refused log-in is answered at a multiple of a tenth of a second",
        &[("REFUSAL_QUANTUM_MILLISECONDS", 100)],
    ),
];

#[test]
fn every_number_is_the_one_that_was_decided() {
    for (decision, numbers) in DECIDED {
        for (name, value) in *numbers {
            let limit = Limits::ALL
                .iter()
                .find(|limit| limit.name == *name)
                .unwrap_or_else(|| panic!("no {name}"));
            assert_eq!(limit.default, *value, "{name}: {decision}");
        }
    }
}

#[test]
fn every_number_in_the_code_was_decided() {
    let decided = |name: &str| {
        DECIDED
            .iter()
            .flat_map(|(_, numbers)| numbers.iter())
            .any(|(other, _)| *other == name)
    };
    let others: Vec<&str> = Limits::ALL
        .iter()
        .map(|limit| limit.name)
        .filter(|name| !decided(name))
        .collect();
    assert_eq!(others, [""; 0]);
}

#[test]
fn every_number_has_a_reason_and_a_unit() {
    for limit in Limits::ALL {
        assert!(
            limit.reason.ends_with('.') && !limit.unit.is_empty(),
            "{}",
            limit.name
        );
        assert!(
            !limit.reason.contains('|'),
            "{}: a bar ends a cell of the table",
            limit.name
        );
    }
}
