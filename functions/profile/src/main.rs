//! 新規ユーザ登録情報の入力: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), profile::NEEDS)?;
    let deps = start.registrations()?;
    run(|request| profile::respond(&deps, request)).await
}
