//! 電子請求受付システムの代役 — implements the contract of `infra/claims-gateway.yaml`, with routes for trying it.
//!
//! It replaces the claims system on a developer's machine and on a test stage. It has invented offices only and shows
//! their passwords to every caller, so it must not be used in production.
//!
//! | request | what it does |
//! | --- | --- |
//! | `POST …/authentications`, `POST …/security-codes` | the contract |
//! | `GET …/_dev/offices` | every office with its credentials |
//! | `PUT …/_dev/offices/{userId}` | replaces an office and clears its tries |
//! | `GET`, `PUT …/_dev/claims` | the health of the system |
//!
//! The prefix of these paths does not matter: a function URL has none, a local emulator has the function's name, an
//! API has its stage.

mod fields;
mod http;
pub mod mode;
pub mod office;
pub mod seed;
mod table;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use serde::Serialize;
use serde_json::{Value, json};

use crate::fields::Fields;
use crate::http::{SimulatorRefusal, Success};
use crate::mode::Mode;
use crate::office::{
    CodeVerdict, Judgement, Office, PasswordVerdict, Tally, judge_password, judge_security_code,
};
use crate::table::{OfficeTable, StoreResult, VersionedOffice};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[Variable::SimulatorTable];

/// The delay of a slow system: within the portal's budget of five seconds, and long enough to be noticed.
pub const SLOW: Duration = Duration::from_secs(3);

/// The maximum size of a request, as in the contract.
const BODY_LIMIT: usize = 16 * 1024;

/// How often a try is judged again after conflicts. Each conflict changed the tally, and three wrong tries end the
/// conflicts, so only a fault can reach this.
const MAX_ROUNDS: u32 = 200;

/// The dependencies of the simulator: its table and the clock.
pub struct Deps {
    table: OfficeTable,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    slow: Duration,
}

impl Deps {
    /// The table must have the string key `pk`, and must not be shared.
    pub fn new(
        client: aws_sdk_dynamodb::Client,
        table_name: impl Into<String>,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self {
            table: OfficeTable::new(client, table_name.into()),
            clock: Box::new(clock),
            slow: SLOW,
        }
    }

    /// Replaces the delay [`SLOW`], for tests.
    #[must_use]
    pub fn with_slow(self, slow: Duration) -> Self {
        Self { slow, ..self }
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

impl fmt::Debug for Deps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deps")
            .field("table", &self.table)
            .field("slow", &self.slow)
            .finish_non_exhaustive()
    }
}

/// Answers one request. There is always an answer, and no request can cause a panic.
pub async fn handle(deps: &Deps, request: Request) -> Response<Body> {
    let route = Route::of(request.uri().path());
    let answer = answer(deps, route.as_ref(), &request).await;
    let response = http::respond(answer);
    let route = route.as_ref().map_or("none", Route::name);
    // Neither the path nor a body: both can contain personal data.
    tracing::info!(route, status = response.status().as_u16(), "answered");
    response
}

/// The route of a request, by the end of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Authentications,
    SecurityCodes,
    Offices,
    /// Still percent-encoded.
    Office(String),
    Claims,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut ending = path.rsplitn(4, '/');
        let [last, before, first] = std::array::from_fn(|_| ending.next().unwrap_or_default());
        match (first, before, last) {
            // First, so that a user id may be any word.
            ("_dev", "offices", user_id) => Some(Self::Office(user_id.to_owned())),
            (_, "_dev", "offices") => Some(Self::Offices),
            (_, "_dev", "claims") => Some(Self::Claims),
            (_, _, "authentications") => Some(Self::Authentications),
            (_, _, "security-codes") => Some(Self::SecurityCodes),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Authentications => "authentications",
            Self::SecurityCodes => "security-codes",
            Self::Offices => "offices",
            Self::Office(_) => "office",
            Self::Claims => "claims",
        }
    }
}

async fn answer(deps: &Deps, route: Option<&Route>, request: &Request) -> Result<Success, SimulatorRefusal> {
    match (route, request.method()) {
        (None, _) => Err(SimulatorRefusal::status(StatusCode::NOT_FOUND)),
        (Some(Route::Authentications), &Method::POST) => authenticate(deps, request).await,
        (Some(Route::SecurityCodes), &Method::POST) => check_security_code(deps, request).await,
        (Some(Route::Offices), &Method::GET) => list_offices(deps).await,
        (Some(Route::Office(user_id)), &Method::PUT) => replace_office(deps, user_id, request).await,
        (Some(Route::Claims), &Method::GET) => show_mode(deps).await,
        (Some(Route::Claims), &Method::PUT) => set_mode(deps, request).await,
        (Some(_), _) => Err(SimulatorRefusal::status(StatusCode::METHOD_NOT_ALLOWED)),
    }
}

async fn authenticate(deps: &Deps, request: &Request) -> Result<Success, SimulatorRefusal> {
    http::expect_json(request)?;
    let mut fields = fields(request)?;
    let (user_id, password) = (
        fields.text_within("userId", 32),
        fields.text_within("password", 128),
    );
    let (user_id, password) = fields.finish((user_id, password))?;

    if let Some(answer) = out_of_order(deps, &user_id).await? {
        return answer;
    }
    let now = deps.now();
    let judged = judge(deps, &user_id, |record| {
        judge_password(&record.office, record.tally, &password, now)
    });
    Ok(Success::json(&match judged.await? {
        Some((PasswordVerdict::Accepted, office)) if office.security_code.is_some() => {
            json!({ "userId": user_id, "result": PasswordVerdict::Accepted, "securityCode": "required" })
        }
        Some((PasswordVerdict::Accepted, office)) => json!({
            "userId": user_id, "result": PasswordVerdict::Accepted, "securityCode": "none",
            "office": registered(&office),
        }),
        Some((verdict, _)) => json!({ "userId": user_id, "result": verdict }),
        None => json!({ "userId": user_id, "result": PasswordVerdict::Wrong }),
    }))
}

