//! ユーザの役割と停止: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), member_change::NEEDS)?;
    let deps = start.sessions()?;
    run(|request| member_change::respond(&deps, request)).await
}
