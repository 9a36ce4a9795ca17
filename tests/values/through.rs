//! The corpus through the real functions: answers, stored items, and no other changes.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use portal::limits::Limits;
use portal::values::{ClaimsUserId, EmailAddress};
use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, TestOffice, profile};
use testkit::{Clerk, Reply, Settings, World};

use crate::requests;
use laws::corpus::{self, Becomes, Case, File};

/// The log since the start of the program.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

static LOGS: LazyLock<Sink> = LazyLock::new(|| {
    let sink = Sink::default();
    let logs = sink.clone();
    tracing::subscriber::set_global_default(platform::telemetry::subscriber(move || logs.clone())).unwrap();
    sink
});

/// Whether a text is recognisable: long enough, and not one of the portal's words.
fn is_telling(typed: &str) -> bool {
    let trimmed = typed.trim();
    let is_number = trimmed.bytes().all(|octet| octet.is_ascii_digit());
    trimmed.chars().count() >= 6 && trimmed.len() < 12_000 && !is_number && trimmed != "undefined"
}

/// Asserts that no input is in the log, neither literally nor escaped as JSON.
fn nothing_is_logged(cases: &[Case]) {
    let logged = String::from_utf8(LOGS.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("request answered"), "the logs are listened to");
    for case in cases.iter().filter(|case| is_telling(&case.typed)) {
        let as_json = Value::from(case.typed.as_str()).to_string();
        for form in [case.typed.as_str(), as_json.trim_matches('"')] {
            assert!(!logged.contains(form), "{} is logged", case.shown());
        }
    }
}

/// The table, without the random versions.
async fn table(world: &World) -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    for item in world.items().await {
        let sorted: std::collections::BTreeMap<_, _> =
            platform::store::json_of_image(&item).into_iter().collect();
        items.insert(format!("{sorted:?}"));
    }
    items
}

/// Budgets without waits, because the test sends no bursts.
async fn quiet_world() -> World {
    LazyLock::force(&LOGS);
    let settings = Settings::default();
    let limits = Limits {
        login_codes_per_hour: 1_000,
        login_codes_per_day: 1_000,
        registration_codes_per_hour: 1_000,
        registration_codes_per_day: 1_000,
        registration_codes_per_contact: 1_000,
        claims_attempts: 1_000,
        claims_attempts_per_network: 1_000,
        claims_risks: 1_000,
        addresses_asked: 1_000,
        ..settings.limits.clone()
    };
    World::with(Settings { limits, ..settings }).await
}

/// Whether the body is refused as too large before it is read.
fn is_too_large(case: &Case) -> bool {
    case.typed.len() > 12_000
}

fn is_not_echoed(answer: &Reply, case: &Case) {
    if is_telling(&case.typed) {
        let told = answer.body.to_string();
        assert!(
            !told.contains(case.typed.trim()),
            "{} is echoed: {told}",
            case.shown()
        );
    }
}

