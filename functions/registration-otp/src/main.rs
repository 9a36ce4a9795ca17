//! ワンタイムパスワード認証（初回利用登録）: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), registration_otp::NEEDS)?;
    let deps = registration_otp::Deps {
        flows: start.registrations()?,
        keys: start.keys().await?,
    };
    run(|request| registration_otp::respond(&deps, request)).await
}
