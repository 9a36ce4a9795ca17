//! The mails under `/_dev`, as JSON for tests and as a page for people.

mod page;
mod secret;

use crate::{
    html::{file, uncached},
    problem::{Problem, ProblemPages},
    ses::{Mail, MailOutcome, Postbox},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, put},
};
use portal::problem::Kind;
use serde::{Deserialize, Serialize};

const STYLE: &str = include_str!("../assets/dev.css");
const SCRIPT: &str = include_str!("../assets/mailbox.js");

/// The routes of the mailbox, with their full paths.
pub fn router(postbox: Postbox, problems: ProblemPages) -> Router {
    Router::new()
        .route("/_dev/mails", get(list).delete(clear))
        .route("/_dev/mail-behaviour/{address}", put(behave))
        .route("/_dev/mailbox", get(show))
        .route(
            "/_dev/mailbox.js",
            get(async || file("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route(
            "/_dev/dev.css",
            get(async || file("text/css; charset=utf-8", STYLE)),
        )
        .method_not_allowed_fallback(async |State(room): State<Mailroom>| {
            room.problems.problem(Kind::NotFound)
        })
        .with_state(Mailroom { postbox, problems })
}

#[derive(Clone)]
struct Mailroom {
    postbox: Postbox,
    problems: ProblemPages,
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

impl Filter {
    /// The matching mails, newest first.
    fn mails(&self, postbox: &Postbox) -> Vec<Mail> {
        match self.address() {
            Some(address) => postbox.mails_to(&address),
            None => postbox.mails(),
        }
    }

    /// The address in the query, if there is one. A query encodes a space as `+`, and addresses contain `+` but no
    /// spaces.
    fn address(&self) -> Option<String> {
        let address = self.to.as_deref()?.trim_end().replace(' ', "+");
        Some(address).filter(|address| !address.is_empty())
    }
}

/// A mail on the wire.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownMail {
    id: String,
    sent_at: String,
    from: String,
    to: String,
    subject: String,
    text: String,
}

impl From<Mail> for ShownMail {
    fn from(mail: Mail) -> Self {
        let Mail {
            id,
            sent_at,
            from,
            to,
            subject,
            text,
            tags: _,
        } = mail;
        Self {
            id,
            sent_at: sent_at.to_string(),
            from,
            to,
            subject,
            text,
        }
    }
}

async fn list(State(room): State<Mailroom>, Query(filter): Query<Filter>) -> Response {
    let shown: Vec<ShownMail> = filter
        .mails(&room.postbox)
        .into_iter()
        .map(ShownMail::from)
        .collect();
    uncached(Json(shown).into_response())
}

async fn clear(State(room): State<Mailroom>) -> StatusCode {
    room.postbox.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    outcome: MailOutcome,
}

async fn behave(
    State(room): State<Mailroom>,
    Path(address): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let unreadable = || room.problems.problem(Kind::UnreadableRequest);
    let Behaviour { outcome } = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    if !address.contains('@') {
        return Err(unreadable());
    }
    room.postbox.set_outcome(&address, outcome);
    Ok(StatusCode::NO_CONTENT)
}

async fn show(State(room): State<Mailroom>, Query(filter): Query<Filter>) -> Response {
    page::mailbox(
        &filter.mails(&room.postbox),
        filter.address().as_deref(),
        &room.postbox,
    )
}
