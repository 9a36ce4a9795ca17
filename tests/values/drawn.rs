//! Random input for the laws.

use std::sync::LazyLock;

use portal::account::BrowserKind;
use portal::code::{Label, Purpose};
use portal::initial_password::Source;
use portal::inquiry::{EntryKind, Message, ReceiptNumber, Reply};
use portal::keys::KeyId;
use portal::mail::{Content, Notice, Promise};
use portal::values::{ChallengeId, EmailAddress, MemberId, RequestKey};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

use laws::claims::{System, USER};
use laws::doubles::Aws;
use laws::edge::Sent;
use laws::{edge, events, items, mail};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
});

static SYSTEM: LazyLock<System> = LazyLock::new(|| RUNTIME.block_on(System::start()));

/// Any JSON, with words of the portal's documents among its names and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        3 => proptest::sample::select(vec![
            "Records", "dynamodb", "SequenceNumber", "NewImage", "OldImage", "detail", "eventType", "mail", "tags",
            "kind", "key", "of", "number", "S", "N", "M", "L", "BOOL", "pk", "v", "schema", "stage", "exp", "at",
            "Delivery", "Bounce", "1", "-1", "1e3", "otp", "queued", "registration-code", "userId", "result",
            "accepted", "office", "name", "securityCode", "none",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A stored item of some kind, in DynamoDB's JSON.
fn items_as_stored() -> Vec<Value> {
    let text = |text: &str| json!({ "S": text });
    let number = |number: i64| json!({ "N": number.to_string() });
    let mail = json!({ "M": {
        "n": number(1), "to": text("taro@example.jp"), "exp": number(1_775_002_200), "at": number(1_775_001_600),
        "sends": number(1), "delivery": text("queued"), "kind": text("login-code"), "of": text("c"),
        "key": text("k"), "count": number(0), "label": text("K7"),
    }});
    let member = json!({ "M": {
        "id": text("m"), "office": { "M": { "number": text("1379901018"), "name": text("見本") } },
        "role": text("manager"), "since": number(1), "credential": number(1), "hash": text("$argon2id$"),
        "by": text("f"), "email": text("taro@example.jp"), "name": text("介護 太郎"), "kana": text("カイゴ"),
        "phone": text("0312345678"), "terms": { "M": {
            "version": text("1"), "sha256": text("x"), "shown": number(1), "agreed": number(2) } },
        "sessions": { "L": [{ "M": { "id": text("s"), "flow": text("f"), "from": number(1), "to": number(2) } }] },
    }});
    vec![
        json!({ "pk": text("LETTER#l"), "v": text("v"), "schema": number(1), "mail": mail.clone() }),
        json!({ "pk": text("OPERATOR#o"), "v": text("v"), "schema": number(1), "name": text("local/hanako"),
            "operation": text("x"), "target": text("ACCOUNT#a"), "member": text("m"), "reason": text("依頼"), "at": number(1) }),
        json!({ "pk": text("LOGIN#f"), "v": text("v"), "schema": number(1), "account": text("a"), "member": text("m"),
            "credential": number(1), "expiresAt": number(2), "stage": text("otp"), "tries": number(0), "mail": mail }),
        json!({ "pk": text("ACCOUNT#a"), "v": text("v"), "schema": number(1), "at": number(1), "member": member,
            "mails": { "L": [number(1), number(2)] }, "wrong": number(3), "wrongAt": number(2) }),
        json!({ "pk": text("OFFICE#1379901018"), "v": text("v"), "schema": number(1), "name": text("見本"),
            "members": { "M": { "m": text("a") } }, "founding": { "M": {
                "flow": text("f"), "request": text("r"), "draft": text("d"), "member": text("m"), "at": number(1) } } }),
        json!({ "pk": text("CLAIMS#KJ1"), "v": text("v"), "schema": number(1), "at": number(1),
            "failures": { "L": [{ "M": { "at": number(1), "network": text("n"), "risk": { "BOOL": true } } }] },
            "mails": { "L": [number(1)] }, "codesStop": number(5) }),
        json!({ "pk": text("CONTACT#a"), "v": text("v"), "schema": number(1), "mails": { "L": [number(1)] } }),
        json!({ "pk": text("NETWORK#n"), "v": text("v"), "schema": number(1), "since": number(1), "refused": number(2) }),
        json!({ "pk": text("SESSION#s"), "v": text("v"), "schema": number(1), "account": text("a"),
            "member": text("m"), "expiresAt": number(2), "seenAt": number(1) }),
        json!({ "pk": text("REGISTRATION#f"), "v": text("v"), "schema": number(1), "claimsUser": text("KJ1"),
            "expiresAt": number(2), "stage": text("security-code"), "tries": number(1) }),
    ]
}

/// The `at`-th value within, replaced.
fn garbled(value: &Value, at: &mut usize, with: &Value) -> Value {
    if *at == 0 {
        *at = usize::MAX;
        return with.clone();
    }
    *at -= 1;
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, inner)| (name.clone(), garbled(inner, at, with)))
                .collect(),
        ),
        Value::Array(list) => list.iter().map(|inner| garbled(inner, at, with)).collect(),
        other => other.clone(),
    }
}

