//! The capacity that a journey uses, compared with its limits.

use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Used, World};

/// After the table of the whole journey.
const RESET: &str = "
## A reset of the password

The same for an address that nobody has, up to the wrong code; there the mail is not sent.
At most 12 write and 6 read request units; the notice of the new password costs two updates of the account more.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const PREFACE: &str = "# What a journey asks of the table

Counted by `tests/journeys/capacity.rs` on the engine's own `ConsumedCapacity`, and held to at most 26 write and 12 read request units.
A transaction costs double, an eventually consistent read half.
The two updates of each mail note that SES took it and that it was delivered.
Where the budget of refused starts per network is in force (it is lifted here, as in the local stack), `claims-auth` and `login` read half a unit more each, and write one unit more for a start that they refuse; one that they take writes none.
A passed-over cookie of an earlier flow costs one unit more at a start.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const OWN_ACCOUNT: &str = "
## マイページ

What a person does with their own account; a list of sessions reads half a unit more for each other session.
A session that was not used for a minute costs one unit more in each of them.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const MEMBERS: &str = "
## ユーザの管理

A member added costs at most 6 write and 3 read request units; each colleague who is told of it reads half a unit more.
The list and every other change read one unit for each member.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

/// The rows, and the sums of their units.
fn table(steps: &[(&str, Used)]) -> (String, f64, f64) {
    let (mut rows, mut writes, mut reads) = (String::new(), 0.0, 0.0);
    for (name, used) in steps {
        let Used {
            operations,
            writes: written,
            reads: read,
        } = used;
        assert!(!operations.contains(&"other"), "{name}: {operations:?}");
        let operations = operations.join(", ");
        rows = format!("{rows}| {name} | {operations} | {written} | {read} |\n");
        writes += written;
        reads += read;
    }
    (rows, writes, reads)
}

/// The rows of what a manager does with the users of the office; a member added costs at most 6 WRU and 3 RRU.
async fn members(world: &World, taro: &mut Clerk) -> String {
    let mut steps: Vec<(&str, Used)> = Vec::new();
    macro_rules! step {
        ($name:literal, $call:expr) => {{
            let answer = $call;
            steps.push(($name, world.meter.take()));
            answer
        }};
    }
    taro.logs_in("taro@example.jp", "みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200);
    world.meter.take();
    let colleague = profile("hanako@example.jp");
    let added = step!(
        "member-add",
        taro.keyed("POST", "/members", "capacity-01234567", &colleague)
            .await
            .is(201)
    );
    let path = format!("/members/{}", added.body["id"].as_str().unwrap());
    step!(
        "mail of the initial password",
        world.mails_to("hanako@example.jp").await
    );
    step!("members", taro.calls("GET", "/members").await.is(200));
    let reissue = format!("{path}/initial-password");
    step!(
        "member-add, a re-issue",
        taro.keyed("POST", &reissue, "capacity-01234567", &json!({}))
            .await
            .is(202)
    );
    world.deliver().await;
    world.meter.take();
    let role = json!({ "role": "manager" });
    step!("member-change", taro.json("PATCH", &path, &role).await.is(200));
    step!(
        "member-change, a removal",
        taro.calls("DELETE", &path).await.is(204)
    );
    let member_added = &steps[0].1;
    assert!(member_added.writes <= 6.0, "{} WRU", member_added.writes);
    assert!(member_added.reads <= 3.0, "{} RRU", member_added.reads);
    table(&steps).0
}

/// At most 26 WRU and 12 RRU for a whole journey, including its three mails and their events; no Scan, no Query.
#[tokio::test]
async fn a_whole_journey_costs_at_most_26_writes_and_12_reads() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let mut steps: Vec<(&str, Used)> = Vec::new();
    world.meter.take();
    macro_rules! step {
        ($name:literal, $call:expr) => {{
            let answer = $call;
            steps.push(($name, world.meter.take()));
            answer
        }};
    }
    step!("claims-auth", taro.authenticates(&PLAIN_OFFICE).await.is(200));
    let code = step!(
        "mail of the registration code",
        taro.mailed_code(PLAIN_OFFICE.mail_address).await
    );
    step!("registration-otp", taro.types_code(&code).await.is(200));
    step!(
        "profile",
        taro.enters_profile(&profile("taro@example.jp")).await.is(200)
    );
    step!("confirm", taro.confirms("capacity-01234567").await.is(201));
    let password = step!(
        "mail of the initial password",
        taro.mailed_password("taro@example.jp").await
    );
    step!("login", taro.logs_in("taro@example.jp", &password).await.is(200));
    let code = step!(
        "mail of the log-in code",
        taro.mailed_code("taro@example.jp").await
    );
    step!("login-otp", taro.types_login_code(&code).await.is(200));
    let version = step!("terms", taro.is_shown_the_terms().await);
    step!(
        "new-password",
        taro.changes_password(OWN_PASSWORD, &version).await.is(200)
    );
    step!("my-page", taro.calls("GET", "/me").await.is(200));

    let (rows, writes, reads) = table(&steps);
    let journey = format!("{PREFACE}{rows}| **whole journey** | | **{writes}** | **{reads}** |\n");
    assert_eq!(world.mails().await.len(), 3);

    // マイページ: what a person does with their own account.
    steps.clear();
    world.meter.take();
    let phone = json!({ "phone": "0451234567" });
    step!("my-profile", taro.json("PATCH", "/me", &phone).await.is(200));
    let proof = json!({ "currentPassword": OWN_PASSWORD });
    step!(
        "my-password, fresh proof",
        taro.json("POST", "/me/proof", &proof).await.is(204)
    );
    let change = json!({ "currentPassword": OWN_PASSWORD, "newPassword": "みどりの丘に 風がわたる 2026" });
    step!(
        "my-password",
        taro.json("POST", "/me/password", &change).await.is(204)
    );
    step!("mail of the notice", world.mails_to("taro@example.jp").await);
    let listed = step!("sessions", taro.calls("GET", "/sessions").await.is(200));
    let own = format!("/sessions/{}", listed.body["sessions"][0]["id"].as_str().unwrap());
    step!(
        "sessions, the end of one",
        taro.calls("DELETE", &own).await.is(204)
    );
    let (rows, _, _) = table(&steps);
    let page = format!("{journey}{OWN_ACCOUNT}{rows}");

    steps.clear();
    world.meter.take();
    step!(
        "password-reset (address)",
        taro.asks_for_a_reset("taro@example.jp").await.is(200)
    );
    let code = step!("mail of the code", taro.mailed_code("taro@example.jp").await);
    step!(
        "password-reset (code)",
        taro.types_reset_code(&code).await.is(200)
    );
    step!(
        "password-reset-password",
        taro.resets_password("みどりの丘と きいろい花 二〇二六")
            .await
            .is(200)
    );
    let (rows, reset_writes, reset_reads) = table(&steps);
    let page = format!("{page}{RESET}{rows}| **whole reset** | | **{reset_writes}** | **{reset_reads}** |\n");

    let rows = members(&world, &mut taro).await;
    let page = format!("{page}{MEMBERS}{rows}");

    // With the two updates of its mail.
    assert!(reset_writes <= 12.0, "{reset_writes} WRU\n{page}");
    assert!(reset_reads <= 6.0, "{reset_reads} RRU\n{page}");
    assert!(writes <= 26.0, "{writes} WRU\n{page}");
    assert!(reads <= 12.0, "{reads} RRU\n{page}");
    let committed = include_str!("../../docs/capacity.md");
    assert!(
        committed == page,
        "docs/capacity.md is not what was counted; it should read:\n\n{page}"
    );
}
