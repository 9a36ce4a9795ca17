//! A process dies between two writes: what was committed stays, and the next request completes the rest.

use aws_sdk_dynamodb::types::AttributeValue;
use platform::store::Attributes;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, World};

async fn only(world: &World, kind: &str) -> Attributes {
    let mut items = world.items_of(kind).await;
    assert_eq!(items.len(), 1, "{kind}");
    items.remove(0)
}

async fn at_confirm(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro
}

#[tokio::test]
async fn registered_but_the_flow_never_heard_of_it_then_the_same_click_again() {
    let world = World::start().await;
    let mut taro = at_confirm(&world).await;
    let before = only(&world, "REGISTRATION").await;
    let first = taro.confirms("lost-answer-00001").await.is(201);
    world.puts_back(&before).await;

    taro.calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("confirm");
    let again = taro.confirms("lost-answer-00001").await.is(201);

    assert_eq!(first.body, again.body);
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 1);
    taro.arrives_at_my_page("taro@example.jp").await;
}

#[tokio::test]
async fn registered_but_the_flow_never_heard_of_it_then_another_click() {
    let world = World::start().await;
    let mut taro = at_confirm(&world).await;
    let before = only(&world, "REGISTRATION").await;
    taro.confirms("lost-answer-00001").await.is(201);
    world.puts_back(&before).await;

    // A person's own second click is never answered as another person's registration.
    taro.confirms("another-key-00001")
        .await
        .is_told("wrong-step")
        .leads_to("completed");
}

#[tokio::test]
async fn registered_but_the_flow_never_heard_of_it_then_a_correction() {
    let world = World::start().await;
    let mut taro = at_confirm(&world).await;
    let before = only(&world, "REGISTRATION").await;
    taro.confirms("lost-answer-00001").await.is(201);
    world.puts_back(&before).await;

    // The registration stays, and is shown.
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.enters_profile(&profile("other@example.jp")).await.is(200);
    taro.confirms("another-key-00001")
        .await
        .is_told("wrong-step")
        .leads_to("completed")
        .has("/progress/profile/email", "taro@example.jp");
    assert!(world.mails_to("other@example.jp").await.is_empty());
}

#[tokio::test]
async fn the_password_is_changed_but_the_flow_never_heard_of_it() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    let version = taro.is_shown_the_terms().await;
    let before = only(&world, "LOGIN").await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    world.puts_back(&before).await;
    taro.cookies.remove("__Host-session");

    taro.changes_password("another one that is long", &version)
        .await
        .is_told("wrong-step")
        .leads_to("my-page");
    taro.calls("POST", "/login/session")
        .await
        .is(200)
        .leads_to("my-page");
    taro.calls("GET", "/me").await.is(200);
    world
        .clerk()
        .logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is(200);
}

#[tokio::test]
async fn a_session_is_given_but_neither_its_pointer_nor_the_flow_were_written() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut again = world.clerk();
    again.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = again.mailed_code("taro@example.jp").await;
    let flows = world.items_of("LOGIN").await;
    again.types_login_code(&code).await.is(200).leads_to("my-page");
    for flow in &flows {
        world.puts_back(flow).await;
    }
    again.cookies.remove("__Host-session");

    // The code gives no second session; the committed one can be requested.
    again
        .types_login_code(&code)
        .await
        .is_told("wrong-step")
        .leads_to("my-page");
    again.calls("POST", "/login/session").await.is(200);
    again.calls("GET", "/me").await.is(200);
}

#[tokio::test]
async fn the_mail_was_taken_by_ses_but_never_marked() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    let queued = only(&world, "REGISTRATION").await;
    let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    world.puts_back(&queued).await;

    // In the worst case the same mail is sent twice, with the same code.
    assert_eq!(taro.mailed_code(PLAIN_OFFICE.mail_address).await, code);
    taro.types_code(&code).await.is(200);
}

/// An unreadable office item is a fault, and never answered as a registered address.
#[tokio::test]
async fn an_item_that_cannot_be_read_is_no_answer() {
    let world = World::start().await;
    let mut taro = at_confirm(&world).await;
    let mut other = world.clerk();
    other.registers(&PLAIN_OFFICE, "hanako@example.jp").await;
    let mut office = only(&world, "OFFICE").await;
    office.remove("founding");
    world.puts_back(&office).await;

    taro.confirms("corrupt-012345678")
        .await
        .is_told("temporarily-unavailable");
    taro.calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("confirm");
}

/// The only member of an account.
fn owner(account: &mut Attributes) -> &mut Attributes {
    let Some(AttributeValue::M(holders)) = account.get_mut("holders") else {
        panic!("no one holds it")
    };
    match holders.values_mut().next() {
        Some(AttributeValue::M(holder)) => holder,
        _ => panic!("a member is a map"),
    }
}

/// A corrupt password hash is a fault, and neither a right password nor a wrong one.
#[tokio::test]
async fn an_unreadable_hash_grants_no_access() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut account = world
        .items_of("ACCOUNT")
        .await
        .into_iter()
        .find(|item| item.contains_key("holders"))
        .unwrap();
    let hash = owner(&mut account)["hash"].as_s().unwrap().clone();
    let (front, _) = hash.rsplit_once('$').unwrap();
    for broken in ["", "plain", front, &hash.replace("keyid=", "keyid=other")] {
        owner(&mut account).insert("hash".to_owned(), AttributeValue::S(broken.to_owned()));
        world.puts_back(&account).await;
        for password in [OWN_PASSWORD, "not-the-password-at-all", ""] {
            let mut caller = world.clerk();
            let answer = caller.logs_in("taro@example.jp", password).await;
            if !password.is_empty() {
                answer.is_told("temporarily-unavailable");
            }
            assert!(!caller.cookies.contains_key("__Host-login"), "{broken:?}");
        }
    }
}
