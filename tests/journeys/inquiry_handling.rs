//! What becomes of an inquiry: 受付, 対応中, 差戻し, 完了. An operator works through the store, without a screen of the portal.

use platform::inquiries::Inquiries;
use platform::random::Random;
use portal::inquiry::{
    Deed, EntryKind, Inquiry, InquiryState, Message, Move, NotMoved, Operator, ReceiptNumber,
};
use portal_local::ses::Mail;
use testkit::World;
use testkit::people;

const TARO: &str = "taro@example.jp";

/// An operator of this name.
pub(crate) struct Desk<'a> {
    world: &'a World,
    name: &'a str,
}

impl<'a> Desk<'a> {
    pub(crate) const fn of(world: &'a World, name: &'a str) -> Self {
        Self { world, name }
    }

    async fn does(&self, inquiry: &Inquiry, deed: Deed) -> Result<Inquiry, NotMoved> {
        let it = Move {
            by: Operator::parse(self.name).unwrap(),
            seen: inquiry.handling.moves,
            deed,
        };
        self.makes(&inquiry.number, &it).await
    }

    async fn makes(&self, number: &ReceiptNumber, it: &Move) -> Result<Inquiry, NotMoved> {
        let random = Random::System;
        let inquiries = Inquiries {
            table: &self.world.table,
            limits: &self.world.settings.limits,
            random: &random,
        };
        inquiries.make(number, it, self.world.now()).await.unwrap()
    }

    async fn sees(&self, number: &ReceiptNumber) -> Inquiry {
        let random = Random::System;
        let inquiries = Inquiries {
            table: &self.world.table,
            limits: &self.world.settings.limits,
            random: &random,
        };
        inquiries.find(number).await.unwrap().unwrap()
    }
}

fn message(text: &str) -> Message {
    Message::parse(text).unwrap()
}

async fn received(world: &World) -> Inquiry {
    let question = people::inquiry(TARO);
    let mut taro = world.clerk();
    let answer = taro
        .keyed("POST", "/inquiries", "inquiry-0123456789", &question)
        .await
        .is(201);
    let number = ReceiptNumber::parse(answer.body["receiptNumber"].as_str().unwrap()).unwrap();
    Desk::of(world, "desk-a").sees(&number).await
}

async fn adds(world: &World, number: &ReceiptNumber, text: &str) -> Result<(), NotMoved> {
    let random = Random::System;
    let inquiries = Inquiries {
        table: &world.table,
        limits: &world.settings.limits,
        random: &random,
    };
    inquiries.add(number, &message(text), world.now()).await.unwrap()
}

/// The newest mail with this subject.
async fn mailed(world: &World, subject: &str) -> Mail {
    world.deliver().await;
    let mails = world.mails_to(TARO).await;
    mails
        .into_iter()
        .find(|mail| mail.subject == subject)
        .unwrap_or_else(|| panic!("no mail {subject}"))
}

/// The whole way: taken, returned, added to, taken again, answered, closed.
pub(crate) async fn an_inquiry_is_handled(world: &World) {
    let inquiry = received(world).await;
    let desk = Desk::of(world, "desk-a");
    world.wait(60);
    let inquiry = desk.does(&inquiry, Deed::Take).await.unwrap();
    let inquiry = desk
        .does(&inquiry, Deed::Return(message("番号をお知らせください。")))
        .await
        .unwrap();
    world.wait(60);
    adds(world, &inquiry.number, "0110113719です。").await.unwrap();
    let other = Desk::of(world, "desk-b");
    let inquiry = other.sees(&inquiry.number).await;
    let inquiry = other.does(&inquiry, Deed::Take).await.unwrap();
    let inquiry = other
        .does(&inquiry, Deed::Answer(message("IDを発行しました。")))
        .await
        .unwrap();
    other.does(&inquiry, Deed::Close(None)).await.unwrap();
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
            "IDを発行しました。",
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
    let number = ReceiptNumber::parse(
        world.items_of("INQUIRY").await[0]["pk"]
            .as_s()
            .unwrap()
            .strip_prefix("INQUIRY#")
            .unwrap(),
    );
    let inquiry = Desk::of(&world, "desk-a").sees(&number.unwrap()).await;
    assert_eq!(inquiry.handling.state, InquiryState::Done);
    let kinds: Vec<EntryKind> = inquiry.handling.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Return,
            EntryKind::Addition,
            EntryKind::Answer,
            EntryKind::Close
        ]
    );
    assert!(world.violations_when_settled().await.is_empty());
}

/// Two operators at once: one has it, and one mail goes out.
#[tokio::test]
async fn two_operators_who_take_one_inquiry_at_once_do_not_both_have_it() {
    let world = World::start().await;
    let inquiry = received(&world).await;
    let (a, b) = (Desk::of(&world, "desk-a"), Desk::of(&world, "desk-b"));
    let (one, two) = tokio::join!(a.does(&inquiry, Deed::Take), b.does(&inquiry, Deed::Take));
    assert_eq!([&one, &two].iter().filter(|went| went.is_ok()).count(), 1);
    let lost = [&one, &two].into_iter().find_map(|went| went.as_ref().err());
    assert_eq!(lost, Some(&NotMoved::Overtaken));
    let inquiry = one.or(two).unwrap();
    let has = inquiry.handling.operator.clone().unwrap();
    let answers = |deed: &str| Move {
        by: has.clone(),
        seen: inquiry.handling.moves,
        deed: Deed::Answer(message(deed)),
    };
    // The same operator's command, run twice, answers once.
    let (first, second) = (answers("はい。"), answers("はい。"));
    let (one, two) = tokio::join!(
        a.makes(&inquiry.number, &first),
        b.makes(&inquiry.number, &second)
    );
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|went| **went).count(), 1);
    world.deliver().await;
    assert_eq!(world.mails_to(TARO).await.len(), 2, "the receipt and one answer");
}

/// A mail of the receipt that is marked meanwhile does not stop an operator.
#[tokio::test]
async fn the_fate_of_the_receipt_does_not_count_as_a_move() {
    let world = World::start().await;
    let inquiry = received(&world).await;
    world.deliver().await;
    let taken = Desk::of(&world, "desk-a")
        .does(&inquiry, Deed::Take)
        .await
        .unwrap();
    let stored = Desk::of(&world, "desk-a").sees(&inquiry.number).await;
    assert_eq!(stored.handling, taken.handling);
    assert_eq!(stored.receipt.delivery, portal::mail::Delivery::Delivered);
}

/// The repeated request of the person finds the inquiry, whatever has become of it.
#[tokio::test]
async fn a_repeated_request_finds_an_inquiry_that_is_handled() {
    let world = World::start().await;
    an_inquiry_is_handled(&world).await;
    let again = received(&world).await;
    assert_eq!(again.handling.state, InquiryState::Done);
    assert_eq!(world.items_of("INQUIRY").await.len(), 1);
}

#[tokio::test]
async fn an_inquiry_that_there_is_not_is_neither_moved_nor_added_to() {
    let world = World::start().await;
    let inquiry = received(&world).await;
    let number = ReceiptNumber::of(&portal::values::RequestKey::new("another"), 0);
    let another = Inquiry {
        number: number.clone(),
        ..inquiry
    };
    let desk = Desk::of(&world, "desk-a");
    assert_eq!(desk.does(&another, Deed::Take).await, Err(NotMoved::Gone));
    assert_eq!(adds(&world, &number, "はい。").await, Err(NotMoved::Gone));
    assert_eq!(world.items_of("INQUIRY").await.len(), 1);
}
