//! 手順 — the table of steps. Routes, OpenAPI document, local router, log filter, the front's types, the pages of
//! `docs/` and the tests follow it (`docs/adr/0015-documents-are-generated-from-tables.md`).

mod cookie;
mod field;
mod function;
mod table;

use std::ops::Deref;

pub use cookie::{Cookie, Cookies, Method};
pub use field::{CLAIMS_PASSWORD_LONGEST, Field, Input, SECURITY_CODE_LONGEST, Shape};
pub use function::Function;
pub use table::{STEPS, Step};

use crate::limits::{Bytes, Limits};
use crate::problem::Kind;
use crate::progress::Next;

/// The document of a step's success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// The progress document.
    Progress,
    /// No document.
    Nothing,
    /// The terms.
    Terms,
    /// マイページ
    Me,
    /// メールアドレスの変更
    AddressChange,
    /// セッション
    Sessions,
    /// ユーザ一覧
    Members,
    /// One user of the office.
    Member,
    /// お問い合わせ区分
    InquiryCategories,
    /// お問い合わせの受付
    InquiryReceipt,
    /// お問い合わせの受付, as a page: the body is a form's, and refusals are pages, too.
    InquiryPage,
}

/// A part of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// 初回利用登録
    Registration,
    /// ログイン
    Login,
    /// パスワードの再設定
    PasswordReset,
    /// マイページ
    MyPage,
    /// お問い合わせ
    Inquiry,
}

impl Area {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Registration,
        Self::Login,
        Self::PasswordReset,
        Self::MyPage,
        Self::Inquiry,
    ];
}

/// One end of a step's transition: a screen, or outside of the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the flow begins.
    Start,
    /// A screen of the flow.
    At(Next),
    /// After the flow is over.
    End,
}

/// The definition of a step.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The operation's name: `operationId`, and the step in the log.
    pub name: &'static str,
    /// The screen or action of the manual.
    pub title: &'static str,
    /// The part of the manual.
    pub area: Area,
    /// The function that serves it.
    pub function: Function,
    /// The method.
    pub method: Method,
    /// The path below [`BASE`]. A part in braces, at most one, stands for whatever is named there: `/sessions/{id}`.
    pub path: &'static str,
    /// The body's fields; none for a call that takes no body.
    pub fields: &'static [Input],
    /// The cookie that is required.
    pub cookie: Option<Cookie>,
    /// Whether an Idempotency-Key is required.
    pub keyed: bool,
    /// The status of success.
    pub success: u16,
    /// The document of success.
    pub answer: Document,
    /// The effect of success on cookies.
    pub cookies: Cookies,
    /// Kinds of refusal in addition to [`COMMON`].
    pub refusals: &'static [Kind],
    /// The transitions between screens; empty for a step that can be called at any screen and stays there.
    pub moves: &'static [(Place, Place)],
    /// A remark for the OpenAPI document; often empty.
    pub remark: &'static str,
}

/// The base path of all steps.
pub const BASE: &str = "/api/v1";

/// Kinds of refusal that every call may get.
pub const COMMON: &[Kind] = &[
    Kind::UnreadableRequest,
    Kind::ForeignOrigin,
    Kind::TooLarge,
    Kind::UnsupportedMediaType,
    Kind::InvalidFields,
    Kind::TemporarilyUnavailable,
];

impl Deref for Step {
    type Target = Row;

    fn deref(&self) -> &Row {
        self.row()
    }
}

impl Step {
    /// Whether the step acts on the flow of its cookie, so that it matters which flow the page shows (`docs/api.md`
    /// 1). A query applies to the flow of the cookie.
    pub fn acts_on_a_flow(self) -> bool {
        self.method != Method::Get
            && matches!(
                self.cookie,
                Some(Cookie::Registration | Cookie::Login | Cookie::Reset)
            )
    }

    /// Whether the step changes something at マイページ, so that it matters whose session the page shows.
    pub fn acts_on_a_session(self) -> bool {
        self.method != Method::Get && self.cookie == Some(Cookie::Session)
    }

