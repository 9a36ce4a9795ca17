//! The initial offices: one for each case.
//!
//! All are invented. Their numbers have district 99, which no prefecture has, so they cannot be real offices.

use jiff::Timestamp;

use crate::office::{Office, Tally};

/// 見本の事業所 — an office in its initial state.
pub struct Seed {
    /// The case that it shows.
    pub shows: &'static str,
    /// 電子請求受付システム ユーザID.
    pub user_id: &'static str,
    office_number: &'static str,
    office_name: &'static str,
    mail_address: Option<&'static str>,
    security_code: Option<&'static str>,
    password: &'static str,
    temporary_password: Option<&'static str>,
    password_expired: bool,
    locked: bool,
}

/// The maximum length of a name by the contract: 200 characters.
const LONGEST_NAME: &str = "社会福祉法人見本福祉会高齢者総合福祉施設見本の里指定居宅介護支援事業所\
指定訪問介護事業所指定訪問入浴介護事業所指定訪問看護事業所指定訪問リハビリテーション事業所\
指定通所介護事業所指定通所リハビリテーション事業所指定短期入所生活介護事業所\
指定特定施設入居者生活介護事業所指定福祉用具貸与事業所指定定期巡回随時対応型訪問介護看護事業所\
指定認知症対応型共同生活介護事業所見本町地域包括支援センター兼総合窓口";

const PLAIN: Seed = Seed {
    shows: "",
    user_id: "",
    office_number: "",
    office_name: "",
    mail_address: None,
    security_code: None,
    password: "",
    temporary_password: None,
    password_expired: false,
    locked: false,
};

/// The end of a permanent lock: 2100 in Japan. A constant cannot compute half an hour from now.
const END_OF_LOCK: Timestamp = Timestamp::constant(4_102_412_400, 0);

/// Every seeded office, in the order of its user ids.
pub const SEEDS: &[Seed] = &[
    Seed {
        shows: "nothing in the way",
        user_id: "KJ000000000001",
        office_number: "1379901018",
        office_name: "見本訪問介護ステーション",
        mail_address: Some("kaigo1@example.jp"),
        password: "Mihon0001",
        ..PLAIN
    },
    Seed {
        shows: "a security code",
        user_id: "KJ000000000002",
        office_number: "1479902023",
        office_name: "見本デイサービスさくら",
        mail_address: Some("kaigo2@example.jp"),
        security_code: Some("20260002"),
        password: "Mihon0002",
        ..PLAIN
    },
    Seed {
        shows: "only the temporary password of the paper notice",
        user_id: "KJ000000000003",
        office_number: "2779903034",
        office_name: "見本訪問入浴サービスすみれ",
        mail_address: Some("kaigo3@example.jp"),
        temporary_password: Some("Kari0003"),
        ..PLAIN
    },
    Seed {
        shows: "an expired password",
        user_id: "KJ000000000004",
        office_number: "2379904044",
        office_name: "見本ショートステイつばき",
        mail_address: Some("kaigo4@example.jp"),
        password: "Mihon0004",
        password_expired: true,
        ..PLAIN
    },
    Seed {
        shows: "a lock that does not end",
        user_id: "KJ000000000005",
        office_number: "4079905057",
        office_name: "見本居宅介護支援事業所かえで",
        mail_address: Some("kaigo5@example.jp"),
        password: "Mihon0005",
        locked: true,
        ..PLAIN
    },
    Seed {
        shows: "no mail address on record",
        user_id: "KJ000000000006",
        office_number: "0179906060",
        office_name: "見本グループホームゆきあかり",
        password: "Mihon0006",
        ..PLAIN
    },
    Seed {
        shows: "a mail address that no mail can reach",
        user_id: "KJ000000000007",
        office_number: "2679907077",
        office_name: "見本特別養護老人ホーム竹の庭",
        mail_address: Some("kaigo7＠example"),
        password: "Mihon0007",
        ..PLAIN
    },
    Seed {
        shows: "the first of two user ids of one office",
        user_id: "KJ000000000008",
        office_number: "3479908083",
        office_name: "見本介護センターせとうち",
        mail_address: Some("kaigo8@example.jp"),
        password: "Mihon0008",
        ..PLAIN
    },
    Seed {
        shows: "the second of two user ids of one office",
        user_id: "KJ000000000009",
        office_number: "3479908083",
        office_name: "見本介護センターせとうち",
        mail_address: Some("kaigo9@example.jp"),
        password: "Mihon0009",
        ..PLAIN
    },
    Seed {
        shows: "a みなし office, whose number breaks the published check digit rule",
        user_id: "KJ000000000010",
        office_number: "1319900093",
        office_name: "医療法人見本会　見本クリニック",
        mail_address: Some("kaigo10@example.jp"),
        password: "Mihon0010",
        ..PLAIN
    },
    Seed {
        shows: "rare characters in the name, and a letter in the number",
        user_id: "KJ000000000011",
        office_number: "28A9906112",
        office_name: "𠮷野・髙﨑ケアプランセンター",
        mail_address: Some("kaigo11@example.jp"),
        password: "Mihon0011",
        ..PLAIN
    },
    Seed {
        shows: "the longest name",
        user_id: "KJ000000000012",
        office_number: "3379907128",
        office_name: LONGEST_NAME,
        mail_address: Some("kaigo12@example.jp"),
        password: "Mihon0012",
        ..PLAIN
    },
    Seed {
        shows: "the temporary password, and one of its own",
        user_id: "KJ000000000013",
        office_number: "34B9909132",
        office_name: "見本介護医療院しおさい",
        mail_address: Some("kaigo13@example.jp"),
        password: "Mihon0013",
        temporary_password: Some("Kari0013"),
        ..PLAIN
    },
];

