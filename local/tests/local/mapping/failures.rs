//! Records on which a function fails.

use super::{Noted, mapping, options, queue, report};
use crate::support::{START, engine};
use portal_local::{
    function::InvokeError,
    mapping::{MappingError, MappingOptions, Reason},
};
use serde_json::Value;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn after_a_partial_failure_the_function_gets_the_rest_again() {
    let engine = engine().await;
    queue(&engine, &["A#1", "B#1", "C#1"]).await;
    let noted = Noted::default();
    let first = Mutex::new(true);
    let function = noted.function(move |_, event| {
        let failed: &[&str] = if std::mem::take(&mut *first.lock().unwrap()) {
            &["B#1"]
        } else {
            &[]
        };
        Ok(report(event, failed))
    });
    let tally = mapping(&engine, function, options()).drain().await.unwrap();
    assert_eq!(noted.batches(), [vec!["A#1", "B#1", "C#1"], vec!["B#1", "C#1"]]);
    assert_eq!((tally.done, tally.dead), (3, 0));
}

#[tokio::test]
async fn a_batch_that_fails_is_halved_until_the_poison_is_alone_and_is_given_up() {
    let engine = engine().await;
    queue(&engine, &["A#1", "B#2", "MEMBER#taro@example.jp", "D#4"]).await;
    let noted = Noted::default();
    let function = noted.function(|keys, _| {
        if keys.iter().any(|key| key.starts_with("MEMBER#")) {
            Err(InvokeError::Failed("Runtime.UserCodeError".to_owned()))
        } else {
            Ok(Value::Null)
        }
    });
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("dead-letters.jsonl");
    let mut mapping = mapping(
        &engine,
        function,
        MappingOptions {
            dead_letters: Some(file.clone()),
            ..options()
        },
    );
    let tally = mapping.drain().await.unwrap();

    assert_eq!((tally.done, tally.dead), (3, 1));
    let poison = vec!["MEMBER#taro@example.jp"];
    assert_eq!(
        noted.batches(),
        [
            vec!["A#1", "B#2", poison[0], "D#4"],
            vec!["A#1", "B#2"],
            vec![poison[0], "D#4"],
            poison.clone(),
            poison.clone(),
            poison,
            vec!["D#4"],
        ]
    );
    let letter = &mapping.dead_letters()[0];
    assert_eq!(
        (letter.key.as_str(), letter.attempts, letter.reason),
        ("MEMBER#…", 3, Reason::FunctionError)
    );
    assert_eq!(letter.at, START);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains(&letter.sequence_number));
    assert!(
        !written.contains("taro"),
        "a dead letter names a person: {written}"
    );
}

#[tokio::test]
async fn a_record_that_fails_waits_for_the_next_pass_without_holding_up_other_lanes() {
    let engine = engine().await;
    let others: Vec<String> = (0..20).map(|number| format!("OTHER#{number}")).collect();
    queue(&engine, &["SLOW#1"]).await;
    queue(&engine, &others.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let throttled = Arc::new(Mutex::new(true));
    let noted = Noted::default();
    let function = noted.function({
        let throttled = throttled.clone();
        move |_, event| {
            Ok(report(
                event,
                if *throttled.lock().unwrap() {
                    &["SLOW#1"]
                } else {
                    &[]
                },
            ))
        }
    });
    let mut mapping = mapping(
        &engine,
        function,
        MappingOptions {
            lanes: 64,
            ..options()
        },
    );

    let pass = mapping.poll_once().await.unwrap();
    assert_eq!(pass.dead, 0);
    assert!(
        pass.done >= 15,
        "one throttled record held up {} others",
        20 - pass.done
    );

    *throttled.lock().unwrap() = false;
    let tally = mapping.drain().await.unwrap();
    assert_eq!(pass.done + tally.done, 21);
    assert!(mapping.dead_letters().is_empty());
}

#[tokio::test]
async fn a_function_that_is_not_there_costs_no_record() {
    let engine = engine().await;
    queue(&engine, &["A#1"]).await;
    let there = Arc::new(Mutex::new(false));
    let noted = Noted::default();
    let function = noted.function({
        let there = there.clone();
        move |_, _| {
            let unavailable = InvokeError::Unavailable("connection refused".to_owned());
            if *there.lock().unwrap() {
                Ok(Value::Null)
            } else {
                Err(unavailable)
            }
        }
    });
    let mut mapping = mapping(&engine, function, options());
    for _ in 0..5 {
        assert!(matches!(
            mapping.drain().await,
            Err(MappingError::FunctionUnavailable(_))
        ));
    }
    *there.lock().unwrap() = true;
    assert_eq!(mapping.drain().await.unwrap().done, 1);
}
