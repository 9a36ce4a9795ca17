//! 新規ユーザ登録情報の入力 — everything normalised, all problems at once.

use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Stop};
use platform::steps::Registrations;
use platform::store::{Consistency, Stored};
use portal::account::Account;
use portal::form::ProfileForm;
use portal::office::Claim;
use portal::problem::Refusal;
use portal::registration::{Registration, Replaced, Stage};
use portal::steps::Field;
use portal::values::{AccountKey, OfficeName};

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
    let now = call.now;
    let flow = flows.flow(&call).await?;
    let Some((office, replaces)) = editable(flows, &flow.item, &call).await? else {
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let text = |field| call.fields.text(field);
    let form = ProfileForm {
        email: text(Field::Email),
        name: text(Field::Name),
        name_kana: text(Field::NameKana),
        department: text(Field::Department),
        job_title: text(Field::JobTitle),
        phone: text(Field::Phone),
    };
    let profile = form.parse(call.problems()).map_err(Refusal::invalid)?;

    // Only a courtesy: whether the address is free is decided by a condition at 登録する. A no is looked at twice,
    // for it counts.
    let key = profile.email.key();
    if is_somebody_elses(flows, &key, Consistency::Eventual, &office, now).await?
        && is_somebody_elses(flows, &key, Consistency::Strong, &office, now).await?
    {
        return Err(flows.refuse_email(flow, now).await?);
    }
    let before = flow.item.stage.clone();
    let flow = flows
        .decide(flow, now, |current| {
            Ok(current.enter_profile(&before, office.clone(), profile.clone(), replaces.clone()))
        })
        .await?;
    flows.answer(&flow.item, now).await
}

/// The office and whom the profile replaces, where a profile may be entered or corrected.
async fn editable(
    flows: &Registrations,
    flow: &Registration,
    call: &Call,
) -> Result<Option<(OfficeName, Option<Replaced>)>, Stop> {
    Ok(match &flow.stage {
        Stage::Profile { office } => Some((office.clone(), None)),
        Stage::Confirm { office, replaces, .. } => Some((office.clone(), replaces.clone())),
        Stage::AlreadyRegistered { office } => {
            match flows.seats(office, Consistency::Strong, call.now).await?.0.claim {
                Claim::Pending { member, account } => {
                    Some((office.clone(), Some(Replaced { member, account })))
                }
                Claim::Free => Some((office.clone(), None)),
                Claim::Taken => None,
            }
        }
        Stage::SecurityCode { .. } | Stage::Otp { .. } | Stage::Completed { .. } => None,
    })
}

/// Whether the address belongs to somebody of another office, or to a colleague who has come. A member of this office
/// who has not may be corrected, or be what an earlier 登録する made whose answer was lost.
async fn is_somebody_elses(
    flows: &Registrations,
    key: &AccountKey,
    consistency: Consistency,
    office: &OfficeName,
    now: Timestamp,
) -> Result<bool, Stop> {
    let account: Option<Stored<Account>> = flows.table.get(key, consistency).await?;
    let owner = account
        .as_ref()
        .and_then(|stored| stored.item.owner(now, &flows.edge.limits));
    Ok(owner.is_some_and(|owner| owner.office.number != office.number || !owner.is_pending()))
}
