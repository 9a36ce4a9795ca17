//! 監査記録: the complete records of each journey, in order.
//!
//! A file in `golden/audit/` has the expected records; ids are replaced by names in the order of their occurrence. If
//! one differs, the present records are in `target/audit/`.

mod acts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portal::audit::Act;
use portal::values::EmailAddress;
use serde_json::{Map, Value, json};
use testkit::people::{DEEMED_OFFICE, GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Gate, Settings, World};

use crate::take_over::{RECORDED, RECORDED_WITH_ACCOUNTS};

/// Names for ids, in the order of their occurrence.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(&mut self, what: &str, id: &str) -> String {
        let number = self.0.values().filter(|name| name.starts_with(what)).count() + 1;
        self.0
            .entry(id.to_owned())
            .or_insert_with(|| format!("{what} {number}"))
            .clone()
    }

    fn of_subject(&mut self, subject: &str) -> String {
        let (kind, id) = subject.split_once('#').unwrap();
        match kind {
            "ACCOUNT" | "CONTACT" => {
                let known = [
                    "taro@example.jp",
                    "tarou@example.jp",
                    "hanako@example.jp",
                    "unknown@example.jp",
                    "kaigo@example.co.jp",
                    "user2@example.jp",
                    "user3@example.jp",
                    "user4@example.jp",
                    "user5@example.jp",
                    PLAIN_OFFICE.mail_address,
                    GUARDED_OFFICE.mail_address,
                    DEEMED_OFFICE.mail_address,
                ];
                let address = known
                    .into_iter()
                    .find(|address| EmailAddress::parse(address).unwrap().key().as_str() == id);
                format!("{} of {}", kind.to_lowercase(), address.unwrap())
            }
            "CLAIMS" => format!("claims user {id}"),
            "REGISTRATION" => self.of("flow", id),
            "INQUIRY" => format!("inquiry {id}"),
            "OPERATOR" => format!("operator {id}"),
            "OFFICE" => format!("office {id}"),
            other => panic!("a record of a {other}"),
        }
    }
}

fn line(record: &Map<String, Value>, begun: i64, names: &mut Names) -> String {
    let at: jiff::Timestamp = record["at"].as_str().unwrap().parse().unwrap();
    let subject = names.of_subject(record["subject"].as_str().unwrap());
    let mut line = format!(
        "+{} {} {}",
        at.as_second() - begun,
        subject,
        record["act"].as_str().unwrap()
    );
    for (name, value) in record {
        let value = match (name.as_str(), value) {
            ("id" | "at" | "act" | "subject" | "sequence", _) => continue,
            ("by", value) => names.of("flow", value.as_str().unwrap()),
            ("target", value) => names.of_subject(value.as_str().unwrap()),
            ("member", value) => names.of("member", value.as_str().unwrap()),
            (_, Value::String(text)) => text.clone(),
            (_, value) => value.to_string(),
        };
        write!(line, ", {name} {value}").unwrap();
    }
    line
}

async fn is_golden(world: &World, begun: jiff::Timestamp, name: &str, wanted: &str) {
    let mut names = Names::default();
    let mut found = String::new();
    for record in world.audit().await {
        found += &line(&record, begun.as_second(), &mut names);
        found.push('\n');
    }
    if found != wanted {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/audit");
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(format!("{folder}/{name}.txt"), &found).unwrap();
        panic!("{name}: kept was\n{found}\nand not\n{wanted}");
    }
}

macro_rules! sequences {
    ($($name:ident: $file:literal;)*) => {
        mod golden {$(
            #[tokio::test]
            async fn $name() {
                let world = testkit::World::start().await;
                let begun = world.now();
                Box::pin(super::acts::$name(&world)).await;
                super::is_golden(&world, begun, $file, include_str!(concat!("golden/audit/", $file, ".txt"))).await;
            }
        )*}

        const GOLDEN: &[&str] = &[$(include_str!(concat!("golden/audit/", $file, ".txt")),)*];
    };
}

