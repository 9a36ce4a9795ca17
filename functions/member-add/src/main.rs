//! ユーザ新規登録と初期パスワードの再発行: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), member_add::NEEDS)?;
    let deps = member_add::Deps {
        sessions: start.sessions()?,
        keys: start.keys().await?,
    };
    run(|request| member_add::respond(&deps, request)).await
}
