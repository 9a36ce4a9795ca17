//! 介護情報基盤ポータル利用規約 — the text, and the record that it was shown.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::Flows;
use platform::http::{Answer, Call, Success};
use platform::store::Consistency;
use platform::wire;
use portal::login::{Login, Stage};
use portal::problem::Kind;
use portal::steps::{Field, Step};
use portal::values::FieldCode;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(flows: &Flows<Login>, request: Request) -> Response<Body> {
    flows.edge.serve(request, |call| step(flows, call)).await
}

/// Answers a call.
pub async fn step(flows: &Flows<Login>, call: Call) -> Answer {
    match call.step {
        Step::ShowTerms => Ok(Success::json(wire::terms(flows.terms()))),
        Step::MarkTermsShown => mark_shown(flows, call).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

async fn mark_shown(flows: &Flows<Login>, call: Call) -> Answer {
    let now = call.now;
    let version = flows.terms().version;
    let typed = call.fields.text(Field::ShownVersion);
    let is_expected =
        |flow: &Login| typed == Some(version) && matches!(flow.stage, Stage::NewPassword { shown: None, .. });
    let flow = flows.open_recent(&call, is_expected).await?;
    // A log-in whose member or credential is gone is over.
    let (flow, ..) = flows.follow_account(flow, Consistency::Eventual, now).await?;
    if !matches!(flow.item.stage, Stage::NewPassword { .. }) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    let required = |text: &str| {
        if text.is_empty() {
            Err(FieldCode::Required)
        } else {
            Ok(text.to_owned())
        }
    };
    if call.field(Field::ShownVersion, required)? != version {
        return Err(flows.refuse(&flow.item, Kind::TermsOutdated, now).await);
    }
    let flow = flows
        .decide(flow, now, |current| Ok(current.show_terms(version, now)))
        .await?;
    flows.answer(&flow.item, now).await
}
