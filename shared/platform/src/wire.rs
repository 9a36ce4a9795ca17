//! The JSON documents of the API (`docs/api.md` 2, 4, 5, 8). A field of an answer is declared once: serde writes it,
//! and the OpenAPI document describes it, from the same type.

mod address_change;
mod inquiry;
mod me;
mod members;
mod problem;
mod progress;
mod sessions;
mod take_over;
mod terms;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;
use portal::values::{ClaimsUserId, EmailAddress, KANA_LONGEST, Line, OfficeName};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

pub use address_change::AddressChange;
pub use inquiry::{InquiryCategories, InquiryReceipt, inquiry_categories};
pub use me::{Me, me};
pub use members::{InitialPasswordMail, ListedMember, MemberList};
pub use problem::{FieldError, Problem};
pub use progress::{
    At, Colleague, InitialPassword, NewPassword, Otp, Progress, ShownProfile, TermsShown, TriesLeft, Warning,
};
pub use sessions::{ListedSession, Sessions};
pub use take_over::TakeOver;
pub use terms::{Terms, terms};
pub use words::{Vocabulary, Word};

/// The document of a success.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// The progress of the flow.
    Progress(Box<Progress>),
    /// The terms.
    Terms(Terms),
    /// マイページ
    Me(Box<Me>),
    /// メールアドレスの変更
    AddressChange(Box<AddressChange>),
    /// セッション
    Sessions(Sessions),
    /// ユーザ一覧
    Members(MemberList),
    /// One user of the office.
    Member(Box<ListedMember>),
    /// お問い合わせ区分
    InquiryCategories(InquiryCategories),
    /// お問い合わせの受付
    InquiryReceipt(InquiryReceipt),
}

impl From<Progress> for Document {
    fn from(progress: Progress) -> Self {
        Self::Progress(Box::new(progress))
    }
}

impl From<Terms> for Document {
    fn from(terms: Terms) -> Self {
        Self::Terms(terms)
    }
}

impl From<AddressChange> for Document {
    fn from(change: AddressChange) -> Self {
        Self::AddressChange(Box::new(change))
    }
}

impl From<Sessions> for Document {
    fn from(sessions: Sessions) -> Self {
        Self::Sessions(sessions)
    }
}

impl From<MemberList> for Document {
    fn from(members: MemberList) -> Self {
        Self::Members(members)
    }
}

impl From<ListedMember> for Document {
    fn from(member: ListedMember) -> Self {
        Self::Member(Box::new(member))
    }
}

impl From<InquiryCategories> for Document {
    fn from(categories: InquiryCategories) -> Self {
        Self::InquiryCategories(categories)
    }
}

impl From<InquiryReceipt> for Document {
    fn from(receipt: InquiryReceipt) -> Self {
        Self::InquiryReceipt(receipt)
    }
}

impl From<Me> for Document {
    fn from(me: Me) -> Self {
        Self::Me(Box::new(me))
    }
}

/// An instant, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(
    with = "String",
    extend("format" = "date-time", "pattern" = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")
)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A number, or a number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Count(pub u64);

/// A mail address in its stored form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Address(#[schemars(length(max = 254), regex(pattern = r"^[^@\s]+@[^@\s]+$"))] pub String);

fn address<S: Serializer>(address: &EmailAddress, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(address.as_str())
}

/// A masked mail address, which only its owner can recognise.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Masked(
    #[schemars(
        regex(pattern = r"^[!-~]\*{3}@[a-z0-9]\*{3}\.[a-z0-9-]+$"),
        example = "k***@e***.jp"
    )]
    String,
);

impl Masked {
    /// The address, masked.
    pub fn of(address: &EmailAddress) -> Self {
        Self(address.masked())
    }
}

/// The masked user id of 電子請求受付システム.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct MaskedUserId(
    #[schemars(regex(pattern = r"^KJ\*{3}[A-Z0-9]{0,4}$"), example = "KJ***1801")] String,
);

impl MaskedUserId {
    /// The user id, masked.
    pub fn of(id: &ClaimsUserId) -> Self {
        Self(id.masked())
    }
}

/// A digest: 256 bits in URL-safe Base64.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Digest(#[schemars(regex(pattern = "^[A-Za-z0-9_-]{43}$"))] pub String);

/// The day from which the text is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct TermsVersion(#[schemars(length(min = 1))] pub &'static str);

/// An office.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Office {
    /// Its number.
    #[schemars(
        title = "介護保険事業所番号",
        regex(pattern = "^[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}$")
    )]
    pub number: String,
    /// Its name.
    #[schemars(title = "事業所名", length(min = 1))]
    pub name: String,
}

impl Office {
    /// The office on the wire.
    pub fn of(office: &OfficeName) -> Self {
        Self {
            number: office.number.as_str().to_owned(),
            name: office.name.clone(),
        }
    }
}

/// Maximum octets of a line of at most a hundred characters as people count them.
const LINE_OCTETS: usize = 2_000;

/// 登録情報
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// ID（メールアドレス）
    #[serde(serialize_with = "address")]
    #[schemars(with = "Address")]
    pub email: EmailAddress,
    /// 氏名
    #[schemars(length(min = 1, max = LINE_OCTETS))]
    pub name: String,
    /// 氏名（フリガナ）
    #[schemars(length(max = KANA_LONGEST), regex(pattern = "^[ァ-ヺー・ ]+$"))]
    pub name_kana: String,
    /// 部署名
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = LINE_OCTETS))]
    pub department: Option<String>,
    /// 役職名
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = LINE_OCTETS))]
    pub job_title: Option<String>,
    /// 電話番号
    #[schemars(regex(pattern = "^0[0-9]{9,10}$"))]
    pub phone: String,
}

impl Profile {
    /// The profile on the wire.
    pub fn of(profile: &portal::values::Profile) -> Self {
        let line = |line: &Option<Line>| line.as_ref().map(|line| line.as_str().to_owned());
        Self {
            email: profile.email.clone(),
            name: profile.name.as_str().to_owned(),
            name_kana: profile.name_kana.as_str().to_owned(),
            department: line(&profile.department),
            job_title: line(&profile.job_title),
            phone: profile.phone.as_str().to_owned(),
        }
    }
}
