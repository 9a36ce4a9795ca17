//! `cargo xtask publish-front`: publishes the front to the bucket of CloudFront, or rolls it back.
//!
//! The bucket of `infra/web.yaml` holds each build under `builds/<id>/`, and the served files under `site/`: the
//! pages of one build, and the assets of all builds, whose names contain their hash. Pages are uploaded after their
//! assets, and assets are never removed, so no page is served without its scripts. `builds/history.json` records which
//! build was served when.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    children::Interrupt,
    npm::{Package, WEB},
    terminal::say,
    workspace::Workspace,
};

#[derive(clap::Args)]
#[command(
    long_about = "Publish the front to the bucket of CloudFront, or roll it back\n\nIt says what it would do; with --go it \
                  does it. It wants the AWS CLI, credentials of the stage's account, and the stack portal-web-STAGE \
                  (infra/web.yaml)."
)]
pub(crate) struct Args {
    /// The stage: dev, stg or prod
    #[arg(value_parser = ["dev", "stg", "prod"])]
    stage: String,
    /// Execute; without it, only print the calls
    #[arg(long)]
    go: bool,
    /// Serve the previous build again
    #[arg(long, conflicts_with = "from")]
    back: bool,
    /// Publish this folder, and build nothing
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The region of the stack
    #[arg(long, default_value = "ap-northeast-1")]
    region: String,
}

/// The target of the files.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    bucket: String,
    distribution: String,
}

/// The builds that have been served, oldest first.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct History {
    builds: Vec<Build>,
    /// The id of the build that is served.
    current: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Build {
    id: String,
    /// Files outside `assets/`: the pages, and a few others.
    pages: Vec<String>,
}

impl History {
    fn build(&self, id: &str) -> Option<&Build> {
        self.builds.iter().find(|build| build.id == id)
    }

    fn served(&self) -> Option<&Build> {
        self.build(self.current.as_deref()?)
    }

    /// The build before the one that is served.
    fn before(&self) -> Result<&Build> {
        let current = self
            .current
            .as_deref()
            .context("nothing has been published yet")?;
        let at = self.builds.iter().position(|build| build.id == current);
        let before = at
            .and_then(|at| at.checked_sub(1))
            .and_then(|before| self.builds.get(before));
        before.with_context(|| format!("{current} is the first build; there is none before it"))
    }

    /// The history with this build served; a new build is appended.
    fn with(mut self, build: Build) -> Self {
        self.current = Some(build.id.clone());
        if self.build(&build.id).is_none() {
            self.builds.push(build);
        }
        self
    }
}

/// The values of `Cache-Control` in `web/headers.json`.
struct Caching {
    pages: String,
    assets: String,
}

impl Caching {
    fn read(root: &Path) -> Result<Self> {
        let path = root.join("web/headers.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let headers: Value = serde_json::from_str(&text)?;
        let of = |kind: &str| -> Result<String> {
            let value = headers
                .pointer(&format!("/{kind}/Cache-Control"))
                .and_then(Value::as_str);
            Ok(value
                .with_context(|| format!("web/headers.json has no Cache-Control for {kind}"))?
                .to_owned())
        };
        Ok(Self {
            pages: of("html")?,
            assets: of("assets")?,
        })
    }
}

/// A call of the AWS CLI: its arguments, and its standard input.
#[derive(Debug, PartialEq, Eq)]
struct AwsCall {
    arguments: Vec<String>,
    input: Option<String>,
}

impl AwsCall {
    fn new<const N: usize>(arguments: [&str; N]) -> Self {
        Self {
            arguments: arguments.map(str::to_owned).to_vec(),
            input: None,
        }
    }

