//! Retries of a step after conflicts.

use crate::fault::Fault;
use crate::http::{Answer, Stop};

/// The maximum number of repetitions of a step.
const RETRIES: u32 = 15;

/// Repeats the step while it ends in [`Fault::Contention`]: usually another request has moved the flow on, and the
/// repeated step ends early. Never for a step that calls an external system.
pub async fn retry_on_contention<F, A>(step: F) -> Answer
where
    F: Fn() -> A,
    A: Future<Output = Answer>,
{
    for _ in 0..RETRIES {
        match step().await {
            Err(Stop::Broken(Fault::Contention(_))) => {}
            answer => return answer,
        }
    }
    step().await
}
