//! Both forms of the archive: redelivery, parallel writers, and death between any two octets.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use platform::audit::Archive;
use platform::stream::{BatchAnswer, ItemFailure};
use portal::limits::Limits;
use portal_local::aws::{REGION, credentials, plain_http_client};
use portal_local::clock::Clock;
use portal_local::engine::{AUDIT, Engine};
use serde_json::json;

use crate::{assert_each_once, batch, ids, record};

fn client(engine: &Engine) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(plain_http_client())
        .credentials_provider(credentials())
        .region(Region::from_static(REGION))
        .endpoint_url(engine.endpoint())
        .build();
    Client::from_conf(config)
}

async fn ids_of_table(client: &Client) -> Vec<String> {
    let scanned = client
        .scan()
        .table_name(AUDIT)
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    let id = |item: &std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>| {
        item["id"].as_s().unwrap().clone()
    };
    scanned.items().iter().map(id).collect()
}

fn failed(numbers: &[usize]) -> BatchAnswer {
    let item = |number: &usize| {
        let record = record(*number);
        let item = record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
        ItemFailure { item }
    };
    BatchAnswer {
        failures: numbers.iter().map(item).collect(),
    }
}

#[tokio::test]
async fn in_the_file_an_act_that_comes_again_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let archive = Archive::file(path.clone());
    for again in [batch(0..4), batch(0..4), batch(2..6)] {
        let answer = keep_audit::handle(&archive, again).await.unwrap();
        assert_eq!(answer, BatchAnswer::default());
    }
    // Another process begins with what is there.
    let another = Archive::file(path.clone());
    keep_audit::handle(&another, batch(0..7)).await.unwrap();
    // And this one reads what the other has written.
    keep_audit::handle(&archive, batch(0..8)).await.unwrap();
    assert_each_once(ids(&path), 8);
}

#[tokio::test]
async fn in_the_table_an_act_that_comes_again_is_kept_once_as_it_was_first() {
    let engine = Engine::in_memory(Clock::system()).await.unwrap();
    let client = client(&engine);
    let archive = Archive::table(client.clone(), AUDIT.to_owned(), &Limits::standard());
    for again in [batch(0..4), batch(0..4), batch(2..6)] {
        let answer = keep_audit::handle(&archive, again).await.unwrap();
        assert_eq!(answer, BatchAnswer::default());
    }
    // The same version with other contents would be a forgery: the stored record stays.
    let mut forged = batch([0]);
    forged["Records"][0]["dynamodb"]["NewImage"]["wrong"] = json!({ "N": "99" });
    keep_audit::handle(&archive, forged).await.unwrap();
    let first = client
        .get_item()
        .table_name(AUDIT)
        .key(
            "pk",
            aws_sdk_dynamodb::types::AttributeValue::S("ACCOUNT#0".to_owned()),
        )
        .key(
            "sk",
            aws_sdk_dynamodb::types::AttributeValue::S("2026-04-01T00:00:00Z#version-0".to_owned()),
        )
        .send()
        .await
        .unwrap();
    assert_eq!(first.item().unwrap()["wrongPasswords"].as_n().unwrap(), "0");
    // Five years and the leap day.
    assert_eq!(
        first.item().unwrap()["ttl"].as_n().unwrap(),
        &(1_775_001_600 + 1_826 * 86_400).to_string()
    );
    assert_each_once(ids_of_table(&client).await, 6);
}

#[tokio::test]
async fn a_record_goes_as_many_days_after_what_happened_as_is_set() {
    let engine = Engine::in_memory(Clock::system()).await.unwrap();
    let client = client(&engine);
    let limits = Limits::read(|name| (name == "AUDIT_LIFE_DAYS").then(|| "3653".to_owned())).unwrap();
    let archive = Archive::table(client.clone(), AUDIT.to_owned(), &limits);
    keep_audit::handle(&archive, batch([0])).await.unwrap();
    let kept = client.scan().table_name(AUDIT).send().await.unwrap();
    assert_eq!(
        kept.items()[0]["ttl"].as_n().unwrap(),
        &(1_775_001_600 + 3_653 * 86_400).to_string()
    );
}

/// The process dies after any octet that it wrote; everything that it had not acknowledged is delivered again.
#[tokio::test]
async fn a_death_after_any_octet_of_the_file_loses_no_act_and_doubles_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    keep_audit::handle(&Archive::file(path.clone()), batch(0..3))
        .await
        .unwrap();
    let whole = std::fs::read(&path).unwrap();
    assert!(whole.len() > 300);
    for octets in 0..=whole.len() {
        std::fs::write(&path, &whole[..octets]).unwrap();
        let answer = keep_audit::handle(&Archive::file(path.clone()), batch(0..3))
            .await
            .unwrap();
        assert_eq!(answer, BatchAnswer::default());
        assert!(std::fs::read(&path).unwrap() == whole, "after {octets}");
    }
}

