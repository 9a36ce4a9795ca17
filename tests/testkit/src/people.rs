//! The people and offices of the tests. All invented.

use serde_json::{Value, json};

/// An office of the claims simulator, as tests use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestOffice {
    /// 電子請求受付システムのユーザID
    pub user_id: &'static str,
    /// ログインパスワード
    pub password: &'static str,
    /// 介護保険事業所番号
    pub number: &'static str,
    /// 事業所名
    pub name: &'static str,
    /// 電子請求受付システムに登録されているメールアドレス
    pub mail_address: &'static str,
    /// セキュリティコード
    pub security_code: Option<&'static str>,
}

/// An office without a security code.
pub const PLAIN_OFFICE: TestOffice = TestOffice {
    user_id: "KJ000000000001",
    password: "Mihon0001",
    number: "1379901018",
    name: "見本訪問介護ステーション",
    mail_address: "kaigo1@example.jp",
    security_code: None,
};

/// An office with a security code.
pub const GUARDED_OFFICE: TestOffice = TestOffice {
    user_id: "KJ000000000002",
    password: "Mihon0002",
    number: "1479902023",
    name: "見本デイサービスさくら",
    mail_address: "kaigo2@example.jp",
    security_code: Some("20260002"),
};

/// An office that two user ids prove: the first.
pub const SHARED_OFFICE: TestOffice = TestOffice {
    user_id: "KJ000000000008",
    password: "Mihon0008",
    number: "3479908083",
    name: "見本介護センターせとうち",
    mail_address: "kaigo8@example.jp",
    security_code: None,
};

/// The same office by its second user id.
pub const SHARED_OFFICE_AGAIN: TestOffice = TestOffice {
    user_id: "KJ000000000009",
    password: "Mihon0009",
    mail_address: "kaigo9@example.jp",
    ..SHARED_OFFICE
};

/// A みなし介護事業所.
pub const DEEMED_OFFICE: TestOffice = TestOffice {
    user_id: "KJ000000000010",
    password: "Mihon0010",
    number: "1319900093",
    name: "医療法人見本会　見本クリニック",
    mail_address: "kaigo10@example.jp",
    security_code: None,
};

/// A self-chosen password, for all people in the tests.
pub const OWN_PASSWORD: &str = "あおい空と しろい雲 二〇二六";

/// The profile of 介護 太郎 under this address.
pub fn profile(email: &str) -> Value {
    json!({
        "email": email,
        "name": "介護 太郎",
        "nameKana": "カイゴ タロウ",
        "department": "事務課",
        "phone": "0312345678",
    })
}

/// お問い合わせ of 介護 太郎: an application for an ID, whose receipt goes to this address.
pub fn inquiry(email: &str) -> Value {
    json!({
        "userKind": "medical-institution",
        "organisationName": "見本医院",
        "name": "介護 太郎",
        "nameKana": "カイゴ タロウ",
        "email": email,
        "phone": "03-1234-5678",
        "category": "other",
        "subcategory": "id-request",
        "message": "IDの発行をお願いします。",
    })
}
