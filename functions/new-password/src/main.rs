//! 新しいパスワードと利用規約への同意: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), new_password::NEEDS)?;
    let keys = start.keys().await?;
    let deps = new_password::Deps {
        flows: start.logins()?,
        passwords: start.passwords(keys.clone())?,
        keys,
    };
    run(|request| new_password::respond(&deps, request)).await
}
