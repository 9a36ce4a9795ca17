//! パスワードの再設定（新しいパスワード）: the wiring, and so everything that the step may touch.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), password_reset_password::NEEDS)?;
    let keys = start.keys().await?;
    let deps = password_reset_password::Deps {
        flows: start.password_resets()?,
        passwords: start.passwords(keys.clone())?,
        keys,
    };
    run(|request| password_reset_password::respond(&deps, request)).await
}