#[tokio::test]
async fn a_profile_is_answered_as_each_of_its_values_is() {
    let world = quiet_world().await;
    let mut taro = world.clerk();
    taro.proves_to_be(&PLAIN_OFFICE).await;
    let usual = profile("taro@example.jp");
    taro.enters_profile(&usual).await.is(200);
    // 役職名 has the type of 部署名, which the laws of the form check.
    let fields: [(&File, &str, bool); 5] = [
        (&corpus::EMAIL, "email", true),
        (&corpus::NAME, "name", true),
        (&corpus::NAME, "department", false),
        (&corpus::KANA, "nameKana", true),
        (&corpus::PHONE, "phone", true),
    ];
    for (file, field, required) in fields {
        let cases = file.holding();
        let refused = |case: &&Case| match &case.becomes {
            Becomes::Refused(code) => required || code != "required",
            Becomes::Stored(_) => false,
        };
        let (refused, taken): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(refused);
        let before = table(&world).await;
        for case in refused {
            let answer = enters(&mut taro, &usual, field, case).await;
            let Becomes::Refused(code) = &case.becomes else {
                continue;
            };
            if is_too_large(case) {
                answer.is_told("too-large");
            } else {
                is_not_echoed(&answer, case);
                answer
                    .is_told("invalid-fields")
                    .complains(&[(&format!("/{field}"), code)]);
            }
        }
        assert_eq!(before, table(&world).await, "a refusal changes nothing");
        for case in taken {
            let answer = enters(&mut taro, &usual, field, case).await;
            let mut shown = json!({
                "email": "taro@example.jp", "name": "介護 太郎", "nameKana": "カイゴ タロウ",
                "department": "事務課", "phone": "0312345678",
            });
            match &case.becomes {
                Becomes::Stored(stored) => shown[field] = stored.as_str().into(),
                Becomes::Refused(_) => drop(shown.as_object_mut().unwrap().remove(field)),
            }
            let warnings = answer.body["warnings"].as_array().unwrap();
            let warned: Vec<&str> = warnings
                .iter()
                .map(|warning| warning["code"].as_str().unwrap())
                .collect();
            assert_eq!(warned, case.warns, "{}", case.shown());
            let answer = answer.is(200).leads_to("confirm");
            assert_eq!(answer.body["profile"], shown, "{}", case.shown());
        }
        let others = |items: &BTreeSet<String>| {
            let others = items.iter().filter(|item| !item.contains("REGISTRATION#"));
            others.cloned().collect::<Vec<_>>()
        };
        let after = table(&world).await;
        assert_eq!(
            (others(&before), before.len()),
            (others(&after), after.len()),
            "{field} changes its own item alone"
        );
        nothing_is_logged(&cases);
    }
}

async fn enters(clerk: &mut Clerk, usual: &Value, field: &str, case: &Case) -> Reply {
    let mut form = usual.clone();
    form[field] = case.typed.as_str().into();
    let answer = clerk.enters_profile(&form).await;
    assert!(answer.header("set-cookie").is_none());
    answer
}

#[tokio::test]
async fn what_is_no_code_costs_no_try_and_a_code_is_a_code_however_it_is_typed() {
    let world = quiet_world().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    let before = table(&world).await;
    let cases = corpus::CODE.holding();
    for case in &cases {
        let Becomes::Refused(code) = &case.becomes else {
            continue;
        };
        let answer = taro.types_code(&case.typed).await;
        if is_too_large(case) {
            answer.is_told("too-large");
        } else {
            is_not_echoed(&answer, case);
            answer.is_told("invalid-fields").complains(&[("/code", code)]);
        }
    }
    assert_eq!(before, table(&world).await, "no try is spent");
    let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    let wide: String = code
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    taro.types_code(&format!("\u{3000}{}－{}\r\n", &wide[..9], &wide[9..]))
        .await
        .is(200)
        .leads_to("profile");
    nothing_is_logged(&cases);
}

#[tokio::test]
async fn a_claims_user_is_one_user_however_the_id_is_typed() {
    let world = quiet_world().await;
    let cases = corpus::CLAIMS_USER_ID.holding();
    let mut users = BTreeSet::new();
    for case in &cases {
        let answer = world.clerk().authenticates_with(&case.typed, "wrong").await;
        match &case.becomes {
            _ if is_too_large(case) => drop(answer.is_told("too-large")),
            Becomes::Refused(code) => {
                is_not_echoed(&answer, case);
                answer.is_told("invalid-fields").complains(&[("/userId", code)]);
            }
            Becomes::Stored(id) => {
                users.insert(format!("CLAIMS#{id}"));
                let code = answer.body["code"].as_str().unwrap();
                assert!(["claims-rejected", "claims-lock-risk"].contains(&code), "{code}");
            }
        }
    }
    let items = world.items().await;
    let keys: BTreeSet<String> = items
        .iter()
        .map(|item| item["pk"].as_s().unwrap().clone())
        .collect();
    assert_eq!(keys, users, "an item for each user, and no other");
    assert!(keys.iter().all(|key| ClaimsUserId::parse(&key[7..]).is_ok()));
    nothing_is_logged(&cases);

    for case in corpus::CLAIMS_SECRET.holding() {
        let world = quiet_world().await;
        let answer = world
            .clerk()
            .authenticates_with("KJ000000000001", &case.typed)
            .await;
        match &case.becomes {
            Becomes::Refused(code) => {
                answer.is_told("invalid-fields").complains(&[("/password", code)]);
                assert!(world.items().await.is_empty(), "{}", case.shown());
            }
            Becomes::Stored(typed) if typed == PLAIN_OFFICE.password => drop(answer.is(200)),
            Becomes::Stored(_) => drop(answer.is_told("claims-rejected")),
        }
    }
}

