//! 利用規約: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), terms::NEEDS)?;
    let deps = start.logins()?;
    run(|request| terms::respond(&deps, request)).await
}
