//! The capacity that a journey uses, compared with its limits.

use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, inquiry, profile};
use testkit::{Clerk, Used, World};

/// After the table of the whole journey.
const RESET: &str = "
## A reset of the password

The same for an unknown address, up to the wrong code; there the mail is not sent.
At most 12 write and 6 read request units; the notice of the new password costs two updates of the account more.
The account has a little over a KiB here, because it counts the notice of the change of the password before; below that each write of it costs a unit less.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const PREFACE: &str = "# What a journey asks of the table

Counted by `tests/journeys/capacity.rs` on the engine's own `ConsumedCapacity`, and held to at most 26 write and 12 read request units.
A transaction costs double, an eventually consistent read half.
The two updates of each mail note that SES took it and that it was delivered.
Where the budget of refused starts per network is in force (it is lifted here, as in the local stack), `claims-auth` and `login` read half a unit more each, and write one unit more for a start that they refuse; one that they take writes none.
A passed-over cookie of an earlier flow costs one unit more at a start.
A log-in from a browser that the account does not know, but for the first one, costs the two updates of its notice on the account.
A first log-in that makes claims of other offices void is a transaction; it reads each such office with the accounts of its members, and costs a letter for every four of their managers ([ADR 0036](adr/0036-a-budget-for-each-kind-of-notice.md)).

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const OWN_ACCOUNT: &str = "
## マイページ

What a person does with their own account; a list of sessions reads half a unit more for each other session, and マイページ and a change of the profile half a unit for each colleague.
A session that was not used for a minute costs one unit more in each of them.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const MEMBERS: &str = "
## ユーザの管理

A member added costs at most 6 write and 3 read request units, its mail included where no other manager is told; each colleague reads half a unit more.
The other managers who are told of a change cost one letter together: two write units in its transaction, and two for each mail ([ADR 0033](adr/0033-a-letter-is-an-item-of-its-own.md)). The budget of these notices costs nothing while the office stays below a kilobyte: with a third one it takes two more.
The list and every other change read one unit for each member.
Every change but an addition also demands the account of the one who acts as it was read, which costs as much as to write it.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const INQUIRIES: &str = "
## お問い合わせ

The longest inquiry has about 9 KiB, and so costs nine units more each time that it is written or its mail is marked.
The network's budget is read by half a unit; one unit is the desk's list of inquiries.

| step | requests | WRU | RRU |
| --- | --- | --- | --- |
";

const TAKE_OVERS: &str = "
## 引き継ぎ

