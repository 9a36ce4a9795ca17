//! 監査記録: the complete records of each journey, in order.
//!
//! A file in `golden/audit/` has the expected records; ids are replaced by names in the order of their occurrence. If
//! one differs, the present records are in `target/audit/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portal::audit::Act;
use portal::terms::{PUBLISHED, Terms};
use portal::values::EmailAddress;
use serde_json::{Map, Value, json};
use testkit::people::{DEEMED_OFFICE, GUARDED_OFFICE, OWN_PASSWORD, PLAIN_OFFICE, profile};
use testkit::{Clerk, Gate, Settings, World};

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
                    "nobody@example.jp",
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
                Box::pin(super::$name(&world)).await;
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
    an_account_is_hammered_at: "hammered";
    a_mailbox_is_filled: "full-mailbox";
    two_offices_claim_one_address: "void-claim";
    codes_are_guessed_at: "guessed-codes";
    a_right_claims_password_leads_nowhere: "claims-password-in-vain";
    a_password_is_reset: "password-reset";
    a_manager_changes_the_members: "members";
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
    // Nobody waits at the gate any more.
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
    // Nobody waits at the gate any more.
    drop(told);
    second.await.unwrap().is_told("wrong-step").leads_to("otp");
    is_golden(&world, begun, "security-code-twice", RIGHT_TWICE).await;
}

/// An exception that no longer occurs would hide a bug.
#[tokio::test]
async fn every_exception_from_no_change_without_its_record_is_met() {
    let world = World::start().await;
    codes_are_guessed_at(&world).await;
    world.clerk().registers(&GUARDED_OFFICE, "taro@example.jp").await;
    let mut hanako = world.clerk();
    hanako.authenticates(&DEEMED_OFFICE).await.is(200);
    world.wait(30);
    hanako.calls("POST", "/registration/otp/resend").await.is(200);
    let unmet = world.unmet_exceptions_of_the_audit().await;
    assert!(unmet.is_empty(), "{unmet:?}");
}

async fn from_the_claims_system_to_my_page(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("GET", "/me").await.is(200);
}

async fn claims_system_is(world: &World, mode: &str) {
    world
        .simulator("PUT", "/_dev/claims", Some(json!({ "mode": mode })))
        .await;
}

async fn with_a_security_code(world: &World) {
    let mut taro = world.clerk();
    taro.authenticates(&GUARDED_OFFICE).await.is(200);
    let types = async |taro: &mut Clerk, code: &str| {
        let body = json!({ "securityCode": code });
        taro.json("POST", "/registration/security-code", &body).await
    };
    types(&mut taro, "00000000").await.is_told("wrong-security-code");
    claims_system_is(world, "down").await;
    types(&mut taro, "20260002").await.is_told("claims-unavailable");
    claims_system_is(world, "up").await;
    types(&mut taro, "20260002").await.is(200).leads_to("otp");
    taro.types_the_mailed_code(GUARDED_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("registers-0123456789").await.is(201);
}

async fn a_right_security_code_finds_a_full_mailbox(world: &World) {
    let code = json!({ "securityCode": GUARDED_OFFICE.security_code });
    for told in ["otp", "otp", "otp", "otp", "otp", "full"] {
        let mut taro = world.clerk();
        taro.authenticates(&GUARDED_OFFICE).await.is(200);
        let answer = taro.json("POST", "/registration/security-code", &code).await;
        if told == "full" {
            answer.is_told("too-many-requests");
        } else {
            answer.is(200).leads_to(told);
        }
    }
}

async fn with_mistakes_and_resends(world: &World) {
    let mut taro = world.clerk();
    taro.authenticates_with(PLAIN_OFFICE.user_id, "wrong")
        .await
        .is_told("claims-rejected");
    claims_system_is(world, "down").await;
    taro.authenticates(&PLAIN_OFFICE)
        .await
        .is_told("claims-unavailable");
    claims_system_is(world, "up").await;
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
    taro.types_code(&wrong).await.is_told("wrong-code");
    world.wait(30);
    taro.calls("POST", "/registration/otp/resend").await.is(200);
    taro.types_the_mailed_code(PLAIN_OFFICE.mail_address)
        .await
        .is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("registers-0123456789").await.is(201);
    // The same click again is answered, and records no second act.
    taro.confirms("registers-0123456789").await.is(201);
    world.wait(30);
    taro.calls("POST", "/registration/initial-password/resend")
        .await
        .is(200);

    taro.logs_in("taro@example.jp", "wrong")
        .await
        .is_told("wrong-credentials");
    let password = taro.mailed_password("taro@example.jp").await;
    taro.logs_in("taro@example.jp", &password).await.is(200);
    let wrong = taro.wrong_code("taro@example.jp").await;
    taro.types_login_code(&wrong).await.is_told("wrong-code");
    world.wait(30);
    taro.calls("POST", "/login/otp/resend").await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200);
    let version = taro.is_shown_the_terms().await;
    taro.changes_password("short", &version)
        .await
        .is_told("invalid-fields");
    taro.changes_password(OWN_PASSWORD, &version).await.is(200);
}

