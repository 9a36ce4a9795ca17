//! Two tabs of one browser: each page says which flow it works on (`docs/api.md` 1, Portal-Flow).

use lambda_http::Body;
use serde_json::{Value, json};
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE, SHARED_OFFICE, profile};
use testkit::{Clerk, Reply, World};

/// What a page sends: the name of its flow with the call.
async fn from_the_page(clerk: &mut Clerk, flow: &str, method: &str, path: &str, body: &Value) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "0123456789abcdef"),
        ("portal-flow", flow),
    ];
    clerk
        .sends(method, path, &headers, Body::Text(body.to_string()))
        .await
}

fn flow_of(answer: &Reply) -> String {
    answer.body["flow"].as_str().expect("a flow").to_owned()
}

/// Tab A stands at the profile of one office, tab B begins the registration of another: no one is registered for the
/// office that the other tab shows.
#[tokio::test]
async fn a_profile_is_never_entered_for_the_office_of_another_tab() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let a = flow_of(&taro.proves_to_be(&PLAIN_OFFICE).await);
    let b = flow_of(&taro.proves_to_be(&SHARED_OFFICE).await);
    assert_ne!(a, b);
    let person = profile("taro@example.jp");
    from_the_page(&mut taro, &a, "PUT", "/registration/profile", &person)
        .await
        .is_told("other-flow")
        .has("/progress/flow", b.as_str())
        .has("/progress/office/number", SHARED_OFFICE.number)
        .has("/progress/next", "profile");
    from_the_page(&mut taro, &b, "PUT", "/registration/profile", &person)
        .await
        .leads_to("confirm");
    let draft = json!({ "draft": taro.draft.clone() });
    from_the_page(&mut taro, &a, "POST", "/registration/confirm", &draft)
        .await
        .is_told("other-flow");
    assert!(world.mails_to("taro@example.jp").await.is_empty());
    from_the_page(&mut taro, &b, "POST", "/registration/confirm", &draft)
        .await
        .is(201);
    // The page of the first tab is not answered with what the second one did, though the key is the same.
    from_the_page(&mut taro, &a, "POST", "/registration/confirm", &draft)
        .await
        .is_told("other-flow");
}

/// An old tab's code spends no try of the flow that the cookie names now, and its password is not set for another person.
#[tokio::test]
async fn a_code_or_password_of_an_old_tab_spends_and_sets_nothing() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let old = flow_of(&taro.authenticates(&PLAIN_OFFICE).await);
    let new = flow_of(&taro.authenticates(&SHARED_OFFICE).await);
    for _ in 0..7 {
        from_the_page(
            &mut taro,
            &old,
            "POST",
            "/registration/otp",
            &json!({ "code": "000000" }),
        )
        .await
        .is_told("other-flow")
        .has("/progress/otp/triesLeft", 5);
    }
    from_the_page(&mut taro, &old, "DELETE", "/registration", &json!({}))
        .await
        .is_told("other-flow");
    taro.calls("GET", "/registration")
        .await
        .has("/flow", new.as_str());

    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.clerk().registers(&SHARED_OFFICE, "hanako@example.jp").await;
    let a = flow_of(&taro.logs_in_for_the_first_time("taro@example.jp").await);
    let b = flow_of(&taro.logs_in_for_the_first_time("hanako@example.jp").await);
    let version = taro.is_shown_the_terms().await;
    let change = json!({
        "newPassword": "correct horse battery staple",
        "agreedTerms": { "version": version },
    });
    from_the_page(&mut taro, &a, "POST", "/login/password", &change)
        .await
        .is_told("other-flow")
        .has("/progress/flow", b.as_str());
    from_the_page(&mut taro, &b, "POST", "/login/password", &change)
        .await
        .is(200);
    from_the_page(&mut taro, &a, "POST", "/login/session", &json!({}))
        .await
        .is_told("other-flow");
    taro.calls("GET", "/me").await.has("/email", "hanako@example.jp");
}

/// `flow` is compared as it is; starts and questions never look at it, and without a flow there is nothing to differ from.
#[tokio::test]
async fn any_other_value_is_another_flow_and_a_question_means_whichever_there_is() {
    let world = World::start().await;
    let mut taro = world.clerk();
    from_the_page(&mut taro, "00000000", "PUT", "/registration/profile", &json!({}))
        .await
        .is_told("no-flow");
    let flow = flow_of(&taro.proves_to_be(&PLAIN_OFFICE).await);
    assert!(flow.len() == 8 && flow.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    for other in ["", &flow.to_uppercase(), &format!("{flow}, {flow}"), "nonsense"] {
        from_the_page(&mut taro, other, "PUT", "/registration/profile", &json!({}))
            .await
            .is_told("other-flow");
    }
    let twice = [("portal-flow", flow.as_str()), ("portal-flow", flow.as_str())];
    taro.sends("DELETE", "/registration", &twice, Body::Empty)
        .await
        .is_told("other-flow");
    let other = [("portal-flow", "nonsense")];
    taro.sends("GET", "/registration", &other, Body::Empty)
        .await
        .leads_to("profile")
        .has("/flow", flow.as_str());
    // Judged before the fields, which are wrong, and after the flow's cookie.
    from_the_page(&mut taro, &flow, "PUT", "/registration/profile", &json!({}))
        .await
        .is_told("invalid-fields");
    let start = json!({ "userId": GUARDED_OFFICE.user_id, "password": GUARDED_OFFICE.password });
    from_the_page(&mut taro, &flow, "POST", "/registration", &start)
        .await
        .is(200);
}
