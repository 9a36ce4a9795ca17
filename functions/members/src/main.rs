//! ユーザ一覧: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), members::NEEDS)?;
    let deps = start.sessions()?;
    run(|request| members::respond(&deps, request)).await
}
