//! 新しいパスワードと利用規約への同意 — 「パスワードを変更する」.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Stop};
use platform::keys::Keys;
use platform::new_password::check_new_password;
use platform::passwords::PasswordHasher;
use platform::store::Consistency;
use portal::account::Member;
use portal::login::{self, Login, Stage, TermsRefusal};
use portal::problem::{Kind, Refusal};
use portal::steps::Field;
use portal::take_over::Completing;
use portal::values::FieldCode;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// Log-ins.
    pub flows: Flows<Login>,
    /// Hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Derives initial passwords.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    deps.flows
        .edge
        .serve(request, |call| Box::pin(step(deps, call)))
        .await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    let (flows, now) = (&deps.flows, call.now);
    let flow = flows.open(&call).await?;
    let (flow, account, member) = flows.follow_account(flow, Consistency::Eventual, now).await?;
    let Stage::NewPassword { required, shown, .. } = &flow.item.stage else {
        // Among other stages: an earlier request completed the log-in, and its answer was lost.
        return Err(flows.wrong_step(&flow.item, now).await);
    };
    let agreed = call.fields.text_in(Field::AgreedTerms, Field::AgreedVersion);
    let agreement = match login::check_terms(shown.as_ref(), agreed, flows.terms(), now) {
        Ok(agreement) => agreement,
        Err(why) => {
            let kind = match why {
                TermsRefusal::Outdated => Kind::TermsOutdated,
                TermsRefusal::NotShown => Kind::TermsNotShown,
                TermsRefusal::NotAgreed => Kind::TermsNotAgreed,
            };
            return Err(flows.refuse(&flow.item, kind, now).await);
        }
    };
    let hash = new_hash(deps, &call, *required, &member).await?;

    let new = flows.new_session(&flow.item, &account.item, &call)?;
    let credential_version = match &hash {
        // The newcomer's first log-in completes the take-over.
        Some(hash) if member.is_newcomer() => {
            let completing = Completing {
                login: &flow.item,
                hash,
                agreement: &agreement,
                gained: &new.gained,
            };
            Box::pin(flows.complete_take_over(&completing, now)).await?
        }
        _ => {
            let hash = hash.as_ref();
            Box::pin(flows.complete(&flow.item, account, hash, &agreement, &new.gained, now)).await?
        }
    };
    flows.store_pointer(&new.gained.session, &flow.item, now).await?;
    let completed = Login {
        credential_version,
        ..flow.item.at(Stage::MyPage)
    };
    // Cancelled or logged out meanwhile: the password is changed, but no session is created.
    flows.bring_up(flow, &completed).await?;
    Ok(new.hand_over(flows.answer(&completed, now).await?))
}

/// The hash of the new password, if one has to be set; otherwise all problems of the fields.
async fn new_hash(deps: &Deps, call: &Call, required: bool, member: &Member) -> Result<Option<String>, Stop> {
    let limits = &deps.flows.edge.limits;
    let mut problems = call.problems();
    let typed = call.fields.text(Field::NewPassword);
    if !required {
        // Only new terms are agreed to: a password in the request is an unknown field.
        let none = typed.map_or(Ok(()), |_| Err(FieldCode::UnknownField));
        let none = problems.take("", none);
        problems.finish(none).map_err(Refusal::invalid)?;
        return Ok(None);
    }
    let checked = check_new_password(typed, member, deps.passwords.as_ref(), &deps.keys, limits).await?;
    let checked = problems.take("/newPassword", checked);
    let password = problems.finish(checked).map_err(Refusal::invalid)?;
    Ok(Some(deps.passwords.hash(password).await?))
}
