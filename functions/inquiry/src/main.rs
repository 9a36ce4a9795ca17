//! お問い合わせ: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), inquiry::NEEDS)?;
    let deps = inquiry::Deps {
        edge: start.edge()?,
        table: start.table()?,
        keys: start.keys().await?,
    };
    run(|request| inquiry::respond(&deps, request)).await
}
