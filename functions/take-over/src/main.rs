//! 引き継ぎの申請と取り下げ: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), take_over::NEEDS)?;
    let deps = take_over::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
    };
    run(|request| take_over::respond(&deps, request)).await
}
