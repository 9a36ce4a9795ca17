//! 引き継ぎの停止: the wiring, with everything that the step can use.

use lambda_http::Error;
use platform::start::{run, start};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), stop_take_over::NEEDS)?;
    let deps = stop_take_over::Deps {
        sessions: start.sessions()?,
        keys: start.keys().await?,
    };
    run(|request| stop_take_over::respond(&deps, request)).await
}
