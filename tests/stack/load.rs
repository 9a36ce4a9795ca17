//! More requests of one route at once than the emulator's queue has places.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use portal::steps::{BASE, STEPS};
use serde_json::{Value, json};

use crate::{Browser, says};

/// How long the requests may take, on a machine that has other things to do as well.
const MOST: Duration = Duration::from_mins(3);

/// Sends so many requests of one route at once, from a browser without cookies; how often each status came.
async fn parallel(count: u32, method: &str, path: &str) -> BTreeMap<u16, u32> {
    many_of(&Browser::new(), count, method, path, None).await
}

/// The same from this browser, with a body.
async fn many_of(
    browser: &Browser,
    count: u32,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> BTreeMap<u16, u32> {
    let began = Instant::now();
    let asking: Vec<_> = (0..count)
        .map(|_| {
            let request = browser.request(method, path, body.as_ref());
            tokio::spawn(request.timeout(MOST).send())
        })
        .collect();
    let mut statuses = BTreeMap::new();
    for asked in asking {
        let answer = asked.await.unwrap().expect("an answer");
        *statuses.entry(answer.status().as_u16()).or_default() += 1;
    }
    let took = began.elapsed().as_secs_f64();
    says(&format!(
        "{count} of {method} {path} in {took:.1} s: {statuses:?}"
    ));
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_at_once_are_all_answered() {
    assert_eq!(
        parallel(1000, "GET", "/api/v1/terms").await,
        BTreeMap::from([(200, 1000)])
    );
    let codes = parallel(1000, "POST", "/api/v1/login/otp").await;
    assert_eq!(codes.values().sum::<u32>(), 1000);
    assert!(codes.keys().all(|status| *status < 500), "{codes:?}");
}

/// All read one item, and the first ones write it.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_wrong_codes_of_one_registration_at_once_are_all_answered() {
    let mut taro = Browser::new();
    taro.asks_for_a_code("KJ8", 7_000_000_000).await;
    let wrong = json!({ "code": "000000" });
    let codes = many_of(&taro, 1000, "POST", "/api/v1/registration/otp", Some(wrong)).await;
    assert_eq!(codes.values().sum::<u32>(), 1000);
    assert!(codes.keys().all(|status| *status < 500), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_stops_answering_after_many_requests() {
    for step in STEPS {
        let path = format!("{BASE}{}", step.path);
        let statuses = parallel(150, step.method.name(), &path).await;
        assert!(
            statuses.keys().all(|status| *status < 500),
            "{path}: {statuses:?}"
        );
    }
    assert_eq!(
        parallel(1, "GET", "/api/v1/terms").await,
        BTreeMap::from([(200, 1)])
    );
}
