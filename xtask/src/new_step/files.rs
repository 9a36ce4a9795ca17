//! The files of a new step.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::{Area, NewStep, edit, pascal};

/// Texts by file.
#[derive(Default)]
pub(super) struct Files {
    pub(super) new: BTreeMap<String, String>,
    pub(super) changed: BTreeMap<String, String>,
}

const FUNCTIONS: &str = "shared/portal/src/steps/function.rs";
const TABLE: &str = "shared/portal/src/steps/table.rs";
const TEMPLATE: &str = "template.yaml";
const WATCHED: &str = "infra/observability.yaml";
const WIRING: &str = "tests/wiring/src/lib.rs";
const WIRING_MANIFEST: &str = "tests/wiring/Cargo.toml";
const JOURNEYS: &str = "tests/journeys/main.rs";

/// What differs between the parts of the manual.
struct Kind {
    /// The area, as the table writes it.
    area: &'static str,
    cookie: &'static str,
    success: &'static str,
    refusals: &'static str,
    moves: &'static str,
    /// What `main.rs` and the tests wire it with.
    wired: &'static str,
    /// The title of its section in the template.
    section: &'static str,
    /// Rights by kinds of item.
    rights: &'static [(&'static str, &'static str)],
    library: &'static str,
    journey: &'static str,
}

impl Kind {
    const fn of(area: Area) -> Self {
        match area {
            Area::Registration => Self {
                area: "Registration",
                cookie: "Registration",
                success: "200 Progress",
                refusals: "NoFlow",
                moves: "Profile => Profile",
                wired: "registrations",
                section: "初回利用登録",
                rights: &[("dynamodb:GetItem", r#""REGISTRATION#*", "ACCOUNT#*", "OFFICE#*""#)],
                library: include_str!("flow.rs.txt"),
                journey: include_str!("registration.journey.rs.txt"),
            },
            Area::Login => Self {
                area: "Login",
                cookie: "Login",
                success: "200 Progress",
                refusals: "NoFlow",
                moves: "NewPassword => NewPassword",
                wired: "logins",
                section: "ログイン",
                rights: &[("dynamodb:GetItem", r#""LOGIN#*""#)],
                library: include_str!("flow.rs.txt"),
                journey: include_str!("login.journey.rs.txt"),
            },
            Area::MyPage => Self {
                area: "MyPage",
                cookie: "Session",
                success: "204 Nothing",
                refusals: "NoSession",
                moves: "MyPage => MyPage",
                wired: "sessions",
                section: "マイページ",
                rights: &[
                    ("dynamodb:GetItem, dynamodb:PutItem", r#""SESSION#*""#),
                    ("dynamodb:GetItem", r#""ACCOUNT#*""#),
                ],
                library: include_str!("session.rs.txt"),
                journey: include_str!("my_page.journey.rs.txt"),
            },
        }
    }
}

/// All files; `read` reads one as it is.
pub(super) fn of(step: &NewStep, read: &dyn Fn(&str) -> Result<String>) -> Result<Files> {
    let kind = Kind::of(step.area);
    let filled = |text: &str| filled(text, step, &kind);
    let mut files = Files::default();
    let folder = format!("functions/{}", step.name);
    let new = [
        (format!("{folder}/Cargo.toml"), include_str!("manifest.toml.txt")),
        (format!("{folder}/src/main.rs"), include_str!("main.rs.txt")),
        (format!("{folder}/src/lib.rs"), kind.library),
        (format!("tests/journeys/{}.rs", step.library()), kind.journey),
    ];
    for (file, text) in new {
        files.new.insert(file, filled(text));
    }
    let mut change = |file: &str, edit: &dyn Fn(&str) -> Result<String>| -> Result<()> {
        let text = edit(&read(file)?).with_context(|| format!("{file} is not as expected"))?;
        files.changed.insert(file.to_owned(), text);
        Ok(())
    };
    change(FUNCTIONS, &|text| {
        refuse(text, &filled("    @FUNCTION@ = "), "a function of this name")?;
        let line = filled("    /// @TITLE@\n    @FUNCTION@ = \"@NAME@\",\n");
        edit::before_item(text, "    NotFound = ", &line)
    })?;
    change(TABLE, &|text| {
        refuse(text, &filled("\n    @STEP@ {"), "a step of this name")?;
        refuse(
            text,
            &filled("request: @METHOD@ \"@PATH@\""),
            "a step of this method and path",
        )?;
        let area = format!("area: {},", kind.area);
        edit::after_last(text, &area, "\n    }\n", &filled(include_str!("row.rs.txt")))
    })?;
    change(TEMPLATE, &|text| {
        refuse(text, &filled("\n  @FUNCTION@:\n"), "a resource of this name")?;
        edit::at_end_of_section(text, kind.section, &filled(include_str!("template.yaml.txt")))
    })?;
    change(WATCHED, &|text| {
        let group = |name: &str| format!("!Sub \"/aws/lambda/portal-${{Stage}}-{name}\"");
        edit::before_each(
            text,
            &format!("{}]", group("not-found")),
            &format!("{}, ", group(&step.name)),
        )
    })?;
    change(WIRING_MANIFEST, &|text| {
        let line = filled("@NAME@.path = \"../../functions/@NAME@\"");
        edit::in_order(text, &line, |line| line.contains("path = \"../../functions/"))
    })?;
    change(WIRING, &|text| {
        let line = filled("        @FUNCTION@ = @LIBRARY@, wiring.@WIRED@(function);\n");
        edit::before(text, "    }\n    background {", &line)
    })?;
    change(JOURNEYS, &|text| {
        let line = filled("mod @LIBRARY@;");
        edit::in_order(text, &line, |line| line.starts_with("mod "))
    })?;
    Ok(files)
}

fn refuse(text: &str, sign: &str, what: &str) -> Result<()> {
    if text.contains(sign) {
        bail!("there is {what} already: `{}`", sign.trim());
    }
    Ok(())
}

fn filled(text: &str, step: &NewStep, kind: &Kind) -> String {
    let statement = |(verbs, items): &(&str, &str)| {
        format!(
            "              - Effect: Allow\n                Action: [{verbs}]\n                Resource: !Ref TableArn\n                \
             Condition: {{\"ForAllValues:StringLike\": {{\"dynamodb:LeadingKeys\": [{items}]}}}}\n"
        )
    };
    let rights: String = kind.rights.iter().map(statement).collect();
    let places = [
        ("@RIGHTS@", rights),
        ("@FUNCTION@", pascal(&step.name)),
        ("@STEP@", pascal(&step.operation)),
        ("@NAME@", step.name.clone()),
        ("@LIBRARY@", step.library()),
        ("@OPERATION@", step.operation.clone()),
        ("@TITLE@", step.title.clone()),
        ("@METHOD@", step.method.variant().to_owned()),
        ("@VERB@", step.verb()),
        ("@PATH@", step.path.clone()),
        ("@AREA@", kind.area.to_owned()),
        ("@FLOW@", kind.area.to_owned()),
        ("@MODULE@", kind.area.to_ascii_lowercase()),
        ("@COOKIE@", kind.cookie.to_owned()),
        ("@SUCCESS@", kind.success.to_owned()),
        ("@REFUSALS@", kind.refusals.to_owned()),
        ("@MOVES@", kind.moves.to_owned()),
        ("@WIRED@", kind.wired.to_owned()),
    ];
    places.into_iter().fold(text.to_owned(), |text, (place, value)| {
        text.replace(place, &value)
    })
}