async fn check_security_code(deps: &Deps, request: &Request) -> Result<Success, SimulatorRefusal> {
    http::expect_json(request)?;
    let mut fields = fields(request)?;
    let (user_id, code) = (
        fields.text_within("userId", 32),
        fields.text_within("securityCode", 64),
    );
    let (user_id, code) = fields.finish((user_id, code))?;

    if let Some(answer) = out_of_order(deps, &user_id).await? {
        return answer;
    }
    let now = deps.now();
    let judged = judge(deps, &user_id, |record| {
        judge_security_code(&record.office, record.tally, &code, now)
    });
    Ok(Success::json(&match judged.await? {
        Some((CodeVerdict::Accepted, office)) => {
            json!({ "userId": user_id, "result": CodeVerdict::Accepted, "office": registered(&office) })
        }
        Some((verdict, _)) => json!({ "userId": user_id, "result": verdict }),
        None => json!({ "userId": user_id, "result": CodeVerdict::Wrong }),
    }))
}

/// The answer of a system in another mode than up, without judging; a slow one only delays.
async fn out_of_order(
    deps: &Deps,
    user_id: &str,
) -> Result<Option<Result<Success, SimulatorRefusal>>, SimulatorRefusal> {
    Ok(match deps.table.mode().await? {
        Mode::Up => None,
        Mode::Slow => {
            tokio::time::sleep(deps.slow).await;
            None
        }
        Mode::Down => Some(Err(SimulatorRefusal::status(StatusCode::SERVICE_UNAVAILABLE))),
        // Correct except for the decisive word, as a faulty release might be.
        Mode::Malformed => Some(Ok(Success::json(
            &json!({ "userId": user_id, "result": "OK", "resultCode": 0 }),
        ))),
    })
}

/// Judges a try and answers only once its tally is stored; judges again after a conflict.
async fn judge<V: Copy>(
    deps: &Deps,
    user_id: &str,
    rule: impl Fn(&VersionedOffice) -> Judgement<V>,
) -> Result<Option<(V, Office)>, SimulatorRefusal> {
    for _ in 0..MAX_ROUNDS {
        let Some(record) = deps.table.office(user_id).await? else {
            return Ok(None);
        };
        let Judgement { verdict, tally } = rule(&record);
        if tally == record.tally || deps.table.store(user_id, &record, tally).await? == StoreResult::Yes {
            return Ok(Some((verdict, record.office)));
        }
    }
    Err(SimulatorRefusal::status(StatusCode::SERVICE_UNAVAILABLE))
}

fn registered(office: &Office) -> Value {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Registered<'a> {
        number: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        mail_address: Option<&'a str>,
    }
    json!(Registered {
        number: &office.office_number,
        name: &office.office_name,
        mail_address: office.mail_address.as_deref(),
    })
}

async fn list_offices(deps: &Deps) -> Result<Success, SimulatorRefusal> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Listed<'a> {
        user_id: &'a str,
        #[serde(flatten)]
        office: &'a Office,
        failures: u32,
        #[serde(skip_serializing_if = "is_zero")]
        security_code_failures: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        locked_until: Option<String>,
    }
    let now = deps.now();
    let offices = deps.table.offices().await?;
    let list: Vec<_> = offices
        .iter()
        .map(|(user_id, record)| {
            let tally = record.tally.at(now);
            Listed {
                user_id,
                office: &record.office,
                failures: tally.wrong_passwords,
                security_code_failures: tally.wrong_codes,
                locked_until: tally.locked_until.map(|until| until.to_string()),
            }
        })
        .collect();
    Ok(Success::json(&json!(list)))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

async fn replace_office(deps: &Deps, user_id: &str, request: &Request) -> Result<Success, SimulatorRefusal> {
    let mut fields = fields(request)?;
    let user_id = http::percent_decoded(user_id).unwrap_or_default();
    if user_id.is_empty() || user_id.chars().count() > 32 {
        fields.refuse("userId", "not-a-choice");
    }
    let office = Office {
        office_number: fields.text("officeNumber"),
        office_name: fields.text("officeName"),
        mail_address: fields.optional_text("mailAddress"),
        security_code: fields.optional_text("securityCode"),
        password: fields.text("password"),
        temporary_password: fields.optional_text("temporaryPassword"),
        password_expired: fields.flag("passwordExpired"),
    };
    let locked = fields.flag("locked");
    let (office, locked) = fields.finish((office, locked))?;

    let tally = if locked {
        Tally::locked_at(deps.now())
    } else {
        Tally::default()
    };
    deps.table.replace(&user_id, &office, tally).await?;
    Ok(Success::Nothing)
}

async fn show_mode(deps: &Deps) -> Result<Success, SimulatorRefusal> {
    Ok(Success::json(&json!({ "mode": deps.table.mode().await?.word() })))
}

async fn set_mode(deps: &Deps, request: &Request) -> Result<Success, SimulatorRefusal> {
    let mut fields = fields(request)?;
    let word = fields.text("mode");
    let word = fields.finish(word)?;
    let mode = Mode::from_word(&word).ok_or(SimulatorRefusal::field("mode", "not-a-choice"))?;
    deps.table.set_mode(mode).await?;
    Ok(Success::Nothing)
}

fn fields(request: &Request) -> Result<Fields, SimulatorRefusal> {
    let body: &[u8] = request.body();
    if body.len() > BODY_LIMIT {
        return Err(SimulatorRefusal::status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Fields::of(body).ok_or(SimulatorRefusal::status(StatusCode::BAD_REQUEST))
}

#[cfg(test)]
mod tests;
