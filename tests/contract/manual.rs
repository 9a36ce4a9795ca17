//! Every line of the manual, and the tests that show it.
//!
//! The lines are numbered from the cover to the last page. A line is shown by tests that name it (`R-26` in a comment
//! before or in the test, or `r26` in its name), or it waits for a named function.

use std::collections::{BTreeMap, BTreeSet};

use crate::house;

/// The evidence for a line.
enum Shown {
    /// These tests, each of which names the line.
    By(&'static [&'static str]),
    /// It is on this screen, word for word: the front's tests compare it with `web/tests/manual.json`.
    OnScreen(&'static str),
    /// It is about the manual itself, or about another party.
    Document(&'static str),
}

use Shown::{By, Document, OnScreen};

const DEEMED: &str = "an_office_and_a_deemed_office_prove_themselves_with_id_and_password";
const TEMPORARY: &str = "the_temporary_password_of_the_letter_is_an_error_of_its_own";
const REGISTERED: &str = "a_registered_office_is_shown_its_member_after_the_code";
const SECURITY_CODE: &str = "an_office_with_a_security_code_types_it_and_gets_to_my_page";
const FIRST_CODE: &str =
    "the_code_is_mailed_to_the_address_registered_at_the_claims_system_under_the_manuals_subject";
const FIRST_CODE_TYPED: &str = "the_mailed_code_leads_to_the_profile_and_shows_the_office";
const FORM: &str = "all_missing_fields_are_reported_at_once_and_optional_ones_may_be_missing";
const CONFIRMATION: &str = "what_will_be_stored_is_shown_for_confirmation";
const ONCE: &str = "a_double_click_registers_once_and_both_get_the_same_answer";
const INITIAL_PASSWORD: &str = "the_initial_password_is_mailed_to_the_registered_address";
const FIRST_LOGIN: &str = "the_mailed_initial_password_leads_to_the_code";
const SECOND_CODE: &str = "the_code_is_mailed_to_the_portals_address_under_the_manuals_subject";
const NEW_PASSWORD: &str = "a_new_password_and_the_terms_lead_to_my_page";
const TERMS: &str = "the_terms_are_shown_before_they_are_agreed_to";
const MUNICIPALITY: &str = "a_log_in_needs_nothing_but_id_and_password";
const WHOLE: &str = "the_whole_first_registration_runs_on_the_local_stack";
const INQUIRY: &str = "an_institution_without_a_kj_id_applies_by_the_pair_that_the_manual_names";
const HAPPY: &str = "an_office_gets_from_its_kj_id_to_my_page_with_name_and_office";

/// R-01 to R-72.
const LINES: [(u32, &str, Shown); 72] = [
    (
        1,
        "the manual's title, date and publisher",
        Document("about the manual, not about the portal"),
    ),
    (
        2,
        "its table of revisions",
        Document("about the manual, not about the portal"),
    ),
    (3, "for 介護事業所 and みなし介護事業所", By(&[DEEMED])),
    (4, "what a みなし介護事業所 is", By(&[DEEMED])),
    (5, "市町村（保険者） follow their own notice", By(&[MUNICIPALITY])),
    (
        6,
        "市町村 type their ID and password at the log-in",
        By(&[MUNICIPALITY]),
    ),
    (
        7,
        "市町村 are mailed ID and password one by one",
        Document("the operator does this outside the portal"),
    ),
    (
        8,
        "medical institutions without a KJ ID ask by the inquiry form",
        By(&[INQUIRY]),
    ),
    (9, "with the category 「その他」", By(&[INQUIRY])),
    (
        10,
        "and the subcategory 「介護情報基盤ポータルのID発行申請」",
        By(&[INQUIRY]),
    ),
    (
        11,
        "and are told so where the registration begins",
        OnScreen("login"),
    ),
    (12, "the registration is needed for 助成金等", OnScreen("index")),
    (13, "one office registers once", By(&[ONCE])),
    (14, "people who can log in already need not", By(&[REGISTERED])),
    (
        15,
        "「同一組織で新規登録が完了しています。…」",
        By(&["r15_the_manuals_sentence_is_the_title", REGISTERED]),
    ),
    (
        16,
        "look for a person of the office who is registered",
        By(&[REGISTERED]),
    ),
    (
        17,
        "further users come from the マイページ of one who is registered",
        By(&[REGISTERED]),
    ),
    (
        18,
        "from 初回利用登録 by way of ログイン to マイページ",
        By(&[WHOLE]),
    ),
    (19, "トップページ, 「ログイン」", OnScreen("index")),
    (20, "the words of the navigation", OnScreen("index")),
    (21, "「初回利用登録をする」 on ログイン画面", OnScreen("login")),
    (22, "the notes of R-06 to R-10 on ログイン画面", OnScreen("login")),
    (23, "「ユーザID」 and 「ログインパスワード」", By(&[DEEMED])),
    (
        24,
        "what 電子請求受付システム is, with a link",
        OnScreen("registration"),
    ),
    (25, "「次へ進む」", OnScreen("registration")),
    (26, "the 仮パスワード is an error", By(&[TEMPORARY])),
    (27, "it has to be changed there first", By(&[TEMPORARY])),
    (28, "the セキュリティコード is typed", By(&[SECURITY_CODE])),
    (29, "only where one is set", By(&[SECURITY_CODE])),
    (
        30,
        "otherwise the screen is not shown",
        By(&["without_a_security_code_the_screen_is_not_shown"]),
    ),
    (31, "「次へ進む」", OnScreen("registration-security-code")),
    (
        32,
        "a code goes to the address of 電子請求受付システム",
        By(&[FIRST_CODE]),
    ),
    (33, "its subject", By(&[FIRST_CODE])),
    (34, "the code is typed", By(&[FIRST_CODE_TYPED])),
    (35, "「次へ進む」", By(&[FIRST_CODE_TYPED])),
    (36, "「ID（メールアドレス）」 ※必須", By(&[FORM])),
    (37, "「氏名」 ※必須", By(&[FORM])),
    (38, "「氏名（フリガナ）」 ※必須", By(&[FORM])),
    (39, "「部署名」 ※任意", By(&[FORM])),
    (40, "「役職名」 ※任意", By(&[FORM])),
    (41, "「電話番号」 ※必須", By(&[FORM])),
    (
        42,
        "use an address that you read",
        OnScreen("registration-profile"),
    ),
    (
        43,
        "at most five users",
        By(&["r43_up_to_five_users_are_registered_at_my_page"]),
    ),
    (44, "look whether it is right", By(&[CONFIRMATION])),
    (45, "「登録内容を確認する」", By(&[CONFIRMATION])),
    (46, "what was entered is shown", By(&[CONFIRMATION])),
    (47, "「登録する」", By(&[ONCE])),
    (
        48,
        "a mail goes to the registered address",
        By(&[INITIAL_PASSWORD]),
    ),
    (
        49,
        "from no-reply@mail.kaigo-kiban-portal.jp",
        By(&[INITIAL_PASSWORD]),
    ),
    (50, "with the 初期パスワード", By(&[INITIAL_PASSWORD])),
    (
        51,
        "look into 迷惑メールフォルダ",
        OnScreen("registration-completed"),
    ),
    (52, "「ログイン画面へ」", OnScreen("registration-completed")),
    (
        53,
        "「ID（メールアドレス）」 and 「パスワード」",
        By(&[FIRST_LOGIN]),
    ),
    (54, "at first the 初期パスワード", By(&[FIRST_LOGIN])),
    (55, "「ログインする」", By(&[FIRST_LOGIN])),
    (56, "a code goes to the portal's own address", By(&[SECOND_CODE])),
    (57, "its subject", By(&[SECOND_CODE])),
    (58, "the code is typed", By(&[SECOND_CODE])),
    (59, "「次へ進む」", By(&[SECOND_CODE])),
    (60, "「新しいパスワード」", By(&[NEW_PASSWORD])),
    (61, "「新しいパスワード（確認）」", OnScreen("new-password")),
    (62, "the terms are read", By(&[TERMS])),
    (63, "「利用規約に同意する」", By(&[TERMS])),
    (64, "only after they were shown", By(&[TERMS])),
    (65, "「パスワードを変更する」", By(&[NEW_PASSWORD])),
    (66, "leads to マイページ", By(&[NEW_PASSWORD])),
    (67, "with which all is done", By(&[HAPPY])),
    (
        68,
        "「氏名、事業所名」 of the person who is logged in",
        By(&[HAPPY]),
    ),
    (69, "applications from 「各種申請」", OnScreen("my-page")),
    (
        70,
        "further users from 「ユーザ新規登録」",
        By(&["an_added_colleague_is_mailed_an_initial_password_and_logs_in_with_it"]),
    ),
    (71, "questions at the inquiry page", By(&[INQUIRY])),
    (72, "with categories of two levels", By(&[INQUIRY])),
];

/// Every test of the workspace, with the lines that it names.
fn tests() -> BTreeMap<String, BTreeSet<u32>> {
    let mut tests: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for folder in ["functions", "shared", "desk", "local", "tests", "xtask"] {
        for (_, text) in house::sources(folder) {
            for (name, comment) in tests_of(&text) {
                let named = lines_of(&comment, "R-").chain(lines_of(&name, "r"));
                tests.entry(name.clone()).or_default().extend(named);
            }
        }
    }
    tests
}

/// Names of the tests in a file, each with the comments before and in it.
fn tests_of(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut comment, mut is_test) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            comment.push_str(words);
        } else if let Some(words) = line.strip_prefix("//") {
            if let Some((_, comment)) = found.last_mut() {
                comment.push_str(words);
            }
        } else if line.starts_with("#[") {
            is_test |= line.starts_with("#[test") || line.starts_with("#[tokio::test");
        } else {
            let name = line.split_once("fn ").and_then(|(_, rest)| rest.split_once('('));
            if let Some((name, _)) = name.filter(|_| is_test) {
                found.push((name.to_owned(), comment.clone()));
            }
            comment.clear();
            is_test = false;
        }
    }
    found
}

