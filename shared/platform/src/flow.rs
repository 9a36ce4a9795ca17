//! 手続の途中 — the flow of a cookie: opening it, deciding on it, and reporting its progress.
//!
//! A step of a flow reads in this order: open the flow, check its stage, check the fields, decide and store, answer.
//! Everything except the stage and the fields is here, the same for every kind of flow.

mod login;
mod password_reset;
mod registration;

use jiff::Timestamp;
use portal::change::{Change, Put};
use portal::problem::{Kind, Refusal};
use portal::steps::Cookie;
use portal::values::FlowId;

pub use login::{NewSession, caller_at};

use crate::http::{Answer, Call, Edge, Problem, Stop, Success};
use crate::store::{Consistency, Ephemeral, Item, Replacing, Stored, Table, Written};
use crate::wire::Progress;

/// A kind of flow.
pub trait Flow: Ephemeral + Item<Id = FlowId> {
    /// What its progress document needs in addition to the table.
    type Context: Clone + Send + Sync;

    /// Its cookie.
    const COOKIE: Cookie;

    /// Whether it has expired.
    fn is_expired(&self, now: Timestamp) -> bool;

    /// The flow, updated to what its account says if its own item lags behind.
    fn follow(
        stored: Stored<Self>,
        _: &Flows<Self>,
        _: Timestamp,
    ) -> impl Future<Output = Result<Stored<Self>, Stop>> + Send {
        std::future::ready(Ok(stored))
    }

    /// Its progress document. A flow whose result no longer exists answers `no-flow`.
    fn progress(
        &self,
        flows: &Flows<Self>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Progress, Stop>> + Send;
}

/// The flows of one kind, and everything that their steps use.
#[derive(Clone)]
pub struct Flows<F: Flow> {
    /// The checks of requests.
    pub edge: Edge,
    /// The table.
    pub table: Table,
    /// What progress documents need in addition to the table.
    pub context: F::Context,
}

/// `no-flow`; also deletes the cookie. Unknown, ended and expired flows have the same answer.
pub fn no_flow<F: Flow>() -> Stop {
    Problem::from(Kind::NoFlow).deleting(F::COOKIE).into()
}

/// The present flow in a decision: another request may have ended it since it was opened.
pub fn or_no_flow<F: Flow>(current: Option<&F>) -> Result<&F, Stop> {
    current.ok_or_else(no_flow::<F>)
}

impl<F: Flow> Flows<F> {
    /// Stores a new flow, ends the flow of the caller's previous cookie, and answers with the new cookie.
    pub async fn begin(&self, flow: Put<F>, cookie: String, call: &Call) -> Answer {
        let Written::Done(flow) = self.table.put(flow, Replacing::Nothing).await? else {
            return Err(Kind::TemporarilyUnavailable.into());
        };
        if let Some(previous) = call.flow(F::COOKIE) {
            self.table.end_in_any_state::<F>(&previous).await?;
        }
        let answer = self.answer(&flow.item, call.now).await?;
        Ok(answer.with_cookie(F::COOKIE, cookie))
    }

    /// The unexpired flow of the call's cookie, if it is the one that the page shows.
    pub async fn open(&self, call: &Call) -> Result<Stored<F>, Stop> {
        let id = call.flow(F::COOKIE).ok_or_else(no_flow::<F>)?;
        let stored: Option<Stored<F>> = self.table.get(&id, Consistency::Strong).await?;
        let flow = stored
            .filter(|stored| !stored.item.is_expired(call.now))
            .ok_or_else(no_flow::<F>)?;
        if call.means_another_flow(&id) {
            return Err(self.refuse(&flow.item, Kind::OtherFlow, call.now).await);
        }
        F::follow(flow, self, call.now).await
    }

    /// The same for a step whose write decides on the flow once more: an eventually consistent read will do where the flow
    /// is as the step expects it. No refusal rests on that read.
    pub async fn open_recent(
        &self,
        call: &Call,
        is_expected: impl Fn(&F) -> bool + Send,
    ) -> Result<Stored<F>, Stop> {
        let id = call.flow(F::COOKIE).ok_or_else(no_flow::<F>)?;
        let recent: Option<Stored<F>> = self.table.get(&id, Consistency::Eventual).await?;
        let is_usable =
            |flow: &F| !flow.is_expired(call.now) && !call.means_another_flow(&id) && is_expected(flow);
        match recent.filter(|recent| is_usable(&recent.item)) {
            Some(flow) => F::follow(flow, self, call.now).await,
            None => self.open(call).await,
        }
    }

    /// 中止: the flow ends, and its cookie is deleted.
    pub async fn cancel(&self, call: &Call) -> Answer {
        let flow = self.open(call).await?;
        self.end(flow, call).await
    }

    /// Ends an open flow, and deletes its cookie. One whose result no longer exists is over already.
    pub async fn end(&self, flow: Stored<F>, call: &Call) -> Answer {
        flow.item.progress(self, call.now).await?;
        call.no_fields()?;
        self.table.end_in_any_state::<F>(flow.item.id()).await?;
        Ok(Success::nothing().without_cookie(F::COOKIE))
    }

    /// Decides on the flow and stores the decision. A refusal becomes a problem with the flow's progress.
    pub async fn decide(
        &self,
        flow: Stored<F>,
        now: Timestamp,
        decide: impl Fn(&F) -> Result<Change<F, Result<(), Refusal>>, Stop>,
    ) -> Result<Stored<F>, Stop> {
        let decided = self
            .table
            .change(Some(flow), |current| decide(or_no_flow(current)?))
            .await?;
        let (flow, ()) = self.accepted(decided, now).await?;
        Ok(flow)
    }

    /// The value that a rule returned. A refusal becomes a problem with the flow's progress.
    pub async fn require<R: Send>(
        &self,
        flow: &F,
        ruled: Result<R, impl Into<Refusal>>,
        now: Timestamp,
    ) -> Result<R, Stop> {
        match ruled {
            Ok(allowed) => Ok(allowed),
            Err(why) => Err(self.refuse(flow, why, now).await),
        }
    }

    /// The result of a decision on the flow. A refusal becomes a problem with the flow's progress.
    pub async fn accepted<R: Send>(
        &self,
        decided: (Result<R, Refusal>, Option<Stored<F>>),
        now: Timestamp,
    ) -> Result<(Stored<F>, R), Stop> {
        match decided {
            (Ok(answer), Some(flow)) => Ok((flow, answer)),
            (Err(refusal), Some(flow)) => Err(self.refuse(&flow.item, refusal, now).await),
            // The refusal ended the flow.
            (Err(refusal), None) => Err(Problem::from(refusal).deleting(F::COOKIE).into()),
            (Ok(_), None) => Err(no_flow::<F>()),
        }
    }

    /// The answer of a successful step: the flow's progress.
    pub async fn answer(&self, flow: &F, now: Timestamp) -> Answer {
        Ok(Success::json(flow.progress(self, now).await?))
    }

    /// The problem with the flow's progress.
    pub async fn refuse(&self, flow: &F, refusal: impl Into<Refusal>, now: Timestamp) -> Stop {
        match flow.progress(self, now).await {
            Ok(progress) => Problem::from(refusal.into()).with_progress(progress).into(),
            Err(stop) => stop,
        }
    }

    /// The problem for a submission of another stage, with the flow's progress. Nothing is spent.
    pub async fn wrong_step(&self, flow: &F, now: Timestamp) -> Stop {
        self.refuse(flow, Kind::WrongStep, now).await
    }
}
