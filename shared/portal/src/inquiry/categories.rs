//! お問い合わせ区分 — the two levels of categories, as data.

use crate::values::FieldCode;

/// お問い合わせ区分（中カテゴリー）
#[derive(Debug, PartialEq, Eq)]
pub struct Subcategory {
    /// The word on the wire and in the table; unique within its category.
    pub id: &'static str,
    /// The label on the screen.
    pub label: &'static str,
    /// Whether it is only a sample: the manual does not name it, and the operator decides.
    pub is_sample: bool,
}

/// お問い合わせ区分（大カテゴリー）
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// The word on the wire and in the table.
    pub id: &'static str,
    /// The label on the screen.
    pub label: &'static str,
    /// Whether it is only a sample.
    pub is_sample: bool,
    /// Its subcategories, in the order of the screen.
    pub subcategories: &'static [Subcategory],
}

/// The category that is always there: 「その他」.
pub const OTHER: &str = "other";
/// Its subcategory that is always there: 「介護情報基盤ポータルのID発行申請」.
pub const ID_REQUEST: &str = "id-request";

const fn sample(id: &'static str, label: &'static str) -> Subcategory {
    Subcategory {
        id,
        label,
        is_sample: true,
    }
}

/// The categories, in the order of the screen.
pub const CATEGORIES: &[Category] = &[
    Category {
        id: "registration",
        label: "初回利用登録・ログイン",
        is_sample: true,
        subcategories: &[
            sample("claims-auth", "電子請求受付システム認証"),
            sample("mail", "メールが届かない"),
            sample("login", "ログインできない"),
            sample("registered", "登録済みのユーザがわからない・退職した"),
            sample("registration-question", "その他の登録・ログイン"),
        ],
    },
    Category {
        id: "grants",
        label: "助成金等の申請",
        is_sample: true,
        subcategories: &[
            sample("application", "申請の方法"),
            sample("state", "申請の状況"),
            sample("grant-question", "その他の申請"),
        ],
    },
    Category {
        id: "care-web-service",
        label: "介護保険資格確認等WEBサービス",
        is_sample: true,
        subcategories: &[
            sample("use", "利用の方法"),
            sample("service-question", "その他のサービス"),
        ],
    },
    Category {
        id: OTHER,
        label: "その他",
        is_sample: false,
        subcategories: &[
            Subcategory {
                id: ID_REQUEST,
                label: "介護情報基盤ポータルのID発行申請",
                is_sample: false,
            },
            sample("other-question", "上のどれにもあてはまらない"),
        ],
    },
];

/// The two levels that a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// The category.
    pub category: &'static Category,
    /// One of its subcategories.
    pub subcategory: &'static Subcategory,
}

impl Topic {
    /// The topic of these two ids.
    pub fn of(category: &str, subcategory: &str) -> Option<Self> {
        let category = Category::parse(category).ok()?;
        let subcategory = category.subcategory(subcategory).ok()?;
        Some(Self {
            category,
            subcategory,
        })
    }

    /// Whether an ID is applied for: issuing it needs more fields.
    pub fn is_id_request(self) -> bool {
        self.category.id == OTHER && self.subcategory.id == ID_REQUEST
    }
}

impl Category {
    /// The category of this id.
    pub fn parse(id: &str) -> Result<&'static Self, FieldCode> {
        if id.is_empty() {
            return Err(FieldCode::Required);
        }
        let mut all = CATEGORIES.iter();
        all.find(|category| category.id == id)
            .ok_or(FieldCode::NotAChoice)
    }

    /// Its subcategory of this id.
    pub fn subcategory(&self, id: &str) -> Result<&'static Subcategory, FieldCode> {
        if id.is_empty() {
            return Err(FieldCode::Required);
        }
        let mut all = self.subcategories.iter();
        all.find(|subcategory| subcategory.id == id)
            .ok_or(FieldCode::NotAChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 「お問い合わせ区分(大カテゴリー)は「その他」、お問い合わせ区分(中カテゴリー)は「介護情報基盤ポータルのID発行申請」を選択してください」
    #[test]
    fn r09_r10_the_pair_of_the_manual_is_always_there_and_no_sample() {
        let topic = Topic::of(OTHER, ID_REQUEST).unwrap();
        assert_eq!(
            (topic.category.label, topic.subcategory.label),
            ("その他", "介護情報基盤ポータルのID発行申請")
        );
        assert!(topic.is_id_request());
        assert!(!topic.category.is_sample && !topic.subcategory.is_sample);
        assert!(!Topic::of(OTHER, "other-question").unwrap().is_id_request());
    }

    #[test]
    fn everything_that_the_manual_does_not_name_is_a_sample() {
        for category in CATEGORIES {
            assert_eq!(category.is_sample, category.id != OTHER, "{}", category.id);
            for subcategory in category.subcategories {
                assert_eq!(subcategory.is_sample, subcategory.id != ID_REQUEST);
            }
        }
    }

    #[test]
    fn a_subcategory_belongs_to_its_category() {
        assert_eq!(Topic::of("registration", ID_REQUEST), None);
        assert_eq!(Topic::of(OTHER, "login"), None);
        let other = Category::parse(OTHER).unwrap();
        assert_eq!(other.subcategory("login"), Err(FieldCode::NotAChoice));
        assert_eq!(other.subcategory(""), Err(FieldCode::Required));
        assert_eq!(Category::parse(""), Err(FieldCode::Required));
        assert_eq!(Category::parse("OTHER"), Err(FieldCode::NotAChoice));
    }

    #[test]
    fn no_two_choices_of_a_list_share_an_id_and_none_is_empty() {
        let distinct = |ids: Vec<&str>| {
            let mut sorted = ids.clone();
            sorted.sort_unstable();
            sorted.dedup();
            sorted.len() == ids.len() && !ids.is_empty()
        };
        assert!(distinct(CATEGORIES.iter().map(|category| category.id).collect()));
        for category in CATEGORIES {
            let ids = category.subcategories.iter().map(|subcategory| subcategory.id);
            assert!(distinct(ids.collect()), "{}", category.id);
        }
    }
}
