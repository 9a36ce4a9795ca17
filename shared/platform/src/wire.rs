//! Documents as they go over the wire (`docs/api.md` 2, 4, 5). The rules have their own shapes; these are the contract's.

use jiff::Timestamp;
use portal::account::Member;
use portal::form::Warning;
use portal::limits::Limits;
use portal::login::SessionPointer;
use portal::progress::{Colleague, InitialPassword, Otp, Progress, Shown};
use portal::terms::Terms;
use portal::values::{Line, OfficeName, Profile};
use serde_json::{Map, Value, json};

/// An object that leaves out what is absent.
#[derive(Default)]
struct Document(Map<String, Value>);

impl Document {
    fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    fn set_if<T: Into<Value>>(&mut self, name: &str, value: Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    fn done(&mut self) -> Value {
        Value::Object(std::mem::take(&mut self.0))
    }
}

fn time(instant: Timestamp) -> Value {
    instant.to_string().into()
}

fn office(office: &OfficeName) -> Value {
    json!({ "number": office.number, "name": office.name })
}

fn otp(otp: &Otp) -> Value {
    Document::default()
        .set("sentTo", otp.sent_to.clone())
        .set("subject", otp.subject)
        .set("label", otp.label.clone())
        .set("expiresAt", time(otp.expires_at))
        .set("resendAfterSeconds", otp.resend_after_seconds)
        .set("sendsLeft", otp.sends_left)
        .set("triesLeft", otp.tries_left)
        .set_if("delivery", otp.delivery.map(portal::mail::Delivery::code))
        .done()
}

fn initial_password(password: &InitialPassword) -> Value {
    json!({
        "sentTo": password.sent_to,
        "delivery": password.delivery.code(),
        "expiresAt": time(password.expires_at),
        "resendAfterSeconds": password.resend_after_seconds,
        "sendsLeft": password.sends_left,
    })
}

fn profile(profile: &Profile) -> Value {
    Document::default()
        .set("email", profile.email.as_str())
        .set("name", profile.name.as_str())
        .set("nameKana", profile.name_kana.as_str())
        .set_if("department", profile.department.as_ref().map(Line::as_str))
        .set_if("jobTitle", profile.job_title.as_ref().map(Line::as_str))
        .set("phone", profile.phone.as_str())
        .done()
}

fn warning(warning: &Warning) -> Value {
    Document::default()
        .set("pointer", warning.pointer)
        .set("code", warning.code.code())
        .set_if("suggestion", warning.suggestion.clone())
        .done()
}

fn colleague(colleague: &Colleague) -> Value {
    json!({
        "emailMasked": colleague.email_masked,
        "registeredAt": time(colleague.registered_at),
        "pending": colleague.pending,
    })
}

/// The progress document.
pub fn progress(progress: &Progress) -> Value {
    let mut document = Document::default();
    let allowed: Vec<&str> = progress.allowed.iter().map(|word| word.code()).collect();
    document
        .set("next", progress.next.code())
        .set("expiresAt", time(progress.expires_at))
        .set("allowed", allowed)
        .set_if(
            "securityCode",
            progress
                .security_code_tries_left
                .map(|left| json!({ "triesLeft": left })),
        )
        .set_if("otp", progress.otp.as_ref().map(otp))
        .set_if("office", progress.office.as_ref().map(office))
        .set_if(
            "initialPassword",
            progress.initial_password.as_ref().map(initial_password),
        );
    if let Some(Shown {
        profile: shown,
        draft,
        warnings,
    }) = &progress.profile
    {
        let warnings: Vec<Value> = warnings.iter().map(warning).collect();
        document
            .set("profile", profile(shown))
            .set("draft", draft.as_str())
            .set("warnings", warnings);
    }
    if let Some(registered) = &progress.already_registered {
        let members: Vec<Value> = registered.members.iter().map(colleague).collect();
        document
            .set("message", registered.message)
            .set("members", members);
    }
    if let Some(step) = &progress.new_password {
        document
            .set("newPassword", if step.required { "required" } else { "none" })
            .set(
                "terms",
                json!({ "version": step.terms_version, "shown": step.terms_shown }),
            );
    }
    document.done()
}

/// The terms.
pub fn terms(terms: &Terms) -> Value {
    let sections: Vec<Value> = terms
        .sections
        .iter()
        .map(|section| json!({ "heading": section.heading, "paragraphs": section.paragraphs }))
        .collect();
    json!({ "version": terms.version, "sha256": terms.sha256(), "title": terms.title, "sections": sections })
}

/// マイページ
pub fn me(member: &Member, session: &SessionPointer, members: usize, limits: &Limits) -> Value {
    let own = &member.profile;
    Document::default()
        .set("name", own.name.as_str())
        .set("nameKana", own.name_kana.as_str())
        .set("email", own.email.as_str())
        .set_if("department", own.department.as_ref().map(Line::as_str))
        .set_if("jobTitle", own.job_title.as_ref().map(Line::as_str))
        .set("phone", own.phone.as_str())
        .set("role", member.role.code())
        .set("office", office(&member.office))
        .set_if("lastLoginAt", member.last_login_at.map(time))
        .set("members", json!({ "count": members, "limit": limits.office_members }))
        .set(
            "session",
            json!({ "idleExpiresAt": time(session.idle_expires_at(limits)), "expiresAt": time(session.expires_at) }),
        )
        .done()
}
