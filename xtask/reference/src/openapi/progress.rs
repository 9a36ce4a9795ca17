//! The progress document, stage by stage: what stands in it at one stands in it there always, or is named.

use portal::problem::Kind;
use portal::progress::{Allowed, Next};
use serde_json::{Map, Value, json};

use super::{DIGEST, SCHEMAS, object, pascal, reference};

/// Stages of 初回利用登録.
const REGISTRATION: &[Next] = &[
    Next::SecurityCode,
    Next::Otp,
    Next::Profile,
    Next::Confirm,
    Next::Completed,
    Next::AlreadyRegistered,
];

/// Stages of ログイン.
const LOGIN: &[Next] = &[Next::Otp, Next::NewPassword, Next::MyPage];

pub(super) fn schemas() -> Map<String, Value> {
    let at = |next: &Next| stage(*next).map(|stage| (name(*next), stage.schema(*next)));
    let mut schemas: Map<_, _> = Next::ALL.iter().filter_map(at).collect();
    for (name, stages) in [
        ("Progress", Next::ALL),
        ("RegistrationProgress", REGISTRATION),
        ("LoginProgress", LOGIN),
    ] {
        schemas.insert(name.to_owned(), any_of(stages));
    }
    schemas
}

pub(super) fn name(next: Next) -> String {
    format!("ProgressAt{}", pascal(next.code()))
}

fn any_of(stages: &[Next]) -> Value {
    let offered: Vec<Next> = stages
        .iter()
        .copied()
        .filter(|next| stage(*next).is_some())
        .collect();
    let one_of: Vec<Value> = offered.iter().map(|next| reference(&name(*next))).collect();
    let target = |next: &Next| (next.code().to_owned(), format!("{SCHEMAS}{}", name(*next)).into());
    let mapping: Map<String, Value> = offered.iter().map(target).collect();
    json!({ "oneOf": one_of, "discriminator": { "propertyName": "next", "mapping": mapping } })
}

type Properties = Vec<(&'static str, Value)>;

struct Stage {
    allowed: &'static [Allowed],
    always: Properties,
    sometimes: Properties,
}

/// None for the stage of a flow that is not offered.
fn stage(next: Next) -> Option<Stage> {
    let office = || ("office", reference("Office"));
    let (allowed, always, sometimes): (&[Allowed], Properties, Properties) = match next {
        Next::SecurityCode => {
            let tries = object(&["triesLeft"], json!({ "triesLeft": reference("Count") }));
            (
                &[Allowed::SecurityCode, Allowed::Cancel],
                vec![("securityCode", tries)],
                vec![],
            )
        }
        Next::Otp => (
            &[Allowed::Otp, Allowed::ResendOtp, Allowed::Cancel],
            vec![("otp", reference("Otp"))],
            vec![],
        ),
        Next::Profile => (&[Allowed::Profile, Allowed::Cancel], vec![office()], vec![]),
        Next::Confirm => {
            let always = std::iter::once(office()).chain(shown()).collect();
            (
                &[Allowed::Confirm, Allowed::Profile, Allowed::Cancel],
                always,
                vec![],
            )
        }
        Next::Completed => {
            // No password once the person has one of their own, and no profile for whom another one entered it.
            let password = ("initialPassword", reference("InitialPassword"));
            let sometimes = std::iter::once(password).chain(shown()).collect();
            let allowed = &[
                Allowed::ResendInitialPassword,
                Allowed::ReissueInitialPassword,
                Allowed::Cancel,
            ];
            (allowed, vec![office()], sometimes)
        }
        Next::AlreadyRegistered => {
            let message = json!({ "const": Kind::OrganisationAlreadyRegistered.title() });
            let members = json!({ "type": "array", "items": reference("Colleague") });
            let allowed = &[
                Allowed::ReissueInitialPassword,
                Allowed::CorrectProfile,
                Allowed::Cancel,
            ];
            (
                allowed,
                vec![office(), ("message", message), ("members", members)],
                vec![],
            )
        }
        Next::NewPassword => {
            let terms = json!({ "version": reference("TermsVersion"), "shown": { "type": "boolean" } });
            let terms = object(&["version", "shown"], terms);
            let always = vec![
                ("newPassword", json!({ "enum": ["required", "none"] })),
                ("terms", terms),
            ];
            (
                &[Allowed::TermsShown, Allowed::NewPassword, Allowed::Cancel],
                always,
                vec![],
            )
        }
        Next::MyPage => (&[Allowed::Session, Allowed::Cancel], vec![], vec![]),
        // パスワードの再設定
        Next::Done => return None,
    };
    Some(Stage {
        allowed,
        always,
        sometimes,
    })
}

/// The profile as it will be stored, or is.
fn shown() -> Properties {
    let draft = json!({
        "type": "string", "pattern": format!("^{DIGEST}$"), "description": "What 「登録する」 refers to.",
    });
    let warnings = json!({
        "type": "array", "items": reference("Warning"), "description": "To look at once more; never a refusal.",
    });
    vec![
        ("profile", reference("Profile")),
        ("draft", draft),
        ("warnings", warnings),
    ]
}

impl Stage {
    fn schema(self, next: Next) -> Value {
        let words: Vec<&str> = self.allowed.iter().map(|word| word.code()).collect();
        let mut required = vec!["next", "expiresAt", "allowed"];
        required.extend(self.always.iter().map(|(name, _)| *name));
        let shows_sometimes = self.sometimes.iter().any(|(name, _)| *name == "profile");
        let mut properties = Map::from_iter([
            ("next".to_owned(), json!({ "const": next.code() })),
            ("expiresAt".to_owned(), reference("Time")),
            (
                "allowed".to_owned(),
                json!({ "type": "array", "uniqueItems": true, "items": { "enum": words } }),
            ),
        ]);
        let more = self.always.into_iter().chain(self.sometimes);
        properties.extend(more.map(|(name, schema)| (name.to_owned(), schema)));
        let mut schema = object(&required, properties.into());
        if let Some(members) = schema.as_object_mut().filter(|_| shows_sometimes) {
            let [a, b, c] = ["profile", "draft", "warnings"];
            members.insert(
                "dependentRequired".to_owned(),
                json!({ a: [b, c], b: [a, c], c: [a, b] }),
            );
        }
        schema
    }
}