async fn an_initial_password_is_issued_again(world: &World) {
    world.clerk().registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let old = world.clerk().mailed_password("taro@example.jp").await;
    world.wait(3_600);
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    taro.calls("POST", "/registration/initial-password/reissue")
        .await
        .is(200);
    taro.logs_in("taro@example.jp", &old)
        .await
        .is_told("wrong-credentials");
    taro.arrives_at_my_page("taro@example.jp").await;
}

async fn an_initial_password_comes_too_late(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    let password = taro.mailed_password("taro@example.jp").await;
    world.wait(72 * 3_600);
    taro.logs_in("taro@example.jp", &password)
        .await
        .is_told("initial-password-expired");
}

async fn a_pending_registration_is_corrected(world: &World) {
    world.clerk().registers(&PLAIN_OFFICE, "tarou@example.jp").await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await.is(200);
    taro.enters_profile(&profile("taro@example.jp")).await.is(200);
    taro.confirms("corrects-01234567").await.is(201);
    // Again, with the same address.
    let mut again = world.clerk();
    world.wait(3_600);
    again.proves_to_be(&PLAIN_OFFICE).await.is(200);
    let mut form = profile("taro@example.jp");
    form["name"] = "介護 次郎".into();
    again.enters_profile(&form).await.is(200);
    again.confirms("corrects-again-01").await.is(201);
}

async fn a_second_log_in_is_renewed_and_ended(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("POST", "/logout").await.is(204);
    world.wait(600);
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.is(200).leads_to("my-page");
    // The answer with the cookie was lost.
    taro.cookies.remove("__Host-session");
    taro.calls("POST", "/login/session").await.is(200);
    taro.calls("GET", "/me").await.is(200);
    taro.calls("POST", "/logout").await.is(204);
    taro.calls("POST", "/logout").await;
}

async fn a_person_changes_their_own_account(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.json("PATCH", "/me", &json!({ "phone": "0451234567" }))
        .await
        .is(200);
    for (password, status) in [("wrong wrong wrong", 422), (OWN_PASSWORD, 204)] {
        let proof = json!({ "currentPassword": password });
        taro.json("POST", "/me/proof", &proof).await.is(status);
    }
    let change = json!({ "currentPassword": OWN_PASSWORD, "newPassword": "みどりの丘に 風がわたる 2026" });
    taro.json("POST", "/me/password", &change).await.is(204);
    let me = taro.calls("GET", "/me").await.is(200);
    let own = format!("/sessions/{}", me.body["session"]["id"].as_str().unwrap());
    taro.calls("DELETE", &own).await.is(204);
}

async fn logs_in_again(taro: &mut Clerk) {
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code).await.leads_to("my-page");
}

async fn a_manager_changes_the_members(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut last = String::new();
    for number in 2..=5 {
        // Of those who never log in one is there for 14 days in the end.
        if number == 3 {
            world.wait(86_400);
            logs_in_again(&mut taro).await;
        }
        let colleague = profile(&format!("user{number}@example.jp"));
        let key = format!("adds-member-{number:010}");
        let added = taro.keyed("POST", "/members", &key, &colleague).await.is(201);
        last = format!("/members/{}", added.body["id"].as_str().unwrap());
    }
    for change in [
        json!({ "role": "manager" }),
        json!({ "role": "member" }),
        json!({ "status": "disabled" }),
        json!({ "status": "active" }),
        json!({ "role": "manager", "status": "disabled" }),
    ] {
        taro.json("PATCH", &last, &change).await.is(200);
    }
    taro.calls("DELETE", &last).await.is(204);
    let fifth = profile("user5@example.jp");
    taro.keyed("POST", "/members", "adds-the-fifth-again", &fifth)
        .await
        .is(201);
    world.wait(13 * 86_400);
    logs_in_again(&mut taro).await;
    let another = profile("hanako@example.jp");
    taro.keyed("POST", "/members", "adds-another-member", &another)
        .await
        .is(201);
}

