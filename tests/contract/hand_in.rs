//! `infra/hand-in.sh`, with a fake `aws` that gives prepared answers and records its calls.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house;

/// A fake AWS CLI, in the folder of its answers.
const AWS: &str = r#"#!/usr/bin/env bash
set -euo pipefail
here=$(dirname "$0")
echo "$*" >>"$here/asked"
case "$1 $2" in
  "cloudformation describe-stacks") echo https://sqs.example/queue ;;
  "sqs receive-message") if [ -e "$here/messages" ]; then cat "$here/messages"; rm "$here/messages"; fi ;;
  "sqs get-queue-attributes") echo 1 ;;
  "sqs delete-message") ;;
  "dynamodbstreams get-shard-iterator") if [ -e "$here/at-${10}" ]; then echo "at-${10}"; else echo page-1; fi ;;
  "dynamodbstreams get-records") cat "$here/$4" ;;
  "lambda invoke")
    cat event >>"$here/invoked"; echo >>"$here/invoked"
    if grep -q broken event; then echo '{"batchItemFailures":[{"itemIdentifier":"1"}]}'; else echo '{"batchItemFailures":[]}'; fi >answer
    echo '{"StatusCode":200}' ;;
  *) echo "not known: $*" >&2; exit 1 ;;
esac
"#;

struct Run {
    succeeded: bool,
    said: String,
    asked: Vec<String>,
    /// Sequence numbers, by invocation.
    invoked: Vec<Vec<String>>,
}

impl Run {
    fn deleted(&self) -> Vec<&str> {
        let asked = self.asked.iter();
        asked
            .filter(|line| line.starts_with("sqs delete-message"))
            .filter_map(|line| line.rsplit(' ').next())
            .collect()
    }
}

