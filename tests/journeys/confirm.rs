//! 入力情報の確認 「登録する」

use serde_json::json;
use testkit::World;
use testkit::people::{PLAIN_OFFICE, TestOffice, profile};

async fn ready_to_confirm(world: &World, office: &TestOffice, email: &str) -> testkit::Clerk {
    let mut clerk = world.clerk();
    clerk.proves_to_be(office).await.is(200);
    clerk
        .enters_profile(&profile(email))
        .await
        .is(200)
        .leads_to("confirm");
    clerk
}

/// R-47 「登録する」 R-13 「1事業所1回のみの登録作業となります。」
#[tokio::test]
async fn a_double_click_registers_once_and_both_get_the_same_answer() {
    let world = World::start().await;
    let mut taro = ready_to_confirm(&world, &PLAIN_OFFICE, "taro@example.jp").await;

    let first = taro.confirms("double-click-0001").await.is(201);
    world.wait(45);
    let second = taro.confirms("double-click-0001").await.is(201);

    assert_eq!(first.body, second.body);
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clicks_at_once_register_once() {
    let world = World::start().await;
    let taro = ready_to_confirm(&world, &PLAIN_OFFICE, "taro@example.jp").await;
    let clicks: Vec<_> = (0..20)
        .map(|at| {
            let mut clerk = taro.clone();
            // Half of them with the same key, half with others.
            let key = if at % 2 == 0 {
                "same-key-00000000".to_owned()
            } else {
                format!("other-key-{at:06}")
            };
            tokio::spawn(async move { (at, clerk.confirms(&key).await) })
        })
        .collect();
    let mut registered = Vec::new();
    for click in clicks {
        let (at, answer) = click.await.unwrap();
        if answer.status == 201 {
            registered.push((at, answer.body));
        } else {
            answer.is_told("wrong-step").leads_to("completed");
        }
    }
    assert!(!registered.is_empty());
    let same = registered.iter().filter(|(at, _)| at % 2 == 0).count();
    assert!(
        same == registered.len() || registered.len() == 1,
        "one key registered, and only its repeats are answered alike"
    );
    assert!(registered.iter().all(|(_, body)| *body == registered[0].1));
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 1);
}

#[tokio::test]
async fn the_key_is_required_and_means_one_body() {
    let world = World::start().await;
    let mut taro = ready_to_confirm(&world, &PLAIN_OFFICE, "taro@example.jp").await;
    let body = json!({ "draft": taro.draft });
    taro.json("POST", "/registration/confirm", &body)
        .await
        .is_told("idempotency-key-missing");
    for key in [
        "short",
        "with spaces 0123456789",
        "\"unclosed-0123456789",
        &"x".repeat(65),
    ] {
        taro.keyed("POST", "/registration/confirm", key, &body)
            .await
            .is_told("idempotency-key-missing");
    }

    taro.keyed("POST", "/registration/confirm", "\"quoted-0123456789\"", &body)
        .await
        .is(201);
    taro.keyed("POST", "/registration/confirm", "quoted-0123456789", &body)
        .await
        .is(201);
    let other = json!({ "draft": "another" });
    taro.keyed("POST", "/registration/confirm", "quoted-0123456789", &other)
        .await
        .is_told("idempotency-key-reused");
    taro.keyed("POST", "/registration/confirm", "another-0123456789", &body)
        .await
        .is_told("wrong-step")
        .leads_to("completed");
}

/// The address of the claims system and the ID may be the same.
#[tokio::test]
async fn the_offices_own_address_may_become_the_id() {
    let world = World::start().await;
    let mut taro = ready_to_confirm(&world, &PLAIN_OFFICE, PLAIN_OFFICE.mail_address).await;
    taro.confirms("same-address-0001").await.is(201);
    taro.arrives_at_my_page(PLAIN_OFFICE.mail_address).await;
}
