//! ログイン情報の入力: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), login::NEEDS)?;
    let keys = start.keys().await?;
    let deps = login::Deps {
        flows: start.logins()?,
        passwords: start.passwords(keys.clone())?,
        keys,
    };
    run(|request| login::respond(&deps, request)).await
}