    /// Whether a plain form calls the step: its body is form-encoded, and every answer is a page.
    pub fn is_form(self) -> bool {
        self.answer == Document::InquiryPage
    }

    /// The maximum size of the body.
    pub fn longest_body(self, limits: &Limits) -> Bytes {
        match self.area {
            Area::Inquiry => limits.inquiry_body_bytes,
            Area::Registration | Area::Login | Area::PasswordReset | Area::MyPage => limits.body_bytes,
        }
    }

    /// Whether the path names what the step is about.
    pub fn names_a_thing(self) -> bool {
        self.path.split('/').any(is_name)
    }

    /// What a path of this step names, if the step's path has such a part.
    pub fn named_in(self, path: &str) -> Option<&str> {
        let parts = self.path.split('/').zip(path.strip_prefix(BASE)?.split('/'));
        parts
            .filter(|(pattern, _)| is_name(pattern))
            .map(|(_, part)| part)
            .next()
    }

    fn is_at(self, below: &str) -> bool {
        let (mut pattern, mut parts) = (self.path.split('/'), below.split('/'));
        let fits = pattern
            .by_ref()
            .zip(parts.by_ref())
            .all(|(pattern, part)| pattern == part || (is_name(pattern) && !part.is_empty()));
        fits && self.path.split('/').count() == below.split('/').count()
    }
}

fn is_name(pattern: &str) -> bool {
    pattern.starts_with('{')
}

/// The step of this method and path, if there is one; another method on the path is not a step.
pub fn find(method: &str, path: &str) -> Option<Step> {
    let below = path.strip_prefix(BASE)?;
    STEPS
        .iter()
        .copied()
        .find(|step| step.is_at(below) && step.method.name() == method)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_steps_share_a_name_or_a_route() {
        for (at, step) in STEPS.iter().enumerate() {
            for other in STEPS.iter().skip(at + 1) {
                assert_ne!(step.name, other.name);
                assert!(
                    !(step.is_at(other.path) || other.is_at(step.path)) || step.method != other.method,
                    "{}",
                    step.path
                );
            }
        }
    }

    #[test]
    fn a_step_that_acts_on_a_flow_may_meet_another_one_and_no_other_step_does() {
        for step in STEPS {
            let may_meet = step.refusals.contains(&Kind::OtherFlow);
            assert_eq!(may_meet, step.acts_on_a_flow(), "{}", step.name);
        }
    }

    #[test]
    fn a_step_that_changes_something_at_my_page_may_meet_another_session_and_no_other_step_does() {
        for step in STEPS {
            let may_meet = step.refusals.contains(&Kind::OtherSession);
            assert_eq!(may_meet, step.acts_on_a_session(), "{}", step.name);
        }
    }

    #[test]
    fn a_path_may_name_what_its_step_is_about() {
        let step = find("DELETE", "/api/v1/sessions/k3v9q2mz").unwrap();
        assert_eq!((step, step.names_a_thing()), (Step::EndSession, true));
        assert_eq!(step.named_in("/api/v1/sessions/k3v9q2mz"), Some("k3v9q2mz"));
        assert_eq!(find("DELETE", "/api/v1/sessions"), Some(Step::EndOtherSessions));
        assert_eq!(Step::ShowSessions.named_in("/api/v1/sessions"), None);
        for path in ["/api/v1/sessions/", "/api/v1/sessions/a/b", "/api/v1/sessions/a/"] {
            assert!(find("DELETE", path).is_none(), "{path}");
        }
        assert!(find("POST", "/api/v1/sessions/k3v9q2mz").is_none());
    }

    #[test]
    fn a_method_that_is_not_offered_is_no_step() {
        assert_eq!(find("GET", "/api/v1/registration"), Some(Step::ShowRegistration));
        assert!(find("HEAD", "/api/v1/registration").is_none());
        assert!(find("GET", "/api/v1/registration/").is_none());
        assert!(find("GET", "/registration").is_none());
    }

    #[test]
    fn no_step_asks_for_two_fields_of_one_name() {
        for step in STEPS {
            let mut names: Vec<_> = step.fields.iter().map(|input| input.field.name()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), step.fields.len(), "{}", step.name);
        }
    }
}
