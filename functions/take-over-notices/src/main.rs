//! 引き継ぎのお知らせ: the wiring, with everything that the function can use.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::clock::Clock;
use platform::random::Random;
use platform::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), take_over_notices::NEEDS)?;
    let deps = take_over_notices::Deps {
        table: start.table()?,
        clock: Clock::System,
        random: Random::System,
        limits: start.config.limits.clone(),
    };
    let deps = &deps;
    lambda_runtime::run(service_fn(move |_: LambdaEvent<serde_json::Value>| async move {
        take_over_notices::handle(deps).await
    }))
    .await
}
