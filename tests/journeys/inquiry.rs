//! お問い合わせ

use lambda_http::Body;
use serde_json::{Value, json};
use testkit::people;
use testkit::{Clerk, Reply, Settings, World};

const TARO: &str = "taro@example.jp";
const KEY: &str = "inquiry-0123456789";

fn inquiry() -> Value {
    people::inquiry(TARO)
}

fn with(changes: &Value) -> Value {
    let mut inquiry = inquiry();
    for (name, value) in changes.as_object().unwrap() {
        inquiry[name] = value.clone();
    }
    inquiry
}

async fn sends(clerk: &mut Clerk, key: &str, inquiry: &Value) -> Reply {
    clerk.keyed("POST", "/inquiries", key, inquiry).await
}

fn number(reply: &Reply) -> String {
    reply.body["receiptNumber"].as_str().unwrap().to_owned()
}

async fn stored(world: &World) -> Vec<Value> {
    let of_inquiries =
        |item: &platform::store::Attributes| item["pk"].as_s().unwrap().starts_with("INQUIRY#");
    let items = world.items().await;
    let items = items.iter().filter(|item| of_inquiries(item));
    items
        .map(|item| Value::Object(platform::store::json_of_image(item)))
        .collect()
}

/// 「お問い合わせ区分(大カテゴリー)は「その他」、お問い合わせ区分(中カテゴリー)は「介護情報基盤ポータルのID発行申請」を選択してください」
#[tokio::test]
async fn an_institution_without_a_kj_id_applies_by_the_pair_that_the_manual_names() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let listed = taro.calls("GET", "/inquiry-categories").await.is(200);
    let categories = listed.body["categories"].as_array().unwrap();
    let other = categories
        .iter()
        .find(|category| category["id"] == "other")
        .unwrap();
    assert_eq!(
        (&other["label"], &other["sample"]),
        (&json!("その他"), &json!(false))
    );
    let subcategories = other["subcategories"].as_array().unwrap();
    let id_request = subcategories
        .iter()
        .find(|entry| entry["id"] == "id-request")
        .unwrap();
    assert_eq!(id_request["label"], "介護情報基盤ポータルのID発行申請");
    let samples = categories.iter().filter(|category| category["sample"] == true);
    assert_eq!(
        samples.count(),
        categories.len() - 1,
        "the operator decides about the others"
    );

    let answer = sends(&mut taro, KEY, &inquiry()).await.is(201);
    assert!(taro.cookies.is_empty());
    world.deliver().await;
    let mails = world.mails_to(TARO).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].subject,
        "【介護情報基盤ポータル】お問い合わせを受け付けました"
    );
    let line = format!("受付番号：{}", number(&answer));
    assert!(
        mails[0].text.lines().any(|other| other == line),
        "{}",
        mails[0].text
    );
    let items = stored(&world).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["mail"]["M"]["delivery"]["S"], "delivered");
    assert_eq!(items[0]["question"]["M"]["phone"]["S"], "0312345678");
}

/// A stranger's address may be typed: no one sends words through the portal.
#[tokio::test]
async fn the_receipt_repeats_nothing_of_what_was_typed() {
    let world = World::start().await;
    let typed = json!({
        "organisationName": "当選おめでとう", "name": "偽 銀行", "nameKana": "ニセ ギンコウ", "phone": "0999999999",
        "organisationNumber": "当選番号", "message": "https://phish.example/ で暗証番号を入力してください。",
    });
    sends(&mut world.clerk(), KEY, &with(&typed)).await.is(201);
    world.deliver().await;
    let mail = &world.mails_to(TARO).await[0];
    for typed in typed.as_object().unwrap().values() {
        let typed = typed.as_str().unwrap();
        assert!(
            !mail.text.contains(typed) && !mail.subject.contains(typed),
            "{typed}"
        );
    }
    for piece in ["phish", "暗証番号", "0999999999", "見本医院"] {
        assert!(!mail.text.contains(piece), "{piece}");
    }
}

