//! `cargo xtask publish-front`: publishes the front to the bucket of CloudFront, or rolls it back.
//!
//! The bucket of `infra/web.yaml` holds each build under `builds/<id>/`, and the served files under `site/`: the
//! pages of one build, and the assets of all builds, whose names contain their hash. Pages are uploaded after their
//! assets, and assets are never removed, so no page is served without its scripts. `builds/history.json` records which
//! build was served when.

mod aws;
mod builds;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use self::{
    aws::{Aws, AwsCall, Place},
    builds::{Build, History, build_of},
};
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
}