    fn and(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }
}

/// Uploads a build from a folder, with the headers for serving it.
fn record(build: &Build, folder: &Path, place: &Place, caching: &Caching) -> Vec<AwsCall> {
    let from = folder.display().to_string();
    let to = format!("s3://{}/builds/{}", place.bucket, build.id);
    let html = ["--content-type", "text/html; charset=utf-8"];
    let copy = |cache: &str| {
        AwsCall::new([
            "s3",
            "cp",
            &from,
            &to,
            "--recursive",
            "--only-show-errors",
            "--cache-control",
            cache,
        ])
    };
    let mut calls = vec![
        copy(&caching.assets).and(&["--exclude", "*", "--include", "assets/*"]),
        copy(&caching.pages).and(&["--exclude", "assets/*", "--exclude", "*.html"]),
        copy(&caching.pages)
            .and(&["--exclude", "*", "--include", "*.html"])
            .and(&html),
    ];
    // The page that infra/web.yaml serves with another status than S3 does.
    let missing = build
        .pages
        .iter()
        .filter(|page| page.rsplit('/').next() == Some("404.html"));
    calls.extend(missing.map(|page| {
        let (from, to) = (format!("{from}/{page}"), format!("{to}/{page}"));
        AwsCall::new(["s3", "cp", &from, &to, "--only-show-errors", "--cache-control"])
            .and(&[&caching.pages, "--metadata", "status=404"])
            .and(&html)
    }));
    calls
}

/// Serves a recorded build: its assets, then its pages; then removes pages that only the previous build had, writes the
/// history, and invalidates CloudFront's cache.
fn serve(build: &Build, history: History, place: &Place) -> Result<Vec<AwsCall>> {
    let bucket = &place.bucket;
    let (from, to) = (
        format!("s3://{bucket}/builds/{}", build.id),
        format!("s3://{bucket}/site"),
    );
    let copy =
        |from: &str, to: &str| AwsCall::new(["s3", "cp", from, to, "--recursive", "--only-show-errors"]);
    let mut calls = vec![
        copy(&format!("{from}/assets"), &format!("{to}/assets")),
        copy(&from, &to).and(&["--exclude", "assets/*"]),
    ];
    let served = history.served().cloned();
    let gone = served
        .iter()
        .flat_map(|served| &served.pages)
        .filter(|page| !build.pages.contains(page));
    calls.extend(gone.map(|page| AwsCall::new(["s3", "rm", &format!("{to}/{page}"), "--only-show-errors"])));
    let mut history_call = AwsCall::new(["s3", "cp", "-", &format!("s3://{bucket}/builds/history.json")])
        .and(&["--content-type", "application/json", "--only-show-errors"]);
    history_call.input = Some(serde_json::to_string(&history.with(build.clone()))?);
    calls.push(history_call);
    calls.push(
        AwsCall::new([
            "cloudfront",
            "create-invalidation",
            "--distribution-id",
            &place.distribution,
        ])
        .and(&["--paths", "/*"]),
    );
    Ok(calls)
}

/// The files of a folder by their relative path, sorted.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).with_context(|| format!("cannot read {}", at.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_str();
                found.push(name.context("a file whose name is not UTF-8")?.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The build in a folder; its id is a digest of all its files, so identical files are the same build.
fn build_of(folder: &Path) -> Result<Build> {
    let files = files(folder)?;
    if !files.iter().any(|file| file == "index.html") {
        bail!("{} has no index.html", folder.display());
    }
    let mut digest = Sha256::new();
    for file in &files {
        let octets = fs::read(folder.join(file))?;
        digest.update(u64::try_from(file.len())?.to_be_bytes());
        digest.update(file);
        digest.update(u64::try_from(octets.len())?.to_be_bytes());
        digest.update(octets);
    }
    let digest = digest.finalize();
    let mut id = String::new();
    for octet in digest.iter().take(6) {
        write!(id, "{octet:02x}")?;
    }
    let mut pages = files;
    pages.retain(|file| !file.starts_with("assets/"));
    Ok(Build { id, pages })
}

/// The target, from the outputs of the stack.
fn place(outputs: &str) -> Result<Place> {
    let outputs: Value = serde_json::from_str(outputs).context("the stack's outputs are not JSON")?;
    let of = |key: &str| -> Result<String> {
        let found = outputs
            .as_array()
            .into_iter()
            .flatten()
            .find(|output| output.get("OutputKey").and_then(Value::as_str) == Some(key));
        let value = found
            .and_then(|output| output.get("OutputValue"))
            .and_then(Value::as_str);
        Ok(value
            .with_context(|| format!("the stack has no output {key}"))?
            .to_owned())
    };
    Ok(Place {
        bucket: of("SiteBucket")?,
        distribution: of("DistributionId")?,
    })
}

struct Aws<'a> {
    region: &'a str,
}

impl Aws<'_> {
    /// Its output; an error if it failed.
    fn run(&self, call: &AwsCall) -> Result<String> {
        let mut child = Command::new("aws")
            .args(["--region", self.region])
            .args(&call.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run aws; install the AWS CLI")?;
        if let Some(mut stdin) = child.stdin.take()
            && let Some(input) = &call.input
        {
            stdin.write_all(input.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("aws {} failed; see above", call.arguments.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn place(&self, stage: &str) -> Result<Place> {
        let stack = format!("portal-web-{stage}");
        let call = AwsCall::new(["cloudformation", "describe-stacks", "--stack-name", &stack]).and(&[
            "--query",
            "Stacks[0].Outputs",
            "--output",
            "json",
        ]);
        place(&self.run(&call)?).with_context(|| format!("{stack}: deploy infra/web.yaml first"))
    }

    fn history(&self, place: &Place) -> Result<History> {
        let prefix = "builds/history.json";
        let listed = self.run(
            &AwsCall::new([
                "s3api",
                "list-objects-v2",
                "--bucket",
                &place.bucket,
                "--prefix",
                prefix,
            ])
            .and(&["--query", "length(Contents || `[]`)", "--output", "text"]),
        )?;
        if listed.trim() == "0" {
            return Ok(History::default());
        }
        let from = format!("s3://{}/{prefix}", place.bucket);
        let text = self.run(&AwsCall::new(["s3", "cp", &from, "-", "--only-show-errors"]))?;
        serde_json::from_str(&text).with_context(|| format!("{from} cannot be read"))
    }
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let aws = Aws { region: &args.region };
    let place = aws.place(&args.stage)?;
    let history = aws.history(&place)?;
    let served = history
        .served()
        .map_or("nothing", |build| build.id.as_str())
        .to_owned();
    let (build, calls) = if args.back {
        let build = history.before()?.clone();
        let calls = serve(&build, history, &place)?;
        (build, calls)
    } else {
        let folder = if let Some(folder) = &args.from {
            folder.clone()
        } else {
            Package::installed(workspace, WEB, interrupt)?.run("build", interrupt)?;
            workspace.root.join(WEB).join("dist")
        };
        let build = build_of(&folder)?;
        let mut calls = Vec::new();
        if history.build(&build.id).is_none() {
            calls = record(&build, &folder, &place, &Caching::read(&workspace.root)?);
        }
        calls.extend(serve(&build, history, &place)?);
        (build, calls)
    };
    say(format_args!(
        "{}: {served} is served; then {}",
        args.stage, build.id
    ));
    for call in &calls {
        interrupt.check()?;
        say(format_args!("  aws {}", call.arguments.join(" ")));
        if args.go {
            aws.run(call)?;
        }
    }
    say(if args.go {
        format!("{} is served", build.id)
    } else {
        "nothing was done; --go does it".to_owned()
    });
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(id: &str, pages: &[&str]) -> Build {
        Build {
            id: id.to_owned(),
            pages: pages.iter().map(|page| (*page).to_owned()).collect(),
        }
    }

    fn here() -> Place {
        Place {
            bucket: "b".to_owned(),
            distribution: "D".to_owned(),
        }
    }

    fn words(calls: &[AwsCall]) -> Vec<String> {
        calls.iter().map(|call| call.arguments.join(" ")).collect()
    }

    #[test]
    fn assets_come_before_the_pages_that_name_them_and_are_never_removed() {
        let history = History::default().with(build("a", &["index.html", "old.html"]));
        let calls = serve(&build("b", &["index.html", "new.html"]), history, &here()).unwrap();
        let words = words(&calls);
        assert!(
            words[0].contains("builds/b/assets s3://b/site/assets"),
            "{words:?}"
        );
        assert!(words[1].contains("--exclude assets/*"), "{words:?}");
        assert_eq!(words[2], "s3 rm s3://b/site/old.html --only-show-errors");
        assert!(words[3].starts_with("s3 cp - "), "{words:?}");
        assert!(
            words[4].starts_with("cloudfront create-invalidation --distribution-id D"),
            "{words:?}"
        );
        assert_eq!(
            words
                .iter()
                .filter(|word| word.contains(" rm ") && word.contains("assets"))
                .count(),
            0
        );
    }

    #[test]
    fn the_way_back_leads_to_the_build_before_and_forward_again() {
        let history = History::default()
            .with(build("a", &["index.html"]))
            .with(build("b", &["index.html"]));
        assert_eq!(history.before().unwrap().id, "a");
        let back = history.with(build("a", &["index.html"]));
        assert_eq!(back.current.as_deref(), Some("a"));
        assert_eq!(back.builds.len(), 2);
        let error = back.before().unwrap_err().to_string();
        assert!(error.contains("a is the first build"), "{error}");
        assert_eq!(back.with(build("b", &["index.html"])).before().unwrap().id, "a");
    }

    #[test]
    fn pages_are_asked_after_and_assets_kept_as_the_fronts_headers_say() {
        let caching = Caching::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))).unwrap();
        let calls = record(
            &build("a", &["404.html", "en/404.html", "index.html"]),
            Path::new("dist"),
            &here(),
            &caching,
        );
        let words = words(&calls);
        assert!(words[0].contains("immutable --exclude * --include assets/*"));
        assert!(words[2].contains("--cache-control no-cache --exclude * --include *.html --content-type"));
        let missing = words.iter().filter(|word| word.contains("status=404"));
        assert_eq!(missing.count(), 2);
    }

    #[test]
    fn the_same_files_are_the_same_build() {
        let folder = std::env::temp_dir().join(format!("portal-front-{}", std::process::id()));
        fs::create_dir_all(folder.join("assets")).unwrap();
        assert!(
            build_of(&folder)
                .unwrap_err()
                .to_string()
                .contains("no index.html")
        );
        fs::write(folder.join("index.html"), "a").unwrap();
        fs::write(folder.join("assets/x-1.js"), "b").unwrap();
        let first = build_of(&folder).unwrap();
        assert_eq!(first.pages, ["index.html"]);
        assert_eq!(build_of(&folder).unwrap(), first);
        fs::write(folder.join("assets/x-1.js"), "c").unwrap();
        assert_ne!(build_of(&folder).unwrap().id, first.id);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_stack_says_where() {
        let outputs = r#"[{"OutputKey":"SiteBucket","OutputValue":"b"},{"OutputKey":"DistributionId","OutputValue":"D"}]"#;
        assert_eq!(place(outputs).unwrap(), here());
        assert!(
            place("[]")
                .unwrap_err()
                .to_string()
                .contains("no output SiteBucket")
        );
        place("null").unwrap_err();
    }
}
