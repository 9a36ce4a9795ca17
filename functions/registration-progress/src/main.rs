//! 初回利用登録の途中再開と中止: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), registration_progress::NEEDS)?;
    let deps = start.registrations()?;
    run(|request| registration_progress::respond(&deps, request)).await
}
