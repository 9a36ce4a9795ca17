//! The corpus through the values: each line is what the type says, and each obeys the laws of all texts.

use portal::code::OneTimeCode;
use portal::form::{WarningCode, warnings};
use portal::limits::Limits;
use portal::password::{self, PersonalWords};
use portal::values::{
    ClaimsUserId, EmailAddress, FieldCode, Line, NameKana, PhoneNumber, Profile, foreign_secret,
};

use crate::corpus::{self, Becomes, Case, FILES, File};
use crate::laws;

fn becomes(parsed: Result<String, FieldCode>) -> Becomes {
    match parsed {
        Ok(stored) => Becomes::Stored(stored),
        Err(code) => Becomes::Refused(code.code().to_owned()),
    }
}

fn judged(file: &File, typed: &str) -> Becomes {
    becomes(match file.name {
        "claims-user-id.toml" => ClaimsUserId::parse(typed).map(|id| id.as_str().to_owned()),
        "claims-secret.toml" => foreign_secret(typed, 128).map(|secret| secret.expose().to_owned()),
        "code.toml" => OneTimeCode::parse(typed).map(|code| code.digits().to_owned()),
        "email.toml" => EmailAddress::parse(typed).map(|address| address.as_str().to_owned()),
        "name.toml" => Line::parse(typed).map(|line| line.as_str().to_owned()),
        "kana.toml" => NameKana::parse(typed).map(|kana| kana.as_str().to_owned()),
        "phone.toml" => PhoneNumber::parse(typed).map(|phone| phone.as_str().to_owned()),
        "password.toml" => {
            let context = PersonalWords::of(&laws::a_profile(), &laws::an_office());
            let folded = password::folded(typed);
            password::check(&folded, &context, &Limits::standard()).map(|()| folded.expose().to_owned())
        }
        other => panic!("{other} has no type"),
    })
}

fn differences(file: &File, cases: &[Case]) -> Vec<String> {
    let wrong = cases
        .iter()
        .filter(|case| judged(file, &case.typed) != case.becomes);
    wrong
        .map(|case| {
            let shorten = |becomes: &Becomes| format!("{becomes:?}").chars().take(120).collect::<String>();
            let (is, ought) = (shorten(&judged(file, &case.typed)), shorten(&case.becomes));
            format!("{}: {}: {is}, not {ought}", file.name, case.shown())
        })
        .collect()
}

#[test]
fn every_line_of_the_corpus_becomes_what_it_says() {
    let wrong: Vec<String> = FILES
        .iter()
        .flat_map(|file| differences(file, &file.holding()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lines: usize = FILES.iter().map(|file| file.cases().len()).sum();
    assert!(lines >= 300, "{lines} lines are no corpus");
}

#[test]
fn nothing_in_the_corpus_is_wrong() {
    let marked = |file: &File| {
        file.cases()
            .into_iter()
            .filter(|case| case.bug.is_some())
            .collect::<Vec<_>>()
    };
    let wrong: Vec<String> = FILES
        .iter()
        .flat_map(|file| differences(file, &marked(file)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A mended bug must lose its mark.
#[test]
fn what_is_marked_as_wrong_is_wrong() {
    for file in FILES {
        for case in file.cases().iter().filter(|case| case.bug.is_some()) {
            assert_ne!(
                judged(file, &case.typed),
                case.becomes,
                "{}: {} is right now",
                file.name,
                case.shown()
            );
        }
    }
}

#[test]
fn the_laws_hold_for_every_line_of_the_corpus() {
    for file in FILES {
        for case in file.holding() {
            laws::of_any_text(&case.typed);
        }
    }
}

#[test]
fn an_address_of_the_corpus_is_warned_about_where_it_says_so() {
    for case in corpus::EMAIL.holding() {
        let Ok(email) = EmailAddress::parse(&case.typed) else {
            assert!(case.warns.is_empty(), "{}", case.shown());
            continue;
        };
        let found = warnings(&Profile {
            email,
            ..laws::a_profile()
        });
        let codes: Vec<&str> = found.iter().map(|warning| warning.code.code()).collect();
        assert_eq!(codes, case.warns, "{}", case.shown());
        assert!(WarningCode::PossibleTypo.code() != WarningCode::DeliveryDoubtful.code());
    }
}

/// What cannot be seen in an editor is written as an escape, or a reviewer could not see it.
#[test]
fn a_file_of_the_corpus_can_be_read_by_eye() {
    for file in FILES {
        for (number, line) in file.text().lines().enumerate() {
            let unseen = line.chars().find(|c| {
                c.is_control()
                    || matches!(c, '\u{A0}' | '\u{AD}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{2000}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}')
                    || matches!(c, '\u{3164}' | '\u{3099}' | '\u{309A}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFF}')
                    || matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{300}'..='\u{36F}') || *c >= '\u{1F000}'
            });
            assert_eq!(unseen, None, "{} {}", file.name, number + 1);
        }
    }
}

/// One that stands twice says nothing twice.
#[test]
fn no_line_is_repeated() {
    for file in FILES {
        let mut typed: Vec<String> = file.cases().into_iter().map(|case| case.typed).collect();
        let all = typed.len();
        typed.sort();
        typed.dedup();
        assert_eq!(typed.len(), all, "{}", file.name);
    }
}