#[tokio::test]
async fn a_log_in_knows_an_address_in_all_its_spellings() {
    let world = quiet_world().await;
    let cases = corpus::EMAIL.holding();
    let mut accounts = BTreeSet::new();
    for case in &cases {
        let answer = world.clerk().logs_in(&case.typed, "wrong").await;
        match &case.becomes {
            _ if is_too_large(case) => drop(answer.is_told("too-large")),
            Becomes::Refused(code) => {
                is_not_echoed(&answer, case);
                answer.is_told("invalid-fields").complains(&[("/email", code)]);
            }
            Becomes::Stored(stored) => {
                answer.is_told("wrong-credentials");
                let key = EmailAddress::parse(stored).unwrap().key();
                accounts.insert(format!("ACCOUNT#{}", key.as_str()));
            }
        }
    }
    let items = world.items().await;
    let keys: BTreeSet<String> = items
        .iter()
        .map(|item| item["pk"].as_s().unwrap().clone())
        .collect();
    assert_eq!(keys, accounts);
    assert!(world.mails().await.is_empty());
    nothing_is_logged(&cases);
}

/// 見本 花子 of さくら訪問ステーション, the person of `password.toml`, at 新しいパスワード.
async fn hanako(world: &World) -> (Clerk, String) {
    let office = TestOffice {
        user_id: "KJ000000000777",
        password: "Himitsu2026",
        number: "1370000001",
        name: "さくら訪問ステーション",
        mail_address: "sakura@example.jp",
        security_code: None,
    };
    seeds(world, &office, office.mail_address, office.name).await;
    let mut hanako = world.clerk();
    hanako.proves_to_be(&office).await.is(200);
    let form = json!({
        "email": "hanako.mihon@sakura-care.example.jp", "name": "見本 花子", "nameKana": "みほん はなこ", "phone": "0312345678",
    });
    hanako.enters_profile(&form).await.is(200);
    hanako.confirms("hanako-0123456789").await.is(201);
    hanako
        .logs_in_for_the_first_time("hanako.mihon@sakura-care.example.jp")
        .await;
    let version = hanako.is_shown_the_terms().await;
    (hanako, version)
}

async fn seeds(world: &World, office: &TestOffice, mail_address: &str, name: &str) {
    let seed = json!({
        "password": office.password, "mailAddress": mail_address, "officeNumber": office.number, "officeName": name,
    });
    let path = format!("/_dev/offices/{}", office.user_id);
    let (status, answer) = world.simulator("PUT", &path, Some(seed)).await;
    assert_eq!(status, 204, "{answer}");
}

#[tokio::test]
async fn a_password_is_set_or_refused_as_it_is_typed_and_its_nfd_form_logs_in() {
    let world = quiet_world().await;
    let (mut clerk, version) = hanako(&world).await;
    let cases = corpus::PASSWORD.holding();
    let before = table(&world).await;
    let mut accepted = None;
    for case in &cases {
        match &case.becomes {
            Becomes::Stored(stored) if *stored != case.typed && accepted.is_none() => {
                accepted = Some((case.typed.clone(), stored.clone()));
            }
            Becomes::Stored(_) => {}
            Becomes::Refused(code) => {
                let answer = clerk.changes_password(&case.typed, &version).await;
                if is_too_large(case) {
                    answer.is_told("too-large");
                } else {
                    is_not_echoed(&answer, case);
                    answer
                        .is_told("invalid-fields")
                        .complains(&[("/newPassword", code)]);
                }
            }
        }
    }
    assert_eq!(before, table(&world).await);
    let (typed, folded) = accepted.expect("a password that NFC changes");
    clerk
        .changes_password(&typed, &version)
        .await
        .is(200)
        .leads_to("my-page");
    for spelling in [typed, folded] {
        let mut again = world.clerk();
        again
            .logs_in("Hanako.Mihon@SAKURA-care.example.jp", &spelling)
            .await
            .is(200)
            .leads_to("otp");
    }
    nothing_is_logged(&cases);
}

