//! メールの送信 — sends the promised mails from the table's stream, and marks them as sent.
//!
//! A mail is sent at least once: at worst the same one twice, with the same code and the same 照合記号. A mail that has
//! expired or was replaced is dropped. A record that cannot be handled now is reported, and delivered again; the
//! other records of its batch are handled.

mod order;
mod refusal;
mod text;

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata as _;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use platform::clock::Clock;
use platform::config::Variable;
use platform::fault::Fault;
use platform::keys::Keys;
use platform::store::{Attributes, Mark, Table, image_of_json, key_of_image, mails_of_image};
use platform::stream::{Batch, BatchAnswer, Images, ItemFailure};
use portal::mail::{Delivery, Promise};
use portal::time::{Seconds, plus};
use serde_json::{Map, Value};

pub use text::{body, from};

use refusal::SesRefusal;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[
    Variable::PortalTable,
    Variable::PortalKeysSecret,
    Variable::MailSender,
    Variable::MailConfigurationSet,
    Variable::PortalUrl,
];

/// A record younger than this cannot have been replaced: the first resend waits thirty seconds. It has hardly come again.
const SURELY_CURRENT: Seconds = Seconds::new(5);

/// How many sent mails this environment remembers, so that a repeated batch sends none twice.
const REMEMBERED: usize = 1_000;

/// The sender of the mails.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The address.
    pub address: String,
    /// The SES configuration set that reports the delivery.
    pub configuration_set: String,
    /// The portal's front page.
    pub portal_url: String,
}

/// One mail: a later one of the same item has another number.
#[derive(Debug, PartialEq, Eq)]
struct MailIdentity {
    /// The key of the item that promises it.
    key: String,
    number: u32,
    /// The member that it is about, where the item has several.
    of: String,
}

/// The dependencies of this function.
pub struct Deps {
    table: Table,
    keys: Keys,
    clock: Clock,
    ses: Client,
    sender: Sender,
    sent: Mutex<VecDeque<MailIdentity>>,
}

impl Deps {
    /// Builds the dependencies.
    pub const fn new(table: Table, keys: Keys, clock: Clock, ses: Client, sender: Sender) -> Self {
        Self {
            table,
            keys,
            clock,
            ses,
            sender,
            sent: Mutex::new(VecDeque::new()),
        }
    }

    fn has_sent(&self, mail: &MailIdentity) -> bool {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(mail)
    }

    fn remember(&self, mail: MailIdentity) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() >= REMEMBERED {
            sent.pop_front();
        }
        sent.push_back(mail);
    }
}

/// Why a mail is not sent now.
enum Later {
    /// SES is busy, or was not reached.
    Busy(&'static str),
    /// SES refuses our mails: an operator has to act. The reason is for the log.
    Stuck(String),
    /// A fault of the portal.
    Broken(Fault),
}

/// Handles a batch of the stream; a malformed event fails as a whole, and Lambda delivers it again.
pub async fn handle(deps: &Deps, event: Value) -> Result<BatchAnswer, lambda_runtime::Error> {
    let batch: Batch = serde_json::from_value(event)?;
    let mut answer = BatchAnswer::default();
    for record in order::secrets_first(batch.records) {
        let change = record.dynamodb;
        match deal_with(deps, &change).await {
            Ok(outcome) => tracing::info!(sequence = change.sequence_number, outcome, "mail dealt with"),
            Err(later) => {
                match later {
                    Later::Busy(why) => {
                        tracing::warn!(sequence = change.sequence_number, why, "mail later");
                    }
                    Later::Stuck(why) => {
                        tracing::error!(
                            sequence = change.sequence_number,
                            why,
                            "SES does not take our mails"
                        );
                    }
                    Later::Broken(fault) => {
                        let cause = fault.source().map(tracing::field::display);
                        tracing::error!(sequence = change.sequence_number, %fault, cause, "mail broke");
                    }
                }
                answer.failures.push(ItemFailure {
                    item: change.sequence_number,
                });
            }
        }
    }
    Ok(answer)
}

async fn deal_with(deps: &Deps, change: &Images) -> Result<&'static str, Later> {
    let image = |image: &Option<Map<String, Value>>| image.as_ref().map(image_of_json).transpose();
    let mails = |image: &Option<Attributes>| image.as_ref().map_or_else(|| Ok(Vec::new()), mails_of_image);
    let new = image(&change.new).map_err(Later::Broken)?;
    let promises = mails(&new).map_err(Later::Broken)?;
    let Some(new) = new.filter(|_| !promises.is_empty()) else {
        return Ok("no mail");
    };
    let before = image(&change.old)
        .and_then(|old| mails(&old))
        .map_err(Later::Broken)?;
    let key = key_of_image(&new).map_err(Later::Broken)?;
    // A write promises at most one mail, or those of a letter; the other mails of an account are older ones of other claims.
    let due: Vec<&Promise> = promises
        .iter()
        .filter(|promise| promise.is_new_among(&before))
        .collect();
    let mut outcome = Ok("promised before");
    for promise in &due {
        // One that has to wait holds up no other; the record comes again, for all of them. The worst of them is told.
        let dealt_with = deliver(deps, &key, promise, due.len() > 1).await;
        outcome = match (outcome, dealt_with) {
            (Ok(_), dealt_with) => dealt_with,
            (Err(Later::Busy(_)), Err(worse)) => Err(worse),
            (waits, _) => waits,
        };
    }
    outcome
}

