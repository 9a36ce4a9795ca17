//! Nothing secret in any item, stream record or problem.

use testkit::World;
use testkit::people::{GUARDED_OFFICE, OWN_PASSWORD, profile};

/// Passwords, codes and cookies of a whole journey are looked for in everything that is stored.
#[tokio::test]
async fn no_secret_of_a_whole_journey_is_in_the_table() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates_with(GUARDED_OFFICE.user_id, "canary-wrong-password")
        .await;
    taro.proves_to_be(&GUARDED_OFFICE).await;
    let mut secrets = vec![
        "canary-wrong-password".to_owned(),
        GUARDED_OFFICE.password.to_owned(),
        GUARDED_OFFICE.security_code.unwrap().to_owned(),
        OWN_PASSWORD.to_owned(),
        taro.mailed_code(GUARDED_OFFICE.mail_address).await,
    ];
    taro.enters_profile(&profile("taro@example.jp")).await;
    taro.confirms("canary-key-012345").await.is(201);
    secrets.push("canary-key-012345".to_owned());
    secrets.push(taro.mailed_password("taro@example.jp").await);
    taro.arrives_at_my_page("taro@example.jp").await;
    secrets.push(taro.mailed_code("taro@example.jp").await);
    secrets.extend(taro.cookies.values().cloned());
    assert!(taro.cookies.len() >= 3);

    let items = world.dynamodb.scan().table_name("portal").send().await.unwrap();
    assert!(items.items().len() >= 5);
    let stored = format!("{:?}", items.items());
    for secret in secrets {
        assert!(!stored.contains(&secret), "{secret} is stored");
    }
}
