//! The complete request to SES for each promise of a table.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use platform::store::{Attributes, json_of_image};
use serde_json::{Value, json};
use testkit::World;

use laws::doubles::Aws;
use laws::{events, mail};

/// The mail that an item promises: a flow's, or that of the one who claims an address.
fn promise_of(item: &mut Attributes) -> Option<&mut Attributes> {
    let of = if item.contains_key("mail") {
        item
    } else {
        let AttributeValue::M(holders) = item.get_mut("holders")? else {
            return None;
        };
        match holders.values_mut().next()? {
            AttributeValue::M(holder) => holder,
            _ => return None,
        }
    };
    match of.get_mut("mail")? {
        AttributeValue::M(mail) => Some(mail),
        _ => None,
    }
}

/// Sends every mail that an item of the world promises once more, and looks at the requests.
pub(crate) async fn each_is_one_letter_to_one_person(world: &World) {
    let mut records = Vec::new();
    let mut promised = BTreeSet::new();
    for mut item in world.items().await {
        let Some(mail) = promise_of(&mut item) else {
            continue;
        };
        mail.insert("delivery".to_owned(), AttributeValue::S("queued".to_owned()));
        promised.insert(mail["to"].as_s().unwrap().clone());
        let sequence = records.len().to_string();
        records.push(json!({ "dynamodb": { "SequenceNumber": sequence, "NewImage": json_of_image(&item) } }));
    }
    assert!(records.len() >= 15, "{} promises", records.len());
    let (table, ses) = (Aws::default(), Aws::default());
    table.answers("{}");
    let deps = events::sender_with(&table, &ses, world.keys.clone());
    let count = records.len();
    let answer = deliver_mail::handle(&deps, json!({ "Records": records }))
        .await
        .unwrap();
    assert_eq!(answer.failures, []);
    let mut reached = BTreeSet::new();
    let letters = ses.asked();
    assert_eq!(letters.len(), count);
    for letter in letters {
        let letter: Value = serde_json::from_slice(&letter).unwrap();
        mail::of_any_letter(&letter);
        let to = letter["Destination"]["ToAddresses"][0].as_str().unwrap();
        // A local part that is not a dot-atom goes quoted (RFC 5321, 4.1.2).
        let quoted = to.strip_prefix('"').and_then(|rest| rest.split_once("\"@"));
        reached.insert(quoted.map_or_else(|| to.to_owned(), |(local, domain)| format!("{local}@{domain}")));
    }
    assert_eq!(reached, promised);
}
