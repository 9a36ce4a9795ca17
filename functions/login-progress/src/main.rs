//! ログインの途中再開、中止、セッションの再取得: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), login_progress::NEEDS)?;
    let deps = start.logins()?;
    run(|request| login_progress::respond(&deps, request)).await
}
