//! 電子請求受付システム認証: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), claims_auth::NEEDS)?;
    let deps = claims_auth::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
        claims: start.claims()?,
    };
    run(|request| claims_auth::respond(&deps, request)).await
}
