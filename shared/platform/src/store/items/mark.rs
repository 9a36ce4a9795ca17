//! The update that records the delivery status of a mail, in the layout of [`write_mail`](super::mail).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::super::codec::Attributes;
use super::super::item::Key;
use super::super::{Mark, Version};
use super::VERSION;
use super::account::HOLDERS;
use super::mail::{DELIVERY, MAIL, MORE_MAILS, NUMBER, OF, QUEUED, SENT_AT};

/// The expressions of an update, and what they name.
pub(crate) struct Update {
    pub(crate) condition: String,
    pub(crate) expression: String,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Attributes,
}

/// The update of this mark, which gives the item this version. Its condition is the mail's number and subject, and one
/// of the statuses in which the mark applies.
pub(crate) fn update_of(mark: &Mark, version: &Version) -> Update {
    let mut names = HashMap::new();
    let mut name = |placeholder: &str, attribute: &str| {
        names.insert(placeholder.to_owned(), attribute.to_owned());
        placeholder.to_owned()
    };
    let mut values = Attributes::new();
    let mut value = |placeholder: String, value: AttributeValue| {
        values.insert(placeholder.clone(), value);
        placeholder
    };
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let mut mail = name("#mail", MAIL);
    match Key::parse(&mark.key) {
        // The mails of an account are those of its members.
        Some(Key::Account(_)) => {
            let (holders, holder) = (name("#holders", HOLDERS), name("#holder", &mark.of));
            mail = format!("{holders}.{holder}.{mail}");
        }
        Some(Key::Letter(_)) if mark.number > 1 => {
            mail = name("#mail", MORE_MAILS);
            mail = format!("{mail}.{}", name("#which", &mark.number.to_string()));
        }
        _ => {}
    }
    let delivery = format!("{mail}.{}", name("#delivery", DELIVERY));
    let number = AttributeValue::N(mark.number.to_string());
    let statuses: Vec<String> = (0_u32..)
        .zip(mark.from)
        .map(|(at, status)| value(format!(":from{at}"), text(status.code())))
        .collect();
    let condition = format!(
        "{mail}.{} = {} AND {mail}.{} = {} AND {delivery} IN ({})",
        name("#n", NUMBER),
        value(":number".to_owned(), number),
        name("#of", OF),
        value(":of".to_owned(), text(&mark.of)),
        statuses.join(", ")
    );
    let mut set = format!(
        "{delivery} = {}, {} = {}",
        value(":to".to_owned(), text(mark.to.code())),
        name("#v", VERSION),
        value(":version".to_owned(), text(version.as_str()))
    );
    if let Some(at) = mark.sent_at {
        let at = AttributeValue::N(at.as_second().to_string());
        set = format!(
            "{set}, {mail}.{} = {}",
            name("#sent", SENT_AT),
            value(":at".to_owned(), at)
        );
    }
    let expression = format!("SET {set} REMOVE {}", name("#queued", QUEUED));
    Update {
        condition,
        expression,
        names,
        values,
    }
}
