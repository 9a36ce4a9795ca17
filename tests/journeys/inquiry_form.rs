//! お問い合わせ without scripts: the plain form, the last way out (`POST /inquiries/form`).

use lambda_http::Body;
use testkit::people;
use testkit::{Clerk, Reply, Settings, World};

const TARO: &str = "taro@example.jp";
const PATH: &str = "/inquiries/form";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The form as a browser sends it: every field, empty ones, too.
fn form() -> Vec<(String, String)> {
    let inquiry = people::inquiry(TARO);
    let typed = inquiry.as_object().unwrap().iter();
    let typed = typed.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    let empty =
        ["organisationNumber", "institutionKind", "prefecture"].map(|name| (name.to_owned(), String::new()));
    let language = ("language".to_owned(), "ja".to_owned());
    typed.chain(empty).chain([language]).collect()
}

fn with(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut form = form();
    for (name, value) in changes {
        match form.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => (*value).clone_into(old),
            None => form.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    form
}

async fn sends(clerk: &mut Clerk, form: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    clerk.posts(PATH, &fields).await
}

async fn posts(clerk: &mut Clerk, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    clerk.sends("POST", PATH, headers, body.into()).await
}

/// The receipt number on the page.
fn number(reply: &Reply) -> String {
    let page = reply.page();
    let number = page.split("<strong class=\"receipt\">").nth(1).unwrap();
    number.split('<').next().unwrap().to_owned()
}

async fn stored(world: &World) -> Vec<platform::store::Attributes> {
    world.items_of("INQUIRY").await
}

/// The last way out: a browser in which no script runs sends the form by itself, and is answered with a page.
#[tokio::test]
async fn without_scripts_an_inquiry_is_sent_by_the_form_itself_and_answered_with_a_page() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.headers = vec![("origin".to_owned(), "http://localhost:8080".to_owned())];
    let answer = sends(&mut taro, &form()).await.is(201);
    assert!(answer.page().contains("お問い合わせを受け付けました"));
    world.deliver().await;
    let mails = world.mails_to(TARO).await;
    assert_eq!(mails.len(), 1);
    let line = format!("受付番号：{}", number(&answer));
    assert!(
        mails[0].text.lines().any(|other| other == line),
        "{}",
        mails[0].text
    );
    let items = stored(&world).await;
    let question = items[0]["question"].as_m().unwrap();
    assert_eq!(question["phone"].as_s().unwrap(), "0312345678");
    assert_eq!(question["message"].as_s().unwrap(), "IDの発行をお願いします。");
}

/// It is the same inquiry whoever asks: no cookie is read, none is set.
#[tokio::test]
async fn cookies_are_neither_read_nor_set_by_the_form() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let headers = [
        FORM,
        ("cookie", "__Host-session=x; __Host-session=y; __Host-login=z"),
    ];
    let body: String = form_text(&form());
    posts(&mut taro, &headers, body).await.is(201);
    assert!(taro.cookies.is_empty());
}

fn form_text(form: &[(String, String)]) -> String {
    let escaped = |text: &str| {
        let octets: Vec<String> = text.bytes().map(|octet| format!("%{octet:02x}")).collect();
        octets.concat()
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    pairs.join("&")
}

/// A plain form has no Idempotency-Key: what it says is the key, for a day, also from another network.
#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_inquiry_with_one_receipt() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let first = sends(&mut taro, &form()).await.is(201);
    let mut on_the_way = world.clerk();
    on_the_way.source_ip = "198.51.100.7".to_owned();
    let again = sends(&mut on_the_way, &form()).await.is(201);
    assert_eq!(first.page(), again.page());
    // Twice at once.
    let other = with(&[("message", "別のお願いです。")]);
    let (mut one, mut two) = (world.clerk(), world.clerk());
    let (one, two) = tokio::join!(sends(&mut one, &other), sends(&mut two, &other));
    assert_eq!(number(&one.is(201)), number(&two.is(201)));
    world.deliver().await;
    assert_eq!(world.mails_to(TARO).await.len(), 2);
    assert_eq!(stored(&world).await.len(), 2);
    // Sent by the front, with a key, it is another one.
    taro.keyed("POST", "/inquiries", "inquiry-0123456789", &people::inquiry(TARO))
        .await
        .is(201);
    assert_eq!(stored(&world).await.len(), 3);
    world.wait(86_400);
    let anew = sends(&mut taro, &form()).await.is(201);
    assert_ne!(number(&first), number(&anew), "after a day it is asked again");
}