sequences! {
    from_the_claims_system_to_my_page: "first-registration";
    with_a_security_code: "security-code";
    a_right_security_code_finds_a_full_mailbox: "security-code-without-mail";
    with_mistakes_and_resends: "mistakes";
    an_initial_password_is_issued_again: "reissue";
    an_initial_password_comes_too_late: "initial-password-expired";
    a_pending_registration_is_corrected: "correction";
    a_second_log_in_is_renewed_and_ended: "second-log-in";
    a_person_changes_their_own_account: "own-account";
    other_terms_are_agreed_to: "terms";
    an_account_is_attacked: "attacked";
    a_mailbox_is_filled: "full-mailbox";
    two_offices_claim_one_address: "void-claim";
    codes_are_guessed_at: "guessed-codes";
    a_right_claims_password_leads_nowhere: "claims-password-without-registration";
    a_password_is_reset: "password-reset";
    a_manager_changes_the_members: "members";
    an_inquiry_is_received: "inquiry";
    an_inquiry_is_handled: "inquiry-handled";
    a_member_takes_another_address: "address-change";
    an_operator_looks_and_changes: "desk";
}

/// Two tabs request a resend at once; for this, a request must be stopped in the middle.
const OVERTAKEN: &str = include_str!("golden/audit/overtaken.txt");

