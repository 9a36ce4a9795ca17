//! 窓口: the commands of `desk`, in process, on the same table as the steps (`docs/desk.md`)

mod changes;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use clap::Parser as _;
use desk::cli::Cli;
use desk::desk::Desk;
pub(crate) use desk::exit::Exit;
use platform::audit::Records;
use platform::clock::Clock;
use platform::inquiries::Listing;
use platform::random::Random;
use portal::desk::Identity;
use portal::values::{EmailAddress, OperatorId};
use portal_local::engine::{AUDIT, PORTAL};
use portal_local::ses::MailOutcome;
use serde_json::{Value, json};
use testkit::people::{DEEMED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::roles::DESK;
use testkit::{Clerk, World};

use crate::inquiry_handling::an_inquiry_is_handled;

const TARO: &str = "taro@example.jp";
const HANAKO: &str = "hanako@example.jp";
const WHY: [&str; 2] = ["--reason", "本人から電話で依頼"];

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    exit: Exit,
    /// What it wrote.
    shown: String,
    /// What it said instead.
    told: String,
}

impl Ended {
    pub(crate) fn is(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "{self:?}");
        self
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    pub(crate) fn told(&self) -> &str {
        &self.told
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.shown).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs a command as this operator. No call goes beyond the role of `infra/desk.yaml`.
pub(crate) async fn at_desk(world: &World, operator: &str, line: &[&str]) -> Ended {
    let desk = Desk {
        table: world.table.clone(),
        inquiries: Listing::new(world.dynamodb.clone(), PORTAL.to_owned()),
        records: Records::table(world.dynamodb.clone(), AUDIT.to_owned()),
        ses: world.ses.clone(),
        clock: Clock::Set(Arc::new(AtomicI64::new(world.now().as_second()))),
        random: Random::System,
        limits: world.settings.limits.clone(),
        who: Identity {
            id: OperatorId::new(format!("AROAEXAMPLE:{operator}")),
            name: format!("arn:aws:sts::000000000000:assumed-role/portal-dev-desk/{operator}"),
        },
        key: Some(world.keys.current().clone()),
    };
    let words = ["desk", "--format", "json"]
        .into_iter()
        .chain(line.iter().copied());
    let cli = Cli::try_parse_from(words).unwrap();
    let mut out = Vec::new();
    let ended = world
        .recorded
        .at_desk(Box::pin(desk::run(&cli, &desk, &mut out)))
        .await;
    let (exit, told) = match ended {
        Ok(exit) => (exit, String::new()),
        Err(stop) => (stop.exit(), stop.to_string()),
    };
    Ended {
        exit,
        shown: String::from_utf8(out).unwrap(),
        told,
    }
}

async fn shows(world: &World, line: &[&str]) -> Value {
    at_desk(world, "hanako", line).await.is(Exit::Done).json()
}

/// 太郎, the first manager of the plain office.
async fn taros_office(world: &World) -> Clerk {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, TARO).await;
    taro.arrives_at_my_page(TARO).await;
    world.wait(1);
    taro
}

/// Adds 花子, who has not logged in.
async fn adds_hanako(taro: &mut Clerk) -> String {
    let added = taro
        .keyed("POST", "/members", "desk-adds-0123456789", &profile(HANAKO))
        .await;
    added.is(201).body["id"].as_str().unwrap().to_owned()
}

/// The records of the desk so far: act, target, reason.
async fn deeds(world: &World) -> Vec<(String, String, Option<String>)> {
    let records = world.audit().await.into_iter();
    let text =
        |record: &serde_json::Map<String, Value>, name: &str| record.get(name)?.as_str().map(str::to_owned);
    records
        .filter(|record| record.contains_key("operator"))
        .map(|record| {
            let one = |name| text(&record, name).unwrap();
            (one("act"), one("target"), text(&record, "reason"))
        })
        .collect()
}

fn account(email: &str) -> String {
    format!("ACCOUNT#{}", EmailAddress::parse(email).unwrap().key().as_str())
}

#[tokio::test]
async fn an_office_is_shown_masked_with_its_users_and_the_look_is_recorded() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds_hanako(&mut taro).await;
    let office = shows(&world, &["office", "show", "１３７９９０１０１８"]).await;
    assert_eq!(
        (&office["name"], &office["members_count"], &office["takeOver"]),
        (&json!(PLAIN_OFFICE.name), &json!(2), &json!("なし"))
    );
    let members = office["members"].as_array().unwrap();
    let of = |name: &str| {
        members
            .iter()
            .map(|member| member[name].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("email"), ["t***@e***.jp", "h***@e***.jp"]);
    assert_eq!(of("role"), ["管理者", "利用者"]);
    assert_eq!(of("status"), ["利用中", "未ログイン"]);
    assert_eq!(of("name"), ["介＊＊＊"; 2]);
    assert_eq!(of("phone"), ["＊＊＊5678"; 2]);
    let target = format!("OFFICE#{}", PLAIN_OFFICE.number);
    assert_eq!(
        deeds(&world).await,
        [("operator-looked".to_owned(), target, None)]
    );
}

