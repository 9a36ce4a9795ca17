//! メールアドレスの変更: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), my_email::NEEDS)?;
    let deps = my_email::Deps {
        sessions: start.sessions()?,
        keys: start.keys().await?,
    };
    run(|request| my_email::respond(&deps, request)).await
}
