//! The delivery of mails

use platform::store::{Commit, Consistency, Replacing, Stored};
use portal::account::BrowserKind;
use portal::change::Put;
use portal::mail::{Content, Delivery, Letter, Mail, Notice};
use portal::values::{EmailAddress, LetterId, MemberId};
use portal_local::ses::MailOutcome;
use testkit::people::PLAIN_OFFICE;
use testkit::{Death, World};

#[tokio::test]
async fn a_bounce_is_shown_on_the_still_open_screen() {
    let world = World::start().await;
    world.set_outcome("taro@example.jp", MailOutcome::Bounce);
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "taro@example.jp").await;
    world.deliver().await;
    taro.calls("GET", "/registration")
        .await
        .is(200)
        .has("/initialPassword/delivery", "bounced");
}

#[tokio::test]
async fn a_refused_mail_is_shown_as_failed() {
    let world = World::start().await;
    world.set_outcome(PLAIN_OFFICE.mail_address, MailOutcome::Reject);
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    world.deliver().await;
    taro.calls("GET", "/registration")
        .await
        .is(200)
        .has("/otp/delivery", "failed");
}

/// Throttling delays a mail and never fails a step; the others of the batch are sent.
#[tokio::test]
async fn a_throttled_mail_is_sent_later_and_blocks_no_other() {
    let world = World::start().await;
    world.set_outcome(PLAIN_OFFICE.mail_address, MailOutcome::Throttle);
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await.is(200);
    world.deliver_once().await;
    taro.calls("GET", "/registration")
        .await
        .has("/otp/delivery", "queued");

    world.set_outcome(PLAIN_OFFICE.mail_address, MailOutcome::Delivered);
    let code = taro.mailed_code(PLAIN_OFFICE.mail_address).await;
    taro.calls("GET", "/registration")
        .await
        .has("/otp/delivery", "delivered");
    assert_eq!(world.mails_to(PLAIN_OFFICE.mail_address).await.len(), 1);
    taro.types_code(&code).await.is(200);
}

#[tokio::test]
async fn a_code_that_expired_on_its_way_is_not_sent() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.wait(600);
    assert!(world.mails().await.is_empty());
    taro.calls("GET", "/registration")
        .await
        .has("/otp/delivery", "failed");
}

#[tokio::test]
async fn a_mail_that_was_overtaken_is_not_sent() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.wait(421);
    let newest = taro.calls("POST", "/registration/otp/resend").await.is(200);
    let mails = world.mails().await;
    assert_eq!(mails.len(), 1, "only the living code is mailed");
    let label = newest.body["otp"]["label"].as_str().unwrap().to_owned();
    assert!(mails[0].text.contains(&format!("照合記号：{label}")));
}

/// An item that is written again still carries its promise; the mail is sent once.
#[tokio::test]
async fn a_wrong_try_before_the_mail_is_out_sends_it_once() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    taro.types_code("000000").await;
    taro.types_code("000001").await;
    assert_eq!(world.mails().await.len(), 1);
}

#[tokio::test]
async fn news_of_an_older_mail_is_not_taken_for_news_of_this_one() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.deliver().await;
    world.wait(30);
    taro.calls("POST", "/registration/otp/resend").await.is(200);
    let mails = world.mails_to(PLAIN_OFFICE.mail_address).await;
    let event = |mail: &portal_local::ses::Mail| {
        let tags: serde_json::Map<_, _> = mail
            .tags
            .iter()
            .map(|(name, value)| (name.clone(), vec![value.clone()].into()))
            .collect();
        let bounce = serde_json::json!({ "bounceType": "Permanent", "bounceSubType": "NoEmail" });
        serde_json::json!({ "detail": { "eventType": "Bounce", "mail": { "tags": tags }, "bounce": bounce } })
    };
    mail_events::handle(&world.table, event(&mails[1])).await.unwrap();
    taro.calls("GET", "/registration")
        .await
        .has("/otp/delivery", "delivered");
    mail_events::handle(&world.table, event(&mails[0])).await.unwrap();
    taro.calls("GET", "/registration")
        .await
        .has("/otp/delivery", "bounced");
}