fn run(aws: &TempDir, args: &[&str]) -> Run {
    let output = Command::new("bash")
        .args(["-c", r#"PATH="$0:$PATH" exec "$@""#])
        .arg(aws.path())
        .arg(house::root().join("infra/hand-in.sh"))
        .args(args)
        .output()
        .unwrap();
    let lines = |file: &str| -> Vec<String> {
        let text = fs::read_to_string(aws.path().join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let sequences = |event: &String| {
        let event: Value = serde_json::from_str(event).unwrap();
        let records = event["Records"].as_array().unwrap();
        let sequence = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
        records.iter().map(sequence).collect()
    };
    Run {
        succeeded: output.status.success(),
        said: String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
        asked: lines("asked"),
        invoked: lines("invoked").iter().map(sequences).collect(),
    }
}

fn aws() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("aws");
    fs::write(&program, AWS).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Lambda's message in the queue, for the records from the first to the last.
fn messages(folder: &Path, batches: &[(&str, &str)]) {
    let message = |(first, last): &(&str, &str)| {
        let body = json!({ "DDBStreamBatchInfo": {
            "streamArn": "arn:stream", "shardId": "shard", "batchSize": 1,
            "startSequenceNumber": first, "endSequenceNumber": last,
        } });
        let name = format!("of-{first}");
        json!({ "MessageId": name, "ReceiptHandle": name, "Body": body.to_string() })
    };
    let messages: Vec<Value> = batches.iter().map(message).collect();
    fs::write(
        folder.join("messages"),
        json!({ "Messages": messages }).to_string(),
    )
    .unwrap();
}

fn act(sequence: &str) -> Value {
    json!({ "dynamodb": { "SequenceNumber": sequence, "NewImage": { "event": { "M": { "id": { "S": "v" } } } } } })
}

fn no_act(sequence: &str) -> Value {
    json!({ "dynamodb": { "SequenceNumber": sequence, "NewImage": { "pk": { "S": "NETWORK#1" } } } })
}

fn removal(sequence: &str) -> Value {
    json!({ "dynamodb": { "SequenceNumber": sequence } })
}

/// Consecutive pages; the last one has a successor if the shard is open.
fn pages(folder: &Path, pages: &[Vec<Value>], open: bool) {
    for (at, records) in pages.iter().enumerate() {
        let mut page = json!({ "Records": records });
        if open || at + 1 < pages.len() {
            page["NextShardIterator"] = format!("page-{}", at + 2).into();
        }
        fs::write(folder.join(format!("page-{}", at + 1)), page.to_string()).unwrap();
    }
}

#[test]
fn a_batch_is_handed_in_whole_over_all_its_pages_and_no_more_than_it() {
    let aws = aws();
    messages(aws.path(), &[("98", "111")]);
    pages(
        aws.path(),
        &[
            vec![act("98"), no_act("99"), act("100"), removal("101")],
            // A page may be empty although more follow.
            vec![],
            (102..=110).map(|number| act(&number.to_string())).collect(),
            vec![act("111"), act("112")],
        ],
        true,
    );
    let run = run(&aws, &["portal-prod", "keep-audit", "--hand-in"]);
    assert!(run.succeeded, "{}", run.said);
    let handed: Vec<String> = [98, 100]
        .into_iter()
        .chain(102..=111)
        .map(|number| number.to_string())
        .collect();
    assert_eq!(run.invoked.concat(), handed);
    // No more at once than the function can process in time.
    assert_eq!(
        run.invoked.iter().map(Vec::len).collect::<Vec<_>>(),
        [10, handed.len() - 10]
    );
    assert_eq!(run.deleted(), ["of-98"]);
    let invoke = run.asked.iter().find(|line| line.starts_with("lambda invoke"));
    assert!(
        invoke
            .unwrap()
            .contains("--function-name portal-prod-keep-audit:live ")
    );
}

#[test]
fn who_only_looks_changes_nothing_and_hides_nothing() {
    let aws = aws();
    messages(aws.path(), &[("1", "2")]);
    pages(aws.path(), &[vec![act("1"), act("2")]], true);
    let run = run(&aws, &["portal-prod", "keep-audit"]);
    assert!(run.succeeded, "{}", run.said);
    assert!(
        run.said.contains("would hand in 2 records from 1"),
        "{}",
        run.said
    );
    assert!(run.invoked.is_empty() && run.deleted().is_empty());
    let received = run
        .asked
        .iter()
        .find(|line| line.starts_with("sqs receive-message"));
    assert!(received.unwrap().contains("--visibility-timeout 0 "));
}

/// Sequence numbers exceed the precision of JSON numbers.
#[test]
fn long_sequence_numbers_are_distinguished() {
    let aws = aws();
    let [first, last, next] = [
        "009007199254740993000000001",
        "9007199254740993000000002",
        "9007199254740993000000003",
    ];
    messages(aws.path(), &[(first, last)]);
    pages(aws.path(), &[vec![act(first), act(last), act(next)]], true);
    let run = run(&aws, &["portal-prod", "keep-audit", "--hand-in"]);
    assert_eq!(run.invoked, [[first, last]], "{}", run.said);
}

#[test]
fn a_batch_that_the_stream_does_not_have_whole_stays_in_the_queue() {
    let aws = aws();
    messages(aws.path(), &[("1", "3")]);
    pages(aws.path(), &[vec![act("1")], vec![act("2")]], false);
    let run = run(&aws, &["portal-prod", "keep-audit", "--hand-in"]);
    assert!(!run.succeeded);
    assert!(
        run.said.contains("the stream ends before the batch does"),
        "{}",
        run.said
    );
    assert!(run.invoked.is_empty() && run.deleted().is_empty());
}

#[test]
fn what_fails_stays_in_the_queue_and_the_next_message_has_its_turn() {
    let aws = aws();
    messages(aws.path(), &[("1", "1"), ("2", "2")]);
    let mut bad = act("1");
    bad["dynamodb"]["NewImage"]["pk"] = json!({ "S": "broken" });
    pages(aws.path(), &[vec![bad]], true);
    fs::write(
        aws.path().join("at-2"),
        json!({ "Records": [act("2")] }).to_string(),
    )
    .unwrap();
    let run = run(&aws, &["portal-prod", "keep-audit", "--hand-in"]);
    assert!(!run.succeeded);
    assert_eq!(run.deleted(), ["of-2"], "{}", run.said);
    assert!(
        run.said.contains("1 messages handed in, 1 left in the queue"),
        "{}",
        run.said
    );
}

#[test]
fn a_mails_promise_is_handed_to_the_function_that_sends() {
    let aws = aws();
    messages(aws.path(), &[("1", "3")]);
    let mail = |sequence: &str, queued: bool| {
        let image = if queued {
            json!({ "queued": { "BOOL": true } })
        } else {
            json!({ "mail": { "M": {} } })
        };
        json!({ "dynamodb": { "SequenceNumber": sequence, "NewImage": image } })
    };
    pages(
        aws.path(),
        &[vec![mail("1", true), mail("2", false), act("3")]],
        true,
    );
    let run = run(&aws, &["portal-dev", "deliver-mail", "--hand-in"]);
    assert_eq!(run.invoked, [["1"]], "{}", run.said);
}

/// The names in the script match the template.
#[test]
fn the_script_knows_the_queues_of_the_template() {
    let script = house::text("infra/hand-in.sh");
    let outputs = &house::yaml("template.yaml")["Outputs"];
    for (function, queue) in [
        ("keep-audit", "UnkeptActsUrl"),
        ("deliver-mail", "UnsentMailsUrl"),
        ("mail-events", "UnreadMailEventsUrl"),
    ] {
        assert!(script.contains(&format!("{function}) key={queue}")), "{function}");
        assert!(outputs.get(queue).is_some(), "{queue}");
    }
}
