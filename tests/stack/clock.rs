//! Time that is moved forwards: all functions and the mails go by it at once.

use serde_json::json;

use crate::Browser;

#[tokio::test]
async fn a_code_is_over_for_every_function_once_the_clock_was_moved_behind_its_end() {
    let mut taro = Browser::new();
    let mail = taro.asks_for_a_code("KJ7", 5_000_000_000).await;
    let code = json!({ "code": taro.mailed(&mail, "ワンタイムパスワード：").await });

    let (status, before) = taro.sends("GET", "/_dev/clock", None).await;
    assert_eq!(status, 200, "{before}");
    let forwards = json!({ "advanceSeconds": 601 });
    let (status, after) = taro.sends("PUT", "/_dev/clock", Some(forwards)).await;
    assert_eq!(status, 200, "{after}");
    let ahead = |clock: &serde_json::Value| clock["aheadSeconds"].as_i64().unwrap();
    assert_eq!(ahead(&after), ahead(&before) + 601);

    // Four processes serve each function: every one of them sees it.
    for _ in 0..8 {
        let (_, refused) = taro
            .sends("POST", "/api/v1/registration/otp", Some(code.clone()))
            .await;
        assert_eq!(refused["code"], "code-expired", "{refused}");
    }
    taro.calls("POST", "/registration/otp/resend", None, 200).await;
    let now = after["now"].as_str().unwrap();
    for _ in 0..100 {
        let (_, mails) = taro.sends("GET", &format!("/_dev/mails?to={mail}"), None).await;
        // RFC 3339 in UTC: the order of the texts is that of the times, to the second.
        if mails[0]["sentAt"].as_str().unwrap()[..19] >= now[..19] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("no mail was sent after {now}");
}