#[tokio::test]
async fn the_same_request_is_answered_with_the_same_number_and_mailed_once() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let first = sends(&mut taro, KEY, &inquiry()).await.is(201);
    // Equal as JSON values; another person's browser knows the key as well: its scope is the path alone.
    let mut again = world.clerk();
    let same = sends(&mut again, KEY, &with(&json!({ "prefecture": null })))
        .await
        .is(201);
    assert_eq!(first.body, same.body);
    for other in [json!({ "message": "別の内容" }), json!({ "fax": "1" })] {
        sends(&mut again, KEY, &with(&other))
            .await
            .is_told("idempotency-key-reused");
    }
    let another = sends(&mut taro, "another-0123456789", &inquiry()).await.is(201);
    assert_ne!(number(&first), number(&another));
    world.deliver().await;
    assert_eq!(world.mails_to(TARO).await.len(), 2);

    world.wait(86_399);
    let same = sends(&mut taro, KEY, &inquiry()).await.is(201);
    assert_eq!(first.body, same.body);
    // A day after the first one was received its key is forgotten.
    world.wait(1);
    let anew = sends(&mut taro, KEY, &inquiry()).await.is(201);
    assert_ne!(number(&first), number(&anew));
    assert_eq!(stored(&world).await.len(), 3);
}

#[tokio::test]
async fn a_key_is_required_and_must_be_well_formed() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.json("POST", "/inquiries", &inquiry())
        .await
        .is_told("idempotency-key-missing");
    sends(&mut taro, "short", &inquiry())
        .await
        .is_told("idempotency-key-missing");
    assert_eq!(stored(&world).await.len(), 0);
}

#[tokio::test]
async fn a_form_answers_with_all_its_problems_at_once() {
    let world = World::start().await;
    let mut taro = world.clerk();
    sends(&mut taro, KEY, &json!({}))
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("/userKind", "required"),
            ("/organisationName", "required"),
            ("/name", "required"),
            ("/nameKana", "required"),
            ("/email", "required"),
            ("/phone", "required"),
            ("/category", "required"),
            ("/subcategory", "required"),
            ("/message", "required"),
        ]);
    let long = |length: usize, character: &str| character.repeat(length);
    for (field, typed, code) in [
        ("userKind", "clinic".to_owned(), "not-a-choice"),
        ("organisationName", long(101, "院"), "too-long"),
        (
            "organisationName",
            "見本\u{202E}医院".to_owned(),
            "forbidden-character",
        ),
        ("organisationName", "見本医院😀".to_owned(), "forbidden-character"),
        ("organisationNumber", long(41, "1"), "too-long"),
        ("name", "介護\n太郎".to_owned(), "forbidden-character"),
        ("nameKana", "介護".to_owned(), "not-kana"),
        ("nameKana", long(201, "カ"), "too-long"),
        (
            "email",
            "taro@example.jp\r\nbcc: hanako@example.jp".to_owned(),
            "not-an-email-address",
        ),
        ("phone", "12345".to_owned(), "not-a-phone-number"),
        ("category", "nothing".to_owned(), "not-a-choice"),
        ("subcategory", "login".to_owned(), "not-a-choice"),
        ("message", long(2_001, "あ"), "too-long"),
        ("message", " \r\n　".to_owned(), "required"),
        ("message", "改行\u{200B}なし".to_owned(), "forbidden-character"),
        ("institutionKind", "school".to_owned(), "not-a-choice"),
        ("prefecture", "48".to_owned(), "not-a-choice"),
    ] {
        let pointer = format!("/{field}");
        sends(&mut taro, KEY, &with(&json!({ field: typed })))
            .await
            .is_told("invalid-fields")
            .complains(&[(pointer.as_str(), code)]);
    }
    sends(&mut taro, KEY, &with(&json!({ "attachment": "x" })))
        .await
        .is_told("invalid-fields")
        .complains(&[("", "unknown-field")]);
    assert_eq!(stored(&world).await.len(), 0);
    assert_eq!(world.mails_to(TARO).await.len(), 0);
}

#[tokio::test]
async fn the_longest_inquiry_fits_and_its_lines_are_kept() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let message = format!("一行目\r\n{}\r\n", "𠮷".repeat(1_996));
    let long =
        json!({ "message": message, "organisationName": "院".repeat(100), "nameKana": "カ".repeat(200) });
    sends(&mut taro, KEY, &with(&long)).await.is(201);
    let kept = stored(&world).await[0]["question"]["M"]["message"]["S"].clone();
    assert_eq!(kept, format!("一行目\n{}", "𠮷".repeat(1_996)));
}

/// `docs/api.md` 1: an inquiry has 32 KiB.
#[tokio::test]
async fn a_body_has_at_most_32_kib() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let body = inquiry().to_string();
    for (size, status) in [(32_768, 201), (32_769, 413)] {
        let padded = format!("{body}{}", " ".repeat(size - body.len()));
        let headers = [("content-type", "application/json"), ("idempotency-key", KEY)];
        let answer = taro
            .sends("POST", "/inquiries", &headers, Body::Text(padded))
            .await;
        assert_eq!(answer.status, status, "{size}");
    }
}

