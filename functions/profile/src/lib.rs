//! 新規ユーザ登録情報の入力 — the whole profile is normalised, and all problems are reported at once.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::form::ProfileForm;
use portal::problem::Refusal;
use portal::registration::Registration;
use portal::values::{AccountKey, OfficeName};

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
    let now = call.now;
    let flow = flows.open(&call).await?;
    let seats = flows.seats_of(&flow.item, now).await?;
    let (office, replaces) = flows
        .require(&flow.item, flow.item.may_enter_profile(&seats), now)
        .await?;
    let office = office.clone();
    let form = ProfileForm::of(|field| call.fields.text(field));
    let profile = form.parse(call.problems()).map_err(Refusal::invalid)?;

    // An early check for the person: 登録する decides by a condition whether the address can be claimed. A refusal
    // counts, so it needs a strong read.
    let key = profile.email.key();
    if !may_be_claimed(flows, &key, Consistency::Eventual, &office, now).await?
        && !may_be_claimed(flows, &key, Consistency::Strong, &office, now).await?
    {
        return Err(flows.refuse_address(flow, &key, now).await?);
    }
    let before = flow.item.stage.clone();
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_profile(
                &before,
                office.clone(),
                profile.clone(),
                replaces.clone(),
                &flows.edge.limits,
            ))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

/// Whether the office may claim the address.
async fn may_be_claimed(
    flows: &Flows<Registration>,
    key: &AccountKey,
    consistency: Consistency,
    office: &OfficeName,
    now: Timestamp,
) -> Result<bool, Stop> {
    let account: Option<Stored<Account>> = flows.table.get(key, consistency).await?;
    Ok(account.is_none_or(|stored| stored.item.may_be_claimed_by(office, now, &flows.edge.limits)))
}
