//! What becomes of an inquiry at the desk: 受付, 対応中, 差戻し, 完了 (`docs/desk.md`, ADR 0038).

use platform::inquiries;
use portal::inquiry::{Message, NotMoved, ReceiptNumber};
use portal_local::ses::{Mail, MailOutcome};
use serde_json::{Value, json};
use testkit::World;
use testkit::people;

use crate::desk::{Ended, Exit, at_desk};

const TARO: &str = "taro@example.jp";
const WHY: [&str; 2] = ["--reason", "お問い合わせへの対応"];

async fn received(world: &World) -> String {
    asks(world, TARO, "inquiry-0123456789").await
}

async fn asks(world: &World, email: &str, key: &str) -> String {
    let question = people::inquiry(email);
    let mut clerk = world.clerk();
    let answer = clerk.keyed("POST", "/inquiries", key, &question).await.is(201);
    answer.body["receiptNumber"].as_str().unwrap().to_owned()
}

/// A move of an operator who saw the inquiry in this version.
async fn moves(
    world: &World,
    operator: &str,
    (verb, number, version): (&str, &str, u64),
    words: Option<&str>,
) -> Ended {
    let version = version.to_string();
    let mut line = vec!["inquiry", verb, number, "--apply", "--version", &version];
    line.extend(WHY);
    if let Some(words) = words {
        line.extend(["--text", words]);
    }
    at_desk(world, operator, &line).await
}

async fn shows(world: &World, number: &str) -> Value {
    let line = ["inquiry", "show", number];
    at_desk(world, "hanako", &line).await.is(Exit::Done).json()
}

async fn reveals(world: &World, number: &str) -> Value {
    let line = ["inquiry", "show", number, "--reveal", WHY[0], WHY[1]];
    at_desk(world, "hanako", &line).await.is(Exit::Done).json()
}

async fn adds(world: &World, number: &str, text: &str) -> Result<(), NotMoved> {
    let (number, text) = (
        ReceiptNumber::parse(number).unwrap(),
        Message::parse(text).unwrap(),
    );
    let added = inquiries::add(&world.table, &number, &text, world.now()).await;
    added.unwrap()
}

/// The newest mail with this subject.
async fn mailed(world: &World, subject: &str) -> Mail {
    let mails = world.mails_to(TARO).await;
    mails
        .into_iter()
        .find(|mail| mail.subject == subject)
        .unwrap_or_else(|| panic!("no mail {subject}"))
}

