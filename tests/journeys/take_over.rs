//! 引き継ぎ — the take-over of an office whose people all left (`docs/api.md` 3).

mod asked;
mod at_once;
mod completed;
mod stopped;
mod told;

pub(crate) use completed::{RECORDED, RECORDED_WITH_ACCOUNTS};
use portal::limits::Limits;
use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Reply, Settings, World};

const TARO: &str = "taro@example.jp";
const HANAKO: &str = "hanako@example.jp";
const JIRO: &str = "jiro@example.jp";
const KEY: &str = "take-over-0123456789";
const CONFIRM_KEY: &str = "take-over-confirm-01";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// From Wednesday, 1 April, 9 o'clock in Japan to Tuesday, 7 April, 0 o'clock: after Thursday, Friday and Monday.
const OPENS: i64 = 5 * DAY + 15 * HOUR;
const OPEN: i64 = 14 * DAY;

/// An office with a manager who has logged in.
async fn taros_office(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    taro
}

/// A person who proves the office.
async fn proves(world: &World) -> Clerk {
    let mut clerk = world.clerk();
    clerk
        .proves_to_be(&PLAIN_OFFICE)
        .await
        .is(200)
        .leads_to("already-registered");
    clerk
}

async fn asks(clerk: &mut Clerk, key: &str) -> Reply {
    clerk
        .keyed("POST", "/registration/take-over", key, &json!({}))
        .await
}

/// A person who proved the office and asked for the take-over.
async fn asked(world: &World) -> Clerk {
    let mut clerk = proves(world).await;
    asks(&mut clerk, KEY).await.is(200);
    clerk
}

/// Another colleague, added by this manager.
async fn adds(manager: &mut Clerk, email: &str) -> Value {
    let key = format!("adds-{email}-0123456789").replace(['@', '.'], "-");
    let added = manager.keyed("POST", "/members", &key, &profile(email)).await;
    added.is(201).body
}

/// Adds a colleague, who logs in.
async fn with_colleague(world: &World, manager: &mut Clerk, email: &str) -> Clerk {
    adds(manager, email).await;
    world.wait(1);
    let mut colleague = world.clerk();
    colleague.arrives_at_my_page(email).await;
    colleague
}

/// Once it is open: another proof, and a confirmed profile.
async fn confirmed(world: &World, email: &str) -> Clerk {
    let mut newcomer = proves(world).await;
    newcomer.enters_profile(&profile(email)).await.is(200);
    newcomer.confirms(CONFIRM_KEY).await.is(201).leads_to("completed");
    newcomer
}

/// A take-over of 太郎's office that 次郎 confirmed.
async fn completing(world: &World) -> (Clerk, Clerk) {
    let taro = taros_office(world).await;
    asked(world).await;
    world.wait(OPENS);
    let jiro = confirmed(world, JIRO).await;
    (taro, jiro)
}

/// The newest stop code that was mailed to this address.
async fn stop_code(world: &World, email: &str) -> String {
    let mails = world.mails_to(email).await;
    let mut lines = mails.iter().flat_map(|mail| mail.text.lines());
    let code = lines.find_map(|line| line.strip_prefix("停止コード："));
    code.unwrap_or_else(|| panic!("no stop code to {email}"))
        .to_owned()
}

async fn stops(clerk: &mut Clerk, number: &str, code: &str) -> Reply {
    let body = json!({ "officeNumber": number, "stopCode": code });
    clerk.json("POST", "/take-over/stop", &body).await
}

/// Logs in with the chosen password.
async fn logs_in(clerk: &mut Clerk, email: &str) {
    clerk.logs_in(email, OWN_PASSWORD).await.is(200);
    let code = clerk.mailed_code(email).await;
    clerk.types_login_code(&code).await.is(200).leads_to("my-page");
}

async fn violations(world: &World) {
    world.deliver().await;
    assert_eq!(world.violations().await, Vec::<String>::new());
}

fn with_limits(limits: Limits) -> Settings {
    Settings {
        limits,
        ..Settings::default()
    }
}