/// An out-of-office reply reaches SES as a bounce, `Transient`/`General`, after the delivery: the code has arrived.
#[tokio::test]
async fn an_out_of_office_reply_does_not_undo_a_delivery() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.authenticates(&PLAIN_OFFICE).await;
    world.deliver().await;
    let mails = world.mails_to(PLAIN_OFFICE.mail_address).await;
    let tags: serde_json::Map<_, _> = mails[0]
        .tags
        .iter()
        .map(|(name, value)| (name.clone(), vec![value.clone()].into()))
        .collect();
    let bounce = |kind: &str, sub: &str| {
        let bounce =
            serde_json::json!({ "bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [{}] });
        serde_json::json!({ "detail": { "eventType": "Bounce", "mail": { "tags": tags }, "bounce": bounce } })
    };
    for (kind, sub, shown) in [
        ("Transient", "General", "delivered"),
        ("Undetermined", "Undetermined", "delivered"),
        ("Transient", "MailboxFull", "delivered"),
        ("Permanent", "General", "bounced"),
    ] {
        mail_events::handle(&world.table, bounce(kind, sub))
            .await
            .unwrap();
        taro.calls("GET", "/registration")
            .await
            .has("/otp/delivery", shown);
    }
}

/// As carriers of the past gave them out: no dot-atom, so SES takes it in quotes only.
#[tokio::test]
async fn an_old_mobile_address_with_dots_in_odd_places_gets_its_mails() {
    let world = World::start().await;
    let mut taro = world.clerk();
    taro.registers(&PLAIN_OFFICE, "pub..24.@docomo.example.jp").await;
    taro.arrives_at_my_page("pub..24.@docomo.example.jp").await;
    let mails = world.mails_to("pub..24.@docomo.example.jp").await;
    assert_eq!(mails.len(), 2);
}

/// Writes a letter to these addresses, as a commit that changes something else would.
async fn promise_letter(world: &World, addresses: &[&str]) {
    let mails = addresses.iter().map(|address| {
        let content = Content::Notice {
            member: MemberId::new("member"),
            what: Notice::MemberDisabled,
            browser: BrowserKind::default(),
            about: None,
            is_last: false,
        };
        Mail::notice(EmailAddress::parse(address).unwrap(), content)
    });
    let mut mails = mails.collect::<Vec<_>>().into_iter();
    let first = mails.next().unwrap();
    let letter = Letter::new(LetterId::new("letter"), first, mails, world.now());
    let mut commit = Commit::default();
    commit.put(Put::from(letter), Replacing::Nothing);
    world.table.commit(&commit).await.unwrap().unwrap();
}

async fn delivery_to(world: &World, address: &str) -> Delivery {
    let letter: Stored<Letter> = world
        .table
        .get(&LetterId::new("letter"), Consistency::Strong)
        .await
        .unwrap()
        .unwrap();
    let mut mails = letter.item.mails();
    let mail = mails.find(|mail| mail.to.as_str() == address);
    mail.unwrap().delivery
}

#[tokio::test]
async fn every_mail_of_a_letter_is_sent_once_and_what_became_of_it_is_known() {
    let world = World::start().await;
    world.set_outcome("jiro@example.jp", MailOutcome::Bounce);
    promise_letter(&world, &["taro@example.jp", "jiro@example.jp"]).await;
    for address in ["taro@example.jp", "jiro@example.jp"] {
        let mails = world.mails_to(address).await;
        assert_eq!(mails.len(), 1, "{address}");
        assert_eq!(mails[0].subject, Notice::MemberDisabled.subject());
    }
    assert_eq!(delivery_to(&world, "taro@example.jp").await, Delivery::Delivered);
    assert_eq!(delivery_to(&world, "jiro@example.jp").await, Delivery::Bounced);
}

#[tokio::test]
async fn a_throttled_mail_holds_up_no_other_one_of_its_letter() {
    let world = World::start().await;
    world.set_outcome("taro@example.jp", MailOutcome::Throttle);
    promise_letter(&world, &["taro@example.jp", "jiro@example.jp"]).await;
    world.deliver_once().await;
    assert_eq!(delivery_to(&world, "taro@example.jp").await, Delivery::Queued);
    assert_eq!(delivery_to(&world, "jiro@example.jp").await, Delivery::Delivered);
    world.set_outcome("taro@example.jp", MailOutcome::Delivered);
    assert_eq!(world.mails_to("taro@example.jp").await.len(), 1);
    assert_eq!(world.mails_to("jiro@example.jp").await.len(), 1);
}

/// The process that sent the others may be gone by then, and what it remembered.
#[tokio::test]
async fn a_letter_that_comes_again_repeats_no_mail_that_was_sent() {
    let world = World::start().await;
    world.set_outcome("taro@example.jp", MailOutcome::Throttle);
    promise_letter(&world, &["jiro@example.jp", "taro@example.jp"]).await;
    world.deliver_once().await;
    world.wait(6);
    world.deaths.set([Some(Death::AtPending(1))]);
    world.deliver_once().await;
    assert_eq!(world.deaths.died(), 1);
    world.set_outcome("taro@example.jp", MailOutcome::Delivered);
    for address in ["taro@example.jp", "jiro@example.jp"] {
        assert_eq!(world.mails_to(address).await.len(), 1, "{address}");
        assert_eq!(delivery_to(&world, address).await, Delivery::Delivered);
    }
}

#[tokio::test]
async fn a_letter_is_sent_within_a_day_or_not_at_all() {
    for (seconds, sent) in [(86_399, 1), (86_400, 0)] {
        let world = World::start().await;
        promise_letter(&world, &["taro@example.jp"]).await;
        world.wait(seconds);
        assert_eq!(world.mails_to("taro@example.jp").await.len(), sent, "{seconds}");
    }
}
