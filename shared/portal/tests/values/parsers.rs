//! Parsers: none panics, what one accepts obeys its rules, and accepting the stored form again changes nothing.

use proptest::prelude::*;

use crate::{drawn, laws};

proptest! {
    #[test]
    fn every_parser_keeps_its_word_on_any_text(typed in drawn::typed()) {
        laws::of_any_text(&typed);
    }

    #[test]
    fn an_address_is_one_account_in_all_its_spellings(typed in drawn::nearly_an_address()) {
        laws::email(&typed);
    }

    #[test]
    fn a_reading_is_the_same_in_every_kind_of_kana(typed in drawn::nearly_kana()) {
        laws::kana(&typed);
        laws::line(&typed);
    }

    #[test]
    fn a_number_is_digits_or_nothing(typed in drawn::nearly_a_number()) {
        laws::phone(&typed);
        laws::code(&typed);
        laws::claims_user_id(&typed);
    }

    #[test]
    fn a_password_is_folded_once_and_for_all(typed in drawn::nearly_a_password()) {
        laws::password(&typed);
        laws::secret(&typed);
    }
}
