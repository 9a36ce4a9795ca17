//! The order in which the mails of a batch are sent.

use platform::store::{image_of_json, mails_of_image};
use platform::stream::{Images, StreamRecord};
use portal::mail::Delivery;

/// The records of a batch, those first whose item still has a secret to send: a person waits for a code, and for no notice
/// (`docs/adr/0036-a-budget-for-each-kind-of-notice.md`). Otherwise in the order of the stream.
///
/// Each record is judged by its own images, and marked under a condition, so that the order decides nothing else.
pub(crate) fn secrets_first(mut records: Vec<StreamRecord>) -> Vec<StreamRecord> {
    records.sort_by_cached_key(|record| !has_secret(&record.dynamodb));
    records
}

/// A record that cannot be read is sorted as one without a code: it is reported when it is processed.
fn has_secret(change: &Images) -> bool {
    let image = change.new.as_ref().map(image_of_json);
    let mails = image.and_then(|image| mails_of_image(&image.ok()?).ok());
    let has_secret = |mails: Vec<portal::mail::Promise>| {
        mails
            .iter()
            .any(|mail| mail.delivery == Delivery::Queued && mail.content.is_overtaken_by_later_mails())
    };
    mails.is_some_and(has_secret)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOTICE: &str = include_str!("../../../tests/journeys/golden/letter.json");
    const CODE: &str = include_str!("../../../tests/journeys/golden/login-otp.json");

    fn record(number: &str, image: &str) -> StreamRecord {
        let image: Value = serde_json::from_str(image).unwrap();
        let record = json!({ "dynamodb": { "SequenceNumber": number, "NewImage": image } });
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn codes_are_sent_before_notices_and_else_in_the_order_of_the_stream() {
        let sent = CODE.replace("queued", "sent");
        let records = vec![
            record("1", NOTICE),
            record("2", r#"{ "pk": { "S": "LOGIN#x" }, "mail": { "S": "garbled" } }"#),
            record("3", CODE),
            record("4", &sent),
            record("5", NOTICE),
            record("6", CODE),
        ];
        let order: Vec<String> = secrets_first(records)
            .into_iter()
            .map(|record| record.dynamodb.sequence_number)
            .collect();
        assert_eq!(order, ["3", "6", "1", "2", "4", "5"]);
    }
}
