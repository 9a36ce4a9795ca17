//! お問い合わせの入力, as typed.

use super::{
    CATEGORIES, Category, InstitutionKind, Message, Prefecture, Question, Topic, UserKind, WrittenNumber,
};
use crate::form::{FieldProblem, Problems};
use crate::steps::Field;
use crate::values::{EmailAddress, FieldCode, Line, NameKana, PhoneNumber};

/// お問い合わせの入力: reads the fields by name, wherever they come from.
#[derive(Clone, Copy)]
pub struct InquiryForm<F>(F);

impl<'a, F: Fn(Field) -> Option<&'a str>> InquiryForm<F> {
    /// The form that these texts make.
    pub const fn of(text: F) -> Self {
        Self(text)
    }

    fn typed(&self, field: Field) -> &'a str {
        (self.0)(field).unwrap_or("")
    }

    /// An optional choice; an empty one is `None`.
    fn choice<T>(
        &self,
        field: Field,
        parse: impl FnOnce(&str) -> Result<T, FieldCode>,
    ) -> Result<Option<T>, FieldCode> {
        match self.typed(field) {
            "" => Ok(None),
            typed => parse(typed).map(Some),
        }
    }

    /// Both levels of the category, or what is wrong with either.
    fn topic(&self, problems: &mut Problems) -> Option<Topic> {
        let (category, subcategory) = (self.typed(Field::Category), self.typed(Field::Subcategory));
        let found = problems.take(Field::Category.pointer(), Category::parse(category));
        let chosen = match found {
            Some(category) => category.subcategory(subcategory),
            // Without a category a subcategory of any is as good as it can be.
            None => CATEGORIES
                .iter()
                .find_map(|category| category.subcategory(subcategory).ok())
                .ok_or(if subcategory.is_empty() {
                    FieldCode::Required
                } else {
                    FieldCode::NotAChoice
                }),
        };
        let subcategory = problems.take(Field::Subcategory.pointer(), chosen)?;
        Some(Topic {
            category: found?,
            subcategory,
        })
    }

    /// The question, or all its problems in the order of the screen.
    pub fn parse(&self, mut problems: Problems) -> Result<Question, Vec<FieldProblem>> {
        let user_kind = problems.take(
            Field::UserKind.pointer(),
            UserKind::parse(self.typed(Field::UserKind)),
        );
        let organisation = problems.take(
            Field::OrganisationName.pointer(),
            Line::parse(self.typed(Field::OrganisationName)),
        );
        let number = problems.take(
            Field::OrganisationNumber.pointer(),
            WrittenNumber::parse_optional((self.0)(Field::OrganisationNumber)),
        );
        let institution = problems.take(
            Field::InstitutionKind.pointer(),
            self.choice(Field::InstitutionKind, InstitutionKind::parse),
        );
        let prefecture = problems.take(
            Field::Prefecture.pointer(),
            self.choice(Field::Prefecture, Prefecture::parse),
        );
        let name = problems.take(Field::Name.pointer(), Line::parse(self.typed(Field::Name)));
        let name_kana = problems.take(
            Field::NameKana.pointer(),
            NameKana::parse(self.typed(Field::NameKana)),
        );
        let email = problems.take(
            Field::ReplyEmail.pointer(),
            EmailAddress::parse(self.typed(Field::ReplyEmail)),
        );
        let phone = problems.take(
            Field::Phone.pointer(),
            PhoneNumber::parse(self.typed(Field::Phone)),
        );
        let topic = self.topic(&mut problems);
        let message = problems.take(
            Field::Message.pointer(),
            Message::parse(self.typed(Field::Message)),
        );
        let question = (|| {
            let topic = topic?;
            Some(Question {
                user_kind: user_kind?,
                organisation: organisation?,
                number: number?,
                institution: institution?,
                prefecture: prefecture?,
                name: name?,
                name_kana: name_kana?,
                email: email?,
                phone: phone?,
                category: topic.category.id.to_owned(),
                subcategory: topic.subcategory.id.to_owned(),
                message: message?,
            })
        })();
        problems.finish(question)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{TYPED, with};
    use super::*;

    fn problems_of(typed: &[(Field, &'static str)]) -> Vec<(String, FieldCode)> {
        let typed = typed.to_vec();
        let text = |field: Field| {
            typed
                .iter()
                .find(|(other, _)| *other == field)
                .map(|(_, text)| *text)
        };
        let found = InquiryForm::of(text).parse(Problems::default()).unwrap_err();
        found
            .into_iter()
            .map(|problem| (problem.pointer, problem.code))
            .collect()
    }

    #[test]
    fn an_empty_form_answers_with_all_its_problems_at_once() {
        let found = problems_of(&[]);
        let expected = [
            "/userKind",
            "/organisationName",
            "/name",
            "/nameKana",
            "/email",
            "/phone",
            "/category",
            "/subcategory",
            "/message",
        ];
        assert_eq!(
            found,
            expected.map(|pointer| (pointer.to_owned(), FieldCode::Required))
        );
    }

    #[test]
    fn a_choice_that_is_none_is_told_at_its_field() {
        for (field, typed) in [
            (Field::UserKind, "nobody"),
            (Field::Category, "nothing"),
            (Field::Subcategory, "login"),
            (Field::Subcategory, "nothing"),
            (Field::InstitutionKind, "school"),
            (Field::Prefecture, "48"),
        ] {
            let found = problems_of(&with(&[(field, typed)]));
            assert_eq!(
                found,
                [(field.pointer().to_owned(), FieldCode::NotAChoice)],
                "{typed}"
            );
        }
    }

    #[test]
    fn without_a_category_a_subcategory_of_any_is_no_problem_of_its_own() {
        let found = problems_of(&with(&[(Field::Category, ""), (Field::Subcategory, "login")]));
        assert_eq!(found, [("/category".to_owned(), FieldCode::Required)]);
        let found = problems_of(&with(&[(Field::Category, ""), (Field::Subcategory, "nothing")]));
        assert_eq!(
            found,
            [
                ("/category".to_owned(), FieldCode::Required),
                ("/subcategory".to_owned(), FieldCode::NotAChoice)
            ]
        );
    }

    #[test]
    fn a_question_is_stored_in_its_normal_form() {
        let typed = with(&[
            (Field::OrganisationNumber, "０１１０１-１３７１９"),
            (Field::NameKana, "かいご たろう"),
            (Field::Phone, "03-1234-5678"),
            (Field::InstitutionKind, "medical"),
            (Field::Prefecture, "01"),
        ]);
        let text = |field: Field| {
            typed
                .iter()
                .find(|(other, _)| *other == field)
                .map(|(_, text)| *text)
        };
        let question = InquiryForm::of(text).parse(Problems::default()).unwrap();
        assert_eq!(
            question.number.as_ref().map(WrittenNumber::as_str),
            Some("0110113719")
        );
        assert_eq!(question.name_kana.as_str(), "カイゴ タロウ");
        assert_eq!(question.phone.as_str(), "0312345678");
        assert_eq!(
            (question.category.as_str(), question.subcategory.as_str()),
            ("other", "id-request")
        );
        assert_eq!(question.institution, Some(InstitutionKind::Medical));
        assert_eq!(question.prefecture.map(Prefecture::label), Some("北海道"));
        assert!(!question.number_is_doubtful());
        assert_eq!(TYPED.len(), 9);
    }
}
