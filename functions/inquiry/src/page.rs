//! The pages that answer a plain form: the receipt, or what is wrong beside what was typed. They need nothing but themselves:
//! no script, no style sheet, no picture.

use std::fmt::Write as _;

use platform::http::{Page, Told};
use platform::wire::{Document, InquiryReceipt};
use portal::form::FieldProblem;
use portal::problem::{Kind, Refusal};
use portal::steps::{BASE, Field, Step};
use portal::text::hides;

use crate::sent::Sent;
use crate::words::{Group, Words, text};

/// The style of every page; the policy names its digest.
const STYLE: &str = "body{margin:0 auto;max-width:44rem;padding:1rem;font:1rem/1.7 sans-serif;color:#1a1a1a;background:#fff}\
    h1{font-size:1.6rem}label{display:block;margin-top:1.2rem;font-weight:700}.may,.hint{color:#4d4d4d;font-weight:400}\
    input,select,textarea{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #595959;border-radius:6px}\
    .wrong{color:#b00020;font-weight:700;margin:0}.told{border:3px solid #b00020;padding:0 1rem}.done{border:3px solid #197a4b;padding:0 1rem}\
    .receipt{font-size:1.4rem}button{margin-top:1.5rem;padding:.8rem 2rem;font:inherit;font-weight:700;color:#fff;background:#0017c1;border:0;border-radius:8px}";

/// The SHA-256 of the style, in Base64.
const STYLE_DIGEST: &str = "/93Lu6bI/7qLzec8ziNhRxpLTHYUR3DAKc+nl8F9BHU=";

/// The fields of the form, in the order of the screen.
const FIELDS: [Field; 12] = [
    Field::Category,
    Field::Subcategory,
    Field::UserKind,
    Field::OrganisationName,
    Field::OrganisationNumber,
    Field::InstitutionKind,
    Field::Prefecture,
    Field::Name,
    Field::NameKana,
    Field::ReplyEmail,
    Field::Phone,
    Field::Message,
];

/// The page of an answer.
pub(crate) fn of(sent: &Sent, told: &Told<'_>, id: &str) -> Page {
    let words = Words::of(sent.language);
    let document = match told {
        Told::Done(success) => match &success.body {
            Some(Document::InquiryReceipt(receipt)) => received(words, receipt),
            _ => frame(words, "received", text(&words.titles, "received"), ""),
        },
        Told::Refused(refusal) => refused(words, sent, refusal, id),
    };
    Page {
        document,
        style_digest: STYLE_DIGEST,
    }
}

/// Text for an element or a quoted attribute. What cannot be seen is dropped, as it would be refused again.
fn escaped(typed: &str) -> String {
    let mut text = String::with_capacity(typed.len());
    for c in typed.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            '\n' | '\r' | '\t' => text.push(c),
            c if hides(c) => {}
            c => text.push(c),
        }
    }
    text
}

/// A whole document. `about` names what it tells, for tests and for support.
fn frame(words: &Words, about: &str, title: &str, main: &str) -> String {
    let site = escaped(text(&words.titles, "site"));
    let translation = match text(&words.texts, "translation") {
        "" => String::new(),
        translation => format!("<p>{translation}</p>\n"),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}｜{site}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><p><a href=\"/{folder}index.html\">{site}</a></p></header>\n<main data-about=\"{about}\">\n{translation}{main}\
         </main>\n</body>\n</html>\n",
        lang = words.lang,
        folder = words.folder,
        title = escaped(title),
    )
}

fn received(words: &Words, receipt: &InquiryReceipt) -> String {
    let of = |name| text(&words.texts, name);
    let mut main = format!(
        "<h1>{}</h1>\n<div class=\"done\"><p><strong>{}</strong></p>\n<p>{} <strong class=\"receipt\">{}</strong></p></div>\n",
        of("receivedTitle"),
        of("received"),
        of("receiptNumber"),
        escaped(&receipt.receipt_number),
    );
    for warning in &receipt.warnings {
        let told = match warning.code {
            "possible-slip" => of("slip").to_owned(),
            "possible-typo" => {
                let suggestion = warning.suggestion.as_ref().map(|address| address.0.as_str());
                of("typo").replace("{suggestion}", &escaped(suggestion.unwrap_or_default()))
            }
            _ => of("doubtful").to_owned(),
        };
        // Writing to a text cannot fail.
        _ = writeln!(main, "<p>{told}</p>");
    }
    if !receipt.warnings.is_empty() {
        _ = writeln!(main, "<p>{}</p>", of("again"));
    }
    _ = writeln!(
        main,
        "<p>{}</p>\n<p>{}</p>\n<p><a href=\"/{}index.html\">{}</a></p>",
        of("receipt"),
        of("keep"),
        words.folder,
        of("home")
    );
    frame(words, "received", text(&words.titles, "received"), &main)
}

