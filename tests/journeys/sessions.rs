//! セッション: in which browsers a person is logged in, and the end of each

use lambda_http::Body;
use serde_json::Value;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, SHARED_OFFICE};
use testkit::{Clerk, Reply, World};

const TARO: &str = "taro@example.jp";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

fn browser(world: &World, user_agent: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk
        .headers
        .push(("user-agent".to_owned(), user_agent.to_owned()));
    clerk
}

async fn at_my_page(world: &World) -> Clerk {
    let mut taro = browser(world, EDGE);
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

async fn logs_in_from(world: &World, user_agent: &str) -> Clerk {
    let mut other = browser(world, user_agent);
    other.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = other.mailed_code(TARO).await;
    other.types_login_code(&code).await.leads_to("my-page");
    other
}

fn id_of(me: &Reply) -> String {
    me.body["session"]["id"].as_str().expect("a session").to_owned()
}

async fn session_of(clerk: &mut Clerk) -> String {
    id_of(&clerk.calls("GET", "/me").await.is(200))
}

fn listed(answer: &Reply) -> Vec<Value> {
    answer.body["sessions"].as_array().expect("a list").clone()
}

/// マイページ lists every browser in which one is logged in, and ends each.
#[tokio::test]
async fn a_person_sees_where_they_are_logged_in_and_ends_a_session_elsewhere() {
    let world = World::start().await;
    let mut office = at_my_page(&world).await;
    world.wait(600);
    let mut phone = logs_in_from(&world, IPHONE).await;
    world.wait(120);

    let answer = office.calls("GET", "/sessions").await.is(200);
    let sessions = listed(&answer);
    assert_eq!(sessions.len(), 2);
    answer
        .has("/sessions/0/device", "Safari / iPhone")
        .has("/sessions/0/createdAt", "2026-04-01T00:10:00Z")
        .has("/sessions/0/lastSeenAt", "2026-04-01T00:10:00Z")
        .has("/sessions/0/current", false)
        .has("/sessions/1/device", "Microsoft Edge / Windows")
        .has("/sessions/1/lastSeenAt", "2026-04-01T00:12:00Z")
        .has("/sessions/1/current", true)
        .has("/sessions/1/id", session_of(&mut office).await);

    let there = sessions[0]["id"].as_str().unwrap();
    office
        .calls("DELETE", &format!("/sessions/{there}"))
        .await
        .is(204);
    phone.calls("GET", "/me").await.is_told("no-session");
    phone.calls("POST", "/login/session").await.is_told("no-flow");
    assert_eq!(listed(&office.calls("GET", "/sessions").await).len(), 1);
    office
        .calls("DELETE", &format!("/sessions/{there}"))
        .await
        .is_told("not-found");
}

/// The session of another person is `not-found`.
#[tokio::test]
async fn another_persons_session_is_not_found_and_lives_on() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut hanako = world.clerk();
    hanako.registers(&SHARED_OFFICE, "hanako@example.jp").await;
    hanako.arrives_at_my_page("hanako@example.jp").await;
    let hers = session_of(&mut hanako).await;
    for id in [hers.as_str(), "00000000", "-", "a.b~c", &"a".repeat(2_000)] {
        taro.calls("DELETE", &format!("/sessions/{id}"))
            .await
            .is_told("not-found");
    }
    hanako.calls("GET", "/me").await.is(200);
    // Without a session not even that is revealed.
    world
        .clerk()
        .calls("DELETE", &format!("/sessions/{hers}"))
        .await
        .is_told("no-session");
}

#[tokio::test]
async fn one_ends_all_other_sessions_at_once_and_ones_own_by_its_id() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        world.wait(60);
        others.push(logs_in_from(&world, IPHONE).await);
    }
    taro.calls("DELETE", "/sessions").await.is(204);
    for other in &mut others {
        other.calls("GET", "/me").await.is_told("no-session");
    }
    // Once more there is nothing to end, and that is as well.
    taro.calls("DELETE", "/sessions").await.is(204);
    let own = session_of(&mut taro).await;
    taro.calls("DELETE", &format!("/sessions/{own}")).await.is(204);
    taro.calls("GET", "/sessions").await.is_told("no-session");
    assert!(!taro.cookies.contains_key("__Host-session"));
}

/// A session that was not used for half an hour is over, and not in the list.
#[tokio::test]
async fn a_session_that_is_over_is_not_listed() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let _phone = logs_in_from(&world, IPHONE).await;
    for (wait, living) in [(1_799, 2), (1, 1)] {
        world.wait(wait);
        // It is used, so that it lives on.
        let listed = listed(&taro.calls("GET", "/sessions").await.is(200)).len();
        assert_eq!(listed, living, "after {wait}");
    }
}

/// A session keeps its name when its cookie is renewed; another log-in has another.
#[tokio::test]
async fn a_session_keeps_its_name_and_another_log_in_has_another() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let name = session_of(&mut taro).await;
    taro.calls("POST", "/login/session").await.is(200);
    assert_eq!(session_of(&mut taro).await, name);
    let mut phone = logs_in_from(&world, IPHONE).await;
    assert_ne!(session_of(&mut phone).await, name);
}

/// Tab A shows one person's マイページ, in tab B another person logs in: what tab A sends changes nothing of theirs.
#[tokio::test]
async fn what_a_page_sends_for_another_session_changes_nothing() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let shown = session_of(&mut taro).await;
    world.clerk().registers(&SHARED_OFFICE, "hanako@example.jp").await;
    taro.arrives_at_my_page("hanako@example.jp").await;
    let now = session_of(&mut taro).await;
    for other in [
        shown.as_str(),
        "",
        "nonsense",
        &now.to_uppercase(),
        &format!("{now}, {now}"),
    ] {
        for path in [
            "/sessions".to_owned(),
            format!("/sessions/{now}"),
            "/sessions/nonsense".to_owned(),
        ] {
            let header = [("portal-session", other)];
            taro.sends("DELETE", &path, &header, Body::Empty)
                .await
                .is_told("other-session");
        }
    }
    let twice = [("portal-session", now.as_str()), ("portal-session", now.as_str())];
    taro.sends("DELETE", "/sessions", &twice, Body::Empty)
        .await
        .is_told("other-session");
    // A question means whichever there is.
    let header = [("portal-session", shown.as_str())];
    taro.sends("GET", "/sessions", &header, Body::Empty).await.is(200);
    taro.sends("GET", "/me", &header, Body::Empty)
        .await
        .has("/email", "hanako@example.jp");
    let header = [("portal-session", now.as_str())];
    taro.sends("DELETE", "/sessions", &header, Body::Empty)
        .await
        .is(204);
}

/// What a browser says of itself is kept as a kind, whatever it says.
#[tokio::test]
async fn nothing_of_a_user_agent_is_kept_but_its_kind() {
    let world = World::start().await;
    let mut taro = at_my_page(&world).await;
    let strange = format!("<script>tracking-id-7731</script> {}", "Firefox/1 ".repeat(1_000));
    let _other = logs_in_from(&world, &strange).await;
    let answer = taro.calls("GET", "/sessions").await.is(200);
    assert!(!answer.body.to_string().contains("7731"));
    answer.has("/sessions/0/device", "Firefox");
    for item in world.items().await {
        assert!(!format!("{item:?}").contains("7731"));
    }
}
