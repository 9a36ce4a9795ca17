//! パスワードの再設定 — the new password, once the mailed code was right.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::flow::{Flows, no_flow};
use platform::http::{Answer, Call};
use platform::keys::Keys;
use platform::new_password::check_new_password;
use platform::passwords::PasswordHasher;
use portal::account::Account;
use portal::password_reset::{PasswordReset, Stage, Standing};
use portal::problem::Refusal;
use portal::steps::Field;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// What this step may touch.
#[derive(Clone)]
pub struct Deps {
    /// Resets.
    pub flows: Flows<PasswordReset>,
    /// Hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Initial passwords are derived with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows
        .edge
        .serve(request, |call| Box::pin(step(deps, call)))
        .await
}

/// Why the account was not written.
enum NotDone {
    Not(Standing),
    Broken(Fault),
}

impl From<Fault> for NotDone {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (flows, limits, now) = (&deps.flows, &deps.flows.edge.limits, call.now);
    let flow = flows.open(&call).await?;
    if !matches!(flow.item.stage, Stage::NewPassword { .. }) {
        return Err(flows.wrong_step(&flow.item, now).await);
    }
    let account = flows.account_of(&flow.item).await?;
    // Another request of this reset may have been first since the flow was opened.
    if flow.item.standing(account.as_ref().map(|account| &account.item)) == Standing::Done {
        let done = flow.item.done();
        flows.finish(flow).await?;
        return Err(flows.wrong_step(&done, now).await);
    }
    let member = account
        .as_ref()
        .and_then(|account| flow.item.member_in(&account.item))
        .ok_or_else(no_flow::<PasswordReset>)?;

    let mut problems = call.problems();
    let typed = call.fields.text(Field::NewPassword);
    let checked = check_new_password(typed, member, deps.passwords.as_ref(), &deps.keys, limits).await?;
    let checked = problems.take("/newPassword", checked);
    let password = problems.finish(checked).map_err(Refusal::invalid)?;
    let hash = deps.passwords.hash(password).await?;

    let complete = |before: Option<&Account>| flow.item.complete(before, &hash, now).map_err(NotDone::Not);
    match flows.table.change(account, complete).await {
        Ok(_) => {}
        Err(NotDone::Broken(fault)) => return Err(fault.into()),
        // A double click: the other request was first.
        Err(NotDone::Not(Standing::Done)) => {
            let done = flow.item.done();
            flows.finish(flow).await?;
            return Err(flows.wrong_step(&done, now).await);
        }
        Err(NotDone::Not(Standing::Open | Standing::Over)) => return Err(no_flow::<PasswordReset>()),
    }
    // Cancelled meanwhile: the password is set all the same.
    let done = flow.item.done();
    flows.finish(flow).await?;
    flows.answer(&done, now).await
}
