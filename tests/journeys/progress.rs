//! 途中再開: refresh, back button, two tabs, cancellation

use testkit::World;
use testkit::people::{PLAIN_OFFICE, profile};

/// A registration left half-way is resumed at each step, in another tab of the same browser.
#[tokio::test]
async fn at_every_step_the_progress_says_where_one_is() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let step = taro.authenticates(&PLAIN_OFFICE).await;
    let mut other_tab = taro.clone();
    other_tab
        .calls("GET", "/registration")
        .await
        .is(200)
        .leads_to(step.body["next"].as_str().unwrap());
    taro.types_the_mailed_code(PLAIN_OFFICE.mail_address).await;
    other_tab.calls("GET", "/registration").await.leads_to("profile");
    taro.enters_profile(&profile("taro@example.jp")).await;
    other_tab.calls("GET", "/registration").await.leads_to("confirm");
    other_tab.draft = taro.draft.clone();
    other_tab.confirms("other-tab-0123456").await.is(201);
    taro.calls("GET", "/registration").await.leads_to("completed");
    taro.confirms("this-tab-01234567")
        .await
        .is_told("wrong-step")
        .leads_to("completed");
}

#[tokio::test]
async fn a_cancelled_flow_can_be_started_again() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    taro.calls("DELETE", "/registration").await.is(204);
    assert!(taro.cookies.is_empty());
    taro.calls("GET", "/registration").await.is_told("no-flow");
    taro.calls("DELETE", "/registration").await.is_told("no-flow");
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;

    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await;
    taro.calls("DELETE", "/login").await.is(204);
    taro.calls("GET", "/login").await.is_told("no-flow");
    taro.arrives_at_my_page("taro@example.jp").await;
}

/// The back button at each step of the log-in.
#[tokio::test]
async fn at_every_step_of_the_log_in_the_steps_before_are_over() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await;
    let code = taro.mailed_code("taro@example.jp").await;
    taro.changes_password("x", "y")
        .await
        .is_told("wrong-step")
        .leads_to("otp");
    taro.calls("POST", "/login/session")
        .await
        .is_told("wrong-step")
        .leads_to("otp");
    taro.types_login_code(&code).await.is(200);
    taro.types_login_code(&code)
        .await
        .is_told("wrong-step")
        .leads_to("new-password");
    taro.calls("POST", "/login/otp/resend")
        .await
        .is_told("wrong-step");
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(testkit::people::OWN_PASSWORD, &version)
        .await
        .is(200);
    taro.calls("GET", "/login").await.is(200).leads_to("my-page");
    taro.json(
        "POST",
        "/login/terms/shown",
        &serde_json::json!({ "version": version }),
    )
    .await
    .is_told("wrong-step")
    .leads_to("my-page");
}

/// An expired flow whose item is still in the table does not work.
#[tokio::test]
async fn an_expired_flow_stops_working_even_if_its_item_is_still_stored() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.wait(1_800);
    taro.types_code("123456").await.is_told("no-flow");
}
