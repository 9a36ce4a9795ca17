//! 初回利用登録の途中再開と中止 — where a registration stands, and its end.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Success};
use platform::steps::Registrations;
use portal::registration::Registration;
use portal::steps::{Cookie, Step};

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Registrations, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| step(flows, call)).await
}

/// Answers a call.
pub async fn step(flows: &Registrations, call: Call) -> Answer {
    if call.step == Step::CancelRegistration {
        cancel(flows, call).await
    } else {
        show(flows, call).await
    }
}

async fn show(flows: &Registrations, call: Call) -> Answer {
    let flow = flows.flow(&call).await?;
    flows.answer(&flow.item, call.now).await
}

async fn cancel(flows: &Registrations, call: Call) -> Answer {
    let flow = flows.flow(&call).await?;
    call.no_fields()?;
    flows.table.forget::<Registration>(&flow.item.id).await?;
    Ok(Success::nothing().without_cookie(Cookie::Registration))
}