fn refused(words: &Words, sent: &Sent, refusal: &Refusal, id: &str) -> String {
    let kind = refusal.kind;
    let of = |name| text(&words.texts, name);
    let title = format!("{}{}", text(&words.titles, "error"), text(&words.titles, "form"));
    let mut main = format!("<h1>{}</h1>\n<div class=\"told\">", of("title"));
    let sentence = match refusal.retry_after_seconds {
        Some(seconds) if kind == Kind::TooManyRequests => {
            of("wait").replace("{minutes}", &seconds.div_ceil(60).to_string())
        }
        _ => text(&words.problems, kind.code()).replace("{id}", &escaped(id)),
    };
    _ = writeln!(main, "<p><strong>{sentence}</strong></p>");
    if kind == Kind::InvalidFields {
        main.push_str("<ul>\n");
        for problem in &refusal.errors {
            _ = writeln!(main, "<li>{}</li>", linked(words, problem));
        }
        main.push_str("</ul>\n");
    }
    main.push_str("</div>\n");
    if shows_the_form(kind) {
        main.push_str(&form(words, sent, &refusal.errors));
    } else {
        _ = writeln!(main, "<p>{}</p>", of("goBack"));
        _ = writeln!(
            main,
            "<p><a href=\"/{}inquiry.html\">{}</a></p>",
            words.folder,
            of("title")
        );
    }
    frame(words, kind.code(), &title, &main)
}

/// Whether what was typed is shown again: not where it cannot be read, and not where another site's page has sent it.
fn shows_the_form(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::ForeignOrigin | Kind::UnreadableRequest | Kind::TooLarge | Kind::UnsupportedMediaType
    )
}

/// What is wrong with a field.
fn sentence(words: &Words, problem: &FieldProblem) -> String {
    let name = problem.pointer.trim_start_matches('/');
    text(&words.fields, problem.code.code()).replace("{label}", text(&words.labels, name))
}

fn linked(words: &Words, problem: &FieldProblem) -> String {
    let told = sentence(words, problem);
    let name = problem.pointer.trim_start_matches('/');
    match words.labels.get(name) {
        Some(_) => format!("<a href=\"#{name}\">{told}</a>"),
        // An unknown field stands nowhere on the form.
        None => told,
    }
}

/// The form, with what was typed.
fn form(words: &Words, sent: &Sent, errors: &[FieldProblem]) -> String {
    let mut form = format!(
        "<form action=\"{BASE}{}\" method=\"post\" accept-charset=\"utf-8\">\n\
         <input type=\"hidden\" name=\"{}\" value=\"{}\">\n<p><strong>{}</strong> {}</p>\n",
        Step::SendInquiryForm.path,
        Field::Language.name(),
        sent.language.word(),
        text(&words.texts, "secret"),
        text(&words.texts, "attachments"),
    );
    for field in FIELDS {
        let wrong = errors.iter().find(|problem| problem.pointer == field.pointer());
        form.push_str(&control(words, field, sent.typed(field), wrong));
    }
    _ = writeln!(
        form,
        "<p><button>{}</button></p>\n</form>",
        text(&words.texts, "send")
    );
    form
}