#[tokio::test]
async fn a_resend_that_is_overtaken_gives_its_mail_back() {
    let (gate, mut told) = Gate::new();
    let settings = Settings {
        gate: Some(gate),
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let begun = world.now();
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    world.wait(30);
    let mut other_tab = taro.clone();
    let overtaken = tokio::spawn(Gate::stops(0, async move {
        other_tab.calls("POST", "/registration/otp/resend").await
    }));
    loop {
        let asked = told.recv().await.unwrap();
        if asked.what == "PutItem REGISTRATION" {
            // Its mail is counted, but its code is not yet in the flow.
            taro.calls("POST", "/registration/otp/resend").await.is(200);
            asked.goes();
            break;
        }
        asked.goes();
    }
    // No request waits at the gate any more.
    drop(told);
    overtaken.await.unwrap().is_told("resend-too-early");
    is_golden(&world, begun, "overtaken", OVERTAKEN).await;
}

/// Two tabs send the right security code at once: the second is right, too, and must not be recorded as wrong.
const RIGHT_TWICE: &str = include_str!("golden/audit/security-code-twice.txt");

#[tokio::test]
async fn a_right_security_code_that_comes_second_is_recorded_as_right() {
    let (gate, mut told) = Gate::new();
    let settings = Settings {
        gate: Some(gate),
        ..Settings::default()
    };
    let world = World::with(settings).await;
    let begun = world.now();
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    let code = json!({ "securityCode": GUARDED_OFFICE.security_code });
    let (mut other_tab, same) = (taro.clone(), code.clone());
    let second = tokio::spawn(Gate::stops(0, async move {
        other_tab.json("POST", "/registration/security-code", &same).await
    }));
    loop {
        let asked = told.recv().await.unwrap();
        if asked.what == "PutItem CONTACT" {
            // Its code was right, but the flow is not yet written.
            taro.json("POST", "/registration/security-code", &code)
                .await
                .is(200)
                .leads_to("otp");
            asked.goes();
            break;
        }
        asked.goes();
    }
    // No request waits at the gate any more.
    drop(told);
    second.await.unwrap().is_told("wrong-step").leads_to("otp");
    is_golden(&world, begun, "security-code-twice", RIGHT_TWICE).await;
}

/// An exception that no longer occurs would hide a bug.
#[tokio::test]
async fn every_exception_from_no_change_without_its_record_is_met() {
    let world = World::start().await;
    acts::codes_are_guessed_at(&world).await;
    world.clerk().registers(&GUARDED_OFFICE, "taro@example.jp").await;
    let mut hanako = world.clerk();
    hanako.authenticates(&DEEMED_OFFICE).await.is(200);
    world.wait(30);
    hanako.calls("POST", "/registration/otp/resend").await.is(200);
    let unmet = world.unmet_exceptions_of_the_audit().await;
    assert!(unmet.is_empty(), "{unmet:?}");
}

#[test]
fn every_act_is_met_in_one_of_these_journeys() {
    let met = |act: &&Act| {
        let ends = |line: &str| {
            let what = line.split(", ").next().unwrap_or_default();
            what.ends_with(&format!(" {}", act.code()))
        };
        let mut golden = GOLDEN.iter().chain([&OVERTAKEN, &RIGHT_TWICE]);
        let mut of_take_overs = RECORDED.iter().chain(&RECORDED_WITH_ACCOUNTS);
        golden.any(|golden| golden.lines().any(ends)) || of_take_overs.any(|code| *code == act.code())
    };
    let missing: Vec<&str> = Act::ALL
        .iter()
        .filter(|act| !met(act))
        .map(|act| act.code())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Passwords, codes, cookies and personal data are used in the journey; the records that are kept for years have none.
#[tokio::test]
async fn nothing_of_a_person_and_no_secret_is_kept() {
    let world = World::start().await;
    let mut stored = std::collections::BTreeSet::new();
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    strings_of(&world, &mut stored).await;
    let code = json!({ "securityCode": GUARDED_OFFICE.security_code });
    taro.json("POST", "/registration/security-code", &code)
        .await
        .is(200);
    strings_of(&world, &mut stored).await;
    taro.types_the_mailed_code(GUARDED_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    strings_of(&world, &mut stored).await;
    taro.confirms("registers-0123456789").await.is(201);
    strings_of(&world, &mut stored).await;
    taro.logs_in_for_the_first_time("taro@example.jp").await;
    strings_of(&world, &mut stored).await;
    let version = taro.is_shown_the_terms().await;
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
    strings_of(&world, &mut stored).await;

    let records = world.audit().await;
    assert!(records.len() >= 10);
    let mut kept = std::collections::BTreeSet::new();
    for record in &records {
        // Expected beside acts: member, office, flow, version, time.
        for name in [
            "id",
            "at",
            "subject",
            "claimsUser",
            "office",
            "member",
            "by",
            "sequence",
        ] {
            if let Some(value) = record.get(name) {
                kept.insert(value.as_str().unwrap().to_owned());
            }
        }
        assert!(Act::parse(record["act"].as_str().unwrap()).is_some());
        let mut texts = record.iter().filter(|(name, _)| *name != "act");
        assert!(
            texts.all(|(_, value)| value.as_str().is_none_or(|text| kept.contains(text))),
            "{record:?}"
        );
    }
    stored.extend(taro.cookies.values().cloned());
    stored.insert(OWN_PASSWORD.to_owned());
    // No other value of the table is in the records, neither whole nor in part.
    let ids: Vec<&str> = kept.iter().map(String::as_str).collect();
    let both: Vec<&String> = stored
        .iter()
        .filter(|text| text.len() > 3 && !is_an_id(text, &ids))
        .filter(|text| ids.iter().any(|id| id.contains(text.as_str())))
        .collect();
    assert!(both.is_empty(), "{both:?}");
    let text = serde_json::to_string(&records).unwrap();
    for personal in ["example.jp", "介護", "カイゴ", "0312345678", GUARDED_OFFICE.name] {
        assert!(!text.contains(personal), "{personal}");
    }
}

/// The expected ids are ids in the table, too.
fn is_an_id(text: &str, ids: &[&str]) -> bool {
    ids.iter()
        .any(|id| *id == text || id.split_once('#').is_some_and(|(_, rest)| rest == text))
}

async fn strings_of(world: &World, found: &mut std::collections::BTreeSet<String>) {
    fn walk(value: &Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::String(text) => drop(found.insert(text.clone())),
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            // Numbers are also text in an image.
            Value::Object(map) => map
                .iter()
                .filter(|(kind, _)| *kind != "N")
                .for_each(|(_, value)| walk(value, found)),
            _ => {}
        }
    }
    world.deliver().await;
    for item in world.items().await {
        for value in platform::store::json_of_image(&item).values() {
            walk(value, found);
        }
    }
}

/// The check that every journey here uses can fail.
#[tokio::test]
async fn a_change_of_an_account_without_its_record_would_be_seen() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.deliver().await;
    // Like a bug: a new version without an act.
    let mut account = world
        .items_of("ACCOUNT")
        .await
        .into_iter()
        .find(|item| item.contains_key("holders"))
        .unwrap();
    let change = json!({ "v": { "S": "another" }, "wrong": { "N": "99" } });
    account.extend(platform::store::image_of_json(change.as_object().unwrap()).unwrap());
    world
        .dynamodb
        .put_item()
        .table_name("portal")
        .set_item(Some(account))
        .send()
        .await
        .unwrap();
    let delivers = tokio::spawn(async move { world.deliver().await });
    let told = delivers.await.unwrap_err().into_panic();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(
        told.contains("changes without a record") && told.contains("ACCOUNT#"),
        "{told}"
    );
}
