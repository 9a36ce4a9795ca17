//! HTTP: a request becomes a call, after the checks in the order of `docs/api.md` 1; an answer becomes a response.

mod answer;
mod body;
mod edge;
mod event;
mod origin_secret;

pub use answer::{Answer, Problem, Stop, Success};
pub use body::Fields;
pub use edge::{Call, DEVICE_NAMES_SEPARATOR, Edge, MOST_DEVICE_NAMES};
pub use event::request_of;
pub use origin_secret::{ORIGIN_SECRET, OriginSecrets};