fn any_request() -> impl Strategy<Value = Sent> {
    let octets = |most: usize| proptest::collection::vec(any::<u8>(), 0..most);
    let header = (
        proptest::sample::select(vec![
            "content-type",
            "idempotency-key",
            "cookie",
            "origin",
            "x-forwarded-for",
        ]),
        prop_oneof![
            octets(60),
            "[ -~]{0,80}".prop_map(String::into_bytes),
            "(__Host-(registration|login|session)=[!-~]{0,20}; ?){0,3}".prop_map(String::into_bytes),
            Just(b"application/json".to_vec()),
            Just(b"application/x-www-form-urlencoded".to_vec()),
            Just(b"0123456789abcdef".to_vec()),
        ],
    );
    let body = prop_oneof![
        octets(300),
        any_json().prop_map(|json| json.to_string().into_bytes()),
        "[\\[\\]{}\",:0-9a-z \\\\]{0,200}".prop_map(String::into_bytes),
        (1_usize..40_000).prop_map(|times| vec![b'['; times]),
        "((name|message|language|x)=([a-z+]|%[0-9A-G]{2}){0,9}&?){0,5}".prop_map(String::into_bytes),
    ];
    (
        any::<u8>(),
        proptest::collection::vec(header, 0..6),
        body,
        any::<bool>(),
    )
        .prop_map(|(which, headers, body, as_json)| {
            let mut sent = Sent::of_octets(&[which]).unwrap();
            for (name, value) in headers {
                sent = sent.with(name, value);
            }
            if as_json {
                sent.with_json(body)
            } else {
                Sent { body, ..sent }
            }
        })
}

fn any_promise() -> impl Strategy<Value = Promise> {
    let id = || ".{0,40}";
    let purpose = prop_oneof![
        Just(Purpose::Login),
        Just(Purpose::Registration),
        Just(Purpose::Reset)
    ];
    let code =
        (purpose, id(), id(), any::<u32>(), id()).prop_map(|(purpose, challenge, key, counter, label)| {
            Content::OneTimeCode {
                purpose,
                challenge: ChallengeId::new(challenge),
                key: KeyId::new(if key.len() % 2 == 0 { "k".to_owned() } else { key }),
                counter,
                label: Label::stored(label.replace(['{', '}'], "").chars().take(2).collect()),
            }
        });
    let password = (id(), ".{0,40}", id(), any::<u32>()).prop_map(|(member, office, nonce, issue)| {
        Content::InitialPassword {
            office,
            member: MemberId::new(member),
            source: Source {
                key: KeyId::new("k"),
                nonce,
                issue,
            },
        }
    });
    let guide =
        proptest::collection::vec(".{0,40}", 1..6).prop_map(|offices| Content::InitialPasswordGuide {
            challenge: ChallengeId::new("c"),
            offices,
        });
    let notice = (id(), 0..Notice::ALL.len()).prop_map(|(member, at)| Content::Notice {
        member: MemberId::new(member),
        what: Notice::ALL[at],
        browser: BrowserKind::default(),
        about: None,
        is_last: at % 2 == 0,
    });
    let receipt = id().prop_map(|key| Content::InquiryReceipt {
        number: ReceiptNumber::of(&RequestKey::new(key), 0),
    });
    let said = "([ぁ-ん <>&{}]|\n){0,60}";
    let reply = (id(), 0..3_usize, said).prop_map(|(key, kind, said)| {
        Content::InquiryReply(Box::new(Reply {
            number: ReceiptNumber::of(&RequestKey::new(key), 0),
            kind: [EntryKind::Answer, EntryKind::Return, EntryKind::Close][kind],
            text: Message::parse(&said).ok(),
        }))
    });
    let instant =
        || (-377_000_000_000_i64..=253_000_000_000).prop_map(|at| jiff::Timestamp::from_second(at).unwrap());
    (
        "[a-z!#$%&'*+/=^_`|~.-]{1,20}",
        prop_oneof![code, password, guide, notice, receipt, reply],
        instant(),
        instant(),
    )
        .prop_map(|(local, content, expires, now)| {
            let to = EmailAddress::parse(&format!("{local}@example.jp"))
                .unwrap_or_else(|_| EmailAddress::parse("taro@example.jp").unwrap());
            Promise::first(to, content, expires, now)
        })
}

