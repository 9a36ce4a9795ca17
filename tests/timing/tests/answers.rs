//! All refused log-ins get the same answer, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

use testkit::Settings;
use timing::scene::{Class, Scene};

/// Status, headers and body, without the request id.
type Told = (u16, Vec<(String, String)>, String);

async fn told(scene: &mut Scene, class: Class) -> Told {
    let caller = scene.caller(class, 0).clone();
    scene.reset(&caller).await;
    let request = scene.request(&caller);
    let response = scene.world.sends(request).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(body.contains(&id), "the body names the request");
    (response.status().as_u16(), headers, body.replace(&id, "…"))
}

/// an answer does not reveal whether an address is known, active, waiting, stopped, locked out or expired.
#[tokio::test]
async fn every_refused_log_in_gets_the_same_answer_byte_for_byte() {
    let mut scene = Scene::set(Settings::default().limits, 1).await;
    let unknown = told(&mut scene, Class::Unknown).await;
    assert_eq!(unknown.0, 401);
    assert!(unknown.2.contains("\"wrong-credentials\""));
    assert!(unknown.1.iter().all(|(name, _)| name != "set-cookie"));
    for class in Class::ALL {
        assert_eq!(told(&mut scene, class).await, unknown, "{}", class.name());
    }
}

/// The callers are set up correctly: without its one reason, each of them gets in.
#[tokio::test]
async fn each_class_is_refused_for_its_own_reason_alone() {
    let mut scene = Scene::set(Settings::default().limits, 1).await;
    let limits = scene.world.settings.limits.clone();
    // The stop of codes passes, and the lockout is lifted; what is wrong, unknown, off or free stays so.
    scene
        .world
        .wait(i64::try_from(limits.code_first_stop.count()).unwrap());
    for class in Class::ALL {
        let caller = scene.caller(class, 0).clone();
        scene.reset(&caller).await;
        if class == Class::ActiveLockedOut {
            scene.lift_lockout(&caller).await;
        }
        let request = scene.request(&caller);
        let status = scene.world.sends(request).await.status().as_u16();
        let gets_in = matches!(class, Class::ActiveLockedOut | Class::Stopped);
        assert_eq!(status == 200, gets_in, "{}: {status}", class.name());
    }
}
