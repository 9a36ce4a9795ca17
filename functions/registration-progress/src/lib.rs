//! 初回利用登録の途中再開と中止 — the progress of a registration, and its end.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call};
use portal::registration::Registration;
use portal::steps::Step;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Flows<Registration>, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| step(flows, call)).await
}

/// Answers a call.
pub async fn step(flows: &Flows<Registration>, call: Call) -> Answer {
    match call.step {
        Step::ShowRegistration => show(flows, call).await,
        Step::CancelRegistration => flows.cancel(&call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn show(flows: &Flows<Registration>, call: Call) -> Answer {
    let flow = flows.open(&call).await?;
    flows.answer(&flow.item, call.now).await
}
