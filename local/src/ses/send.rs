//! `SendEmail` as the SDK sends it, and SES's checks of a mail.

use super::address::Mailbox;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Maximum recipients of a mail.
const MAX_RECIPIENTS: usize = 50;

/// Maximum tags of a mail.
const MAX_TAGS: usize = 50;

/// The fields that matter here; the others are accepted and ignored.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Option<Content>,
    #[serde(default)]
    email_tags: Vec<Tag>,
    configuration_set_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Destination {
    #[serde(rename = "ToAddresses")]
    to: Vec<String>,
    #[serde(rename = "CcAddresses")]
    cc: Vec<String>,
    #[serde(rename = "BccAddresses")]
    bcc: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Option<Text>,
    #[serde(default)]
    body: Body,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

/// A valid request.
pub(super) struct Letter {
    pub(super) from: Mailbox,
    pub(super) recipients: Vec<Mailbox>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) configuration_set: Option<String>,
}

impl SendEmail {
    /// The letter, or the message of a `BadRequestException`.
    pub(super) fn check(self) -> Result<Letter, String> {
        let from = self.from_email_address.ok_or("Missing required header 'From'.")?;
        let from = Mailbox::parse(&from)?;

        let Destination { to, cc, bcc } = self.destination;
        let recipients = [to, cc, bcc].concat();
        if recipients.is_empty() {
            return Err("Missing final '@domain'".to_owned());
        }
        if recipients.len() > MAX_RECIPIENTS {
            return Err(format!("Recipient count exceeds {MAX_RECIPIENTS}."));
        }
        let recipients = recipients
            .iter()
            .map(|text| Mailbox::parse(text))
            .collect::<Result<Vec<_>, _>>()?;

        let simple = self
            .content
            .and_then(|content| content.simple)
            .ok_or("Content is required: only Simple here.")?;
        let subject = simple
            .subject
            .and_then(|subject| subject.data)
            .ok_or("Subject is required.")?;
        // A line end in a header could add another header.
        if subject.contains(['\r', '\n']) {
            return Err("Subject contains control characters.".to_owned());
        }
        let text = [simple.body.text, simple.body.html]
            .into_iter()
            .flatten()
            .find_map(|part| part.data)
            .ok_or("Body is required.")?;

        Ok(Letter {
            from,
            recipients,
            subject,
            text,
            tags: check_tags(self.email_tags)?,
            configuration_set: self.configuration_set_name.filter(|name| !name.is_empty()),
        })
    }
}

fn check_tags(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, String> {
    if tags.len() > MAX_TAGS {
        return Err(format!("Tag count exceeds {MAX_TAGS}."));
    }
    let mut checked = BTreeMap::new();
    for Tag { name, value } in tags {
        if !is_tag_text(&name) || !is_tag_text(&value) {
            return Err(format!(
                "Invalid message tag <{name}>: only ASCII letters, digits, _ and - may stand in it."
            ));
        }
        if checked.insert(name.clone(), value).is_some() {
            return Err(format!("Duplicate message tag <{name}>."));
        }
    }
    Ok(checked)
}

fn is_tag_text(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
