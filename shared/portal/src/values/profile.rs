//! 登録情報 and 事業所.

use super::{Draft, EmailAddress, Line, NameKana, PhoneNumber, digest};

/// 新規ユーザ登録情報 — the data with which a user is registered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// ID（メールアドレス）
    pub email: EmailAddress,
    /// 氏名
    pub name: Line,
    /// 氏名（フリガナ）
    pub name_kana: NameKana,
    /// 部署名
    pub department: Option<Line>,
    /// 役職名
    pub job_title: Option<Line>,
    /// 電話番号
    pub phone: PhoneNumber,
}

impl Profile {
    /// The digest that 「登録する」 names, so that exactly the confirmed profile is registered.
    pub fn draft(&self) -> Draft {
        Draft::new(digest(&[
            b"profile",
            self.email.as_str().as_bytes(),
            self.name.as_str().as_bytes(),
            self.name_kana.as_str().as_bytes(),
            self.department.as_ref().map_or("", Line::as_str).as_bytes(),
            self.job_title.as_ref().map_or("", Line::as_str).as_bytes(),
            self.phone.as_str().as_bytes(),
        ]))
    }
}

/// 事業所 — an office as the claims system names it: 介護保険事業所番号 and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OfficeName {
    /// 介護保険事業所番号
    pub number: String,
    /// 事業所名
    pub name: String,
}