/// Two-digit numbers after this word.
fn lines_of<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = u32> + 'a {
    let numbers = text
        .match_indices(word)
        .map(move |(at, _)| &text[at + word.len()..]);
    numbers.filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|_| digits.len() == 2)
    })
}

#[test]
fn every_line_of_the_manual_is_there_once() {
    let numbers: Vec<u32> = LINES.iter().map(|(number, ..)| *number).collect();
    assert_eq!(numbers, (1..=72).collect::<Vec<_>>());
}

#[test]
fn every_line_is_shown_by_the_tests_that_it_claims() {
    let tests = tests();
    let mut missing = Vec::new();
    for (number, line, shown) in &LINES {
        let By(claimed) = shown else { continue };
        assert!(!claimed.is_empty(), "R-{number:02} claims no test");
        for name in *claimed {
            match tests.get(*name) {
                None => missing.push(format!("R-{number:02} {line}: there is no test {name}")),
                Some(named) if !named.contains(number) => {
                    missing.push(format!("R-{number:02} {line}: {name} does not name it"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn every_line_of_a_screen_stands_on_it_word_for_word() {
    let text = house::text("web/tests/manual.json");
    let manual: serde_json::Value = serde_json::from_str(&text).unwrap();
    let shown = manual["shown"].as_array().unwrap();
    for (number, line, claimed) in &LINES {
        let OnScreen(page) = claimed else { continue };
        assert!(
            shown.iter().any(|entry| entry[0] == *number && entry[1] == *page),
            "R-{number:02} {line}: nothing on {page}"
        );
    }
}

#[test]
fn every_line_that_is_not_shown_has_a_reason() {
    let tests = tests();
    for (number, line, shown) in &LINES {
        let reason = match shown {
            By(_) | OnScreen(_) => continue,
            Document(reason) => reason,
        };
        assert!(!reason.is_empty(), "R-{number:02} {line}");
        let naming: Vec<&String> = tests
            .iter()
            .filter(|(_, named)| named.contains(number))
            .map(|(name, _)| name)
            .collect();
        assert!(
            naming.is_empty(),
            "R-{number:02} {line}: shown by {naming:?} already"
        );
    }
}

#[test]
fn no_test_names_a_line_that_the_manual_does_not_have() {
    for (name, lines) in tests() {
        assert!(
            lines.iter().all(|line| (1..=72).contains(line)),
            "{name}: {lines:?}"
        );
    }
}
