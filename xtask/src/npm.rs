//! The packages that are built with Node.js: the front, and the browser tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use crate::{
    children::{self, Interrupt},
    terminal::say,
    tools,
    workspace::Workspace,
};

/// The front.
pub(crate) const WEB: &str = "web";
/// The tests that drive a browser.
pub(crate) const BROWSER: &str = "tests/browser";

/// A folder with a `package.json`, and its dependencies in `node_modules`.
pub(crate) struct Package {
    name: &'static str,
    folder: PathBuf,
    npm: PathBuf,
}

impl Package {
    /// The package, with exactly the dependencies of its lock file installed.
    pub(crate) fn installed(
        workspace: &Workspace,
        name: &'static str,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let package = Self {
            name,
            folder: workspace.root.join(name),
            npm: tools::npm()?,
        };
        if is_stale(&package.folder) {
            say(format_args!("installing the npm packages of {name}"));
            let mut npm = package.npm();
            children::must(npm.arg("ci"), interrupt)
                .with_context(|| format!("cannot install the npm packages of {name}"))?;
        }
        Ok(package)
    }

    /// Runs one of its scripts, which must succeed.
    pub(crate) fn run(&self, script: &str, interrupt: &Interrupt) -> Result<()> {
        self.must(&mut self.script(script), script, interrupt)
    }

    /// Runs a command in place of one of its scripts, which must succeed.
    pub(crate) fn must(&self, command: &mut Command, script: &str, interrupt: &Interrupt) -> Result<()> {
        let name = self.name;
        children::must(command, interrupt).with_context(|| format!("`npm run {script}` in {name}; see above"))
    }

    pub(crate) fn script(&self, script: &str) -> Command {
        let mut npm = self.npm();
        npm.args(["run", script]);
        npm
    }

    /// A program of one of its dependencies.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join("node_modules/.bin").join(name));
        command.current_dir(&self.folder);
        command
    }

    fn npm(&self) -> Command {
        let mut command = Command::new(&self.npm);
        command.current_dir(&self.folder);
        for wish in ["audit", "fund", "update_notifier"] {
            command.env(format!("npm_config_{wish}"), "false");
        }
        // The browser of the machine is used, and none is downloaded.
        command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        command
    }
}

/// Whether `node_modules` is missing, incomplete, or older than the package's manifest and lock file.
fn is_stale(folder: &Path) -> bool {
    let written =
        |file: &str| -> Option<SystemTime> { fs::metadata(folder.join(file)).ok()?.modified().ok() };
    // npm writes this file last.
    let Some(installed) = written("node_modules/.package-lock.json") else {
        return true;
    };
    let wanted = ["package.json", "package-lock.json"].map(written);
    wanted.into_iter().flatten().any(|wanted| installed < wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, time::Duration};

    #[test]
    fn what_is_installed_is_stale_when_it_is_not_whole_or_older_than_the_lock() {
        let folder = std::env::temp_dir().join(format!("portal-npm-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules")).unwrap();
        let begun = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let touch = |file: &str, second: u64| {
            let file = File::create(folder.join(file)).unwrap();
            file.set_modified(begun + Duration::from_secs(second)).unwrap();
        };
        touch("package.json", 1);
        touch("package-lock.json", 2);
        assert!(is_stale(&folder));
        touch("node_modules/.package-lock.json", 3);
        assert!(!is_stale(&folder));
        touch("package-lock.json", 4);
        assert!(is_stale(&folder));
        touch("node_modules/.package-lock.json", 5);
        touch("package.json", 6);
        assert!(is_stale(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }
}
