//! The limits of the code match the decided numbers.

use portal::limits::Limits;
use portal::problem::Kind;

use crate::house::text;

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
        "change codes 5 and 10 a member",
        &[("ADDRESS_CODES_PER_HOUR", 5), ("ADDRESS_CODES_PER_DAY", 10)],
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
        "registration, log-in in progress: 30 min, 15 min; a reset, by ADR 0030, and a change of the address, by \
         ADR 0034: 30 min",
        &[
            ("REGISTRATION_LIFE_SECONDS", 30 * MINUTE),
            ("LOGIN_LIFE_SECONDS", 15 * MINUTE),
            ("PASSWORD_RESET_LIFE_SECONDS", 30 * MINUTE),
            ("ADDRESS_CHANGE_LIFE_SECONDS", 30 * MINUTE),
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
        "office: 5 members, pending ones included; a pending member's seat expires after 14 days",
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
        "claims on an address until the first log-in with it: 5 offices at once (ADR 0027)",
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
        "receipts of inquiries to one address: 10 an hour, 20 a day (abuse case M01)",
        &[
            ("INQUIRY_RECEIPTS_PER_HOUR", 10),
            ("INQUIRY_RECEIPTS_PER_DAY", 20),
        ],
    ),
    (
        "100 inquiries an hour from one network (abuse case M02)",
        &[("INQUIRIES_PER_HOUR_AND_NETWORK", 100)],
    ),
    ("an inquiry is kept for a year", &[("INQUIRY_LIFE_DAYS", 365)]),
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
        "a take-over: three business days, then open for 14; 3 in 365 days an office; stopped shown 30 days",
        &[
            ("TAKE_OVER_BUSINESS_DAYS", 3),
            ("TAKE_OVER_OPEN_DAYS", 14),
            ("TAKE_OVERS_PER_OFFICE", 3),
            ("TAKE_OVER_WINDOW_DAYS", 365),
            ("TAKE_OVER_STOPPED_SHOWN_DAYS", 30),
        ],
    ),
    (
        "five notices of a kind an hour, ten a day (ADR 0036); a seat that fell free is shown for 14 days",
        &[
            ("NOTICES_PER_HOUR", 5),
            ("NOTICES_PER_DAY", 10),
            ("RELEASED_SHOWN_DAYS", 14),
        ],
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

/// The texts of the front, and what one of them says of a limit: its number, in this unit, stands for the `#`.
type Said = (&'static str, u64, &'static [(&'static str, &'static str)]);

const JA: &str = "web/texts/ja.ts";
const EASY: &str = "web/texts/easy.ts";
const EN: &str = "web/texts/en.ts";

/// The limits that the screens name. A stage with other numbers needs other texts.
const ON_THE_SCREENS: &[Said] = &[
    (
        "CODE_LIFE_SECONDS",
        MINUTE,
        &[
            (JA, "届いてから#分以内に"),
            (EASY, "届いてから #分までに"),
            (EN, "within # minutes of receiving it"),
        ],
    ),
    (
        "REGISTRATION_LIFE_SECONDS",
        MINUTE,
        &[
            (JA, "初回利用登録は、始めてから#分以内に"),
            (EASY, "初回利用登録は、始めてから #分までに"),
            (EN, "Complete first-time registration within # minutes"),
        ],
    ),
    (
        "LOGIN_LIFE_SECONDS",
        MINUTE,
        &[
            (JA, "ログインは、始めてから#分以内に"),
            (EASY, "ログインは、始めてから #分までに"),
            (EN, "Complete the log-in within # minutes"),
        ],
    ),
    (
        "INITIAL_PASSWORD_LIFE_SECONDS",
        HOUR,
        &[
            (JA, "初期パスワードは#時間"),
            (JA, "初期パスワードの有効期限は#時間"),
            (EASY, "初期パスワードは、#時間"),
            (EN, "The initial password works for # hours"),
            (EN, "The initial password (初期パスワード) is valid for # hours"),
        ],
    ),
    (
        "FRESH_PROOF_SECONDS",
        MINUTE,
        &[
            (JA, "#分のあいだは、続けて変更できます"),
            (EASY, "#分の 間は、続けて"),
            (EN, "For # minutes you can then go on"),
        ],
    ),
    (
        "OFFICE_MEMBERS",
        1,
        &[
            (JA, "最大#名まで登録可能"),
            (JA, "登録できるユーザは#名まで"),
            (EASY, "ユーザは #人までです"),
            (EN, "Up to # users can be registered from"),
            (EN, "Up to # users can be registered."),
            ("shared/portal/src/terms.rs", "最初の利用者を含めて#名まで"),
        ],
    ),
    (
        "PASSWORD_SHORTEST",
        1,
        &[
            (JA, "\"#文字以上、"),
            (JA, "パスワードは#文字以上で"),
            (EASY, "\"#文字から "),
            (EASY, "パスワードは #文字以上"),
            (EN, "\"# to "),
            (EN, "at least # characters"),
            ("web/src/values.ts", "length < # ? \"too-short\""),
        ],
    ),
    (
        "PASSWORD_LONGEST",
        1,
        &[
            (JA, "、#文字以内。"),
            (EASY, "から #文字までです"),
            (EN, " to # characters"),
            ("web/src/values.ts", "length > # ? \"too-long\""),
        ],
    ),
    (
        "CLAIMS_FAILURES_THAT_LOCK",
        1,
        &[
            (JA, "#回続けて間違えると"),
            (EASY, "#回 続けて 間違えると"),
            (EN, "# times in a row"),
        ],
    ),
];

/// A text without its furigana: `{漢字|かんじ}` is 漢字.
fn without_readings(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let reading = after
            .split_once('}')
            .and_then(|(inside, rest)| Some((inside.split_once('|')?.0, rest)));
        if let Some((word, after)) = reading {
            plain.push_str(word);
            rest = after;
        } else {
            plain.push('{');
            rest = after;
        }
    }
    plain + rest
}

#[test]
fn the_screens_name_the_limits_as_they_are() {
    for (name, unit, said) in ON_THE_SCREENS {
        let limit = Limits::ALL.iter().find(|limit| limit.name == *name).unwrap();
        assert_eq!(limit.default % unit, 0, "{name}");
        let number = (limit.default / unit).to_string();
        for (file, words) in *said {
            let words = words.replace('#', &number);
            assert!(without_readings(&text(file)).contains(&words), "{file}: {words}");
        }
    }
    let members = format!("{}名", Limits::standard().office_members);
    assert!(Kind::MemberLimitReached.title().contains(&members));
}
