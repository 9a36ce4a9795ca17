//! ワンタイムパスワード認証（ログイン）: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), login_otp::NEEDS)?;
    let deps = login_otp::Deps {
        flows: start.logins()?,
        keys: start.keys().await?,
    };
    run(|request| login_otp::respond(&deps, request)).await
}