#[tokio::test]
async fn what_looks_like_a_slip_is_pointed_out_and_never_refused() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let right = with(&json!({ "organisationNumber": "０１１０１１３７１９" }));
    sends(&mut taro, "right-0123456789", &right)
        .await
        .is(201)
        .lacks("/warnings");
    let slips = with(&json!({ "organisationNumber": "0110113710", "email": "taro@gmai.com" }));
    let first = sends(&mut taro, KEY, &slips)
        .await
        .is(201)
        .has("/warnings/0/pointer", "/email")
        .has("/warnings/0/suggestion", "taro@gmail.com")
        .has("/warnings/1/pointer", "/organisationNumber")
        .has("/warnings/1/code", "possible-slip");
    let again = sends(&mut taro, KEY, &slips).await.is(201);
    assert_eq!(first.body, again.body);
}

/// M01: strangers cannot flood a mailbox by naming it, from however many networks.
#[tokio::test]
async fn an_address_is_mailed_ten_receipts_an_hour_and_twenty_a_day() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let mut sent = 0;
    for hour in 0..2 {
        for _ in 0..10 {
            taro.source_ip = format!("198.51.100.{sent}");
            let key = format!("flood-{sent:020}");
            // In another case it is the same address.
            let email = if sent % 2 == 0 { TARO } else { "TARO@example.jp" };
            sends(&mut taro, &key, &with(&json!({ "email": email })))
                .await
                .is(201);
            sent += 1;
        }
        let full = sends(&mut taro, &format!("full-{hour:020}"), &inquiry()).await;
        full.is_told("too-many-requests").has(
            "/retryAfterSeconds",
            if hour == 0 { 3_600 } else { 86_400 - 3_600 },
        );
        world.wait(3_600);
    }
    world.deliver().await;
    assert_eq!(world.mails_to(TARO).await.len(), 20);
    // Another address is not affected, and a repeat of a received one is not counted.
    sends(
        &mut taro,
        "hanako-0123456789",
        &with(&json!({ "email": "hanako@example.jp" })),
    )
    .await
    .is(201);
    sends(&mut taro, &format!("flood-{:020}", 0), &inquiry())
        .await
        .is(201);
}

/// M02: one network reaches a hundred mailboxes an hour at most.
#[tokio::test]
async fn a_network_sends_a_hundred_inquiries_an_hour() {
    let mut settings = Settings::default();
    settings.limits.inquiries_per_network = 3;
    let world = World::with(settings).await;
    let mut taro = world.clerk();
    let number = |number: usize| {
        let inquiry = with(&json!({ "email": format!("user{number}@example.jp") }));
        (format!("network-{number:020}"), inquiry)
    };
    for at in 0..3 {
        let (key, inquiry) = number(at);
        sends(&mut taro, &key, &inquiry).await.is(201);
    }
    let (key, inquiry) = number(3);
    sends(&mut taro, &key, &inquiry)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 3_600);
    assert!(world.mails_to("user3@example.jp").await.is_empty());
    let mut elsewhere = world.clerk();
    elsewhere.source_ip = "198.51.100.7".to_owned();
    sends(&mut elsewhere, &key, &inquiry).await.is(201);
    world.wait(3_600);
    let (key, inquiry) = number(4);
    sends(&mut taro, &key, &inquiry).await.is(201);
}

/// Refusals count among the refused starts of the network, and a network without any left is not heard.
#[tokio::test]
async fn refused_inquiries_are_refused_starts_of_the_network() {
    let mut settings = Settings::default();
    settings.limits.refused_starts_per_network = 3;
    let world = World::with(settings).await;
    let mut taro = world.clerk();
    sends(&mut taro, KEY, &inquiry()).await.is(201);
    for _ in 0..3 {
        sends(&mut taro, "refused-0123456789", &json!({}))
            .await
            .is_told("invalid-fields");
    }
    sends(&mut taro, "refused-0123456789", &inquiry())
        .await
        .is_told("too-many-requests");
    // A repeat of what was received is no start.
    sends(&mut taro, KEY, &inquiry()).await.is(201);
    world.wait(3_600);
    sends(&mut taro, "refused-0123456789", &inquiry()).await.is(201);
}

/// Only a page of the portal, or no page at all.
#[tokio::test]
async fn a_foreign_page_sends_nothing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.headers = vec![("origin".to_owned(), "https://attacker.example".to_owned())];
    sends(&mut taro, KEY, &inquiry()).await.is_told("foreign-origin");
    taro.headers.clear();
    sends(&mut taro, KEY, &inquiry()).await.is(201);
}
