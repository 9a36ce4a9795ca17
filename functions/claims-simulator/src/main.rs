//! 電子請求受付システムの代役, as a function: one table, the system's clock.

use std::convert::Infallible;

use claims_simulator::{Deps, NEEDS, handle};
use lambda_http::{Error, service_fn};
use platform::clock::Clock;
use platform::config::{Config, Variable};
use platform::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    let config = Config::from_env(NEEDS)?;
    let aws = platform::aws::from_env()?;
    let table = config.get(Variable::SimulatorTable)?;
    let deps = &Deps::new(aws_sdk_dynamodb::Client::new(&aws), table, || Clock::System.now());

    lambda_http::run(service_fn(async |request| {
        Ok::<_, Infallible>(handle(deps, request).await)
    }))
    .await
}
