//! 初期パスワードの再送と再発行: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), resend_initial_password::NEEDS)?;
    let deps = resend_initial_password::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
    };
    run(|request| resend_initial_password::respond(&deps, request)).await
}