fn control(words: &Words, field: Field, typed: &str, wrong: Option<&FieldProblem>) -> String {
    let name = field.name();
    let hint = text(&words.hints, name);
    let is_optional = Step::SendInquiryForm
        .fields
        .iter()
        .any(|input| input.field == field && !input.required);
    let may = if is_optional {
        format!(" <span class=\"may\">{}</span>", text(&words.texts, "optional"))
    } else {
        String::new()
    };
    let mut lines = format!(
        "<label for=\"{name}\">{}{may}</label>\n",
        text(&words.labels, name)
    );
    let mut described = Vec::new();
    if let Some(wrong) = wrong {
        described.push(format!("{name}-wrong"));
        _ = writeln!(
            lines,
            "<p class=\"wrong\" id=\"{name}-wrong\">＊{}</p>",
            sentence(words, wrong)
        );
    }
    if !hint.is_empty() {
        described.push(format!("{name}-hint"));
        _ = writeln!(lines, "<p class=\"hint\" id=\"{name}-hint\">{hint}</p>");
    }
    let mut attributes = format!("id=\"{name}\" name=\"{name}\"");
    if !described.is_empty() {
        _ = write!(attributes, " aria-describedby=\"{}\"", described.join(" "));
    }
    if wrong.is_some() {
        attributes.push_str(" aria-invalid=\"true\"");
    }
    let value = escaped(typed);
    if let Some(groups) = words.choices.get(name) {
        let choose = escaped(text(&words.titles, "choose"));
        let groups: String = groups.iter().map(|group| options(group, typed)).collect();
        _ = writeln!(
            lines,
            "<select {attributes}><option value=\"\">{choose}</option>{groups}</select>"
        );
    } else if field == Field::Message {
        // A line end right after the tag would be dropped.
        _ = writeln!(lines, "<textarea {attributes} rows=\"10\">\n{value}</textarea>");
    } else {
        _ = writeln!(lines, "<input {attributes} value=\"{value}\">");
    }
    lines
}

fn options(group: &Group, chosen: &str) -> String {
    let option = |(value, label): &(String, String)| {
        let selected = if value == chosen { " selected" } else { "" };
        format!(
            "<option value=\"{}\"{selected}>{}</option>",
            escaped(value),
            escaped(label)
        )
    };
    let options: String = group.options.iter().map(option).collect();
    match group.label.as_str() {
        "" => options,
        label => format!("<optgroup label=\"{}\">{options}</optgroup>", escaped(label)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sent::Language;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use portal::steps::COMMON;
    use sha2::{Digest as _, Sha256};

    const ALL: [Language; 3] = [Language::Japanese, Language::Easy, Language::English];

    #[test]
    fn the_policy_allows_the_style_of_the_pages_and_no_other() {
        assert_eq!(STYLE_DIGEST, BASE64_STANDARD.encode(Sha256::digest(STYLE)));
    }

    #[test]
    fn every_language_has_every_word_that_a_page_can_need() {
        for language in ALL {
            let words = Words::of(language);
            assert_eq!(Language::of(Some(language.word())), language);
            for field in FIELDS {
                assert!(!text(&words.labels, field.name()).is_empty(), "{}", field.name());
            }
            let own = Step::SendInquiryForm.refusals;
            for kind in COMMON
                .iter()
                .chain(own)
                .filter(|kind| **kind != Kind::TooManyRequests)
            {
                assert!(!text(&words.problems, kind.code()).is_empty(), "{}", kind.code());
            }
            for name in [
                "title",
                "secret",
                "attachments",
                "optional",
                "send",
                "wait",
                "goBack",
                "receivedTitle",
                "received",
                "receiptNumber",
                "receipt",
                "keep",
                "slip",
                "typo",
                "doubtful",
                "again",
                "home",
            ] {
                assert!(!text(&words.texts, name).is_empty(), "{name}");
            }
            for name in ["site", "form", "received", "error", "choose"] {
                assert!(!text(&words.titles, name).is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn a_choice_of_the_page_is_one_of_the_server_and_the_other_way_round() {
        use portal::inquiry::{CATEGORIES, PREFECTURES, UserKind};
        for language in ALL {
            let choices = &Words::of(language).choices;
            let values = |name: &str| -> Vec<&str> {
                let groups = choices[name].iter().flat_map(|group| &group.options);
                groups.map(|(value, _)| value.as_str()).collect()
            };
            let categories: Vec<&str> = CATEGORIES.iter().map(|category| category.id).collect();
            assert_eq!(values("category"), categories);
            let all = CATEGORIES.iter().flat_map(|category| category.subcategories);
            let subcategories: Vec<&str> = all.map(|subcategory| subcategory.id).collect();
            assert_eq!(values("subcategory"), subcategories);
            assert!(
                values("userKind")
                    .iter()
                    .all(|kind| UserKind::parse(kind).is_ok())
            );
            assert_eq!(values("prefecture").len(), PREFECTURES.len());
        }
    }

    #[test]
    fn nothing_that_was_typed_is_markup() {
        assert_eq!(
            escaped("\"><script>alert('1')</script>&amp;"),
            "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;"
        );
        assert_eq!(escaped("a\u{202E}b\u{0}c\u{200B}d\ne"), "abcd\ne");
        assert_eq!(escaped("髙橋 葛\u{E0100}城😀"), "髙橋 葛\u{E0100}城😀");
    }
}