/// A request that the edge refuses reads and writes nothing.
#[tokio::test]
async fn no_body_of_the_corpus_that_is_refused_reaches_the_table() {
    let world = quiet_world().await;
    for case in requests::bodies() {
        let Some(code) = case.get("refused") else { continue };
        let headers = [("content-type", "application/json")];
        for (method, path) in [
            ("POST", "/registration"),
            ("POST", "/login"),
            ("PUT", "/registration/profile"),
        ] {
            let body = lambda_http::Body::Binary(requests::body(&case));
            let answer = world.clerk().sends(method, path, &headers, body).await;
            if path == "/registration" {
                // Beside an unknown field, missing ones are reported.
                assert_eq!(answer.body["code"], *code.as_str().unwrap(), "{}", case["why"]);
            } else {
                assert!(
                    (400..500).contains(&answer.status),
                    "{} {}",
                    answer.status,
                    case["why"]
                );
            }
        }
    }
    assert!(world.items().await.is_empty());
}

/// 事業所, ID and 氏名 of the corpus, up to two mails: both have their fixed text.
#[tokio::test]
async fn no_name_office_or_address_changes_a_mail() {
    let world = quiet_world().await;
    let stored = |file: &File| -> Vec<String> {
        let holding = file.holding();
        let fits = holding.iter().filter(|case| !is_too_large(case));
        fits.filter_map(|case| match &case.becomes {
            Becomes::Stored(stored) => Some(stored.clone()),
            Becomes::Refused(_) => None,
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
    };
    let (addresses, names) = (stored(&corpus::EMAIL), stored(&corpus::NAME));
    assert!(addresses.len() > 30 && names.len() > 40);
    for (at, name) in names.iter().enumerate() {
        let (claims, email) = (
            &addresses[at % addresses.len()],
            &addresses[(at + 7) % addresses.len()],
        );
        // All spellings are one account, and an address registers once.
        if at >= addresses.len().min(20) {
            break;
        }
        let (user_id, number) = (format!("KJ7{at:011}"), format!("13{at:08}"));
        let office = TestOffice {
            user_id: user_id.leak(),
            password: "Himitsu2026",
            number: number.leak(),
            name: "",
            mail_address: claims.clone().leak(),
            security_code: None,
        };
        seeds(&world, &office, claims, name).await;
        let mut clerk = world.clerk();
        clerk.authenticates(&office).await.is(200).leads_to("otp");
        clerk
            .types_the_mailed_code(claims)
            .await
            .is(200)
            .leads_to("profile")
            .has("/office/name", name.as_str());
        let mut form = profile(email);
        form["name"] = name.as_str().into();
        form["department"] = names[(at + 3) % names.len()].as_str().into();
        let answer = clerk.enters_profile(&form).await;
        if answer.body["code"] == "email-taken" {
            continue;
        }
        answer.is(200).has("/profile/email", email.as_str());
        clerk.confirms(&format!("mail-{at:016}")).await.is(201);
        let mail = &world.mails_to(email).await[0];
        assert_eq!(mail.to, *email);
        assert_eq!(mail.subject, "【介護情報基盤ポータル】初期パスワードのお知らせ");
        assert_eq!(
            mail.from,
            "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>"
        );
    }
    let mails = world.mails().await;
    assert!(mails.len() >= 35, "{}", mails.len());
    // Mails of a kind differ only in secret, label and time.
    let skeleton = |text: &str| {
        text.lines()
            .filter(|line| {
                !line.contains('：') || (line.chars().count() > 40 && !line.starts_with("事業所："))
            })
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let kinds: BTreeSet<(String, Vec<String>)> = mails
        .iter()
        .map(|mail| (mail.subject.clone(), skeleton(&mail.text)))
        .collect();
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    for mail in &mails {
        assert_eq!(
            mail.tags.keys().map(String::as_str).collect::<Vec<_>>(),
            ["key", "kind", "number", "of"]
        );
        let secrets = mail.text.lines().filter(|line| {
            line.starts_with("ワンタイムパスワード：") || line.starts_with("初期パスワード：")
        });
        assert_eq!(secrets.count(), 1);
    }
    assert!(!mails.iter().any(|mail| mail.text.contains(OWN_PASSWORD)));
    crate::letters::each_is_one_letter_to_one_person(&world).await;
}