impl Seed {
    /// The seed of this user id.
    pub fn of(user_id: &str) -> Option<&'static Self> {
        SEEDS.iter().find(|seed| seed.user_id == user_id)
    }

    /// The office in its initial state.
    pub fn office(&self) -> Office {
        Office {
            office_number: self.office_number.to_owned(),
            office_name: self.office_name.to_owned(),
            mail_address: self.mail_address.map(str::to_owned),
            security_code: self.security_code.map(str::to_owned),
            password: self.password.to_owned(),
            temporary_password: self.temporary_password.map(str::to_owned),
            password_expired: self.password_expired,
        }
    }

    /// The initial tally: empty, except for the office that shows a lock.
    pub fn tally(&self) -> Tally {
        Tally {
            locked_until: self.locked.then_some(END_OF_LOCK),
            ..Tally::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// モジュラス10 ウェイト2-1 分割: the digits of the products, from the right, 2 and 1 in turn.
    fn check_digit(characters: &str) -> u32 {
        const LETTERS: &str = "ABCDEFGHJKLMNPRSTUVWXYZ";
        let sum: u32 = characters
            .chars()
            .rev()
            .zip([2, 1].into_iter().cycle())
            .map(|(character, weight)| {
                let value = character.to_digit(10).unwrap_or_else(|| {
                    10 + u32::try_from(LETTERS.chars().position(|letter| letter == character).unwrap())
                        .unwrap()
                });
                (value * weight)
                    .to_string()
                    .chars()
                    .map(|digit| digit.to_digit(10).unwrap())
                    .sum::<u32>()
            })
            .sum();
        (10 - sum % 10) % 10
    }

    fn keeps_the_published_rule(number: &str) -> bool {
        check_digit(&number[..9]).to_string() == number[9..]
    }

    fn keeps_the_rule_of_four_prefectures(number: &str) -> bool {
        check_digit(&number[3..9]).to_string() == number[9..]
    }

    #[test]
    fn the_check_digit_rule_is_the_published_one() {
        for number in [
            "0110113719",
            "2794900205",
            "34B0100012",
            "0190100271",
            "0190100081",
        ] {
            assert!(keeps_the_published_rule(number), "{number}");
        }
        assert!(!keeps_the_published_rule("1113103835"));
        assert!(keeps_the_rule_of_four_prefectures("1113103835"));
    }

    #[test]
    fn every_number_could_be_true_but_that_of_district_99_does_not_exist() {
        for seed in SEEDS {
            let number = seed.office_number;
            assert_eq!(&number[3..5], "99", "{number}");
            let mishap = number.starts_with("131");
            assert_eq!(keeps_the_published_rule(number), !mishap, "{number}");
            assert!(!mishap || keeps_the_rule_of_four_prefectures(number), "{number}");
        }
    }

    #[test]
    fn every_user_id_is_unique_sorted_and_normalised() {
        assert!(SEEDS.is_sorted_by(|one, next| one.user_id < next.user_id));
        for seed in SEEDS {
            assert!(
                seed.user_id.starts_with("KJ") && seed.user_id.len() == 14,
                "{}",
                seed.user_id
            );
            assert!(
                seed.user_id[2..].bytes().all(|byte| byte.is_ascii_digit()),
                "{}",
                seed.user_id
            );
        }
    }

    #[test]
    fn every_case_has_its_office() {
        let is_there = |case: fn(&Seed) -> bool| SEEDS.iter().any(case);
        assert!(is_there(|seed| seed.security_code.is_some()));
        assert!(is_there(
            |seed| seed.temporary_password.is_some() && seed.password.is_empty()
        ));
        assert!(is_there(|seed| seed.password_expired));
        assert!(is_there(|seed| seed.locked));
        assert!(is_there(|seed| seed.mail_address.is_none()));
        assert!(is_there(|seed| seed
            .mail_address
            .is_some_and(|address| !address.contains('@'))));
        assert!(is_there(
            |seed| seed.office_name.contains('𠮷') && seed.office_name.contains('髙')
        ));
        assert!(is_there(|seed| seed.office_name.chars().count() == 200));
        assert!(is_there(|seed| {
            SEEDS
                .iter()
                .any(|other| other.office_number == seed.office_number && other.user_id != seed.user_id)
        }));
    }

    #[test]
    fn every_address_is_in_a_reserved_domain() {
        for address in SEEDS.iter().filter_map(|seed| seed.mail_address) {
            assert!(
                address.ends_with("@example.jp") || !address.contains('@'),
                "{address}"
            );
        }
    }
}
