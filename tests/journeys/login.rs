//! ログイン情報の入力

use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{World, only_member, only_member_mut};

async fn registered(world: &World) -> testkit::Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro
}

async fn active(world: &World) -> testkit::Clerk {
    let mut taro = registered(world).await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro
}

/// R-53 「「ID（メールアドレス）」、「パスワード」を入力します。」
/// R-54 「「パスワード」はユーザ登録の際に登録したメールアドレス宛に送付された初期パスワードとなります」
/// R-55 「ログインする」
#[tokio::test]
async fn the_mailed_initial_password_leads_to_the_code() {
    let world = World::start().await;
    let mut taro = registered(&world).await;
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("ｔａｒｏ＠EXAMPLE.jp ", &password)
        .await
        .is(200)
        .leads_to("otp")
        .has(
            "/otp/subject",
            "【介護情報基盤ポータル】ワンタイムパスワード発行通知",
        )
        .has("/expiresAt", "2026-04-01T00:15:00Z");
}

/// The first completed change invalidates it, not its first use.
#[tokio::test]
async fn the_initial_password_works_as_often_as_a_log_in_is_begun_with_it_until_it_is_changed() {
    let world = World::start().await;
    let mut taro = registered(&world).await;
    let password = taro.mailed_password("taro@example.jp").await;
    for _ in 0..3 {
        taro.logs_in("taro@example.jp", &password).await.is(200);
    }
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    // The log-in ends before the change; the person returns another day.
    world.wait(86_400);
    taro.arrives_at_my_page("taro@example.jp").await;
    world
        .clerk()
        .logs_in("taro@example.jp", &password)
        .await
        .is_told("wrong-credentials");
}

/// Four without a wait; from the fifth on a wait, during which even the right one gets the same answer and nothing is
#[tokio::test]
async fn wrong_passwords_are_waited_for_and_the_wait_ends_by_itself() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    for _ in 0..4 {
        taro.logs_in("taro@example.jp", "wrong").await;
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    for _ in 0..5 {
        taro.logs_in("taro@example.jp", "wrong").await;
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
    world.wait(1);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

#[tokio::test]
async fn after_a_hundred_wrong_passwords_in_a_row_the_password_is_off() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    for _ in 0..100 {
        taro.logs_in("taro@example.jp", "wrong").await;
        world.wait(900);
    }
    world.wait(86_400);
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("wrong-credentials");
}

#[tokio::test]
async fn every_form_of_bad_input_has_its_own_place() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.json("POST", "/login", &json!({}))
        .await
        .complains(&[("/email", "required"), ("/password", "required")]);
    taro.logs_in("taro", "x")
        .await
        .complains(&[("/email", "not-an-email-address")]);
    taro.logs_in("taro@example.jp", &"x".repeat(1_025))
        .await
        .complains(&[("/password", "too-long")]);
    // か and ゛ apart are three octets each, and together three in all.
    let apart = "か\u{3099}".repeat(341);
    taro.logs_in("taro@example.jp", &apart)
        .await
        .is_told("wrong-credentials");
    taro.logs_in("taro@example.jp", &"か\u{3099}".repeat(342))
        .await
        .complains(&[("/password", "too-long")]);
    assert_eq!(world.items_of("ACCOUNT").await[0]["wrong"].as_n().unwrap(), "1");
    taro.logs_in("taro@example.jp", &"x".repeat(1_024))
        .await
        .is_told("wrong-credentials");
}

#[tokio::test]
async fn ten_codes_an_hour_are_mailed_to_one_member_and_the_eleventh_request_is_told_when() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    // One went out already, and the initial password, which takes none of them.
    for _ in 0..9 {
        taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("too-many-requests")
        .has("/retryAfterSeconds", 3_600);
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 11);
    world.wait(3_600);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

/// 「市町村（保険者）は、ログイン画面のID、パスワード入力欄に…」: everybody with an ID logs in here; there is one log-in for all.
#[tokio::test]
async fn a_log_in_needs_nothing_but_id_and_password() {
    let world = World::start().await;
    let mut taro = active(&world).await;
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/lastLoginAt", "2026-04-01T00:00:00Z");
}

/// A hash with an older key of the ring works, and is computed again at the log-in.
#[tokio::test]
async fn an_outdated_hash_is_renewed_at_log_in() {
    let world = World::start().await;
    active(&world).await;
    let key = portal::values::EmailAddress::parse("taro@example.jp")
        .unwrap()
        .key();
    let hash = |account: &portal::account::Account| match &only_member(account).credential {
        portal::account::Credential::Chosen { hash, .. } => hash.clone(),
        portal::account::Credential::Initial { .. } => panic!("an initial password"),
    };
    let read = async || {
        world
            .table
            .get::<portal::account::Account>(&key, platform::store::Consistency::Strong)
            .await
            .unwrap()
            .unwrap()
    };
    let stored = read().await;
    let cheap = portal::limits::Limits {
        hash_memory: portal::limits::Kibibytes::new(32),
        ..world.settings.limits.clone()
    };
    let old = platform::passwords::Passwords::new(world.keys.clone(), &cheap).unwrap();
    let old = old
        .hash(std::sync::Arc::new(portal::password::folded(OWN_PASSWORD)))
        .await
        .unwrap();
    let mut account = stored.item.clone();
    if let portal::account::Credential::Chosen { hash, .. } = &mut only_member_mut(&mut account).credential {
        hash.clone_from(&old);
    }
    world
        .edits_by_hand(account, platform::store::Replacing::Read(&stored))
        .await;

    world
        .clerk()
        .logs_in("taro@example.jp", "wrong")
        .await
        .is_told("wrong-credentials");
    assert_eq!(hash(&read().await.item), old);
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200);
    assert!(hash(&read().await.item).contains("m=64"));
}

/// Row 14 of the faults: what may be set may be typed, in whichever form a keyboard sends it.
#[tokio::test]
async fn the_longest_password_works_in_the_form_in_which_it_was_set() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    let version = taro.is_shown_the_terms().await;
    // Syllables of Hangul, each as its three letters.
    let syllable = |at: u32| {
        let vowel = char::from_u32(0x1161 + at % 21).unwrap();
        let first = char::from_u32(0x1100 + at % 19).unwrap();
        format!("{first}{vowel}\u{11a8}")
    };
    let apart: String = (0..128).map(syllable).collect();
    assert_eq!(apart.len(), 1_152);
    taro.changes_password(&apart, &version).await.is(200);
    world
        .clerk()
        .logs_in("taro@example.jp", &apart)
        .await
        .is(200)
        .leads_to("otp");
}

/// Row 15 of the faults: white space around a pasted initial password is dropped; a chosen password is exact.
#[tokio::test]
async fn white_space_around_an_initial_password_is_dropped_and_around_a_chosen_one_it_is_not() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    for pasted in [
        format!(" {password} "),
        format!("\u{3000}{password}\u{3000}"),
        format!("\u{a0}{password}\r\n"),
    ] {
        taro.logs_in("taro@example.jp", &pasted).await.is(200);
    }
    taro.logs_in("taro@example.jp", &format!("{password}\u{200b}"))
        .await
        .is_told("wrong-credentials");
    world.wait(3_600);
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(&format!(" {password}"), &version)
        .await
        .complains(&[("/newPassword", "same-as-before")]);
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    for typed in [format!(" {OWN_PASSWORD}"), format!("{OWN_PASSWORD}\u{3000}")] {
        world
            .clerk()
            .logs_in("taro@example.jp", &typed)
            .await
            .is_told("wrong-credentials");
    }
}
