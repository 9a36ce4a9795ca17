//! The fields of request bodies: name, shape, meaning.

use crate::inquiry::{MESSAGE_LONGEST, NUMBER_LONGEST};
use crate::limits::Limits;
use crate::password::LONGEST_AS_SENT;
use crate::values::KANA_LONGEST;

/// What a field of a body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text, normalised before it is checked.
    Text,
    /// A secret, unchanged.
    Secret,
    /// A secret of another system: unchanged, without control characters, at most this number of characters.
    ForeignSecret(usize),
    /// A secret of at most this number of octets.
    SecretOctets(usize),
    /// `true` or `false`.
    Flag,
    /// An object of these texts.
    Object(&'static [Field]),
}

/// The maximum length of a claims password, in characters.
pub const CLAIMS_PASSWORD_LONGEST: usize = 128;
/// The maximum length of a security code, in characters.
pub const SECURITY_CODE_LONGEST: usize = 64;

macro_rules! fields {
    ($($field:ident = $name:literal, $shape:expr, $title:literal, $rule:expr, $example:literal;)*) => {
        /// A field of a body. Two fields of one name are two fields if their meanings differ.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $(#[doc = $title] $field,)* }

        impl Field {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$field => $name,)* }
            }

            /// What it may hold.
            pub const fn shape(self) -> Shape {
                match self { $(Self::$field => $shape,)* }
            }

            /// Its label on the screen.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$field => $title,)* }
            }

            /// The rule that is checked after normalisation; empty if the shape says all.
            pub fn rule(self) -> String {
                match self { $(Self::$field => String::from($rule),)* }
            }

            /// A valid value; empty if there is none to show.
            pub const fn example(self) -> &'static str {
                match self { $(Self::$field => $example,)* }
            }

            /// Its pointer in a body (RFC 6901).
            pub const fn pointer(self) -> &'static str {
                match self { $(Self::$field => concat!("/", $name),)* }
            }
        }
    };
}

fields! {
    UserId = "userId", Shape::Text, "電子請求受付システムのユーザID",
        "Begins with KJ; letters and digits, at most 32.", "KJ000000000001";
    ClaimsPassword = "password", Shape::ForeignSecret(CLAIMS_PASSWORD_LONGEST), "電子請求受付システムのログインパスワード",
        "", "";
    AcceptLockRisk = "acceptLockRisk", Shape::Flag, "ロックされるおそれを承知のうえで試す", "", "";
    SecurityCode = "securityCode", Shape::ForeignSecret(SECURITY_CODE_LONGEST), "セキュリティコード", "", "";
    Code = "code", Shape::Text, "ワンタイムパスワード", "Six digits.", "123456";
    Email = "email", Shape::Text, "ID（メールアドレス）",
        "At most 254 octets; before the @ ASCII, at most 64; the domain may be an IDN.", "kaigo@example.jp";
    Name = "name", Shape::Text, "氏名", "At most 100 characters as people count them; no emoji.", "介護 太郎";
    NameKana = "nameKana", Shape::Text, "氏名（フリガナ）",
        format!("Kana of any kind, at most {KANA_LONGEST} characters."), "カイゴ タロウ";
    Department = "department", Shape::Text, "部署名", "As 氏名; empty means absent.", "事務部";
    JobTitle = "jobTitle", Shape::Text, "役職名", "As 氏名; empty means absent.", "事務部";
    Phone = "phone", Shape::Text, "電話番号", "A telephone number of Japan: ten or eleven digits.", "0312345678";
    Draft = "draft", Shape::Text, "確認した内容の要約値", "", "";
    Password = "password", Shape::SecretOctets(LONGEST_AS_SENT), "パスワード",
        format!("At most {LONGEST_AS_SENT} octets as sent, and 1024 after NFC."), "";
    ShownVersion = "version", Shape::Text, "表示した利用規約の版", "", "";
    CurrentPassword = "currentPassword", Shape::SecretOctets(LONGEST_AS_SENT), "現在のパスワード",
        format!("At most {LONGEST_AS_SENT} octets as sent, and 1024 after NFC."), "";
    NewPassword = "newPassword", Shape::Secret, "新しいパスワード", new_password_rule(), "";
    AgreedTerms = "agreedTerms", Shape::Object(&[Field::AgreedVersion]), "同意した利用規約", "", "";
    Role = "role", Shape::Text, "役割", "`manager` (管理者) or `member` (一般).", "member";
    Status = "status", Shape::Text, "状態", "`active` (利用中) or `disabled` (停止中).", "disabled";
    UserKind = "userKind", Shape::Text, "利用者区分",
        "`care-office` (介護事業所), `deemed-care-office` (みなし介護事業所), `medical-institution` (医療機関), \
         `municipality` (市町村（保険者）) or `other`.", "medical-institution";
    OrganisationName = "organisationName", Shape::Text, "事業所・機関名",
        "At most 100 characters as people count them; no emoji.", "見本医院";
    OrganisationNumber = "organisationNumber", Shape::Text, "事業所番号・医療機関コード・保険者番号",
        format!("As the person has it; at most {NUMBER_LONGEST} characters. One that looks like a slip is taken, with a warning."),
        "0110113719";
    InstitutionKind = "institutionKind", Shape::Text, "医療機関の種類",
        "For an application for an ID: `medical` (医科), `dental` (歯科), `pharmacy` (薬局) or `other`; empty means absent.",
        "medical";
    Prefecture = "prefecture", Shape::Text, "都道府県",
        "For an application for an ID: the number of the prefecture, `01` to `47`; empty means absent.", "01";
    ReplyEmail = "email", Shape::Text, "メールアドレス",
        "At most 254 octets; before the @ ASCII, at most 64; the domain may be an IDN.", "kaigo@example.jp";
    Category = "category", Shape::Text, "お問い合わせ区分（大カテゴリー）",
        "One of the categories of `/inquiry-categories`.", "other";
    Subcategory = "subcategory", Shape::Text, "お問い合わせ区分（中カテゴリー）",
        "One of the category's subcategories.", "id-request";
    Message = "message", Shape::Text, "お問い合わせの内容",
        format!("1 to {MESSAGE_LONGEST} characters as people count them; line ends are kept."), "IDの発行をお願いします。";
    Language = "language", Shape::Text, "表示した言語",
        "`ja`, `easy` (やさしい日本語) or `en`; any other is `ja`.", "ja";
    OfficeNumber = "officeNumber", Shape::Text, "介護保険事業所番号", "Ten characters.", "1370000001";
    StopCode = "stopCode", Shape::Secret, "停止コード", "", "";
    AgreedVersion = "version", Shape::Text, "同意した版", "", "";
}

fn new_password_rule() -> String {
    let limits = Limits::standard();
    format!(
        "{} to {} code points after NFC, any but control and unassigned ones. No common password, and no word of \
         the portal, the office or the person in it.",
        limits.password_shortest, limits.password_longest
    )
}

/// A field in the body of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// The field.
    pub field: Field,
    /// Whether it is required.
    pub required: bool,
}

/// A required field.
pub(super) const fn required(field: Field) -> Input {
    Input {
        field,
        required: true,
    }
}

/// An optional field.
pub(super) const fn optional(field: Field) -> Input {
    Input {
        field,
        required: false,
    }
}