#[tokio::test]
async fn who_reveals_gives_a_reason_and_both_are_recorded() {
    let world = World::start().await;
    taros_office(&world).await;
    let shown = shows(&world, &["member", "show", TARO, "--reveal", WHY[0], WHY[1]]).await;
    let member = &shown["members"][0];
    assert_eq!(
        (
            &member["name"],
            &member["email"],
            &member["phone"],
            &member["department"]
        ),
        (
            &json!("介護 太郎"),
            &json!(TARO),
            &json!("0312345678"),
            &json!("事務課")
        )
    );
    let reason = Some(WHY[1].to_owned());
    assert_eq!(
        deeds(&world).await,
        [("operator-revealed".to_owned(), account(TARO), reason)]
    );
    let wrong = [
        "member",
        "show",
        TARO,
        "--reveal",
        "--reason",
        "taro@example.jp の件",
    ];
    let refused = at_desk(&world, "hanako", &wrong).await.is(Exit::Usage);
    assert!(refused.shown.is_empty());
    assert_eq!(deeds(&world).await.len(), 1, "nothing was looked at");
}

/// To learn that an address is not registered is a look, too.
#[tokio::test]
async fn a_look_that_finds_nothing_is_recorded_and_so_is_who_looked() {
    let world = World::start().await;
    for (line, target) in [
        (
            ["member", "show", "nobody@example.jp"],
            account("nobody@example.jp"),
        ),
        (["office", "show", "1379901018"], "OFFICE#1379901018".to_owned()),
    ] {
        let ended = at_desk(&world, "jiro", &line).await.is(Exit::NotFound);
        assert!(
            ended.shown.is_empty() && ended.told.contains("登録されていません"),
            "{ended:?}"
        );
        assert_eq!(deeds(&world).await.last().unwrap().1, target);
    }
    let records = world.audit().await;
    assert!(records.iter().all(|record| {
        record["subject"] == "OPERATOR#AROAEXAMPLE:jiro"
            && record["operator"] == "arn:aws:sts::000000000000:assumed-role/portal-dev-desk/jiro"
    }));
}

#[tokio::test]
async fn a_member_is_named_by_the_id_and_the_office_and_what_keeps_them_out_is_shown() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let id = adds_hanako(&mut taro).await;
    at_desk(&world, "jiro", &["member", "show", &id])
        .await
        .is(Exit::Usage);
    let line = ["member", "show", &id, "--office", PLAIN_OFFICE.number];
    assert_eq!(shows(&world, &line).await["members"][0]["email"], "h***@e***.jp");
    let stranger = ["member", "show", "unknown", "--office", PLAIN_OFFICE.number];
    at_desk(&world, "jiro", &stranger).await.is(Exit::NotFound);
    // As it is copied from a spreadsheet.
    let copied = format!("'{id}");
    let line = ["member", "show", &copied, "--office", PLAIN_OFFICE.number];
    assert_eq!(shows(&world, &line).await["suppressed"], false);
    let elsewhere = ["member", "show", TARO, "--office", DEEMED_OFFICE.number];
    at_desk(&world, "jiro", &elsewhere).await.is(Exit::NotFound);
    for _ in 0..6 {
        world
            .clerk()
            .logs_in(TARO, "wrong")
            .await
            .is_told("wrong-credentials");
    }
    let shown = shows(&world, &["member", "show", TARO]).await;
    assert_eq!(
        (&shown["wrongPasswords"], &shown["passwordLocked"]),
        (&json!(5), &json!(false))
    );
    assert!(shown["passwordWaitsUntil"].is_string(), "{shown}");
}

#[tokio::test]
async fn a_mail_is_traced_by_the_label_on_the_screen_and_without_its_secret() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    world.set_outcome(TARO, MailOutcome::Bounce);
    let screen = taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.deliver().await;
    let traced = shows(&world, &["mail", "trace", TARO]).await;
    let mail = &traced["mails"][0];
    assert_eq!(
        (&mail["label"], &mail["delivery"]),
        (&screen.body["otp"]["label"], &json!("届かなかった"))
    );
    world.wait(30);
    let screen = taro.calls("POST", "/login/otp/resend").await.is(200);
    let code = taro.mailed_code(TARO).await;
    let traced = shows(&world, &["mail", "trace", TARO]).await;
    let mail = &traced["mails"][0];
    assert_eq!(mail["what"], "ログインのワンタイムパスワード");
    assert_eq!(mail["label"], screen.body["otp"]["label"]);
    assert_eq!(mail["delivery"], "届かなかった");
    assert!(!traced.to_string().contains(&code), "{traced}");
    assert_eq!(traced["email"], "t***@e***.jp");
    // Of the code before the resend only that it was promised is known.
    let before = &traced["mails"][1];
    assert_eq!((&before["what"], &before["label"]), (&mail["what"], &Value::Null));
}

