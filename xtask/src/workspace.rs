//! The paths and packages of the workspace, from cargo's metadata.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::settings;

const SIMULATOR: &str = "claims-simulator";

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    metadata: Value,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot run cargo; install Rust from https://rustup.rs")?;
        if !output.status.success() {
            bail!(
                "cargo cannot read the workspace: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
        let path = |name: &str| -> Result<PathBuf> {
            let path = metadata.get(name).and_then(Value::as_str);
            path.map(PathBuf::from)
                .with_context(|| format!("cargo metadata has no {name}"))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
            metadata,
        })
    }

    pub(crate) fn cargo(&self) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root);
        command
    }

    /// The path of a built binary of the workspace.
    pub(crate) fn binary(&self, name: &str, release: bool) -> PathBuf {
        binary(&self.target, name, release)
    }

    /// The functions that answer HTTP: those with a route, and the claims simulator, which has no route.
    pub(crate) fn http_functions(&self) -> BTreeSet<String> {
        let mut functions = BTreeSet::new();
        let routes = self
            .metadata
            .pointer("/metadata/lambda/watch/router")
            .and_then(Value::as_object);
        for route in routes.into_iter().flat_map(|routes| routes.values()) {
            collect_functions(route, &mut functions);
        }
        if self.has_package(SIMULATOR) {
            functions.insert(SIMULATOR.to_owned());
        }
        functions
    }

    /// The names of the workspace's own packages.
    pub(crate) fn packages(&self) -> BTreeSet<&str> {
        let packages = self.metadata.get("packages").and_then(Value::as_array);
        packages
            .into_iter()
            .flatten()
            .filter_map(|package| package.get("name")?.as_str())
            .collect()
    }

    pub(crate) fn has_package(&self, name: &str) -> bool {
        self.packages().contains(name)
    }

    /// `path`, relative to the root of the workspace.
    pub(crate) fn short<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

pub(crate) fn binary(target: &Path, name: &str, release: bool) -> PathBuf {
    target.join(if release { "release" } else { "debug" }).join(name)
}

/// A route is a function's name, or a list of methods, each with a function's name.
fn collect_functions(route: &Value, functions: &mut BTreeSet<String>) {
    match route {
        Value::String(name) => {
            functions.insert(name.clone());
        }
        Value::Array(methods) => {
            functions.extend(
                methods
                    .iter()
                    .filter_map(|method| method.get("function").and_then(Value::as_str))
                    .map(str::to_owned),
            );
        }
        _ => {}
    }
}

/// The build command of the stack. With an example, cargo selects the features of dependencies as for tests and for
/// `cargo run --example`; otherwise each of them would compile the AWS SDK again.
pub(crate) fn build(cargo: &mut Command, root: &Path, release: bool) {
    cargo.current_dir(root).args(["build", "--workspace", "--bins"]);
    if has_settings(root) {
        cargo.args(["--example", "settings"]);
    }
    cargo.args(release.then_some("--release"));
}

/// Whether the product has an example that prints its limits.
pub(crate) fn has_settings(root: &Path) -> bool {
    root.join("shared/platform/examples/settings.rs").is_file()
}

/// Cargo, without the variables that the calling cargo sets for *this* package: build scripts that read them would
/// run again, with everything that depends on them.
pub(crate) fn cargo() -> Command {
    cargo_at(&cargo_program())
}

pub(crate) fn cargo_program() -> PathBuf {
    settings::caller()
        .remove("CARGO")
        .map_or("cargo".into(), PathBuf::from)
}

pub(crate) fn cargo_at(program: &Path) -> Command {
    let mut command = Command::new(program);
    for name in settings::caller()
        .keys()
        .filter(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        command.env_remove(name);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn functions_are_found_in_both_forms_of_a_route() {
        let mut functions = BTreeSet::new();
        collect_functions(&json!("terms"), &mut functions);
        collect_functions(
            &json!([{"method": "POST", "function": "claims-auth"}, {"method": "GET", "function": "registration-progress"}]),
            &mut functions,
        );
        assert_eq!(
            functions.into_iter().collect::<Vec<_>>(),
            ["claims-auth", "registration-progress", "terms"]
        );
    }
}
