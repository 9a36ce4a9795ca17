//! メールの送信: the wiring, with everything that the function can use.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform::clock::Clock;
use platform::config::Variable;
use platform::start::start;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start(env!("CARGO_PKG_NAME"), deliver_mail::NEEDS)?;
    let deps = deliver_mail::Deps::new(
        start.table()?,
        start.keys().await?,
        Clock::System,
        aws_sdk_sesv2::Client::new(&start.aws),
        deliver_mail::Sender {
            address: start.config.get(Variable::MailSender)?.to_owned(),
            configuration_set: start.config.get(Variable::MailConfigurationSet)?.to_owned(),
            portal_url: start.config.get(Variable::PortalUrl)?.to_owned(),
        },
    );
    let deps = &deps;
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<serde_json::Value>| async move {
            deliver_mail::handle(deps, event.payload).await
        },
    ))
    .await
}
