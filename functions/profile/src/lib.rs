//! 新規ユーザ登録情報の入力 — the whole profile is normalised, and all problems are reported at once.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::form::ProfileForm;
use portal::problem::Refusal;
use portal::registration::{Registration, Replaced};
use portal::values::AccountKey;

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
    let (limits, now) = (&flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    let seats = flows.seats_of(&flow.item, now).await?;
    let (office, replaces) = flows
        .require(&flow.item, flow.item.may_enter_profile(&seats, now), now)
        .await?;
    let office = office.clone();
    let form = ProfileForm::of(|field| call.fields.text(field));
    let profile = form.parse(call.problems()).map_err(Refusal::invalid)?;

    // An early check for the person: 登録する decides by a condition whether the address can be claimed. A refusal
    // counts, so it needs a strong read.
    let key = profile.email.key();
    let may_be_claimed = |account: &Account| match &replaces {
        Some(Replaced::Everyone) => account.may_be_claimed_by_newcomer(&office, now, limits),
        Some(Replaced::Pending { .. }) | None => account.may_be_claimed_by(&office, now, limits),
    };
    if !is_free(flows, &key, Consistency::Eventual, may_be_claimed).await?
        && !is_free(flows, &key, Consistency::Strong, may_be_claimed).await?
    {
        return Err(flows.refuse_address(flow, &key, now).await?);
    }
    let before = flow.item.stage.clone();
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_profile(&before, office.clone(), profile.clone(), replaces.clone(), limits))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

/// Whether the address can be claimed, by this rule.
async fn is_free(
    flows: &Flows<Registration>,
    key: &AccountKey,
    consistency: Consistency,
    may_be_claimed: impl Fn(&Account) -> bool,
) -> Result<bool, Stop> {
    let account: Option<Stored<Account>> = flows.table.get(key, consistency).await?;
    Ok(account.is_none_or(|stored| may_be_claimed(&stored.item)))
}
