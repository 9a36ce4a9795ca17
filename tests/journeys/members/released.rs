//! `released`: the seats that fell free by themselves, and why (`docs/api.md` 3 and 5)

use super::*;

const JIRO: &str = "jiro@example.jp";

/// 次郎 of this office completes the first log-in with the address that both claim.
async fn another_office_gets(world: &World, email: &str) {
    let mut other = world.clerk();
    other.registers(&DEEMED_OFFICE, email).await;
    // The newest initial password is this office's.
    other.arrives_at_my_page(email).await;
}

async fn released(clerk: &mut Clerk) -> Vec<Value> {
    let answer = clerk.calls("GET", "/members").await.is(200);
    answer.body["released"].as_array().unwrap().clone()
}

async fn logs_in_again(clerk: &mut Clerk) {
    clerk.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = clerk.mailed_code(TARO).await;
    clerk.types_login_code(&code).await.is(200).leads_to("my-page");
}

/// A claim that another office's first log-in made void is told for 14 days, and not by whom.
#[tokio::test]
async fn a_colleague_whose_address_another_office_owns_is_listed_for_fourteen_days() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (mut hanako, _) = with_colleague(&world, &mut taro, HANAKO).await;
    added(&mut taro, JIRO).await;
    assert_eq!(released(&mut taro).await, [json!(null); 0]);
    world.wait(600);
    another_office_gets(&world, JIRO).await;
    let row = json!({
        "name": "見本 花子",
        "email": JIRO,
        "releasedAt": "2026-04-01T00:10:01Z",
        "reason": "owned-elsewhere",
    });
    assert_eq!(released(&mut taro).await, std::slice::from_ref(&row));
    taro.calls("GET", "/me").await.is(200).has("/members/count", 2);
    // Only a manager sees the address.
    let mut masked = row.clone();
    masked["email"] = "j***@e***.jp".into();
    assert_eq!(released(&mut hanako).await, [masked]);
    for (wait, shown) in [(LIFE_OF_A_SEAT - 1, vec![row]), (1, vec![])] {
        world.wait(wait);
        logs_in_again(&mut taro).await;
        assert_eq!(released(&mut taro).await, shown, "{wait}");
    }
    world.wait(20 * 86_400);
    logs_in_again(&mut taro).await;
    assert_eq!(
        released(&mut taro).await,
        [json!(null); 0],
        "nor as one that nobody used"
    );
    with_colleague(&world, &mut taro, "jiro@example.co.jp").await;
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// a seat that nobody used in 14 days is free, and its office sees whose it was.
#[tokio::test]
async fn a_colleague_who_never_logged_in_is_listed_for_fourteen_days_once_the_seat_is_free() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    added(&mut taro, JIRO).await;
    let row = json!({
        "name": "見本 花子",
        "email": JIRO,
        "releasedAt": "2026-04-15T00:00:01Z",
        "reason": "not-used",
    });
    for (wait, members, shown) in [
        (LIFE_OF_A_SEAT - 1, 2, vec![]),
        (1, 1, vec![row.clone()]),
        (LIFE_OF_A_SEAT - 1, 1, vec![row]),
        (1, 1, vec![]),
    ] {
        world.wait(wait);
        logs_in_again(&mut taro).await;
        assert_eq!(released(&mut taro).await, shown, "{wait}");
        assert_eq!(list(&mut taro).await.len(), members, "{wait}");
    }
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// The seat is given to another member, or the same address is added again: it is still known whose it was.
#[tokio::test]
async fn a_seat_that_fell_free_is_still_listed_after_others_took_it() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    for number in 2..=5 {
        added(&mut taro, &format!("user{number}@example.jp")).await;
    }
    another_office_gets(&world, "user2@example.jp").await;
    added(&mut taro, "user6@example.jp").await;
    let reasons = async |clerk: &mut Clerk| -> Vec<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = released(clerk).await;
        rows.iter()
            .map(|row| (text(row, "email"), text(row, "reason")))
            .collect()
    };
    let elsewhere = ("user2@example.jp".to_owned(), "owned-elsewhere".to_owned());
    assert_eq!(reasons(&mut taro).await, [elsewhere]);
    world.wait(LIFE_OF_A_SEAT);
    logs_in_again(&mut taro).await;
    assert_eq!(list(&mut taro).await.len(), 1);
    added(&mut taro, "user3@example.jp").await;
    let unused: Vec<(String, String)> = (3..=6)
        .map(|number| (format!("user{number}@example.jp"), "not-used".to_owned()))
        .collect();
    let mut listed = reasons(&mut taro).await;
    listed.sort();
    assert_eq!(listed, unused);
    assert_eq!(list(&mut taro).await.len(), 2);
    assert_eq!(world.violations().await, Vec::<String>::new());
}

/// A manager who removes a colleague knows; and who has logged in holds the seat, whatever happens to the address.
#[tokio::test]
async fn neither_who_was_removed_nor_who_logged_in_is_listed() {
    let world = World::start().await;
    let mut taro = manager(&world).await;
    let (mut hanako, _) = with_colleague(&world, &mut taro, HANAKO).await;
    let jiro = added(&mut taro, JIRO).await;
    removes(&mut taro, &jiro).await.is(204);
    let moves = json!({ "email": "hanako@example.co.jp" });
    hanako.json("POST", "/me/email", &moves).await.is(200);
    let code = json!({ "code": hanako.mailed_code("hanako@example.co.jp").await });
    hanako.json("POST", "/me/email/otp", &code).await.is(200);
    another_office_gets(&world, HANAKO).await;
    for wait in [0, LIFE_OF_A_SEAT] {
        world.wait(wait);
        logs_in_again(&mut taro).await;
        assert_eq!(released(&mut taro).await, [json!(null); 0], "{wait}");
        assert_eq!(list(&mut taro).await.len(), 2);
    }
}
