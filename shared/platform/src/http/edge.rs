//! From a request to a call: all checks before the step's own rules.

use std::error::Error as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use lambda_http::http::HeaderMap;
use lambda_http::{Body, Request, RequestExt as _, Response};
use portal::guards::pad_to_quantum;
use portal::limits::Limits;
use portal::problem::{Kind, Refusal};
use portal::steps::{self, Function, Method, Step};

use super::answer::{self, Answer, Page, Problem, Stop, Success};
use super::call::Call;
use super::headers::{browser, cookies, idempotency_key, is_of_type, network, page_name, request_id};
use super::origin_secret::{Entry, OriginSecrets};
use crate::clock::Clock;
use crate::random::Random;
use crate::telemetry;

/// What every HTTP function needs.
#[derive(Clone)]
pub struct Edge {
    /// The function: it serves its own steps only.
    pub function: Function,
    /// The clock.
    pub clock: Clock,
    /// The source of cookies and ids.
    pub random: Random,
    /// The numbers in force.
    pub limits: Arc<Limits>,
    /// The portal's own origins.
    pub origins: Arc<[String]>,
    /// The beginning of every problem's `type`.
    pub problem_base: Arc<str>,
    /// The valid origin secrets.
    pub origin_secrets: OriginSecrets,
}

/// What a page tells.
pub enum Told<'a> {
    /// The step succeeded.
    Done(&'a Success),
    /// The request was refused, or broke.
    Refused(&'a Refusal),
}

/// Writes the page of an answer to a plain form; the text is the request's id.
type WritePage<'a> = dyn Fn(&Told<'_>, &str) -> Page + Send + Sync + 'a;

impl Edge {
    /// Answers a request, always with a response: a Lambda error can only be a bug of the portal or a failure of AWS.
    pub async fn serve<F, A>(&self, request: Request, step: F) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        self.answer(request, step, None).await
    }

    /// As [`serve`](Self::serve), for a function with steps that plain forms call: `page` writes every answer to them.
    pub async fn serve_pages<F, A>(&self, request: Request, step: F, page: &WritePage<'_>) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        self.answer(request, step, Some(page)).await
    }

    async fn answer<F, A>(&self, request: Request, step: F, page: Option<&WritePage<'_>>) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        let began = Instant::now();
        let cold = telemetry::is_cold();
        let request_id = request_id(&request, &self.random);
        // The gateway's route has led a form here, whatever else is wrong with the request.
        let page = page.filter(|_| self.step_of(&request).is_some_and(Step::is_form));
        let told = |problem: &Problem| match page {
            Some(page) => answer::problem_page(
                &problem.refusal,
                page(&Told::Refused(&problem.refusal), &request_id),
                &request_id,
            ),
            None => answer::problem(problem, &self.problem_base, &request_id),
        };
        let mut name = "none";
        let answer = match self.open(&request) {
            Ok(call) => {
                name = call.step.name;
                let status = call.step.success;
                // A panic is a bug; the person still gets an answer, and the Lambda environment survives.
                let answer = AssertUnwindSafe(step(call)).catch_unwind().await;
                answer.map(|answer| (status, answer)).ok()
            }
            Err(kind) => Some((0, Err(kind.into()))),
        };
        let unavailable = || Problem::from(Refusal::of(Kind::TemporarilyUnavailable).with_retry_after(5));
        let (outcome, response) = match answer {
            Some((status, Ok(success))) => {
                let response = match page {
                    Some(page) => {
                        answer::success_page(status, page(&Told::Done(&success), &request_id), &request_id)
                    }
                    None => answer::success(status, success, &request_id),
                };
                ("ok", response)
            }
            Some((_, Err(Stop::Refused(problem)))) => (problem.refusal.kind.code(), told(&problem)),
            Some((_, Err(Stop::Broken(fault)))) => {
                let cause = fault.source().map(tracing::field::display);
                tracing::error!(request_id, step = name, %fault, cause, "a step broke");
                ("broken", told(&unavailable()))
            }
            None => {
                tracing::error!(request_id, step = name, "a step panicked");
                ("panicked", told(&unavailable()))
            }
        };
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            request_id,
            step = name,
            outcome,
            status = response.status().as_u16(),
            milliseconds,
            cold,
            "request answered"
        );
        response
    }

    /// As [`serve`](Self::serve), and delays the answers that `is_padded` names to a multiple of the quantum since the
    /// request came in: their response time must not reveal their reason ([`pad_to_quantum`]).
    pub async fn serve_padded<F, A>(
        &self,
        request: Request,
        step: F,
        is_padded: impl Fn(Step, &Answer) -> bool + Send,
    ) -> Response<Body>
    where
        F: FnOnce(Call) -> A + Send,
        A: Future<Output = Answer> + Send,
    {
        let began = Instant::now();
        let padded = |call: Call| async move {
            let served = call.step;
            let answer = step(call).await;
            if is_padded(served, &answer) {
                let quantum = self.limits.refusal_quantum.duration();
                tokio::time::sleep(pad_to_quantum(began.elapsed(), quantum)).await;
            }
            answer
        };
        self.serve(request, padded).await
    }

    fn open(&self, request: &Request) -> Result<Call, Kind> {
        let entry = self.origin_secrets.entry(request.headers());
        if entry == Entry::Around {
            tracing::warn!("a request came around CloudFront");
            return Err(Kind::ForeignOrigin);
        }
        let step = self.step_of(request).ok_or(Kind::NotFound)?;
        let headers = request.headers();
        self.check_origin(headers)?;
        let body: &[u8] = match request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(octets) => octets,
            _ => &[],
        };
        // A body of a GET request is ignored.
        let body = if step.method == Method::Get { &[] } else { body };
        let media_type = if step.is_form() {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        if !body.is_empty() && !is_of_type(headers, media_type) {
            return Err(Kind::UnsupportedMediaType);
        }
        if u64::try_from(body.len()).unwrap_or(u64::MAX) > step.longest_body(&self.limits).count() {
            return Err(Kind::TooLarge);
        }
        let mut call = Call::new(step, self.clock.now(), body)?;
        if step.keyed {
            call.key = Some(idempotency_key(headers).ok_or(Kind::IdempotencyKeyMissing)?);
        }
        call.cookies = cookies(headers);
        call.page_flow = page_name(headers, "portal-flow");
        call.page_session = page_name(headers, "portal-session");
        call.named = step.named_in(path_of(request)).map(str::to_owned);
        call.browser = browser(headers);
        call.network = network(request, entry);
        Ok(call)
    }

    /// The step of this function that a request calls.
    fn step_of(&self, request: &Request) -> Option<Step> {
        steps::find(request.method().as_str(), path_of(request)).filter(|step| step.function == self.function)
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Kind> {
        let ours = |origin: &[u8]| self.origins.iter().any(|ours| ours.as_bytes() == origin);
        if headers
            .get_all("origin")
            .iter()
            .all(|origin| ours(origin.as_bytes()))
        {
            Ok(())
        } else {
            Err(Kind::ForeignOrigin)
        }
    }
}

/// The path as the client called it.
fn path_of(request: &Request) -> &str {
    match request.raw_http_path() {
        "" => request.uri().path(),
        path => path,
    }
}
