//! 初回利用登録 from 電子請求受付システム認証 to マイページ.

use testkit::World;
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE};

/// R-67 「初回利用登録・新規ユーザ登録・ログインが完了しました。」
/// R-68 「ログインを行った際にはログイン者の「氏名、事業所名」がページ右上に表示されます。」
#[tokio::test]
async fn an_office_gets_from_its_kj_id_to_my_page_with_name_and_office() {
    let world = World::start().await;
    let mut taro = world.clerk();

    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;

    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/name", "介護 太郎")
        .has("/office/name", PLAIN_OFFICE.name)
        .has("/office/number", PLAIN_OFFICE.number)
        .has("/role", "manager")
        .has("/members/count", 1)
        .has("/members/limit", 5);
    assert_eq!(world.mails().await.len(), 3);
}

/// 「電子請求受付システムで設定したセキュリティコードを入力してください。」
#[tokio::test]
async fn an_office_with_a_security_code_types_it_and_gets_to_my_page() {
    let world = World::start().await;
    let mut taro = world.clerk();

    taro.registers(&GUARDED_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;

    taro.calls("GET", "/me")
        .await
        .is(200)
        .has("/office/name", GUARDED_OFFICE.name);
}
