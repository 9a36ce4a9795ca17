//! The double of SES, asked by the real SDK.

use crate::support::{START, Ses, SetClock};
use aws_sdk_sesv2::{
    Client,
    error::ProvideErrorMetadata,
    operation::send_email::builders::SendEmailFluentBuilder,
    types::{Body, Content, Destination, EmailContent, Message, MessageTag},
};
use portal_local::ses::{MailOutcome, Postbox, PostboxOptions};
use serde_json::{Value, json};

const FROM: &str = "介護情報基盤ポータル <no-reply@mail.kaigo-kiban-portal.jp>";
const SUBJECT: &str = "ワンタイムパスワード発行通知（介護保険資格確認等WEBサービス）";
const TEXT: &str = "介護 太郎 様\n\nワンタイムパスワード：012345\n照合記号：K7\n";

fn content(data: &str) -> Content {
    Content::builder().data(data).charset("UTF-8").build().unwrap()
}

fn message(subject: &str, text: &str) -> EmailContent {
    let body = Body::builder().text(content(text)).build();
    EmailContent::builder()
        .simple(Message::builder().subject(content(subject)).body(body).build())
        .build()
}

fn tag(name: &str, value: &str) -> MessageTag {
    MessageTag::builder().name(name).value(value).build().unwrap()
}

