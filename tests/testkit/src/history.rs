//! Every write of the table, in order, read from its stream.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::types::{AttributeValue as Streamed, ShardIteratorType};
use jiff::Timestamp;
use platform::store::Attributes;

/// One write of one item.
#[derive(Debug, Clone)]
pub struct Change {
    /// The item's key.
    pub key: String,
    /// The item before, if it was there.
    pub before: Option<Attributes>,
    /// The item after, if it is there.
    pub after: Option<Attributes>,
    /// When, on the clock of the world.
    pub at: Timestamp,
}

impl Change {
    /// The kind of item.
    pub fn kind(&self) -> &str {
        self.key.split('#').next().unwrap_or_default()
    }

    /// Whether it is of this kind of item.
    pub fn is_of(&self, kind: &str) -> bool {
        self.kind() == kind
    }
}

/// All changes of the table that the stream still has: those of the last day.
pub(crate) async fn of_table(client: &Client, table: &str) -> Vec<Change> {
    let streams = client.list_streams().table_name(table).send().await.unwrap();
    let arn = streams.streams()[0].stream_arn().unwrap();
    let described = client.describe_stream().stream_arn(arn).send().await.unwrap();
    let shards = described.stream_description().unwrap().shards().to_vec();
    let mut changes = Vec::new();
    for shard in shards {
        let opened = client
            .get_shard_iterator()
            .stream_arn(arn)
            .shard_id(shard.shard_id().unwrap())
            .shard_iterator_type(ShardIteratorType::TrimHorizon)
            .send()
            .await
            .unwrap();
        let mut iterator = opened.shard_iterator().map(str::to_owned);
        while let Some(at) = iterator {
            let page = client.get_records().shard_iterator(at).send().await.unwrap();
            if page.records().is_empty() {
                // An open shard has no last page, but this one has nothing more to tell.
                break;
            }
            for record in page.records() {
                let told = record.dynamodb().unwrap();
                let created = told.approximate_creation_date_time().unwrap();
                changes.push(Change {
                    key: told.keys().unwrap()["pk"].as_s().unwrap().clone(),
                    before: told.old_image().filter(|image| !image.is_empty()).map(image),
                    after: told.new_image().filter(|image| !image.is_empty()).map(image),
                    at: Timestamp::from_second(created.secs()).unwrap(),
                });
            }
            iterator = page.next_shard_iterator().map(str::to_owned);
        }
    }
    changes
}

fn image(streamed: &HashMap<String, Streamed>) -> Attributes {
    streamed
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

/// The types that the store writes.
fn attribute(streamed: &Streamed) -> AttributeValue {
    match streamed {
        Streamed::S(text) => AttributeValue::S(text.clone()),
        Streamed::N(digits) => AttributeValue::N(digits.clone()),
        Streamed::Bool(flag) => AttributeValue::Bool(*flag),
        Streamed::M(map) => AttributeValue::M(image(map)),
        Streamed::L(list) => AttributeValue::L(list.iter().map(attribute).collect()),
        other => panic!("the store writes no {other:?}"),
    }
}
