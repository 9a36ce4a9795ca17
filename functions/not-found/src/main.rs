//! 存在しない宛先: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), not_found::NEEDS)?;
    let deps = start.edge()?;
    run(|request| not_found::respond(&deps, request)).await
}
