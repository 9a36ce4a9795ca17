//! A claim on an address that another office's first completed log-in made void (`docs/api.md` 3)

use serde_json::json;
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE};
use testkit::{Clerk, World};

use super::{HANAKO, TARO, adds, changes, colleague, taros_office, told, with_two_managers};

const VOID: &str = "メールアドレスが別の事業所で登録されました";

/// The initial password that was mailed to 次郎 for this office.
async fn password_of(world: &World, email: &str, office: &str) -> String {
    let line = format!("事業所：{office}");
    let mails = world.mails_to(email).await;
    let mail = mails
        .iter()
        .find(|mail| mail.text.lines().any(|text| text == line));
    let password = mail
        .unwrap()
        .text
        .lines()
        .find_map(|text| text.strip_prefix("初期パスワード："));
    password.unwrap().to_owned()
}

async fn completes(world: &World, email: &str, password: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk.logs_in(email, password).await.is(200);
    let code = clerk.mailed_code(email).await;
    clerk
        .types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password");
    let version = clerk.is_shown_the_terms().await;
    clerk.changes_password(OWN_PASSWORD, &version).await.is(200);
    clerk
}

/// The managers of the office that claimed the address are told, all of them: nobody of theirs did it. The winner's office is
/// named nowhere, and the address itself, which is another person's now, is told nothing.
#[tokio::test]
async fn the_managers_whose_colleagues_claim_is_void_are_told_and_not_by_whom() {
    let world = World::start().await;
    let (mut taro, hanako) = with_two_managers(&world).await;
    colleague(&world, &mut taro, "plain@example.jp").await;
    let shared = "jiro@example.jp";
    adds(&mut taro, shared).await.is(201);
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, "other@example.jp").await;
    other.arrives_at_my_page("other@example.jp").await;
    let key = "adds-jiro-0123456789";
    other
        .keyed("POST", "/members", key, &testkit::people::profile(shared))
        .await
        .is(201);
    world.wait(120);
    let password = password_of(&world, shared, DEEMED_OFFICE.name).await;
    completes(&world, shared, &password).await;
    for email in [TARO, HANAKO] {
        let texts = told(&world, email, VOID).await;
        assert_eq!(texts.len(), 1, "{email}");
        assert!(
            texts[0].starts_with("日時：2026年4月1日 9時02分\n対象のユーザ：j***@e***.jp\n"),
            "{}",
            texts[0]
        );
        for secret in [DEEMED_OFFICE.name, DEEMED_OFFICE.number, shared, "端末："] {
            assert!(!texts[0].contains(secret), "{secret}: {}", texts[0]);
        }
    }
    for email in [
        "plain@example.jp",
        shared,
        "other@example.jp",
        DEEMED_OFFICE.mail_address,
    ] {
        assert_eq!(told(&world, email, VOID).await.len(), 0, "{email}");
    }
    assert!(!hanako.is_empty());
    assert_eq!(world.violations().await, Vec::<String>::new());
    assert_eq!(world.violations_of_mail_budgets().await, Vec::<String>::new());
}

/// A registration without a manager is told by its own screens; nobody is mailed.
#[tokio::test]
async fn an_office_without_a_manager_is_told_by_its_screen_alone() {
    let world = World::start().await;
    let mut stranger = world.clerk();
    stranger.registers(&DEEMED_OFFICE, TARO).await;
    let before = world.mails().await.len();
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    let password = password_of(&world, TARO, PLAIN_OFFICE.name).await;
    completes(&world, TARO, &password).await;
    world.deliver().await;
    let subjects: Vec<String> = world.mails().await.into_iter().map(|mail| mail.subject).collect();
    assert!(subjects.len() > before);
    assert!(
        !subjects.iter().any(|subject| subject.ends_with(VOID)),
        "{subjects:?}"
    );
    stranger
        .calls("GET", "/registration")
        .await
        .is(200)
        .leads_to("profile")
        .has("/voided", json!({ "emailMasked": "t***@e***.jp" }));
}

/// A member who moves to an address makes the claims on it void as a first log-in does.
#[tokio::test]
async fn the_managers_are_told_too_if_a_member_of_another_office_moves_to_the_address() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let shared = "jiro@example.jp";
    adds(&mut taro, shared).await.is(201);
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, "other@example.jp").await;
    other.arrives_at_my_page("other@example.jp").await;
    let email = json!({ "email": shared });
    other.json("POST", "/me/email", &email).await.is(200);
    let code = json!({ "code": other.mailed_code(shared).await });
    other.json("POST", "/me/email/otp", &code).await.is(200);
    assert_eq!(told(&world, TARO, VOID).await.len(), 1);
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// What is void already is not told again, nor what a manager removed before.
#[tokio::test]
async fn a_claim_that_was_given_up_is_not_told_as_void() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let shared = "jiro@example.jp";
    let id = adds(&mut taro, shared).await.is(201).body["id"].clone();
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, shared).await;
    let path = format!("/members/{}", id.as_str().unwrap());
    taro.calls("DELETE", &path).await.is(204);
    let password = password_of(&world, shared, DEEMED_OFFICE.name).await;
    let mut other = completes(&world, shared, &password).await;
    assert_eq!(told(&world, TARO, VOID).await.len(), 0);
    let own = other.calls("GET", "/members").await.body["members"][0]["id"].clone();
    changes(&mut other, own.as_str().unwrap(), &json!({ "role": "member" }))
        .await
        .is_told("last-manager");
}