/// SES keeps the spelling of the mail that bounced, and finds the entry by it alone.
#[tokio::test]
async fn an_entry_is_found_and_ended_in_whatever_case_the_operator_types_it() {
    let world = World::start().await;
    let spelled = "Taro.Kaigo@Example.jp";
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, spelled).await;
    taro.arrives_at_my_page(spelled).await;
    world.set_outcome(spelled, MailOutcome::Bounce);
    taro.logs_in(spelled, OWN_PASSWORD).await.is(200);
    world.deliver().await;
    for typed in ["taro.kaigo@example.jp", "TARO.KAIGO@EXAMPLE.JP", spelled] {
        let shown = shows(&world, &["suppression", "show", typed]).await;
        assert_eq!(shown["suppressed"], true, "{typed}");
    }
    let line = [
        "suppression",
        "clear",
        "taro.kaigo@example.jp",
        "--apply",
        WHY[0],
        WHY[1],
    ];
    assert_eq!(shows(&world, &line).await["outcome"], "実行しました");
    assert_eq!(
        shows(&world, &["suppression", "show", spelled]).await["suppressed"],
        false
    );
}

/// The records of each kind of subject, between two days of Japan; the search is a look.
#[tokio::test]
async fn the_records_of_one_subject_are_searched_by_day() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds_hanako(&mut taro).await;
    world.deliver().await;
    world.audit().await;
    let searches = async |line: &[&str]| {
        let line = [&["audit", "search"], line].concat();
        let found = shows(&world, &line).await;
        let records = found["records"].as_array().unwrap().clone();
        records
            .iter()
            .map(|record| record["act"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let of_taro = searches(&["--email", TARO]).await;
    assert!(of_taro.contains(&"password-changed".to_owned()), "{of_taro:?}");
    let of_office = searches(&["--office", PLAIN_OFFICE.number]).await;
    assert!(of_office.len() > of_taro.len() && of_office.contains(&"member-added".to_owned()));
    let of_user = searches(&["--claims-user", PLAIN_OFFICE.user_id]).await;
    assert!(of_user.iter().all(|act| !act.is_empty()) && !of_user.is_empty());
    // The last second of the 1st of April in Japan, and the first of the 2nd.
    let midnight: jiff::Timestamp = "2026-04-01T15:00:00Z".parse().unwrap();
    let left = midnight.as_second() - world.now().as_second();
    world.wait(left - 1);
    taro.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    world.wait(1);
    taro.logs_in(TARO, "wrong").await.is_told("wrong-credentials");
    world.audit().await;
    let of_second = searches(&["--email", TARO, "--since", "2026-04-02"]).await;
    assert_eq!(of_second, ["password-wrong"]);
    let of_taro = [of_taro, vec!["password-wrong".to_owned()]].concat();
    assert_eq!(
        searches(&["--email", TARO, "--since", "2026-04-01", "--until", "2026-04-01"]).await,
        of_taro
    );
    assert_eq!(
        searches(&["--email", TARO, "--until", "2026-03-31"]).await,
        Vec::<String>::new()
    );
    assert_eq!(
        searches(&["--email", TARO, "--since", "2026-04-03", "--until", "2026-04-03"]).await,
        Vec::<String>::new()
    );
    world.audit().await;
    let own = ["audit", "search", "--operator-id", "AROAEXAMPLE:hanako"];
    let own = shows(&world, &own).await;
    let targets: Vec<&str> = own["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|record| record["target"].as_str())
        .collect();
    assert_eq!(
        &targets[..2],
        [account(TARO), format!("OFFICE#{}", PLAIN_OFFICE.number)]
    );
    assert!(targets.contains(&format!("CLAIMS#{}", PLAIN_OFFICE.user_id).as_str()));
    // An address is no operator: it would stand in the record of the look.
    let line = ["audit", "search", "--operator-id", TARO];
    at_desk(&world, "hanako", &line).await.is(Exit::Usage);
    let line = [
        "audit",
        "search",
        "--email",
        TARO,
        "--since",
        "2026-04-02",
        "--until",
        "2026-04-01",
    ];
    at_desk(&world, "hanako", &line).await.is(Exit::Usage);
    for wrong in [
        ["--email", TARO, "--since", "4月1日"],
        ["--email", TARO, "--until", "2026-02-30"],
    ] {
        let line = [&["audit", "search"][..], &wrong].concat();
        at_desk(&world, "hanako", &line).await.is(Exit::Usage);
    }
}

/// A mailbox that works again gets mails again, once an operator has taken it from SES's list.
#[tokio::test]
async fn an_address_to_which_ses_stopped_sending_is_shown_and_released() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    world.set_outcome(TARO, MailOutcome::Bounce);
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.deliver().await;
    let traced = shows(&world, &["mail", "trace", TARO]).await;
    assert_eq!(
        (&traced["suppressed"], &traced["suppressedFor"]),
        (&json!(true), &json!("届かなかった（宛先不明など）"))
    );
    let shown = shows(&world, &["suppression", "show", TARO]).await;
    assert_eq!(
        (&shown["suppressed"], &shown["email"]),
        (&json!(true), &json!("t***@e***.jp"))
    );
    let line = ["suppression", "clear", TARO];
    let only_shown = at_desk(&world, "hanako", &line).await.is(Exit::NeedsApply).json();
    assert_eq!(only_shown["suppressed"], true);
    let line = ["suppression", "clear", TARO, "--apply", WHY[0], WHY[1]];
    assert_eq!(shows(&world, &line).await["outcome"], "実行しました");
    assert_eq!(shows(&world, &line).await["outcome"], "変更は不要です");
    assert_eq!(
        shows(&world, &["suppression", "show", TARO]).await["suppressed"],
        false
    );
    let changed: Vec<_> = deeds(&world).await;
    let changed = changed.iter().filter(|deed| deed.0 == "operator-changed");
    assert_eq!(
        changed.collect::<Vec<_>>(),
        [&(
            "operator-changed".to_owned(),
            account(TARO),
            Some(WHY[1].to_owned())
        )]
    );
    // SES tries again; the mailbox is as it was.
    world.clerk().logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.deliver().await;
    assert_eq!(
        shows(&world, &["suppression", "show", TARO]).await["suppressed"],
        true
    );
    // An address on which nothing stands.
    let nobody = shows(&world, &["suppression", "show", "nobody@example.jp"]).await;
    assert_eq!(nobody["suppressed"], false);
}

#[tokio::test]
async fn the_codes_of_a_registration_and_of_a_reset_are_traced() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let screen = taro.authenticates(&PLAIN_OFFICE).await.is(200);
    world.deliver().await;
    let traced = shows(&world, &["mail", "trace", PLAIN_OFFICE.mail_address]).await;
    assert_eq!(traced["mails"][0]["label"], screen.body["otp"]["label"]);
    assert_eq!(
        (&traced["registered"], &traced["mails"][0]["delivery"]),
        (&json!(false), &json!("届いた"))
    );
    // Nobody has this address: a reset is counted, and no mail is promised.
    world.clerk().asks_for_a_reset("nobody@example.jp").await.is(200);
    world.deliver().await;
    let traced = shows(&world, &["mail", "trace", "nobody@example.jp"]).await;
    let mails = traced["mails"].as_array().unwrap();
    assert_eq!(
        (mails.len(), &mails[0]["label"], &mails[0]["to"]),
        (1, &Value::Null, &Value::Null)
    );
}

/// One command of each kind; that none goes beyond the role is asserted in every test.
#[tokio::test]
async fn every_right_of_the_desks_role_is_used() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds_hanako(&mut taro).await;
    world.clerk().arrives_at_my_page(HANAKO).await;
    taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
    world.wait(30);
    taro.calls("POST", "/login/otp/resend").await.is(200);
    world.clerk().asks_for_a_reset(TARO).await.is(200);
    world.clerk().authenticates(&DEEMED_OFFICE).await.is(200);
    let mut other = world.clerk();
    other.logs_in(TARO, OWN_PASSWORD).await.is(200);
    let code = other.mailed_code(TARO).await;
    other.types_login_code(&code).await.is(200);
    let new = json!({ "email": "jiro@example.jp" });
    other.json("POST", "/me/email", &new).await.is(200);
    world.deliver().await;
    shows(&world, &["office", "show", PLAIN_OFFICE.number]).await;
    for address in [TARO, DEEMED_OFFICE.mail_address] {
        shows(&world, &["mail", "trace", address]).await;
    }
    an_inquiry_is_handled(&world).await;
    shows(&world, &["member", "disable", HANAKO, "--apply", WHY[0], WHY[1]]).await;
    let used = world.recorded.calls_at_desk();
    assert_eq!(used, *DESK);
}
