//! セキュリティコードの入力: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), security_code::NEEDS)?;
    let deps = security_code::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
        claims: start.claims()?,
    };
    run(|request| security_code::respond(&deps, request)).await
}