async fn other_terms_are_agreed_to(world: &World) {
    static NEXT: Terms = Terms {
        version: "2026-10-01",
        ..PUBLISHED
    };
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    let mut taro = world.with_terms(&NEXT).clerk();
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_login_code(&code)
        .await
        .is(200)
        .leads_to("new-password");
    let version = taro.is_shown_the_terms().await;
    let body = json!({ "agreedTerms": { "version": version } });
    taro.json("POST", "/login/password", &body).await.is(200);
}

async fn an_account_is_hammered_at(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    taro.calls("POST", "/logout").await.is(204);
    for _ in 0..7 {
        let mut stranger = world.clerk();
        stranger
            .logs_in("taro@example.jp", "guessed")
            .await
            .is_told("wrong-credentials");
        stranger
            .logs_in("nobody@example.jp", "guessed")
            .await
            .is_told("wrong-credentials");
    }
    world.wait(900);
    world
        .clerk()
        .logs_in("taro@example.jp", "guessed")
        .await
        .is_told("wrong-credentials");
    // The owner's browser has a separate count.
    taro.logs_in("taro@example.jp", "mistyped")
        .await
        .is_told("wrong-credentials");
    taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
}

async fn a_mailbox_is_filled(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    for _ in 0..9 {
        taro.logs_in("taro@example.jp", OWN_PASSWORD).await.is(200);
    }
    taro.logs_in("taro@example.jp", OWN_PASSWORD)
        .await
        .is_told("too-many-requests");
}

/// Two offices claim one address; the first whose member completes a log-in owns it.
async fn two_offices_claim_one_address(world: &World) {
    world.clerk().registers(&DEEMED_OFFICE, "taro@example.jp").await;
    let mut hanako = world.clerk();
    let password = hanako.mailed_password("taro@example.jp").await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    hanako
        .logs_in("taro@example.jp", &password)
        .await
        .is_told("claim-void");
}

async fn codes_are_guessed_at(world: &World) {
    let mut taro = world.clerk();
    for _ in 0..2 {
        taro.authenticates(&PLAIN_OFFICE).await.is(200);
        let wrong = taro.wrong_code(PLAIN_OFFICE.mail_address).await;
        for _ in 0..5 {
            taro.types_code(&wrong).await.is_told("wrong-code");
        }
        taro.types_code(&wrong).await.is_told("no-tries-left");
    }
}

async fn a_right_claims_password_leads_nowhere(world: &World) {
    // Codes are stopped.
    codes_are_guessed_at(world).await;
    world
        .clerk()
        .authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
    // Five codes of the hour are mailed.
    world.wait(900);
    for _ in 0..3 {
        world.clerk().authenticates(&PLAIN_OFFICE).await.is(200);
    }
    world
        .clerk()
        .authenticates(&PLAIN_OFFICE)
        .await
        .is_told("too-many-requests");
}

async fn a_password_is_reset(world: &World) {
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    taro.arrives_at_my_page("taro@example.jp").await;
    // Nobody has this address: the same is recorded, about nobody.
    let mut stranger = world.clerk();
    stranger.asks_for_a_reset("nobody@example.jp").await.is(200);
    stranger.types_reset_code("123456").await.is_told("wrong-code");
    taro.asks_for_a_reset("taro@example.jp").await.is(200);
    world.wait(30);
    taro.calls("POST", "/password-reset/otp/resend").await.is(200);
    let wrong = taro.wrong_code("taro@example.jp").await;
    taro.types_reset_code(&wrong).await.is_told("wrong-code");
    let code = taro.mailed_code("taro@example.jp").await;
    taro.types_reset_code(&code).await.is(200);
    taro.resets_password("みどりの丘と きいろい花 二〇二六")
        .await
        .is(200);
    // The same click again is answered, and records no second act.
    taro.resets_password("みどりの丘と きいろい花 二〇二六")
        .await
        .is_told("wrong-step");
}

#[test]
fn every_act_is_met_in_one_of_these_journeys() {
    let met = |act: &&Act| {
        let ends = |line: &str| {
            let what = line.split(", ").next().unwrap_or_default();
            what.ends_with(&format!(" {}", act.code()))
        };
        let mut golden = GOLDEN.iter().chain([&OVERTAKEN, &RIGHT_TWICE]);
        golden.any(|golden| golden.lines().any(ends))
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