/// The whole way: taken, returned, added to, taken again, answered, closed.
pub(crate) async fn an_inquiry_is_handled(world: &World) {
    let number = received(world).await;
    world.wait(60);
    moves(world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    let asks = Some("番号をお知らせください。");
    moves(world, "hanako", ("return", &number, 1), asks)
        .await
        .is(Exit::Done);
    world.wait(60);
    adds(world, &number, "0110113719です。").await.unwrap();
    moves(world, "jiro", ("assign", &number, 3), None)
        .await
        .is(Exit::Done);
    let answer = Some("IDを発行しました。\n次のメールをお待ちください。");
    moves(world, "jiro", ("answer", &number, 4), answer)
        .await
        .is(Exit::Done);
    moves(world, "jiro", ("close", &number, 5), None)
        .await
        .is(Exit::Done);
}

#[tokio::test]
async fn an_inquiry_is_returned_added_to_answered_and_closed_and_the_person_is_mailed_each_time() {
    let world = World::start().await;
    an_inquiry_is_handled(&world).await;
    for (subject, said) in [
        (
            "【介護情報基盤ポータル】お問い合わせについてのお願い",
            "番号をお知らせください。",
        ),
        (
            "【介護情報基盤ポータル】お問い合わせへの回答",
            "次のメールをお待ちください。",
        ),
        (
            "【介護情報基盤ポータル】お問い合わせの対応の完了",
            "お問い合わせの対応を完了しました。",
        ),
    ] {
        let mail = mailed(&world, subject).await;
        assert!(mail.text.lines().any(|line| line == said), "{}", mail.text);
        // Nothing of what the person typed: the address may be a stranger's.
        for typed in ["0110113719", "見本医院", "IDの発行をお願いします", "介護 太郎"] {
            assert!(!mail.text.contains(typed), "{typed}");
        }
    }
    assert_eq!(world.mails_to(TARO).await.len(), 4);
    let number = received(&world).await;
    let inquiry = shows(&world, &number).await;
    assert_eq!(
        (&inquiry["state"], &inquiry["operator"]),
        (&json!("完了"), &json!("jiro"))
    );
    let of = |name: &str| -> Vec<Value> {
        let entries = inquiry["entries"].as_array().unwrap().iter();
        entries.map(|entry| entry[name].clone()).collect()
    };
    assert_eq!(of("kind"), ["差戻しの理由", "本人からの追加", "回答", "完了"]);
    assert_eq!(
        of("by"),
        [json!("hanako"), Value::Null, json!("jiro"), json!("jiro")]
    );
    assert_eq!(of("text")[1], "＊＊＊（13文字。--reveal で表示）");
    assert_eq!(
        of("text")[0],
        "＊＊＊（12文字。--reveal で表示）",
        "an answer may name the person"
    );
    let whole = reveals(&world, &number).await;
    assert_eq!(
        whole["entries"][2]["text"],
        "IDを発行しました。\n次のメールをお待ちください。"
    );
    assert!(world.violations_when_settled().await.is_empty());
}

#[tokio::test]
async fn an_inquiry_is_shown_masked_and_whole_where_a_reason_is_given() {
    let world = World::start().await;
    let number = received(&world).await;
    world.deliver().await;
    let masked = shows(&world, &number).await;
    assert_eq!(
        (&masked["state"], &masked["version"], &masked["receipt"]),
        (&json!("受付"), &json!(0), &json!("届いた"))
    );
    assert_eq!(masked["subcategory"], "介護情報基盤ポータルのID発行申請");
    assert_eq!(
        (&masked["email"], &masked["name"]),
        (&json!("t***@e***.jp"), &json!("介＊＊＊"))
    );
    for hidden in [
        TARO,
        "介護 太郎",
        "カイゴ",
        "見本医院",
        "0312345678",
        "IDの発行をお願いします",
    ] {
        assert!(!masked.to_string().contains(hidden), "{hidden}");
    }
    let whole = reveals(&world, &number).await;
    assert_eq!(whole["email"], TARO);
    assert!(
        whole["message"]
            .as_str()
            .unwrap()
            .contains("IDの発行をお願いします"),
        "{whole}"
    );
}

#[tokio::test]
async fn the_inquiries_of_a_state_are_listed_with_nothing_of_a_person() {
    let world = World::start().await;
    let number = received(&world).await;
    let lists = async |operator: &str, more: &[&str]| {
        let line = [&["inquiry", "list"], more].concat();
        at_desk(&world, operator, &line).await.is(Exit::Done).json()
    };
    let waiting = lists("hanako", &[]).await;
    assert_eq!(waiting["inquiries"][0]["number"], number.as_str());
    assert_eq!(waiting["inquiries"][0]["operator"], Value::Null);
    for hidden in [TARO, "t***", "介護 太郎", "介＊", "見本医院"] {
        assert!(!waiting.to_string().contains(hidden), "{hidden}");
    }
    moves(&world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    assert_eq!(lists("hanako", &[]).await["count"], 0);
    let taken = ["--state", "in-progress"];
    assert_eq!(lists("jiro", &taken).await["inquiries"][0]["operator"], "hanako");
    let mine = ["--mine"];
    assert_eq!(lists("jiro", &mine).await["count"], 0);
    assert_eq!(lists("hanako", &mine).await["count"], 1);
}

#[tokio::test]
async fn a_long_list_is_shown_in_parts_the_oldest_first() {
    let world = World::start().await;
    let mut numbers = Vec::new();
    for at in 0..5 {
        world.wait(1);
        let email = format!("person{at}@example.jp");
        numbers.push(asks(&world, &email, &format!("inquiry-{at:012}")).await);
    }
    let lists = async |more: &[&str]| {
        let line = [&["inquiry", "list"], more].concat();
        let list = at_desk(&world, "hanako", &line).await.is(Exit::Done).json();
        let rows = list["inquiries"].as_array().unwrap().iter();
        let numbers: Vec<String> = rows
            .map(|row| row["number"].as_str().unwrap().to_owned())
            .collect();
        (numbers, list["hasMore"].as_bool().unwrap())
    };
    assert_eq!(lists(&["--limit", "5"]).await, (numbers.clone(), false));
    assert_eq!(lists(&["--limit", "2"]).await, (numbers[..2].to_vec(), true));
    let after = numbers[1].as_str();
    assert_eq!(lists(&["--after", after]).await, (numbers[2..].to_vec(), false));
    // What is mine comes after what is not.
    moves(&world, "jiro", ("assign", &numbers[0], 0), None)
        .await
        .is(Exit::Done);
    moves(&world, "hanako", ("assign", &numbers[4], 0), None)
        .await
        .is(Exit::Done);
    let mine = ["--state", "in-progress", "--mine", "--limit", "1"];
    assert_eq!(lists(&mine).await, (numbers[4..].to_vec(), false));
}

#[tokio::test]
async fn the_inquiries_of_each_state_are_counted_with_the_oldest() {
    let world = World::start().await;
    for at in 0..3 {
        world.wait(60);
        let email = format!("person{at}@example.jp");
        let number = asks(&world, &email, &format!("inquiry-{at:012}")).await;
        if at == 0 {
            moves(&world, "hanako", ("assign", &number, 0), None)
                .await
                .is(Exit::Done);
        }
    }
    let report = at_desk(&world, "hanako", &["report", "inquiries"]).await;
    let report = report.is(Exit::Done).json();
    let rows = report["states"].as_array().unwrap().iter();
    let rows: Vec<[&Value; 3]> = rows
        .map(|row| ["state", "count", "oldest"].map(|name| &row[name]))
        .collect();
    assert_eq!(
        rows[0],
        [&json!("受付"), &json!(2), &json!("2026-04-01T00:02:00Z")]
    );
    assert_eq!(
        rows[1],
        [&json!("対応中"), &json!(1), &json!("2026-04-01T00:01:00Z")]
    );
    assert_eq!(rows[2], [&json!("差戻し"), &json!(0), &Value::Null]);
}

/// Its time is over by comparison, whenever it is removed.
#[tokio::test]
async fn an_inquiry_whose_year_is_over_is_neither_shown_nor_listed() {
    let world = World::start().await;
    let number = received(&world).await;
    world.wait(366 * 86_400);
    for line in [
        vec!["inquiry", "show", &number],
        vec!["inquiry", "assign", &number],
        vec!["inquiry", "list", "--after", &number],
    ] {
        at_desk(&world, "hanako", &line).await.is(Exit::NotFound);
    }
    let list = at_desk(&world, "hanako", &["inquiry", "list"]).await;
    assert_eq!(list.is(Exit::Done).json()["count"], 0);
}

/// An editor of Windows writes a mark and other line ends.
#[tokio::test]
async fn an_answer_comes_from_a_file_as_editors_write_it() {
    let world = World::start().await;
    let number = received(&world).await;
    moves(&world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer.txt");
    std::fs::write(&file, "\u{feff}一行目\r\n二行目\r\n").unwrap();
    let line = ["inquiry", "answer", &number, "--file", file.to_str().unwrap()];
    let shown = at_desk(&world, "hanako", &line).await.is(Exit::NeedsApply).json();
    assert_eq!(shown["words"], "一行目\n二行目");
    let missing = ["inquiry", "answer", &number, "--file", "no-such-file"];
    at_desk(&world, "hanako", &missing).await.is(Exit::Usage);
    std::fs::write(&file, [0x82, 0xcd, 0x82, 0xa2]).unwrap();
    at_desk(&world, "hanako", &line).await.is(Exit::Usage);
}

/// What is only shown names the recipient and the words, and changes nothing.
#[tokio::test]
async fn a_move_is_shown_before_it_is_made_and_wants_a_reason_and_the_version() {
    let world = World::start().await;
    let number = received(&world).await;
    moves(&world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    assert_eq!(shows(&world, &number).await["suppressed"], false);
    let line = ["inquiry", "answer", &number, "--text", "はい。"];
    let shown = at_desk(&world, "hanako", &line).await.is(Exit::NeedsApply).json();
    assert_eq!(
        (
            &shown["outcome"],
            &shown["mailsTo"],
            &shown["words"],
            &shown["version"]
        ),
        (
            &json!("まだ実行していません"),
            &json!("t***@e***.jp"),
            &json!("はい。"),
            &json!(1)
        )
    );
    assert_eq!(shows(&world, &number).await["version"], 1);
    assert_eq!(world.mails_to(TARO).await.len(), 1, "the receipt alone");
    // An answer would not arrive where SES has stopped.
    world.set_outcome(TARO, MailOutcome::Bounce);
    asks(&world, TARO, "inquiry-another-key").await;
    world.deliver().await;
    let shown = at_desk(&world, "hanako", &line).await.is(Exit::NeedsApply).json();
    assert_eq!(shown["suppressed"], true);
    let missing = ["inquiry", "answer", &number];
    at_desk(&world, "hanako", &missing).await.is(Exit::Usage);
    for words in ["", " \n ", "逆\u{202e}順", "\u{1b}[2J"] {
        let line = ["inquiry", "answer", &number, "--text", words];
        at_desk(&world, "hanako", &line).await.is(Exit::Usage);
    }
}

#[tokio::test]
async fn who_does_not_have_an_inquiry_does_not_move_it_and_what_is_done_stays_done() {
    let world = World::start().await;
    let number = received(&world).await;
    let yes = Some("はい。");
    let refused = async |operator: &str, it, words| {
        let ended = moves(&world, operator, it, words).await.is(Exit::Refused);
        ended.told().to_owned()
    };
    assert!(
        refused("hanako", ("answer", &number, 0), yes)
            .await
            .contains("「受付」")
    );
    moves(&world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    assert!(
        refused("jiro", ("answer", &number, 1), yes)
            .await
            .contains("assign")
    );
    assert!(
        refused("hanako", ("answer", &number, 0), yes)
            .await
            .contains("動きました")
    );
    moves(&world, "hanako", ("close", &number, 1), yes)
        .await
        .is(Exit::Done);
    assert!(
        refused("hanako", ("answer", &number, 2), yes)
            .await
            .contains("「完了」")
    );
    assert_eq!(world.mails_to(TARO).await.len(), 2);
}

/// Two operators at once: one has it, and one mail goes out.
#[tokio::test]
async fn two_operators_who_take_one_inquiry_at_once_do_not_both_have_it() {
    let world = World::start().await;
    let number = received(&world).await;
    let (one, two) = tokio::join!(
        moves(&world, "hanako", ("assign", &number, 0), None),
        moves(&world, "jiro", ("assign", &number, 0), None)
    );
    let took: Vec<bool> = [&one, &two]
        .iter()
        .map(|ended| ended.exit() == Exit::Done)
        .collect();
    assert_eq!(took.iter().filter(|took| **took).count(), 1, "{one:?} {two:?}");
    let has = if took[0] { "hanako" } else { "jiro" };
    // The same operator's command, run twice, answers once.
    let (one, two) = tokio::join!(
        moves(&world, has, ("answer", &number, 1), Some("はい。")),
        moves(&world, has, ("answer", &number, 1), Some("はい。"))
    );
    let answered = [one, two]
        .iter()
        .filter(|ended| ended.exit() == Exit::Done)
        .count();
    assert_eq!(answered, 1);
    assert_eq!(world.mails_to(TARO).await.len(), 2, "the receipt and one answer");
}

/// A mail of the receipt that is marked meanwhile does not stop an operator.
#[tokio::test]
async fn the_fate_of_the_receipt_does_not_count_as_a_move() {
    let world = World::start().await;
    let number = received(&world).await;
    world.deliver().await;
    moves(&world, "hanako", ("assign", &number, 0), None)
        .await
        .is(Exit::Done);
    assert_eq!(shows(&world, &number).await["receipt"], "届いた");
}

/// The repeated request of the person finds the inquiry, whatever has become of it.
#[tokio::test]
async fn a_repeated_request_finds_an_inquiry_that_is_handled() {
    let world = World::start().await;
    an_inquiry_is_handled(&world).await;
    let number = received(&world).await;
    assert_eq!(shows(&world, &number).await["state"], "完了");
    assert_eq!(world.items_of("INQUIRY").await.len(), 1);
}

#[tokio::test]
async fn an_inquiry_that_there_is_not_is_neither_moved_nor_added_to() {
    let world = World::start().await;
    received(&world).await;
    let number = ReceiptNumber::of(&portal::values::RequestKey::new("another"), 0);
    let number = number.as_str();
    moves(&world, "hanako", ("assign", number, 0), None)
        .await
        .is(Exit::NotFound);
    at_desk(&world, "hanako", &["inquiry", "show", number])
        .await
        .is(Exit::NotFound);
    at_desk(&world, "hanako", &["inquiry", "show", "1379901018"])
        .await
        .is(Exit::Usage);
    assert_eq!(adds(&world, number, "はい。").await, Err(NotMoved::Gone));
    assert_eq!(world.items_of("INQUIRY").await.len(), 1);
}