#[tokio::test]
async fn what_is_wrong_is_told_in_words_beside_what_was_typed() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let wrong = with(&[
        ("email", "taro＠"),
        ("nameKana", "介護"),
        ("message", "一行目\r\n二行目"),
    ]);
    let told = sends(&mut taro, &wrong).await.is_told("invalid-fields").is(422);
    let page = told.page();
    for part in [
        "メールアドレスの形式が正しくありません。",
        "フリガナはカタカナで入力してください。",
        "<a href=\"#email\">",
        "id=\"email\" name=\"email\" aria-describedby=\"email-wrong email-hint\" aria-invalid=\"true\" value=\"taro＠\"",
        "value=\"介護 太郎\"",
        "<option value=\"id-request\" selected>",
        "<option value=\"medical-institution\" selected>",
        "一行目\r\n二行目</textarea>",
        "<form action=\"/api/v1/inquiries/form\" method=\"post\"",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(
        !page.contains("お問い合わせの内容を入力してください"),
        "only what is wrong"
    );
    let empty = posts(&mut taro, &[FORM], "language=ja")
        .await
        .is_told("invalid-fields");
    assert_eq!(empty.page().matches("<li>").count(), 9);
    posts(&mut taro, &[], "").await.is_told("invalid-fields");
    assert_eq!(stored(&world).await.len(), 0);
    // Corrected, it is received; the warnings are on the page of the receipt.
    let slip = with(&[("organisationNumber", "0110113710"), ("email", "taro@gmai.com")]);
    let received = sends(&mut taro, &slip).await.is(201);
    for part in ["taro@gmail.com", "番号の桁数か検査用の数字が"] {
        assert!(received.page().contains(part), "{part}");
    }
}

#[tokio::test]
async fn the_answer_is_in_the_language_of_the_form() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for (language, lang, wrong, received) in [
        ("ja", "ja", "を入力してください。", "お問い合わせを受け付けました"),
        (
            "easy",
            "ja",
            "<rt aria-hidden=\"true\">にゅうりょく</rt>",
            "を <ruby>受<rt",
        ),
        ("en", "en", "Enter “", "We have received your inquiry"),
        (
            "tlh",
            "ja",
            "を入力してください。",
            "お問い合わせを受け付けました",
        ),
    ] {
        let told = posts(&mut taro, &[FORM], format!("language={language}"))
            .await
            .is(422);
        assert!(told.page().contains(&format!("<html lang=\"{lang}\">")));
        assert!(told.page().contains(wrong), "{language}");
        let shown = if ["easy", "en"].contains(&language) {
            language
        } else {
            "ja"
        };
        assert!(
            told.page()
                .contains(&format!("name=\"language\" value=\"{shown}\""))
        );
        let answer = sends(&mut taro, &with(&[("language", language)])).await.is(201);
        assert!(answer.page().contains(received), "{language}: {}", answer.page());
    }
}

