//! 入力情報の確認: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), confirm::NEEDS)?;
    let deps = confirm::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
    };
    run(|request| confirm::respond(&deps, request)).await
}
