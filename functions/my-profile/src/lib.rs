//! 登録情報の変更 — one's own profile, the address excepted.

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::http::{Answer, Call, Success};
use platform::session::Sessions;
use portal::form::{Problems, ProfileForm};
use portal::problem::Refusal;

/// What this function needs of its environment.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// Answers a request.
pub async fn respond(sessions: &Sessions, request: Request) -> Response<Body> {
    sessions.edge.serve(request, |call| step(sessions, call)).await
}

/// Answers a call.
pub async fn step(sessions: &Sessions, call: Call) -> Answer {
    let now = call.now;
    let mut signed_in = sessions.signed_in(&call).await?;
    let form = ProfileForm::of(|field| call.fields.text(field));
    form.changing(&signed_in.member.profile, call.problems())
        .map_err(Refusal::invalid)?;
    signed_in.member = sessions
        .decide(&signed_in, now, |account, member, by| {
            // A field that was not sent keeps its stored value, even one that changed in between.
            let profile = form
                .changing(&member.profile, Problems::default())
                .map_err(Refusal::invalid)?;
            Ok(account.change_profile(member, by, profile, now, &sessions.edge.limits))
        })
        .await?;
    Ok(Success::json(sessions.me(&signed_in, now).await?))
}
