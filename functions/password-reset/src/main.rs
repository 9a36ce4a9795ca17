//! パスワードの再設定: the wiring, and so everything that the step may touch.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), password_reset::NEEDS)?;
    let deps = password_reset::Deps {
        flows: start.password_resets()?,
        keys: start.keys().await?,
    };
    run(|request| password_reset::respond(&deps, request)).await
}