/// Whatever stands in whatever field, it is text on the page, and nothing that runs, loads, links or is sent elsewhere.
#[tokio::test]
async fn no_field_becomes_markup_on_the_page() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let hostile = "\"'></textarea></select></form><script>alert(1)</script><form action=https://phish.example/ onclick=x>&lt;\u{202E}\u{0}\u{200B}";
    let names: Vec<String> = form().into_iter().map(|(name, _)| name).collect();
    for name in &names {
        let told = sends(&mut taro, &with(&[(name, hostile)])).await;
        let page = told.page();
        for part in [
            "<script",
            "<form action=https",
            "</textarea></select>",
            "\u{202E}",
            "\u{0}",
            "\u{200B}",
        ] {
            assert!(!page.contains(part), "{name}: {part}");
        }
        assert_eq!(
            page.matches("</form>").count(),
            usize::from(told.status == 422),
            "{name}"
        );
        assert_eq!(page.matches("</html>").count(), 1, "{name}");
        let shows = ![
            "category",
            "subcategory",
            "userKind",
            "institutionKind",
            "prefecture",
            "language",
        ]
        .contains(&name.as_str());
        if told.status == 422 {
            assert_eq!(page.contains("&lt;script&gt;alert(1)"), shows, "{name}");
        }
        // Never twice escaped, and never less than once.
        assert!(!page.contains("&amp;amp;"), "{name}");
    }
    // What looks like a place of the page's own texts stays what it is.
    let places = with(&[("name", "{label}{id}{minutes}{suggestion}"), ("phone", "1")]);
    let told = sends(&mut taro, &places).await.is_told("invalid-fields");
    assert!(told.page().contains("value=\"{label}{id}{minutes}{suggestion}\""));
    // The name of an unknown field is not told.
    let told = posts(&mut taro, &[FORM], "%3Cscript%3Ealert=1")
        .await
        .is_told("invalid-fields");
    assert!(!told.page().contains("alert"));
}

#[tokio::test]
async fn what_no_browser_sends_is_refused_and_nothing_of_it_is_shown() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for body in [
        "name",
        "name=himitsu&name=himitsu",
        "name=himitsu&%6eame=himitsu",
        "name=himitsu%",
        "name=himitsu%f",
        "name=himitsu%gg",
        "name=himitsu%ff",
        "name=himitsu%ed%a0%80",
        "name=himitsu&&",
        "{\"name\":\"himitsu\"}",
    ] {
        let told = posts(&mut taro, &[FORM], body)
            .await
            .is_told("unreadable-request")
            .is(400);
        assert!(!told.page().contains("himitsu"), "{body}");
    }
    // 氏名 in CP932, as a page of another encoding would send it.
    let told = posts(
        &mut taro,
        &[FORM],
        Body::Binary(b"name=\x89\xee\x8c\xec".to_vec()),
    )
    .await;
    told.is_told("unreadable-request");
    let text = form_text(&form());
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=shift_jis",
        "application/x-www-form-urlencodedx",
        "",
    ] {
        let told = posts(&mut taro, &[("content-type", kind)], text.clone()).await;
        told.is_told("unsupported-media-type").is(415);
    }
    posts(&mut taro, &[], text.clone())
        .await
        .is_told("unsupported-media-type");
    assert_eq!(stored(&world).await.len(), 0);
    let charset = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
    posts(&mut taro, &[charset], text).await.is(201);
}

/// `docs/api.md` 1: an inquiry has 32 KiB, as it is sent.
#[tokio::test]
async fn a_form_has_at_most_32_kib() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let text = form_text(&with(&[("message", "")]));
    let text = text.replace("&message=", "");
    for (size, code) in [(32_768, "invalid-fields"), (32_769, "too-large")] {
        let padded = format!(
            "{text}&message={}",
            "a".repeat(size - text.len() - "&message=".len())
        );
        let told = posts(&mut taro, &[FORM], padded).await.is_told(code);
        assert_eq!(told.page().contains("aaaaaaaa"), code == "invalid-fields");
    }
    // The longest message that people type fits, though a form needs nine octets for a character.
    let long = "あ".repeat(2_000);
    sends(&mut taro, &with(&[("message", &long)])).await.is(201);
}

