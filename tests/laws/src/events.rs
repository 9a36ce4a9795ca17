//! Events of the stream and of SES: any JSON is processed or refused as a whole, and a mail goes to its promise's address.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use deliver_mail::{Deps, Sender};
use platform::clock::Clock;
use portal::keys::KeyRing;
use serde_json::{Value, json};

use super::doubles::Aws;
use super::mail::{self, PORTAL, SENDER};

/// A sender of mails on prepared answers.
pub fn sender(table: &Aws, ses: &Aws) -> Deps {
    sender_with(table, ses, Arc::new(mail::ring()))
}

/// A sender with these keys.
pub fn sender_with(table: &Aws, ses: &Aws, keys: Arc<KeyRing>) -> Deps {
    ses.answers(r#"{"MessageId":"m"}"#);
    Deps::new(
        table.table(),
        keys,
        Clock::Set(Arc::new(AtomicI64::new(1_775_001_600))),
        ses.ses(),
        Sender {
            address: SENDER.to_owned(),
            configuration_set: "portal".to_owned(),
            portal_url: PORTAL.to_owned(),
        },
    )
}

/// The law for a batch of the stream.
pub async fn of_any_batch(event: &Value) {
    let (table, ses) = (Aws::default(), Aws::default());
    table.answers("{}");
    let deps = sender(&table, &ses);
    let records = event["Records"].as_array().map_or(0, Vec::len);
    if let Ok(answer) = deliver_mail::handle(&deps, event.clone()).await {
        assert!(answer.failures.len() <= records);
        for failed in &answer.failures {
            let known = |record: &Value| record["dynamodb"]["SequenceNumber"] == failed.item.as_str();
            assert!(
                event["Records"]
                    .as_array()
                    .is_some_and(|records| records.iter().any(known))
            );
        }
    }
    let sent = ses.asked();
    assert!(sent.len() <= records, "a record promises one mail");
    for request in sent {
        mail::of_any_letter(&serde_json::from_slice(&request).expect("JSON"));
    }
}

/// The law for an event of SES.
pub async fn of_any_mail_event(event: &Value) {
    let table = Aws::default();
    table.answers("{}");
    let answer = mail_events::handle(&table.table(), event.clone()).await;
    let asked = table.asked();
    assert!(asked.len() <= 1, "an event is one mark");
    if answer.is_err() {
        return;
    }
    for request in asked {
        let request: Value = serde_json::from_slice(&request).expect("JSON");
        assert!(
            request["ConditionExpression"]
                .as_str()
                .is_some_and(|text| text.contains("#mail.#of = :of"))
        );
        assert_eq!(request["ExpressionAttributeNames"]["#mail"], "mail");
        let holder = &request["ExpressionAttributeNames"]["#holder"];
        assert!(holder.is_null() || *holder == request["ExpressionAttributeValues"][":of"]["S"]);
        let states = ["delivered", "bounced", "failed"].map(|state| json!({ "S": state }));
        assert!(states.contains(&request["ExpressionAttributeValues"][":to"]));
    }
}
