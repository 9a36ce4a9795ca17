//! 監査記録: the wiring, with everything that the function can use.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), keep_audit::NEEDS)?;
    let archive = start.archive()?;
    let archive = &archive;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<serde_json::Value>| async move {
            keep_audit::handle(archive, event.payload).await
        },
    ))
    .await
}