fn mail(client: &Client, to: &str) -> SendEmailFluentBuilder {
    client
        .send_email()
        .from_email_address(FROM)
        .destination(Destination::builder().to_addresses(to).build())
        .content(message(SUBJECT, TEXT))
        .email_tags(tag("flow", "F-1"))
        .configuration_set_name("portal")
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["detail"]["eventType"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_japanese_mail_is_kept_word_for_word() {
    let ses = Ses::start().await;
    let sent = mail(&ses.client, "Taro@example.jp").send().await.unwrap();

    let mails = ses.postbox.mails_to("taro@EXAMPLE.jp");
    assert_eq!(mails.len(), 1);
    let kept = &mails[0];
    assert_eq!(Some(kept.id.as_str()), sent.message_id());
    assert_eq!(kept.sent_at.to_string(), START);
    assert_eq!(kept.from, FROM);
    assert_eq!(kept.to, "Taro@example.jp");
    assert_eq!((kept.subject.as_str(), kept.text.as_str()), (SUBJECT, TEXT));
    assert_eq!(kept.tags["flow"], "F-1");
}

#[tokio::test]
async fn an_encoded_display_name_is_shown_decoded() {
    let ses = Ses::start().await;
    let encoded =
        "=?UTF-8?B?5LuL6K235oOF5aCx5Z+655uk44Od44O844K/44Or?= <no-reply@mail.kaigo-kiban-portal.jp>";
    mail(&ses.client, "a@example.jp")
        .from_email_address(encoded)
        .send()
        .await
        .unwrap();
    assert_eq!(ses.postbox.mails()[0].from, FROM);
}

#[tokio::test]
async fn a_delivery_event_has_the_shape_of_eventbridge() {
    let mut ses = Ses::start().await;
    let sent = mail(&ses.client, "a@example.jp").send().await.unwrap();

    let events = ses.told();
    assert_eq!(kinds(&events), ["Delivery"]);
    let event = &events[0];
    assert_eq!(event["source"], "aws.ses");
    assert_eq!(event["detail-type"], "Email Delivered");
    assert_eq!(event["time"], START);
    let about = &event["detail"]["mail"];
    assert_eq!(about["messageId"].as_str(), sent.message_id());
    assert_eq!(about["destination"], json!(["a@example.jp"]));
    assert_eq!(about["tags"]["flow"], json!(["F-1"]));
    assert_eq!(about["tags"]["ses:configuration-set"], json!(["portal"]));
    assert_eq!(event["detail"]["delivery"]["recipients"], json!(["a@example.jp"]));
}

#[tokio::test]
async fn without_a_configuration_set_there_is_no_event() {
    let mut ses = Ses::start().await;
    mail(&ses.client, "a@example.jp")
        .set_configuration_set_name(None)
        .send()
        .await
        .unwrap();
    assert_eq!(ses.postbox.mails().len(), 1);
    assert!(ses.told().is_empty());
}

#[tokio::test]
async fn an_address_that_bounced_is_suppressed_until_its_mails_are_delivered_again() {
    let mut ses = Ses::start().await;
    let address = "gone@example.jp";
    let suppressed = |client: Client| async move {
        client
            .get_suppressed_destination()
            .email_address(address)
            .send()
            .await
    };
    let not_found = suppressed(ses.client.clone()).await.unwrap_err();
    assert!(not_found.into_service_error().is_not_found_exception());

    ses.postbox.set_outcome("GONE@example.jp", MailOutcome::Bounce);
    mail(&ses.client, address).send().await.unwrap();
    mail(&ses.client, address).send().await.unwrap();
    let events = ses.told();
    assert_eq!(kinds(&events), ["Bounce", "Bounce"]);
    assert_eq!(events[0]["detail-type"], "Email Bounced");
    assert_eq!(events[0]["detail"]["bounce"]["bounceType"], "Permanent");
    assert_eq!(events[0]["detail"]["bounce"]["bounceSubType"], "General");
    assert_eq!(
        events[1]["detail"]["bounce"]["bounceSubType"],
        "OnAccountSuppressionList"
    );
    let entry = suppressed(ses.client.clone())
        .await
        .unwrap()
        .suppressed_destination
        .unwrap();
    assert_eq!(entry.email_address(), address);
    assert_eq!(entry.reason().as_str(), "BOUNCE");

    let release = |client: Client| async move {
        let released = client.delete_suppressed_destination().email_address(address);
        released.send().await
    };
    // In another case there is no such entry, though mails to it are suppressed.
    let other = ses
        .client
        .get_suppressed_destination()
        .email_address("Gone@example.jp");
    assert!(other.send().await.is_err());
    release(ses.client.clone()).await.unwrap();
    assert!(suppressed(ses.client.clone()).await.is_err());
    let gone = release(ses.client.clone()).await.unwrap_err();
    assert!(gone.into_service_error().is_not_found_exception());
    // The mailbox is as it was.
    mail(&ses.client, address).send().await.unwrap();
    let events = ses.told();
    assert_eq!(events[0]["detail"]["bounce"]["bounceSubType"], "General");

    ses.postbox.set_outcome(address, MailOutcome::Delivered);
    mail(&ses.client, address).send().await.unwrap();
    assert_eq!(kinds(&ses.told()), ["Delivery"]);
    assert!(suppressed(ses.client.clone()).await.is_err());
    assert_eq!(ses.postbox.mails().len(), 4);
}

#[tokio::test]
async fn a_complaint_follows_a_delivery() {
    let mut ses = Ses::start().await;
    ses.postbox.set_outcome("a@example.jp", MailOutcome::Complaint);
    mail(&ses.client, "a@example.jp").send().await.unwrap();
    let events = ses.told();
    assert_eq!(kinds(&events), ["Delivery", "Complaint"]);
    assert_eq!(events[1]["detail-type"], "Email Complaint Received");
    assert_eq!(
        events[1]["detail"]["complaint"]["complainedRecipients"],
        json!([{ "emailAddress": "a@example.jp" }])
    );
}

#[tokio::test]
async fn a_rejected_or_throttled_mail_is_not_kept() {
    let mut ses = Ses::start().await;
    ses.postbox.set_outcome("a@example.jp", MailOutcome::Reject);
    let error = mail(&ses.client, "a@example.jp").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert!(error.into_service_error().is_message_rejected());

    ses.postbox.set_outcome("a@example.jp", MailOutcome::Throttle);
    for _ in 0..2 {
        let error = mail(&ses.client, "A@example.jp").send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 429);
        assert!(error.into_service_error().is_too_many_requests_exception());
    }
    assert!(ses.postbox.mails().is_empty());
    assert!(ses.told().is_empty());

    ses.postbox.set_outcome("a@example.jp", MailOutcome::Delivered);
    mail(&ses.client, "a@example.jp").send().await.unwrap();
    assert_eq!(ses.postbox.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_that_ses_would_not_take_is_a_bad_request() {
    let ses = Ses::start().await;
    let good = || mail(&ses.client, "a@example.jp");
    let two = |first, second| good().set_email_tags(Some(vec![first, second]));
    for (what, request) in [
        ("no sender", good().set_from_email_address(None)),
        (
            "a sender without a domain",
            good().from_email_address("介護 <no-reply>"),
        ),
        ("no destination", good().set_destination(None)),
        (
            "an empty destination",
            good().destination(Destination::builder().build()),
        ),
        ("a malformed recipient", mail(&ses.client, "a@exa mple.jp")),
        ("no content", good().set_content(None)),
        (
            "no body",
            good().content(
                EmailContent::builder()
                    .simple(
                        Message::builder()
                            .subject(content("件名"))
                            .body(Body::builder().build())
                            .build(),
                    )
                    .build(),
            ),
        ),
        (
            "a line end in the subject",
            good().content(message("件名\r\nBcc: b@example.jp", TEXT)),
        ),
        (
            "a tag with a character of a key",
            good().email_tags(tag("item", "FLOW#1")),
        ),
        ("a tag twice", two(tag("flow", "1"), tag("flow", "2"))),
    ] {
        let error = request.send().await.expect_err(what).into_service_error();
        assert!(error.is_bad_request_exception(), "{what}: {:?}", error.code());
    }
    assert!(ses.postbox.mails().is_empty());
}

#[tokio::test]
async fn mails_on_disk_are_there_after_a_restart_even_if_the_last_was_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("mails.jsonl");
    let open = || {
        let mut options = PostboxOptions::in_memory(SetClock::at(START).clock());
        options.journal = Some(journal.clone());
        Postbox::open(options).unwrap()
    };
    let server = portal_local::ses::serve(crate::support::listener().await, open()).unwrap();
    let ses = Ses::start().await;
    let config = ses
        .client
        .config()
        .to_builder()
        .endpoint_url(server.url())
        .build();
    let client = Client::from_conf(config);
    for address in ["a@example.jp", "b@example.jp"] {
        mail(&client, address).send().await.unwrap();
    }
    server.shutdown().await;

    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() - 5]).unwrap();
    let postbox = open();
    let mails = postbox.mails();
    assert_eq!(
        mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(),
        ["a@example.jp"]
    );
    assert_eq!(mails[0].subject, SUBJECT);
    assert_eq!(mails[0].sent_at.to_string(), START);

    postbox.clear();
    assert!(open().mails().is_empty());
}
