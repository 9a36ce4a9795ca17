//! Writes what a new step needs, and says what is left to do (`docs/how-to/add-a-step.md`).

mod edit;
mod files;

use std::{fs, process::ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{terminal::say, workspace::Workspace};

use self::files::Files;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The function's name, also of its folder, package and Lambda: `inquiry`
    name: String,
    /// The operation's name, verb and noun (`send-inquiry`); by default the function's name
    #[arg(long)]
    operation: Option<String>,
    /// What the manual calls the step; by default the operation's name
    #[arg(long)]
    title: Option<String>,
    /// The part of the manual: it decides which cookie identifies the caller
    #[arg(long, value_enum, default_value_t = Area::MyPage)]
    area: Area,
    /// The method
    #[arg(long, value_enum, default_value_t = Method::Post)]
    method: Method,
    /// The path below /api/v1; by default the area's, and the function's name
    #[arg(long)]
    path: Option<String>,
    /// Write nothing; only list what would be written
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Area {
    Registration,
    Login,
    MyPage,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As the table of steps writes it.
    const fn variant(self) -> &'static str {
        match self {
            Self::Get => "Get",
            Self::Post => "Post",
            Self::Put => "Put",
            Self::Patch => "Patch",
            Self::Delete => "Delete",
        }
    }
}

/// Longest name of a function or an operation; with a longer one, what is written would be laid out differently.
const LONGEST: usize = 28;

/// The step to write.
struct NewStep {
    name: String,
    operation: String,
    title: String,
    area: Area,
    method: Method,
    path: String,
}

impl NewStep {
    fn of(args: &Args) -> Result<Self> {
        let operation = args.operation.as_ref().unwrap_or(&args.name);
        for name in [&args.name, operation] {
            if !is_kebab(name) {
                bail!("`{name}` is no name of a step: small letters and digits, with hyphens between words");
            }
            if name.len() > LONGEST {
                bail!("`{name}` is too long: a name has at most {LONGEST} characters");
            }
        }
        let path = match (&args.path, args.area) {
            (Some(path), _) => path.clone(),
            (None, Area::Registration) => format!("/registration/{}", args.name),
            (None, Area::Login) => format!("/login/{}", args.name),
            (None, Area::MyPage) => format!("/me/{}", args.name),
        };
        let is_path = path.strip_prefix('/').is_some_and(|rest| {
            rest.split('/')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        });
        if !is_path {
            bail!("`{path}` is no path below /api/v1, such as /me/sessions");
        }
        let title = args.title.as_ref().unwrap_or(operation);
        if title.contains(['"', '\\', '\n', '{', '}', ':', '#']) {
            bail!(
                "a title has none of \" \\ {{ }} : #, which files of other languages would read differently"
            );
        }
        Ok(Self {
            name: args.name.clone(),
            operation: operation.clone(),
            title: title.clone(),
            area: args.area,
            method: args.method,
            path,
        })
    }

    /// The library's name.
    fn library(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The method, as HTTP writes it.
    fn verb(&self) -> String {
        self.method.variant().to_ascii_uppercase()
    }
}

fn is_kebab(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(is_word)
}

/// `send-inquiry` as `SendInquiry`.
fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    name.split('-').map(word).collect()
}

pub(crate) fn run(args: &Args, workspace: &Workspace) -> Result<ExitCode> {
    let step = NewStep::of(args)?;
    if workspace.has_package(&step.name) {
        bail!("there is a package `{}` already", step.name);
    }
    let read = |file: &str| {
        fs::read_to_string(workspace.root.join(file)).with_context(|| format!("cannot read {file}"))
    };
    let files = files::of(&step, &read)?;
    for file in files.new.keys() {
        if workspace.root.join(file).exists() {
            bail!("{file} exists already");
        }
    }
    for (word, changes) in [("new    ", &files.new), ("changed", &files.changed)] {
        for (file, text) in changes {
            if !args.dry_run {
                let path = workspace.root.join(file);
                fs::create_dir_all(path.parent().unwrap_or(&path))?;
                fs::write(&path, text).with_context(|| format!("cannot write {file}"))?;
            }
            say(format_args!("{word} {file}"));
        }
    }
    if args.dry_run {
        say("nothing was written");
    } else {
        say(left_to_do(&step, &files, &read("docs/api.md")?));
    }
    Ok(ExitCode::SUCCESS)
}

/// What no program can know.
fn left_to_do(step: &NewStep, files: &Files, contract: &str) -> String {
    let NewStep {
        name,
        operation,
        title,
        path,
        ..
    } = step;
    let verb = step.verb();
    let library = step.library();
    let written = files.new.len().saturating_add(files.changed.len());
    let mut todo = vec![
        "`cargo xtask gen`: the local router, openapi.yaml, the front's types, docs/steps.md".to_owned(),
        format!(
            "shared/portal: the rule, with its tests; in steps/table.rs what `{operation}` asks for, refuses and \
             leads to"
        ),
        format!("functions/{name}/src/lib.rs: the step, which only identifies the caller so far"),
        format!(
            "tests/journeys/{library}.rs: back button, double click, two tabs, a lost answer, an expired flow"
        ),
        format!(
            "template.yaml: the rights of `{name}`; tests/journeys/roles.rs: a call that uses each of them"
        ),
    ];
    if !contract.contains(&format!("`{verb} {path}`")) {
        todo.push(format!(
            "docs/api.md: the contract does not name `{verb} {path}` yet"
        ));
    }
    if title == operation {
        todo.push("shared/portal/src/steps: the manual's title, in the table and at the function".to_owned());
    }
    todo.extend([
        format!("tests/schemathesis/hooks.py: how a person gets where `{operation}` can be called"),
        "tests/model: a submission, if the step changes an item; CHANGELOG.md; docs/data.md, if an item changes"
            .to_owned(),
        "`cargo xtask test`".to_owned(),
    ]);
    let lines: Vec<String> = todo
        .iter()
        .enumerate()
        .map(|(at, line)| format!("{:2}. {line}", at.saturating_add(1)))
        .collect();
    format!("{written} files written. Left to do:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests;
