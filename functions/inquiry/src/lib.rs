//! お問い合わせ — a question without a log-in, its receipt number, and the categories.

mod page;
mod sent;
mod words;

use lambda_http::{Body, Request, Response};
use platform::config::Variable;
use platform::fault::Fault;
use platform::http::{Answer, Call, Edge, Stop, Success, Told};
use platform::keys::Keys;
use platform::starts::{Starts, count_inquiry};
use platform::store::{Consistency, Stored, Table};
use platform::wire;
use portal::contact::Contact;
use portal::inquiry::{Incoming, Inquiry, InquiryForm, Question, ReceiptNumber, Receiving, StoredMatch};
use portal::problem::{Kind, Refusal};
use portal::steps::Step;
use portal::values::{BodyDigest, RequestKey, RequestTag, digest};

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::PortalOrigins,
    Variable::ProblemBase,
];

/// The numbers that a request's key is tried at: a further one is used where the earlier ones are taken, by the same key
/// on an earlier day or, once in 2^49 times, by another request.
const ATTEMPTS: u32 = 8;

/// The dependencies of this step.
#[derive(Clone)]
pub struct Deps {
    /// The checks of requests.
    pub edge: Edge,
    /// The table.
    pub table: Table,
    /// Networks are named by a hash with these.
    pub keys: Keys,
}

/// Answers a request.
pub async fn respond(deps: &Deps, request: Request) -> Response<Body> {
    let sent = sent::Sent::of(&request, &deps.edge.limits);
    let page = |told: &Told<'_>, id: &str| page::of(&sent, told, id);
    deps.edge
        .serve_pages(request, |call| step(deps, call), &page)
        .await
}

/// Answers a call.
pub async fn step(deps: &Deps, call: Call) -> Answer {
    match call.step {
        Step::ShowInquiryCategories => Ok(Success::json(wire::inquiry_categories())),
        Step::SendInquiry => {
            let asked = Asked {
                key: call.key()?.within(&[call.step.name]),
                body: call.fields.digest(),
            };
            send(deps, &call, asked).await
        }
        Step::SendInquiryForm => send(deps, &call, Asked::of_form(&call)).await,
        other => Err(Fault::NotServed(other.name).into()),
    }
}

/// A request, by its key.
struct Asked {
    key: RequestKey,
    body: BodyDigest,
}

impl Asked {
    /// A plain form has no key of its own. What it says is the key: two clicks, a reload of the answer and a second
    /// sending after 「戻る」 are one inquiry for a day, from whatever network they come.
    fn of_form(call: &Call) -> Self {
        let body = call.fields.digest();
        let key = RequestKey::new(digest(&[b"inquiry-form", body.as_str().as_bytes()]));
        Self {
            key: key.within(&[call.step.name]),
            body,
        }
    }
}

/// Where a request finds its inquiry.
enum Found {
    /// It was received before.
    Earlier(Box<Inquiry>),
    /// Not yet: the first attempt whose number is free.
    Free(u32),
}

async fn send(deps: &Deps, call: &Call, asked: Asked) -> Answer {
    let attempt = match find(deps, &asked, call).await? {
        Found::Earlier(inquiry) => return Ok(receipt(&inquiry.number, &inquiry.question)),
        Found::Free(attempt) => attempt,
    };
    let limits = &deps.edge.limits;
    let starts = Starts::of_network(&deps.table, limits, &deps.keys, call).await?;
    starts.check().map_err(Refusal::from)?;
    let received = receive(deps, asked, attempt, call).await;
    starts.count_refused(received).await
}

/// The answer. A repeat gets the same: it follows from the number and the question alone.
fn receipt(number: &ReceiptNumber, question: &Question) -> Success {
    Success::json(wire::InquiryReceipt::of(number, question))
}

/// Looks for the inquiry of an earlier request with this key.
async fn find(deps: &Deps, asked: &Asked, call: &Call) -> Result<Found, Stop> {
    for attempt in 0..ATTEMPTS {
        let number = ReceiptNumber::of(&asked.key, attempt);
        let known: Option<Stored<Inquiry>> = deps.table.get(&number, Consistency::Strong).await?;
        let Some(known) = known else {
            return Ok(Found::Free(attempt));
        };
        match known.item.meets(&asked.key, &asked.body, call.now) {
            StoredMatch::Repeated if call.fields.unknown().is_empty() => {
                return Ok(Found::Earlier(Box::new(known.item)));
            }
            StoredMatch::Repeated | StoredMatch::Reused => return Err(Kind::IdempotencyKeyReused.into()),
            StoredMatch::Taken => {}
        }
    }
    // The same key on eight days.
    Err(Kind::IdempotencyKeyReused.into())
}

/// Charges the network and the address, and then receives the inquiry and promises the receipt in one write.
///
/// Requests of one inquiry that run at once are charged to the address once, and meet at one number.
async fn receive(deps: &Deps, asked: Asked, attempt: u32, call: &Call) -> Answer {
    let (table, limits, now) = (&deps.table, &deps.edge.limits, call.now);
    let question = InquiryForm::of(|field| call.fields.text(field))
        .parse(call.problems())
        .map_err(Refusal::invalid)?;
    count_inquiry(table, limits, &deps.keys, call).await?;
    let (address, request) = (question.email.key(), RequestTag::of(&asked.key));
    let charge = |before: Option<&Contact>| {
        Ok::<_, Stop>(Contact::promise_receipt(before, &address, &request, now, limits))
    };
    table.change(None, charge).await?.0?;
    let incoming = Incoming {
        request: asked.key,
        body: asked.body,
        question,
    };
    for attempt in attempt..ATTEMPTS {
        let number = ReceiptNumber::of(&incoming.request, attempt);
        let receive =
            |before: Option<&Inquiry>| Ok::<_, Stop>(Inquiry::receive(before, &number, &incoming, now));
        match table.change(None, receive).await?.0 {
            Receiving::Received | Receiving::Met(StoredMatch::Repeated) => {
                return Ok(receipt(&number, &incoming.question));
            }
            Receiving::Met(StoredMatch::Reused) => break,
            Receiving::Met(StoredMatch::Taken) => {}
        }
    }
    Err(Kind::IdempotencyKeyReused.into())
}
