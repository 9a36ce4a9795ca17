//! 新規ユーザ登録情報の入力

use serde_json::json;
use testkit::World;
use testkit::people::{DEEMED_OFFICE, PLAIN_OFFICE, profile};

/// R-36 「ID（メールアドレス）※必須」 R-37 「氏名 ※必須」 R-38 「氏名（フリガナ）※必須」 R-41 「電話番号 ※必須」
/// R-39 「部署名 ※任意」 R-40 「役職名 ※任意」
#[tokio::test]
async fn all_missing_fields_are_reported_at_once_and_optional_ones_may_be_missing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;

    taro.enters_profile(&json!({ "department": "", "jobTitle": null }))
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("/email", "required"),
            ("/name", "required"),
            ("/nameKana", "required"),
            ("/phone", "required"),
        ]);
    let minimal = json!({ "email": "taro@example.jp", "name": "介護 太郎", "nameKana": "カイゴ タロウ", "phone": "0312345678" });
    taro.enters_profile(&minimal)
        .await
        .is(200)
        .lacks("/profile/department")
        .lacks("/profile/jobTitle");
}

/// R-44 「登録内容に誤りがないかを確認してください。」
/// R-45 「登録内容を確認する」
/// R-46 「ユーザ登録の内容確認を行います。」
#[tokio::test]
async fn what_will_be_stored_is_shown_for_confirmation() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;

    let typed = json!({
        "email": " Ｔａｒｏ＠Example.JP ", "name": "介護　太郎", "nameKana": "かいご ﾀﾛｳ",
        "department": "事務課", "jobTitle": "主任", "phone": "０３－１２３４－５６７８",
    });
    taro.enters_profile(&typed)
        .await
        .is(200)
        .leads_to("confirm")
        .has("/profile/email", "Taro@example.jp")
        .has("/profile/name", "介護 太郎")
        .has("/profile/nameKana", "カイゴ タロウ")
        .has("/profile/department", "事務課")
        .has("/profile/jobTitle", "主任")
        .has("/profile/phone", "0312345678")
        .has("/warnings", json!([]));
    taro.calls("GET", "/registration")
        .await
        .is(200)
        .has("/profile/phone", "0312345678")
        .has("/draft", taro.draft.clone().unwrap());
}

/// 髙橋, 𠮷野 and a name with a variation sequence are unchanged, up to マイページ.
#[tokio::test]
async fn rare_characters_of_a_name_arrive_as_they_are() {
    for name in ["髙橋 﨑子", "𠮷野 葛\u{E0100}城", "渡邉 邊", "\u{FA19}谷 Lê"] {
        let world = World::start().await;
        let mut taro = world.clerk();
        taro.proves_to_be(&PLAIN_OFFICE).await;
        let mut form = profile("taro@example.jp");
        form["name"] = name.into();
        taro.enters_profile(&form)
            .await
            .is(200)
            .has("/profile/name", name);
        taro.confirms("rare-0123456789ab").await.is(201);
        taro.arrives_at_my_page("taro@example.jp").await;
        taro.calls("GET", "/me").await.is(200).has("/name", name);
    }
}

#[tokio::test]
async fn a_field_with_a_problem_is_named_with_it_and_nothing_of_it_is_echoed() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    let typed = json!({
        "email": "taro@", "name": "介護\u{202E}太郎", "nameKana": "介護", "department": "a".repeat(101), "jobTitle": "\u{E000}",
        "phone": "12", "role": "manager",
    });
    let told = taro
        .enters_profile(&typed)
        .await
        .is_told("invalid-fields")
        .complains(&[
            ("", "unknown-field"),
            ("/email", "not-an-email-address"),
            ("/name", "forbidden-character"),
            ("/nameKana", "not-kana"),
            ("/department", "too-long"),
            ("/jobTitle", "forbidden-character"),
            ("/phone", "not-a-phone-number"),
        ]);
    let text = told.body.to_string();
    assert!(!text.contains("taro@") && !text.contains("role") && !text.contains("aaaa"));
}

#[tokio::test]
async fn a_slip_in_the_address_is_pointed_out_and_taken_all_the_same() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.enters_profile(&profile("taro@gmai.com"))
        .await
        .is(200)
        .has("/warnings/0/code", "possible-typo")
        .has("/warnings/0/pointer", "/email")
        .has("/warnings/0/suggestion", "taro@gmail.com");
}

#[tokio::test]
async fn from_the_confirmation_one_goes_back_and_corrects() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.enters_profile(&profile("wrong@example.jp")).await.is(200);
    let first = taro.draft.clone();
    taro.enters_profile(&profile("taro@example.jp"))
        .await
        .is(200)
        .leads_to("confirm");
    assert_ne!(taro.draft, first);

    let stale = json!({ "draft": first });
    taro.keyed("POST", "/registration/confirm", "stale-0123456789", &stale)
        .await
        .is_told("draft-changed");
    taro.confirms("right-0123456789")
        .await
        .is(201)
        .has("/profile/email", "taro@example.jp");
}

#[tokio::test]
async fn a_taken_address_is_reported_and_the_fifth_time_ends_the_registration() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;

    let mut hanako = world.clerk();
    hanako.proves_to_be(&DEEMED_OFFICE).await;
    for _ in 0..4 {
        hanako
            .enters_profile(&profile("TARO@example.jp"))
            .await
            .is_told("email-taken")
            .leads_to("profile");
    }
    hanako
        .enters_profile(&profile("taro@example.jp"))
        .await
        .is_told("email-taken");
    assert!(hanako.cookies.is_empty());
    hanako.calls("GET", "/registration").await.is_told("no-flow");
}

#[tokio::test]
async fn before_the_code_no_profile_is_taken() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    taro.enters_profile(&json!({ "nonsense": 1 }))
        .await
        .is_told("wrong-step")
        .leads_to("otp");
}
