//! メールの配達結果: the wiring, with everything that the function can use.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), mail_events::NEEDS)?;
    let table = start.table()?;
    let table = &table;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<serde_json::Value>| async move {
            mail_events::handle(table, event.payload).await
        },
    ))
    .await
}
