//! The events of SES in `EventBridge` about accepted mails.

use super::{postbox::Mail, send::Letter};
use crate::aws;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The result of a mail for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Delivered,
    /// The mailbox does not exist.
    Bounced,
    /// SES did not try: the address is on the suppression list.
    Suppressed,
    Complained,
}

/// The event in `EventBridge`'s envelope, as the rule's target receives it.
pub(super) fn event(mail: &Mail, letter: &Letter, set: &str, recipient: &str, fate: Fate) -> Value {
    let at = mail.sent_at.to_string();
    let (detail_type, event_type, name, what) = match fate {
        Fate::Delivered => (
            "Email Delivered",
            "Delivery",
            "delivery",
            delivery(recipient, &at),
        ),
        Fate::Bounced => (
            "Email Bounced",
            "Bounce",
            "bounce",
            bounce(recipient, &at, "General"),
        ),
        Fate::Suppressed => (
            "Email Bounced",
            "Bounce",
            "bounce",
            bounce(recipient, &at, "OnAccountSuppressionList"),
        ),
        Fate::Complained => (
            "Email Complaint Received",
            "Complaint",
            "complaint",
            complaint(recipient, &at),
        ),
    };
    let mut detail = Map::new();
    detail.insert("eventType".to_owned(), json!(event_type));
    detail.insert("mail".to_owned(), about(mail, letter, set));
    detail.insert(name.to_owned(), what);
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": aws::ACCOUNT,
        "time": whole_seconds(mail.sent_at).to_string(),
        "region": aws::REGION,
        "resources": [format!("arn:aws:ses:{}:{}:configuration-set/{set}", aws::REGION, aws::ACCOUNT)],
        "detail": detail,
    })
}

/// The part that all kinds of event have.
fn about(mail: &Mail, letter: &Letter, set: &str) -> Value {
    let destination: Vec<&str> = letter.recipients.iter().map(|to| to.address.as_str()).collect();
    let mut tags: Map<String, Value> = mail
        .tags
        .iter()
        .map(|(name, value)| (name.clone(), json!([value])))
        .collect();
    for (name, value) in [
        ("ses:operation", "SendEmail"),
        ("ses:configuration-set", set),
        ("ses:from-domain", letter.from.domain()),
        ("ses:source-ip", "127.0.0.1"),
        ("ses:caller-identity", "portal-local"),
    ] {
        tags.insert(name.to_owned(), json!([value]));
    }
    json!({
        "timestamp": mail.sent_at.to_string(),
        "source": mail.from,
        "sourceArn": format!(
            "arn:aws:ses:{}:{}:identity/{}", aws::REGION, aws::ACCOUNT, letter.from.domain()
        ),
        "sendingAccountId": aws::ACCOUNT,
        "messageId": mail.id,
        "destination": destination,
        "headersTruncated": false,
        "headers": [
            { "name": "From", "value": mail.from },
            { "name": "To", "value": mail.to },
            { "name": "Subject", "value": mail.subject },
        ],
        "commonHeaders": {
            "from": [mail.from],
            "to": destination,
            "messageId": mail.id,
            "subject": mail.subject,
        },
        "tags": tags,
    })
}

fn delivery(recipient: &str, at: &str) -> Value {
    json!({
        "timestamp": at,
        "processingTimeMillis": 1,
        "recipients": [recipient],
        "smtpResponse": "250 2.0.0 OK",
        "reportingMTA": "portal-local",
    })
}

fn bounce(recipient: &str, at: &str, sub_type: &str) -> Value {
    json!({
        "bounceType": "Permanent",
        "bounceSubType": sub_type,
        "bouncedRecipients": [{
            "emailAddress": recipient,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }],
        "timestamp": at,
        "feedbackId": Uuid::new_v4().to_string(),
        "reportingMTA": "dns; portal-local",
    })
}

fn complaint(recipient: &str, at: &str) -> Value {
    json!({
        "complainedRecipients": [{ "emailAddress": recipient }],
        "timestamp": at,
        "feedbackId": Uuid::new_v4().to_string(),
        "complaintSubType": null,
        "complaintFeedbackType": "abuse",
        "userAgent": "portal-local",
        "arrivalDate": at,
    })
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
