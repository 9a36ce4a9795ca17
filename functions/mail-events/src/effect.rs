//! メールの配達結果 — the meaning of an event of SES for its mail. A pure function of the event.
//!
//! SES reports a bounce by type and subtype, and passes on the answer of the receiving system. The types are SES's
//! own classification; the enhanced status (RFC 3463) and the reply code are the receiving system's, and take
//! precedence.

use std::collections::HashMap;

use portal::mail::Delivery;
use serde::Deserialize;

/// The fields of SES's event that are read; others are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    pub(crate) event_type: String,
    pub(crate) mail: Mail,
    #[serde(default)]
    bounce: Bounce,
}

#[derive(Deserialize)]
pub(crate) struct Mail {
    #[serde(default)]
    pub(crate) tags: HashMap<String, Vec<String>>,
}

#[derive(Default, Deserialize)]
struct Bounce {
    #[serde(default, rename = "bounceType")]
    kind: String,
    #[serde(default, rename = "bounceSubType")]
    sub_kind: String,
    #[serde(default, rename = "bouncedRecipients")]
    recipients: Vec<BouncedRecipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BouncedRecipient {
    status: Option<String>,
    diagnostic_code: Option<String>,
}

/// The effect of an event on the delivery status of its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The mail reaches this status, if it has one of those. Late or reordered events undo nothing.
    Reached(Delivery, &'static [Delivery]),
    /// Only logged.
    Noted,
    /// SES refused our content: a fault of the portal.
    OurFault(Delivery, &'static [Delivery]),
    /// Not an event type that SES documents.
    Unknown,
}

const NOT_DELIVERED: &[Delivery] = &[Delivery::Queued, Delivery::Sent];
const NOT_BOUNCED: &[Delivery] = &[Delivery::Queued, Delivery::Sent, Delivery::Delivered];

const HARD_BOUNCE: Effect = Effect::Reached(Delivery::Bounced, NOT_BOUNCED);
const GIVEN_UP: Effect = Effect::Reached(Delivery::Failed, NOT_DELIVERED);

impl Detail {
    /// The effect of the event.
    pub(crate) fn effect(&self) -> Effect {
        match self.event_type.as_str() {
            "Delivery" => Effect::Reached(Delivery::Delivered, NOT_DELIVERED),
            "Bounce" => self.bounce.effect(),
            "Reject" | "Rendering Failure" => Effect::OurFault(Delivery::Failed, NOT_DELIVERED),
            // A complaint is about a delivered mail; a delay is not the end.
            "Send" | "Complaint" | "DeliveryDelay" | "Open" | "Click" | "Subscription" => Effect::Noted,
            _ => Effect::Unknown,
        }
    }

    /// Type and subtype of a bounce, for the log; the event type of everything else.
    pub(crate) fn name(&self) -> String {
        if self.event_type == "Bounce" {
            format!("Bounce/{}/{}", self.bounce.kind, self.bounce.sub_kind)
        } else {
            self.event_type.clone()
        }
    }
}

impl Bounce {
    fn effect(&self) -> Effect {
        let refused_for_good = self.recipients.iter().any(BouncedRecipient::is_refused_for_good);
        match (self.kind.as_str(), self.sub_kind.as_str()) {
            ("Permanent", _) => HARD_BOUNCE,
            _ if refused_for_good => HARD_BOUNCE,
            // SES stops trying. A mail that was delivered nevertheless stays delivered.
            (
                "Transient",
                "MailboxFull"
                | "MessageTooLarge"
                | "ContentRejected"
                | "AttachmentRejected"
                | "CustomTimeoutExceeded",
            ) => GIVEN_UP,
            // Out-of-office replies come as Transient/General, after the delivery or before its event; Undetermined
            // says nothing; a new type must not have an effect.
            _ => Effect::Noted,
        }
    }
}

impl BouncedRecipient {
    /// A permanent failure by the status of RFC 3463 (class 5), or without one by the SMTP reply code (5xx).
    fn is_refused_for_good(&self) -> bool {
        match &self.status {
            Some(status) => status.trim_start().starts_with("5."),
            None => self.diagnostic_code.as_deref().is_some_and(|said| {
                let (kind, reply) = said.split_once(';').unwrap_or(("smtp", said));
                let code = reply.trim_start().as_bytes();
                kind.trim().eq_ignore_ascii_case("smtp")
                    && matches!(code, [b'5', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
                    && code.get(3).is_none_or(|next| !next.is_ascii_digit())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn detail(event: &serde_json::Value) -> Detail {
        serde_json::from_value(event["detail"].clone()).unwrap()
    }

    fn bounce(kind: &str, sub: &str, recipient: &serde_json::Value) -> Effect {
        let event = json!({ "detail": {
            "eventType": "Bounce",
            "mail": {},
            "bounce": { "bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [recipient] },
        }});
        detail(&event).effect()
    }

    /// Every event type, bounce type and subtype that SES documents, and some that it does not.
    #[test]
    fn every_documented_event_means_what_the_table_says() {
        let nothing = json!({ "emailAddress": "taro@example.jp" });
        for (kind, sub, expected) in [
            ("Undetermined", "Undetermined", Effect::Noted),
            ("Permanent", "General", HARD_BOUNCE),
            ("Permanent", "NoEmail", HARD_BOUNCE),
            ("Permanent", "Suppressed", HARD_BOUNCE),
            ("Permanent", "OnAccountSuppressionList", HARD_BOUNCE),
            ("Permanent", "UnsubscribedRecipient", HARD_BOUNCE),
            ("Transient", "General", Effect::Noted),
            ("Transient", "MailboxFull", GIVEN_UP),
            ("Transient", "MessageTooLarge", GIVEN_UP),
            ("Transient", "CustomTimeoutExceeded", GIVEN_UP),
            ("Transient", "ContentRejected", GIVEN_UP),
            ("Transient", "AttachmentRejected", GIVEN_UP),
            ("Novel", "Thing", Effect::Noted),
        ] {
            assert_eq!(bounce(kind, sub, &nothing), expected, "{kind}/{sub}");
        }
        for (event_type, expected) in [
            ("Send", Effect::Noted),
            ("Delivery", Effect::Reached(Delivery::Delivered, NOT_DELIVERED)),
            ("Complaint", Effect::Noted),
            ("DeliveryDelay", Effect::Noted),
            ("Open", Effect::Noted),
            ("Click", Effect::Noted),
            ("Subscription", Effect::Noted),
            ("Reject", Effect::OurFault(Delivery::Failed, NOT_DELIVERED)),
            (
                "Rendering Failure",
                Effect::OurFault(Delivery::Failed, NOT_DELIVERED),
            ),
            ("Bounce", Effect::Noted),
            ("Telepathy", Effect::Unknown),
        ] {
            let event = json!({ "detail": { "eventType": event_type, "mail": {} } });
            assert_eq!(detail(&event).effect(), expected, "{event_type}");
        }
    }

    #[test]
    fn the_status_of_the_receiving_system_overrides_the_label_of_ses() {
        let with = |status: Option<&str>, said: Option<&str>| {
            bounce(
                "Transient",
                "General",
                &json!({ "status": status, "diagnosticCode": said }),
            )
        };
        assert_eq!(with(Some("5.1.1"), None), HARD_BOUNCE);
        assert_eq!(with(Some("4.2.2"), Some("smtp; 550 no such user")), Effect::Noted);
        assert_eq!(with(None, Some("smtp; 550 5.1.1 user unknown")), HARD_BOUNCE);
        assert_eq!(with(None, Some("550 user unknown")), HARD_BOUNCE);
        assert_eq!(with(None, Some("smtp; 452 4.2.2 mailbox full")), Effect::Noted);
        assert_eq!(with(None, Some("smtp; 5500 is no reply code")), Effect::Noted);
        assert_eq!(with(None, Some("x-custom; 550")), Effect::Noted);
        assert_eq!(with(None, Some("")), Effect::Noted);
        assert_eq!(
            bounce("Undetermined", "Undetermined", &json!({ "status": "5.7.1" })),
            HARD_BOUNCE
        );
    }
}