proptest! {
    #[test]
    fn any_request_is_answered_and_none_is_our_fault(sent in any_request()) {
        RUNTIME.block_on(edge::of_any_request(&sent));
    }

    #[test]
    fn any_event_of_the_gateway_is_answered(
        path in prop_oneof!["/api/v1/registration(/[a-z]{1,12})?", ".{0,30}"],
        method in prop_oneof!["(GET|POST|PUT|DELETE)", ".{0,8}"],
        headers in proptest::collection::vec((prop_oneof!["[a-zA-Z-]{1,16}", ".{0,12}"], prop_oneof![any_json(), ".{0,40}".prop_map(Value::from)]), 0..8),
        query in any_json(),
        body in any_json(),
        flag in any_json(),
    ) {
        let headers: Map<String, Value> = headers.into_iter().collect();
        let event = json!({
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "cookies": [&body, &flag],
            "requestContext": { "http": { "method": method, "sourceIp": &flag }, "domainName": &query },
            "body": body,
            "isBase64Encoded": flag == Value::Null,
        });
        RUNTIME.block_on(edge::of_any_event(&event));
        RUNTIME.block_on(edge::of_any_event(&flag));
    }

    #[test]
    fn any_octets_are_answered_whatever_header_they_are(octets in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Some(sent) = Sent::of_octets(&octets) {
            RUNTIME.block_on(edge::of_any_request(&sent));
        }
    }

    #[test]
    fn any_event_of_the_stream_is_dealt_with_or_refused_whole(event in any_json(), at in 0_usize..60) {
        RUNTIME.block_on(events::of_any_batch(&event));
        let change = json!({ "SequenceNumber": "7", "NewImage": items_as_stored()[0] });
        let batch = json!({ "Records": [{ "dynamodb": change }, { "dynamodb": change }] });
        RUNTIME.block_on(events::of_any_batch(&garbled(&batch, &mut at.clone(), &event)));
    }

    #[test]
    fn any_event_of_ses_is_one_mark_or_none(event in any_json(), at in 0_usize..20) {
        RUNTIME.block_on(events::of_any_mail_event(&event));
        let tags = json!({ "kind": ["LOGIN"], "key": ["f"], "of": ["c"], "number": ["1"] });
        let whole = json!({ "detail": { "eventType": "Delivery", "mail": { "tags": tags } } });
        RUNTIME.block_on(events::of_any_mail_event(&garbled(&whole, &mut at.clone(), &event)));
    }

    #[test]
    fn a_mail_says_one_secret_on_its_first_line(promise in any_promise()) {
        mail::of_any_promise(&promise);
    }

    #[test]
    fn a_display_name_is_one_line_of_encoded_words(name in ".{0,200}") {
        mail::of_any_display_name(&name);
    }

    #[test]
    fn a_ring_is_read_whole_or_not_at_all(ring in any_json(), text in ".{0,80}") {
        for text in [ring.to_string(), text] {
            if let Some(ring) = platform::keys::parse(&text) {
                assert!(ring.derive(ring.current(), &["x"]).is_ok());
            }
        }
    }
}

proptest! {
    // Each case is many calls.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn an_item_is_read_as_it_was_written_or_is_corrupt(
        which in any::<prop::sample::Index>(),
        at in 0_usize..80,
        with in any_json(),
        wrapped in proptest::sample::select(vec!["S", "N", "BOOL", "M", "L", "NULL", "B", "SS"]),
    ) {
        let stored = items_as_stored();
        let item = which.get(&stored);
        let aws = Aws::default();
        for with in [with.clone(), json!({ wrapped: with })] {
            let item = garbled(item, &mut at.clone(), &with);
            RUNTIME.block_on(items::of_any_item(&aws, &item));
            if let Some(image) = item.as_object() {
                items::of_any_image(image);
            }
        }
    }

    #[test]
    fn any_json_is_an_item_or_is_corrupt(image in any_json()) {
        let aws = Aws::default();
        RUNTIME.block_on(items::of_any_item(&aws, &image));
        if let Some(image) = image.as_object() {
            items::of_any_image(image);
        }
    }

    #[test]
    fn any_answer_of_the_claims_system_means_something_that_is_known(
        octets in proptest::collection::vec(any::<u8>(), 0..200),
        body in any_json(),
        at in 0_usize..12,
    ) {
        let office = json!({ "number": "1379901018", "name": "見本", "mailAddress": "kaigo1@example.jp" });
        let whole = json!({ "userId": USER, "result": "accepted", "securityCode": "none", "office": office });
        let system = &*SYSTEM;
        RUNTIME.block_on(async {
            system.of_any_answer(&octets).await;
            system.of_any_body(&octets).await;
            system.of_any_body(body.to_string().as_bytes()).await;
            system.of_any_body(garbled(&whole, &mut at.clone(), &body).to_string().as_bytes()).await;
        });
    }
}

/// The laws accept valid input; otherwise a law that no input reaches would hold trivially.
#[test]
fn what_is_whole_is_read() {
    let aws = Aws::default();
    for item in items_as_stored() {
        let image: &Map<String, Value> = item.as_object().unwrap();
        items::of_any_image(image);
        let kinds = RUNTIME.block_on(items::kinds_that_read(&aws, &item));
        assert_eq!(kinds.len(), 1, "{kinds:?} {item}");
        assert!(item["pk"]["S"].as_str().unwrap().starts_with(kinds[0]));
    }
    let (table, ses) = (Aws::default(), Aws::default());
    table.answers("{}");
    let deps = events::sender(&table, &ses);
    let change = json!({ "SequenceNumber": "7", "NewImage": items_as_stored()[0] });
    let batch = json!({ "Records": [{ "dynamodb": change }] });
    let answer = RUNTIME.block_on(deliver_mail::handle(&deps, batch)).unwrap();
    assert!(answer.failures.is_empty());
    assert_eq!(ses.asked().len(), 1, "a mail is sent");
}