Of an office with one member; each member more costs a read of the account, and a mail of the letter that reports to the members (four mails a letter).
The completion writes each member's account, too: with five members its one transaction has 10 items.
The schedule reads the agendas of five days an hour, and the take-over, the office and its members of each office on them: here two, one of which was stopped.

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
    taro.logs_in("taro@example.co.jp", "みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    let code = taro.mailed_code("taro@example.co.jp").await;
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
    // Other managers are told of what the first one does.
    let mut others = Vec::new();
    for name in ["second", "third"] {
        let email = format!("{name}@example.jp");
        let added = taro
            .keyed(
                "POST",
                "/members",
                &format!("capacity-{name}-01"),
                &profile(&email),
            )
            .await
            .is(201);
        world.clerk().arrives_at_my_page(&email).await;
        others.push(format!("/members/{}", added.body["id"].as_str().unwrap()));
    }
    // What counts for a day is forgotten: another day's addition.
    world.wait(86_400);
    taro.logs_in("taro@example.co.jp", "みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    let code = taro.mailed_code("taro@example.co.jp").await;
    taro.types_login_code(&code).await.is(200);
    for other in &others {
        taro.json("PATCH", other, &role).await.is(200);
    }
    world.deliver().await;
    world.meter.take();
    let colleague = profile("jiro@example.jp");
    step!(
        "member-add, where two other managers are told",
        taro.keyed("POST", "/members", "capacity-21234567", &colleague)
            .await
            .is(201)
    );
    step!(
        "mails of the initial password and of the notices",
        world.mails_to("second@example.jp").await
    );
    let member_added = &steps[0].1;
    assert!(member_added.writes <= 6.0, "{} WRU", member_added.writes);
    assert!(member_added.reads <= 3.0, "{} RRU", member_added.reads);
    let told = &steps[steps.len() - 2].1;
    assert!(told.writes <= 6.0, "{} WRU", told.writes);
    table(&steps).0
}

/// The rows of an inquiry: at most 4 WRU, one of them for the desk's list, and 2 RRU, and two units for its mail.
async fn inquiries(world: &World) -> String {
    let mut taro = world.clerk();
    let mut steps: Vec<(&str, Used)> = Vec::new();
    world.meter.take();
    taro.keyed(
        "POST",
        "/inquiries",
        "capacity-01234567",
        &inquiry("saburo@example.jp"),
    )
    .await
    .is(201);
    steps.push(("inquiry", world.meter.take()));
    assert_eq!(world.mails_to("saburo@example.jp").await.len(), 1);
    steps.push(("mail of the receipt", world.meter.take()));
    let (rows, writes, reads) = table(&steps);
    assert!(writes <= 6.0, "{writes} WRU");
    assert!(reads <= 2.0, "{reads} RRU");
    rows
}

/// The rows of a take-over, from the request to the newcomer's first log-in, and of what ends it.
async fn take_overs() -> String {
    let world = World::start().await;
    let mut steps: Vec<(&str, Used)> = Vec::new();
    macro_rules! step {
        ($name:literal, $call:expr) => {{
            world.deliver().await;
            world.meter.take();
            let answer = $call;
            steps.push(($name, world.meter.take()));
            answer
        }};
    }
    let (path, none) = ("/registration/take-over", json!({}));
    let mut hanako = world.clerk();
    hanako.registers(&PLAIN_OFFICE, "hanako@example.jp").await;
    hanako.arrives_at_my_page("hanako@example.jp").await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    step!(
        "take-over",
        taro.keyed("POST", path, "capacity-01234567", &none).await.is(200)
    );
    step!(
        "take-over, the withdrawal",
        taro.calls("DELETE", path).await.is(200)
    );
    taro.keyed("POST", path, "capacity-12345678", &none).await.is(200);
    step!(
        "stop-take-over, on マイページ",
        hanako.calls("DELETE", "/office/take-over").await.is(204)
    );
    taro.keyed("POST", path, "capacity-23456789", &none).await.is(200);
    let mut stop = json!({ "officeNumber": PLAIN_OFFICE.number, "stopCode": "no code" });
    step!(
        "stop-take-over, a wrong code",
        taro.json("POST", "/take-over/stop", &stop).await.is(422)
    );
    let mails = world.mails_to("hanako@example.jp").await;
    let mut lines = mails.iter().flat_map(|mail| mail.text.lines());
    stop["stopCode"] = lines.find_map(|line| line.strip_prefix("停止コード：")).into();
    step!(
        "stop-take-over, the code",
        taro.json("POST", "/take-over/stop", &stop).await.is(204)
    );

    let other = world.another_office(1).await;
    let mut jiro = world.clerk();
    jiro.registers(&other, "jiro@example.jp").await;
    jiro.arrives_at_my_page("jiro@example.jp").await;
    taro.proves_to_be(&other).await.is(200);
    taro.keyed("POST", path, "capacity-01234567", &none).await.is(200);
    step!("take-over-notices, none due", world.promises_due_notices().await);
    world.wait(5 * 86_400);
    step!(
        "take-over-notices, the last business day",
        world.promises_due_notices().await
    );
    world.wait(86_400);
    step!("take-over-notices, open", world.promises_due_notices().await);
    taro.proves_to_be(&other).await.is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    step!(
        "confirm, the newcomer",
        taro.confirms("capacity-01234567").await.is(201)
    );
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200);
    let version = taro.is_shown_the_terms().await;
    step!(
        "new-password, the completion",
        taro.changes_password(OWN_PASSWORD, &version).await.is(200)
    );
    world.deliver().await;
    steps.push(("mails of the completion, to both", world.meter.take()));
    table(&steps).0
}

/// マイページ: what a person does with their own account.
async fn own_account(world: &World, taro: &mut Clerk) -> String {
    let mut steps: Vec<(&str, Used)> = Vec::new();
    world.meter.take();
    macro_rules! step {
        ($name:literal, $call:expr) => {{
            let answer = $call;
            steps.push(($name, world.meter.take()));
            answer
        }};
    }
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
    let address = json!({ "email": "taro@example.co.jp" });
    step!(
        "my-email (address)",
        taro.json("POST", "/me/email", &address).await.is(200)
    );
    let code = step!(
        "mail of the code to the new address",
        taro.mailed_code("taro@example.co.jp").await
    );
    step!(
        "my-email (code)",
        taro.json("POST", "/me/email/otp", &json!({ "code": code }))
            .await
            .is(200)
    );
    step!(
        "mails of the notices to both addresses",
        world.mails_to("taro@example.jp").await
    );
    let listed = step!("sessions", taro.calls("GET", "/sessions").await.is(200));
    let own = format!("/sessions/{}", listed.body["sessions"][0]["id"].as_str().unwrap());
    step!(
        "sessions, the end of one",
        taro.calls("DELETE", &own).await.is(204)
    );
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

    let rows = own_account(&world, &mut taro).await;
    let page = format!("{journey}{OWN_ACCOUNT}{rows}");

    steps.clear();
    world.meter.take();
    step!(
        "password-reset (address)",
        taro.asks_for_a_reset("taro@example.co.jp").await.is(200)
    );
    let code = step!("mail of the code", taro.mailed_code("taro@example.co.jp").await);
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

    let rows = inquiries(&world).await;
    let page = format!("{page}{INQUIRIES}{rows}");

    let rows = take_overs().await;
    let page = format!("{page}{TAKE_OVERS}{rows}");

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
