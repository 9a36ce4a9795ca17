//! お問い合わせ (`docs/api.md` 7).

use portal::form::address_warnings;
use portal::inquiry::{CATEGORIES, Category, Question, ReceiptNumber, Subcategory};
use portal::steps::Field;
use schemars::JsonSchema;
use serde::Serialize;

use super::Address;

/// お問い合わせ区分
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InquiryCategories {
    /// お問い合わせ区分（大カテゴリー）, in the order of the screen.
    #[schemars(length(min = 1))]
    pub categories: Vec<ListedCategory>,
}

/// お問い合わせ区分（大カテゴリー）
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ListedCategory {
    /// Its word.
    #[schemars(length(min = 1))]
    pub id: &'static str,
    /// Its label.
    #[schemars(length(min = 1))]
    pub label: &'static str,
    /// Whether it is a sample, which the operator replaces.
    pub sample: bool,
    /// お問い合わせ区分（中カテゴリー）, in the order of the screen.
    #[schemars(length(min = 1))]
    pub subcategories: Vec<ListedSubcategory>,
}

/// お問い合わせ区分（中カテゴリー）
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ListedSubcategory {
    /// Its word.
    #[schemars(length(min = 1))]
    pub id: &'static str,
    /// Its label.
    #[schemars(length(min = 1))]
    pub label: &'static str,
    /// Whether it is a sample, which the operator replaces.
    pub sample: bool,
}

/// The categories on the wire.
pub fn inquiry_categories() -> InquiryCategories {
    let subcategory = |subcategory: &Subcategory| ListedSubcategory {
        id: subcategory.id,
        label: subcategory.label,
        sample: subcategory.is_sample,
    };
    let category = |category: &Category| ListedCategory {
        id: category.id,
        label: category.label,
        sample: category.is_sample,
        subcategories: category.subcategories.iter().map(subcategory).collect(),
    };
    InquiryCategories {
        categories: CATEGORIES.iter().map(category).collect(),
    }
}

/// お問い合わせの受付
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InquiryReceipt {
    /// 受付番号, the number that the person quotes; no secret.
    #[schemars(regex(pattern = "^([34679CDFGHJKLMNPQRTVWXY]{4}-){2}[34679CDFGHJKLMNPQRTVWXY]{4}$"))]
    pub receipt_number: String,
    /// Fields to check again; the inquiry is received all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(min = 1))]
    pub warnings: Vec<InquiryWarning>,
}

/// A hint to check a field of an inquiry again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct InquiryWarning {
    /// The field.
    #[schemars(extend("enum" = ["/email", "/organisationNumber"]))]
    pub pointer: &'static str,
    /// The kind of hint; `possible-slip`: form or check digit of the number are not those of its kind.
    #[schemars(extend("enum" = ["possible-typo", "delivery-doubtful", "possible-slip"]))]
    pub code: &'static str,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<Address>,
}

impl InquiryReceipt {
    /// The receipt of this question.
    pub fn of(number: &ReceiptNumber, question: &Question) -> Self {
        let mut warnings: Vec<InquiryWarning> = address_warnings(&question.email)
            .into_iter()
            .map(|warning| InquiryWarning {
                pointer: warning.pointer,
                code: warning.code.code(),
                suggestion: warning.suggestion.map(Address),
            })
            .collect();
        if question.number_is_doubtful() {
            warnings.push(InquiryWarning {
                pointer: Field::OrganisationNumber.pointer(),
                code: "possible-slip",
                suggestion: None,
            });
        }
        Self {
            receipt_number: number.as_str().to_owned(),
            warnings,
        }
    }
}