/// Another process died while this one ran, and left half a line after everything that this one has read.
#[tokio::test]
async fn half_a_line_of_another_process_is_cut_off_by_the_next_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let archive = Archive::file(path.clone());
    keep_audit::handle(&archive, batch(0..2)).await.unwrap();
    let mut torn = std::fs::read(&path).unwrap();
    torn.extend_from_slice(br#"{"id":"version-2","act":"passw"#);
    std::fs::write(&path, torn).unwrap();
    keep_audit::handle(&archive, batch(0..4)).await.unwrap();
    assert_each_once(ids(&path), 4);
}

/// The write was committed, and the process died before it could acknowledge it.
#[tokio::test]
async fn in_the_table_a_death_between_the_write_and_its_acknowledgement_doubles_nothing() {
    let engine = Engine::in_memory(Clock::system()).await.unwrap();
    let client = client(&engine);
    for done in 0..5 {
        let archive = Archive::table(client.clone(), AUDIT.to_owned(), &Limits::standard());
        // The answer to the completed write is dropped.
        drop(keep_audit::handle(&archive, batch(0..done)).await);
        keep_audit::handle(&archive, batch(0..5)).await.unwrap();
    }
    // Cut off in the middle of the work, at any await.
    for polls in 1..40 {
        let archive = Archive::table(client.clone(), AUDIT.to_owned(), &Limits::standard());
        let cut = tokio::time::timeout(
            std::time::Duration::from_micros(polls * 100),
            keep_audit::handle(&archive, batch(0..10)),
        );
        drop(cut.await);
    }
    let archive = Archive::table(client.clone(), AUDIT.to_owned(), &Limits::standard());
    keep_audit::handle(&archive, batch(0..10)).await.unwrap();
    assert_each_once(ids_of_table(&client).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_consumers_at_once_on_one_batch_keep_each_act_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let engine = Engine::in_memory(Clock::system()).await.unwrap();
    let client = client(&engine);
    let consumers: Vec<_> = (0..2)
        .flat_map(|_| {
            [
                Archive::file(path.clone()),
                Archive::table(client.clone(), AUDIT.to_owned(), &Limits::standard()),
            ]
        })
        .map(|archive| tokio::spawn(async move { keep_audit::handle(&archive, batch(0..60)).await.unwrap() }))
        .collect();
    for consumer in consumers {
        assert_eq!(consumer.await.unwrap(), BatchAnswer::default());
    }
    assert_each_once(ids(&path), 60);
    assert_each_once(ids_of_table(&client).await, 60);
}

#[tokio::test]
async fn an_archive_that_is_away_has_everything_come_again_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("not-there/audit.jsonl");
    let archive = Archive::file(path.clone());
    let answer = keep_audit::handle(&archive, batch(0..3)).await.unwrap();
    assert_eq!(answer, failed(&[0]), "Lambda goes on at the first that failed");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    keep_audit::handle(&archive, batch(0..3)).await.unwrap();
    assert_each_once(ids(&path), 3);
}

/// A line that is not a record might be the duplicate of one.
#[tokio::test]
async fn nothing_is_added_to_a_file_that_holds_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    for line in ["{\"act\":\"without an id\"}\n", "thesis\n"] {
        std::fs::write(&path, line).unwrap();
        let answer = keep_audit::handle(&Archive::file(path.clone()), batch(0..1))
            .await
            .unwrap();
        assert_eq!(answer, failed(&[0]));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), line);
    }
}

#[tokio::test]
async fn an_unknown_act_is_delivered_again_and_the_others_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let archive = Archive::file(path.clone());
    let mut unknown = batch(0..3);
    unknown["Records"][1]["dynamodb"]["NewImage"]["event"]["M"]["act"] = json!({ "S": "tomorrows-act" });
    let answer = keep_audit::handle(&archive, unknown).await.unwrap();
    assert_eq!(answer, failed(&[1]));
    assert_eq!(ids(&path), ["version-0", "version-2"]);
    // A later version of the code knows it.
    keep_audit::handle(&archive, batch(0..3)).await.unwrap();
    assert_each_once(ids(&path), 3);
}

#[tokio::test]
async fn a_record_without_an_act_is_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let archive = Archive::file(path.clone());
    let mut carried = record(0);
    // A mail was delivered: another version, the event of the previous write.
    carried["dynamodb"]["NewImage"]["v"] = json!({ "S": "another" });
    let mut eventless = record(1);
    eventless["dynamodb"]["NewImage"]
        .as_object_mut()
        .unwrap()
        .remove("event");
    let removed =
        json!({ "dynamodb": { "SequenceNumber": "1", "OldImage": record(2)["dynamodb"]["NewImage"] } });
    let answer = keep_audit::handle(&archive, json!({ "Records": [carried, eventless, removed] })).await;
    assert_eq!(answer.unwrap(), BatchAnswer::default());
    assert!(!path.exists());
    assert!(
        keep_audit::handle(&archive, json!({ "no": "batch" }))
            .await
            .is_err()
    );
}
