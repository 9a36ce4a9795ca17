//! Numbers of organisations in the corpus: the same lines as the front's.

use portal::inquiry::{InstitutionKind, Prefecture, UserKind, WrittenNumber, is_doubtful};

#[test]
fn a_number_of_the_corpus_is_a_slip_where_it_says_so() {
    let corpus: toml::Table = include_str!("../../../../tests/corpus/organisation-number.toml")
        .parse()
        .unwrap();
    let mut wrong = Vec::new();
    for case in corpus["cases"].as_array().unwrap() {
        let text = |key: &str| case.get(key).and_then(toml::Value::as_str);
        let number = WrittenNumber::parse_optional(text("typed")).unwrap().unwrap();
        let user = UserKind::parse(text("user").unwrap()).unwrap();
        let prefecture = text("prefecture").map(|code| Prefecture::parse(code).unwrap());
        let institution = text("institution").map(|code| InstitutionKind::parse(code).unwrap());
        let found = is_doubtful(user, &number, prefecture, institution);
        if Some(found) != case["doubtful"].as_bool() {
            wrong.push(case["why"].to_string());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
