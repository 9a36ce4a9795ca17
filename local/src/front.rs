//! The one origin of the browser: the front's files, the API, and pages for development.

mod audit_page;
mod clock;
mod files;
mod gateway;
mod headers;
mod reload;
mod start_page;

pub use reload::Builds;

use crate::{
    clock::Advance,
    emulator::Emulator,
    faults::{Faults, Plan},
    html, mailbox,
    problem::{Problem, ProblemPages},
    ses::Postbox,
};
use axum::{
    Json, Router,
    extract::{Query, State, rejection::JsonRejection},
    http::{HeaderMap, Method, Uri, header},
    middleware::map_response,
    response::{Redirect, Response},
    routing::{any, get},
};
use clock::ClockRoutes;
use files::Files;
use gateway::Gateway;
use portal::problem::Kind;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    fmt::Display,
    io,
    path::{Path, PathBuf},
};

/// The files and functions of the dev server.
#[derive(Clone, Debug)]
pub struct FrontOptions {
    /// The folder of the built front. A placeholder page is served while it does not exist.
    pub web: Option<PathBuf>,
    /// Tells its pages that there is a new build; without it they do not reload.
    pub builds: Option<Builds>,
    /// A JSON file with the name and value of each setting in force.
    pub settings: Option<PathBuf>,
    /// The file in which `keep-audit` stores the acts.
    pub audit: Option<PathBuf>,
    /// Advances the time of the functions; `None` if they are release builds.
    pub advance: Option<Advance>,
    /// Whether the origin is HTTPS.
    pub tls: bool,
    /// The README that the start page links to, if it exists.
    pub readme: Option<PathBuf>,
    /// The base URL of the problem pages.
    pub problems: ProblemPages,
}

#[derive(Clone)]
struct Site {
    web: Option<Files>,
    settings: Option<PathBuf>,
    audit: Option<PathBuf>,
    readme: Option<PathBuf>,
    problems: ProblemPages,
    faults: Option<Faults>,
}

/// All routes of the origin.
pub fn router(options: FrontOptions, emulator: Emulator, postbox: Postbox, faults: Option<Faults>) -> Router {
    let FrontOptions {
        web,
        builds,
        settings,
        audit,
        advance,
        tls,
        readme,
        problems,
    } = options;
    let reload = builds.clone().map_or_else(Router::new, |builds| {
        Router::new()
            .route(
                "/_dev/reload.js",
                get(async || html::file("text/javascript; charset=utf-8", reload::SCRIPT)),
            )
            .route("/_dev/reload", get(reload::tell))
            .with_state(builds)
    });
    let gateway = Gateway::new(emulator, problems.clone(), if tls { "https" } else { "http" });
    let to_api = any(gateway::to_api).with_state(gateway.clone());
    let to_simulator = any(gateway::to_simulator).with_state(gateway);
    let clock_routes = ClockRoutes {
        advance,
        problems: problems.clone(),
    };
    let router = Router::new()
        .route("/api", to_api.clone())
        .route("/api/", to_api.clone())
        .route("/api/{*path}", to_api)
        .route("/_dev/offices", to_simulator.clone())
        .route("/_dev/offices/{user_id}", to_simulator.clone())
        .route("/_dev/claims", to_simulator)
        .route("/_dev", get(async || Redirect::permanent("/_dev/")))
        .route(
            "/_dev/",
            get(async |State(site): State<Site>| start_page::menu(site.readme().is_some())),
        )
        .route("/_dev/settings", get(show_settings))
        .route("/_dev/audit", get(show_audit))
        .route(
            "/_dev/clock",
            get(clock::show).put(clock::forwards).with_state(clock_routes),
        )
        .route("/_dev/faults", get(show_faults).put(set_faults))
        .route("/_dev/readme", get(show_readme))
        .route("/_dev/{*path}", any(not_found))
        .method_not_allowed_fallback(not_found)
        .fallback(show_file)
        .with_state(Site {
            web: web.map(|folder| Files { folder, builds }),
            settings,
            audit,
            readme,
            problems: problems.clone(),
            faults,
        })
        .merge(reload)
        .merge(mailbox::router(postbox, problems));
    if tls {
        router.layer(map_response(without_hsts))
    } else {
        router
    }
}

/// `Strict-Transport-Security` would bind all of `localhost` to HTTPS, long after this stack has ended.
async fn without_hsts(mut response: Response) -> Response {
    response.headers_mut().remove(header::STRICT_TRANSPORT_SECURITY);
    response
}

impl Site {
    /// The README, if it exists.
    fn readme(&self) -> Option<&Path> {
        self.readme.as_deref().filter(|readme| readme.is_file())
    }

    fn unreadable(&self, file: &Path, error: &dyn Display) -> Problem {
        tracing::error!(file = %file.display(), %error, "a file cannot be read");
        self.problems.problem(Kind::TemporarilyUnavailable)
    }
}

async fn show_settings(State(site): State<Site>) -> Result<Json<Map<String, Value>>, Problem> {
    let Some(file) = &site.settings else {
        return Ok(Json(Map::new()));
    };
    // Read each time: the functions may be restarted with other settings.
    let bytes = tokio::fs::read(file)
        .await
        .map_err(|error| site.unreadable(file, &error))?;
    serde_json::from_slice(&bytes)
        .map(Json)
        .map_err(|error| site.unreadable(file, &error))
}

async fn show_audit(
    State(site): State<Site>,
    Query(asked): Query<audit_page::AuditQuery>,
) -> Result<Response, Problem> {
    let text = match &site.audit {
        None => String::new(),
        Some(file) => match tokio::fs::read_to_string(file).await {
            Ok(text) => text,
            // No act yet.
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(site.unreadable(file, &error)),
        },
    };
    Ok(audit_page::audit(&text, &asked))
}

/// The plan and its effects.
async fn show_faults(State(site): State<Site>) -> Result<Json<Value>, Problem> {
    let faults = site.faults.as_ref();
    let faults = faults.ok_or_else(|| site.problems.problem(Kind::NotFound))?;
    Ok(Json(faults.report()))
}

#[derive(Deserialize)]
struct NewPlan {
    plan: String,
}

/// Sets another plan; an empty one has no faults.
async fn set_faults(
    State(site): State<Site>,
    body: Result<Json<NewPlan>, JsonRejection>,
) -> Result<Json<Value>, Problem> {
    let faults = site.faults.as_ref();
    let faults = faults.ok_or_else(|| site.problems.problem(Kind::NotFound))?;
    let plan = body
        .ok()
        .and_then(|Json(NewPlan { plan })| plan.parse::<Plan>().ok())
        .ok_or_else(|| site.problems.problem(Kind::UnreadableRequest))?;
    faults.set(plan);
    Ok(Json(faults.report()))
}

async fn show_readme(State(site): State<Site>) -> Result<String, Problem> {
    let file = site
        .readme()
        .ok_or_else(|| site.problems.problem(Kind::NotFound))?;
    tokio::fs::read_to_string(file)
        .await
        .map_err(|error| site.unreadable(file, &error))
}

async fn not_found(State(site): State<Site>) -> Problem {
    site.problems.problem(Kind::NotFound)
}

async fn show_file(State(site): State<Site>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let builds = site.web.as_ref().and_then(|files| files.builds.as_ref());
    match &site.web {
        Some(files) if files.are_there() => files.serve(&method, uri.path(), &headers).await,
        _ if uri.path() == "/" => start_page::welcome(site.readme().is_some(), builds),
        _ => start_page::not_found(builds),
    }
}
