//! Bodies and headers of the corpus, through the request checks that every function has.

use lambda_http::http::HeaderName;
use portal::problem::Kind;
use portal::steps::Step;
use serde_json::Value;

use laws::edge::{self, Given, ORIGIN, Sent};

fn cases(text: &str) -> Vec<toml::Table> {
    let table: toml::Table = text.parse().unwrap();
    let cases = table["cases"].as_array().unwrap();
    cases
        .iter()
        .map(|case| case.as_table().unwrap().clone())
        .collect()
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0, "{hex}");
    let octet = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(octet).collect()
}

/// The body of a line.
pub(crate) fn body(case: &toml::Table) -> Vec<u8> {
    let text = |key: &str| case.get(key).and_then(toml::Value::as_str).unwrap_or_default();
    let times = case.get("times").map_or(1, |times| times.as_integer().unwrap());
    let middle = match case.get("hex") {
        Some(hex) => octets(hex.as_str().unwrap()),
        None => text("body").repeat(usize::try_from(times).unwrap()).into_bytes(),
    };
    [text("before").as_bytes(), &middle, text("after").as_bytes()].concat()
}

/// The lines of `bodies.toml`.
pub(crate) fn bodies() -> Vec<toml::Table> {
    const KEYS: [&str; 9] = [
        "body", "hex", "before", "after", "times", "reads", "refused", "pointers", "why",
    ];
    let cases = cases(include_str!("../corpus/bodies.toml"));
    for case in &cases {
        assert!(case.keys().all(|key| KEYS.contains(&key.as_str())), "{case:?}");
        assert!(
            case.contains_key("reads") != case.contains_key("refused"),
            "{case:?}"
        );
    }
    cases
}

async fn given(sent: &Sent) -> (Option<Given>, Value) {
    edge::of_any_request(sent).await;
    let (response, given) = edge::answer(sent).await.unwrap();
    (given, serde_json::from_slice(response.body()).unwrap_or_default())
}

#[tokio::test]
async fn every_body_of_the_corpus_is_read_or_refused_as_it_says() {
    let mut wrong = Vec::new();
    for case in bodies() {
        let sent = Sent::to(Step::StartRegistration).with_json(body(&case));
        let (given, problem) = given(&sent).await;
        let right = match (case.get("reads"), given) {
            (Some(toml::Value::Table(expected)), Some(given)) => {
                let expected: Vec<(String, String)> = expected
                    .iter()
                    .map(|(name, text)| (name.clone(), text.as_str().unwrap().to_owned()))
                    .collect();
                let mut texts = given.texts;
                texts.sort();
                let mut expected = expected;
                expected.sort();
                problem.is_null() && texts == expected
            }
            (Some(_), given) => given.is_some() && problem.is_null(),
            (None, _) => {
                let told: Vec<&Value> = problem["errors"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|error| &error["pointer"])
                    .collect();
                let pointers = case.get("pointers").and_then(toml::Value::as_array);
                let expected: Vec<&str> = pointers
                    .into_iter()
                    .flatten()
                    .map(|pointer| pointer.as_str().unwrap())
                    .collect();
                problem["code"] == case["refused"].as_str().unwrap() && told == expected
            }
        };
        if !right {
            wrong.push(format!("{}: {problem}", case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_header_of_the_corpus_is_taken_or_refused_as_it_says() {
    let mut wrong = Vec::new();
    for case in cases(include_str!("../corpus/headers.toml")) {
        let name = case["name"].as_str().unwrap();
        assert!(HeaderName::from_bytes(name.as_bytes()).is_ok());
        let mut sent = Sent::to(Step::Confirm);
        sent.body = br#"{"draft":"x"}"#.to_vec();
        for (usual, value) in [
            ("content-type", "application/json"),
            ("idempotency-key", "0123456789abcdef"),
            ("cookie", "__Host-registration=abc"),
            ("origin", ORIGIN),
        ] {
            if usual != name {
                sent = sent.with(usual, value);
            }
        }
        for value in case
            .get("values")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            sent = sent.with(name, value.as_str().unwrap());
        }
        if let Some(hex) = case.get("octets") {
            sent = sent.with(name, octets(hex.as_str().unwrap()));
        }
        let (given, problem) = given(&sent).await;
        let expected = case["answers"].as_str().unwrap();
        let right = if expected == "ok" {
            given.is_some_and(|given| {
                case.get("flow")
                    .is_none_or(|flow| flow.as_bool() == Some(given.flow))
            })
        } else {
            assert!(Kind::ALL.iter().any(|kind| kind.code() == expected));
            problem["code"] == expected
        };
        if !right {
            wrong.push(format!("{name}, {}: {problem}", case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// RFC 7396.
fn patch(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let target = target.as_object_mut().unwrap();
    for (name, change) in changes {
        if change.is_null() {
            target.remove(name);
        } else {
            self::patch(target.entry(name).or_insert(Value::Null), change);
        }
    }
}

/// Whatever a gateway hands over ends in an answer of ours, with the headers of the contract.
#[tokio::test]
async fn every_event_of_the_corpus_is_taken_or_refused_as_it_says() {
    let corpus: Value = serde_json::from_str(include_str!("../corpus/events.json")).unwrap();
    let mut wrong = Vec::new();
    for case in corpus["cases"].as_array().unwrap() {
        let mut event = corpus["event"].clone();
        patch(&mut event, &case["patch"]);
        edge::of_any_event(&event).await;
        let (response, given) = edge::answer_event(&event).await;
        let problem: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let right = match case["answers"].as_str().unwrap() {
            "ok" => given.is_some_and(|given| case["flow"] == given.flow),
            expected => problem["code"] == expected,
        };
        if !right {
            wrong.push(format!("{}: {problem}", case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Unknown fields of the body come before and after one of an inner object.
#[tokio::test]
async fn the_unknown_fields_of_one_object_are_reported_once() {
    let body = r#"{"x":1,"agreedTerms":{"y":1},"z":1}"#;
    let sent = Sent::to(Step::ChangeInitialPassword).with_json(body);
    let (_, problem) = given(&sent).await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
}
