//! パスワードの変更と本人確認: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), my_password::NEEDS)?;
    let keys = start.keys().await?;
    let deps = my_password::Deps {
        sessions: start.sessions()?,
        passwords: start.passwords(keys.clone())?,
        keys,
    };
    run(|request| my_password::respond(&deps, request)).await
}