/// An old browser names no origin; a page of another site always does, and shows nothing of what it sent here.
#[tokio::test]
async fn a_foreign_page_sends_no_form() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for origin in ["https://attacker.example", "null", ""] {
        taro.headers = vec![("origin".to_owned(), origin.to_owned())];
        let told = sends(&mut taro, &with(&[("message", "当選しました")]))
            .await
            .is_told("foreign-origin")
            .is(403);
        assert!(!told.page().contains("当選") && !told.page().contains("<form"));
    }
    assert_eq!(stored(&world).await.len(), 0);
    taro.headers.clear();
    sends(&mut taro, &form()).await.is(201);
}

/// Everything else stays JSON only, and the form is posted only.
#[tokio::test]
async fn no_other_step_reads_a_form() {
    let world = World::start().await;
    let mut taro = world.clerk();
    for path in ["/inquiries", "/login", "/registration", "/logout"] {
        taro.sends("POST", path, &[FORM], Body::Text("email=a".to_owned()))
            .await
            .is_told("unsupported-media-type");
    }
    for method in ["GET", "PUT", "DELETE"] {
        taro.calls(method, PATH).await.is_told("not-found");
    }
}

/// M01, M02: the budgets are those of every inquiry; the page says when to come again, and keeps what was typed.
#[tokio::test]
async fn the_form_has_the_budgets_of_every_inquiry() {
    let mut settings = Settings::default();
    settings.limits.inquiries_per_network = 4;
    let world = World::with(settings).await;
    let mut taro = world.clerk();
    let nth = |number: usize| with(&[("email", &format!("user{number}@example.jp"))]);
    for number in 0..3 {
        sends(&mut taro, &nth(number)).await.is(201);
    }
    taro.keyed("POST", "/inquiries", "inquiry-0123456789", &people::inquiry(TARO))
        .await
        .is(201);
    let told = sends(&mut taro, &nth(4))
        .await
        .is_told("too-many-requests")
        .is(429);
    assert_eq!(told.header("retry-after"), Some("3600"));
    for part in ["60分ほどたってから", "value=\"user4@example.jp\""] {
        assert!(told.page().contains(part), "{part}");
    }
    sends(&mut taro, &nth(0)).await.is(201);

    let mut settings = Settings::default();
    settings.limits.inquiry_receipts_per_hour = 1;
    let world = World::with(settings).await;
    let mut taro = world.clerk();
    sends(&mut taro, &form()).await.is(201);
    sends(&mut taro, &with(&[("message", "もう一度")]))
        .await
        .is_told("too-many-requests");
    world.deliver().await;
    assert_eq!(world.mails_to(TARO).await.len(), 1);
}

/// A text is one inquiry a day; on the ninth day in a row its numbers are used up, and a changed text goes on.
#[tokio::test]
async fn the_same_form_on_nine_days_is_told_to_change() {
    let world = World::start().await;
    let mut taro = world.clerk();
    let mut numbers = std::collections::BTreeSet::new();
    for _ in 0..8 {
        numbers.insert(number(&sends(&mut taro, &form()).await.is(201)));
        world.wait(86_400);
    }
    assert_eq!(numbers.len(), 8);
    sends(&mut taro, &form()).await.is_told("idempotency-key-reused");
    sends(&mut taro, &with(&[("message", "もう一度お願いします。")]))
        .await
        .is(201);
}

/// A fault is told as a page with the number to quote, and what was typed stays.
#[tokio::test]
async fn a_fault_is_told_with_a_number_to_quote() {
    let world = World::with(Settings::default().breakable()).await;
    let mut taro = world.clerk();
    world.faults.set("dynamodb:error@#1xall".parse().unwrap());
    let told = sends(&mut taro, &form())
        .await
        .is_told("temporarily-unavailable")
        .is(503);
    let id = told.header("x-request-id").unwrap().to_owned();
    assert!(told.page().contains(&id) && told.page().contains("value=\"介護 太郎\""));
    world.faults.clear();
    sends(&mut taro, &form()).await.is(201);
}
