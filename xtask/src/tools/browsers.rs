//! The browsers of the machine, and what they need: a Japanese font, and WebKit's driver.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use super::on_the_path;
use crate::{
    children::{self, Interrupt},
    settings,
    terminal::{say, warn},
    workspace::Workspace,
};

/// A browser of the machine: its names on the PATH, its Debian package, and the variable that overrides its path.
struct Browser {
    name: &'static str,
    programs: &'static [&'static str],
    package: &'static str,
    variable: &'static str,
}

const CHROMIUM: Browser = Browser {
    name: "Chromium",
    programs: &["chromium", "chromium-browser", "google-chrome"],
    package: "chromium",
    variable: "CHROMIUM",
};
const FIREFOX: Browser = Browser {
    name: "Firefox",
    programs: &["firefox-esr", "firefox"],
    package: "firefox-esr",
    variable: "FIREFOX",
};
/// The programs that drive WebKit, each with its Debian package.
const WEBKIT: [(&str, &str); 3] = [
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
    ("openssl", "openssl"),
];
/// Debian's Python opens WebKit's window; other Pythons lack its bindings.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// The Chromium for the browser tests.
pub(crate) fn chromium(workspace: &Workspace, interrupt: &Interrupt) -> Result<PathBuf> {
    installed_browsers(workspace, &[CHROMIUM], Vec::new(), interrupt)?;
    CHROMIUM.found()?.with_context(|| CHROMIUM.absent())
}

/// The Chromium and the Firefox for the browser tests; also checks that WebKit is installed.
pub(crate) fn browsers(workspace: &Workspace, interrupt: &Interrupt) -> Result<(PathBuf, PathBuf)> {
    installed_browsers(workspace, &[CHROMIUM, FIREFOX], lacking_for_webkit(), interrupt)?;
    let lacking = lacking_for_webkit();
    if !lacking.is_empty() {
        bail!(
            "WebKit lacks something; on Debian: apt-get install {}",
            lacking.join(" ")
        );
    }
    let found = |browser: Browser| browser.found()?.with_context(|| browser.absent());
    Ok((found(CHROMIUM)?, found(FIREFOX)?))
}

/// Installs missing packages, if run as root on Debian.
fn installed_browsers(
    workspace: &Workspace,
    browsers: &[Browser],
    mut packages: Vec<&'static str>,
    interrupt: &Interrupt,
) -> Result<()> {
    for browser in browsers {
        if browser.found()?.is_none() {
            packages.push(browser.package);
        }
    }
    let no_font = lacks_japanese();
    if no_font {
        packages.push("fonts-noto-cjk");
    }
    if packages.is_empty() {
        return Ok(());
    }
    if rustix::process::geteuid().is_root() && on_the_path("apt-get").is_some() {
        return apt_get(workspace, &packages, interrupt);
    }
    if no_font {
        warn(
            "no font for Japanese: pictures of the screens will be full of boxes; on Debian: apt-get install fonts-noto-cjk",
        );
    }
    Ok(())
}

/// The missing Debian packages for WebKit.
fn lacking_for_webkit() -> Vec<&'static str> {
    let absent = WEBKIT
        .iter()
        .filter(|(program, _)| on_the_path(program).is_none());
    let mut packages: Vec<_> = absent.map(|(_, package)| *package).collect();
    let knows_webkit = Command::new(SYSTEM_PYTHON)
        .args(["-c", "import gi; gi.require_version('WebKit2', '4.1')"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !knows_webkit {
        packages.extend(["gir1.2-webkit2-4.1", "python3-gi"]);
    }
    packages
}

impl Browser {
    fn found(&self) -> Result<Option<PathBuf>> {
        let caller = settings::caller();
        let Some(program) = caller.get(self.variable).filter(|program| !program.is_empty()) else {
            return Ok(self.programs.iter().find_map(|program| on_the_path(program)));
        };
        let program = PathBuf::from(program);
        if !program.is_file() {
            bail!(
                "{} is {}, which is no file; correct it, or unset it",
                self.variable,
                program.display()
            );
        }
        Ok(Some(program))
    }

    fn absent(&self) -> String {
        format!(
            "there is no {} on the PATH ({}): install one (on Debian: apt-get install {}), or set {} to one",
            self.name,
            self.programs.join(", "),
            self.package,
            self.variable
        )
    }
}

/// Whether fontconfig reports no Japanese font; false where there is no fontconfig, except on Linux.
fn lacks_japanese() -> bool {
    let mut command = Command::new("fc-list");
    command.args([":lang=ja", "family"]).stdin(Stdio::null());
    match command.output() {
        Ok(output) => output.status.success() && output.stdout.is_empty(),
        // A Linux without fontconfig has no fonts at all.
        Err(_) => cfg!(target_os = "linux"),
    }
}

/// Installs Debian packages, with a private directory for temporary files.
fn apt_get(workspace: &Workspace, packages: &[&str], interrupt: &Interrupt) -> Result<()> {
    say(format_args!("getting {} from Debian", packages.join(" and ")));
    let temporary = workspace.root.join(".tools/apt");
    fs::create_dir_all(&temporary)?;
    // apt downloads as another user than root.
    fs::set_permissions(&temporary, Permissions::from_mode(0o1777))?;
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(args).env("TMPDIR", &temporary);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let mut install = apt(&["install", "-y", "-q", "--no-install-recommends"]);
    let done = children::must(&mut apt(&["update", "-q"]), interrupt)
        .and_then(|()| children::must(install.args(packages), interrupt));
    fs::remove_dir_all(&temporary)?;
    done.with_context(|| format!("cannot install {}", packages.join(" and ")))
}
