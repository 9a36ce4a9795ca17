//! Many requests on one item at once.

use crate::fault::Fault;
use crate::http::{Answer, Stop};

/// How often a step begins again.
const RETRIES: u32 = 15;

/// Repeats the step while it ends in [`Fault::Contention`]: mostly another request has moved the flow on, and the step
/// ends at once. Never for a step that asks a neighbouring system.
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
