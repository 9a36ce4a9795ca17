//! HTTP: a request becomes a call, after the checks in the order of `docs/api.md` 1; an answer becomes a response.

mod answer;
mod body;
mod call;
mod edge;
mod event;
mod headers;
mod origin_secret;

pub use answer::{Answer, Page, Problem, Stop, Success};
pub use body::{Fields, UnreadableBody};
pub use call::{Call, DEVICE_NAMES_SEPARATOR};
pub use edge::{Edge, Told};
pub use event::request_of;
pub use headers::MOST_DEVICE_NAMES;
pub use origin_secret::{ORIGIN_SECRET, OriginSecrets};