/// Sends one mail and marks it. Of one that is not alone in its record, the others may be sent when the record comes again.
async fn deliver(deps: &Deps, key: &str, promise: &Promise, has_others: bool) -> Result<&'static str, Later> {
    let now = deps.clock.now();
    let mark = |from, to, sent_at| Mark {
        key: key.to_owned(),
        number: promise.number,
        of: promise.content.of().to_owned(),
        from,
        to,
        sent_at,
    };
    if promise.is_expired(now) {
        deps.table
            .mark_mail(&mark(&[Delivery::Queued], Delivery::Failed, None))
            .await
            .map_err(Later::Broken)?;
        return Ok("expired");
    }
    let identity = MailIdentity {
        key: key.to_owned(),
        number: promise.number,
        of: promise.content.of().to_owned(),
    };
    if !deps.has_sent(&identity) {
        let may_be_over = (has_others || promise.content.is_overtaken_by_later_mails())
            && plus(promise.promised_at, SURELY_CURRENT) < now;
        if may_be_over && !is_current(deps, key, promise).await.map_err(Later::Broken)? {
            return Ok("overtaken");
        }
        match send(deps, key, promise).await? {
            Sent::Accepted => deps.remember(identity),
            Sent::Refused(why) => {
                tracing::error!(why, "SES refused a mail for good");
                deps.table
                    .mark_mail(&mark(&[Delivery::Queued], Delivery::Failed, None))
                    .await
                    .map_err(Later::Broken)?;
                return Ok("refused");
            }
        }
    }
    // The delivery event may have come first; then this mark changes nothing.
    deps.table
        .mark_mail(&mark(&[Delivery::Queued], Delivery::Sent, Some(now)))
        .await
        .map_err(Later::Broken)?;
    Ok("sent")
}

/// Whether the item still promises this mail: no later one has replaced it, and it is not sent.
async fn is_current(deps: &Deps, key: &str, promise: &Promise) -> Result<bool, Fault> {
    let current = deps.table.promises(key).await?;
    Ok(current.iter().any(|current| {
        current.number == promise.number
            && current.content == promise.content
            && current.delivery == Delivery::Queued
    }))
}

enum Sent {
    Accepted,
    Refused(&'static str),
}

async fn send(deps: &Deps, key: &str, promise: &Promise) -> Result<Sent, Later> {
    let text = body(promise, &deps.keys, &deps.sender.portal_url)
        .map_err(|unknown| Later::Broken(unknown.into()))?;
    let utf8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build();
    let (kind, id) = key.split_once('#').ok_or(Later::Broken(Fault::CorruptItem {
        kind: "stream",
        attribute: "pk",
    }))?;
    let built = || {
        let message = Message::builder()
            .subject(utf8(promise.content.subject())?)
            .body(Body::builder().text(utf8(&text)?).build())
            .build();
        let tags = vec![
            tag("kind", kind)?,
            tag("key", id)?,
            tag("number", &promise.number.to_string())?,
            tag("of", promise.content.of())?,
        ];
        Ok((message, tags))
    };
    let (message, tags) = built().map_err(|source| {
        Later::Broken(Fault::Request {
            operation: "SendEmail",
            source,
        })
    })?;
    let sent = deps
        .ses
        .send_email()
        .from_email_address(from(promise.content.sender_name(), &deps.sender.address))
        .destination(
            Destination::builder()
                .to_addresses(promise.to.in_header())
                .build(),
        )
        .content(EmailContent::builder().simple(message).build())
        .configuration_set_name(&deps.sender.configuration_set)
        .set_email_tags(Some(tags))
        .send()
        .await;
    let Err(error) = sent else {
        return Ok(Sent::Accepted);
    };
    match SesRefusal::of(&error) {
        SesRefusal::Never(why) => Ok(Sent::Refused(why)),
        SesRefusal::Busy(why) => Err(Later::Busy(why)),
        SesRefusal::Operator(why) => Err(Later::Stuck(why.to_owned())),
        // The code is one of AWS's own, and the only way to look the refusal up.
        SesRefusal::Unknown => {
            let code = error
                .as_service_error()
                .and_then(|error| error.code())
                .unwrap_or("");
            let name = code
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(60)
                .collect();
            Err(Later::Stuck(name))
        }
    }
}
