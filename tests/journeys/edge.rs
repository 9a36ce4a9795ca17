//! The entry through CloudFront: the origin secret and the viewer's address.

use platform::http::{ORIGIN_SECRET, OriginSecrets};
use portal::steps;
use testkit::{Clerk, Settings, World};

/// What `printf %s current | sha256sum` and `printf %s next | sha256sum` print.
const DIGESTS: &str = "97b0560280ed60a5a1eaa1bc45492543c8a986ad5a25b468c427eb83c3e88191,c6c1c9a9c8543f1e4cd980064cf1625eeb61a90703b2464fff039f21682508b3";

async fn behind_cloudfront() -> World {
    let mut settings = Settings::default();
    settings.limits.refused_starts_per_network = 3;
    settings.origin_secrets = OriginSecrets::read(DIGESTS).unwrap();
    World::with(settings).await
}

/// A browser whose requests CloudFront forwards, with this secret and its address.
fn through_cloudfront(world: &World, secret: &str, viewer: &str) -> Clerk {
    let mut clerk = world.clerk();
    clerk.headers = vec![
        (ORIGIN_SECRET.to_owned(), secret.to_owned()),
        ("cloudfront-viewer-address".to_owned(), viewer.to_owned()),
    ];
    clerk
}

#[tokio::test]
async fn every_step_refuses_a_request_that_did_not_come_through_cloudfront() {
    let world = behind_cloudfront().await;
    let mut direct = world.clerk();
    let mut guesses = through_cloudfront(&world, "guessed", "203.0.113.1:50000");
    for step in steps::STEPS {
        for caller in [&mut direct, &mut guesses] {
            let answer = caller
                .calls(step.method.name(), &step.path.replace("{id}", "0"))
                .await;
            answer.is_told("foreign-origin").is(403);
        }
    }
    direct.calls("GET", "/nowhere").await.is(403);
    // Both valid secrets are accepted, so that the one can replace the other.
    for secret in ["current", "next"] {
        let mut viewer = through_cloudfront(&world, secret, "203.0.113.1:50000");
        viewer.calls("GET", "/terms").await.is(200);
        viewer.calls("GET", "/nowhere").await.is_told("not-found");
    }
}

/// G18: behind CloudFront the network is the viewer's, whatever CloudFront's own address is.
#[tokio::test]
async fn behind_cloudfront_each_viewers_network_has_its_own_budget() {
    let world = behind_cloudfront().await;
    let refused = async |viewer: &str, edge: &str, code: &str| {
        let mut stranger = through_cloudfront(&world, "current", viewer);
        edge.clone_into(&mut stranger.source_ip);
        stranger.logs_in("unknown@example.jp", "x").await.is_told(code);
    };
    // Three refused starts of one viewer, by different ports and edges, and the fourth is not judged.
    for (port, edge) in [
        (50_000, "192.0.2.1"),
        (50_001, "192.0.2.2"),
        (50_002, "192.0.2.3"),
    ] {
        refused(&format!("203.0.113.1:{port}"), edge, "wrong-credentials").await;
    }
    refused("203.0.113.1:50003", "192.0.2.4", "too-many-requests").await;
    // Another viewer at the same edge is not affected.
    refused("203.0.113.2:50000", "192.0.2.1", "wrong-credentials").await;
    // An IPv6 network is its first 64 bits.
    for viewer in [
        "2001:db8:0:1::1:443",
        "2001:db8:0:1::2:443",
        "2001:db8:0:1:ffff::3:443",
    ] {
        refused(viewer, "192.0.2.1", "wrong-credentials").await;
    }
    refused("2001:db8:0:1::4:443", "192.0.2.1", "too-many-requests").await;
    refused("2001:db8:0:2::1:443", "192.0.2.1", "wrong-credentials").await;
}
