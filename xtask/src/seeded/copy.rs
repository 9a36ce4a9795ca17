//! The copy of the tree in which the bugs are made, checked out by git with a separate index. It stays between runs,

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::{bugs::Bug, place};
use crate::{
    children::{self, Interrupt},
    workspace::Workspace,
};

pub(super) struct Copy {
    /// The tree that is copied.
    origin: PathBuf,
    /// The tree as it was copied, as git names it: an edit made meanwhile must not mix with a bug.
    snapshot: String,
    pub(super) tree: PathBuf,
    pub(super) target: PathBuf,
    pub(super) logs: PathBuf,
}

impl Copy {
    pub(super) fn make(workspace: &Workspace, interrupt: &Interrupt) -> Result<Self> {
        let place = place(workspace)?;
        let mut copy = Self {
            origin: workspace.root.clone(),
            snapshot: String::new(),
            tree: place.join("tree"),
            target: place.join("target"),
            logs: place.join("logs"),
        };
        for directory in [&copy.tree, &copy.logs] {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        copy.snapshot = copy.follow(interrupt)?;
        if !copy.target.exists() {
            borrow(workspace, &copy.target)?;
        }
        Ok(copy)
    }

    /// Updates the copy to the tree, including uncommitted files, except ignored ones. Unchanged files keep their
    /// time, so that cargo need not build them; a bug that an interrupted run left behind is removed. Answers git's name of
    /// the tree.
    fn follow(&self, interrupt: &Interrupt) -> Result<String> {
        let staged = self.logs.join("origin.index");
        let git = |work_tree: &Path, index: &Path| {
            let mut git = Command::new("git");
            git.current_dir(&self.origin).env("GIT_INDEX_FILE", index);
            git.arg("--work-tree").arg(work_tree);
            git
        };
        children::must(git(&self.origin, &staged).args(["add", "--all"]), interrupt)?;
        let tree = children::capture(git(&self.origin, &staged).arg("write-tree"), interrupt)?;
        let tree = String::from_utf8(tree)
            .context("git names no tree")?
            .trim()
            .to_owned();
        let index = self.logs.join("copy.index");
        let mut read = git(&self.tree, &index);
        children::must(read.args(["read-tree", "--reset", "-u", &tree]), interrupt)?;
        Ok(tree)
    }

    fn original(&self, file: &str) -> Result<String> {
        let mut show = Command::new("git");
        show.current_dir(&self.origin)
            .args(["show", &format!("{}:{file}", self.snapshot)]);
        let output = show.output().context("git cannot be run")?;
        if !output.status.success() {
            bail!(
                "cannot read {file}: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        String::from_utf8(output.stdout).with_context(|| format!("{file} is no text"))
    }

    /// Every file that a bug edits, with the bug.
    pub(super) fn edited(&self, bug: &Bug) -> Result<Vec<(PathBuf, String)>> {
        bug.files()
            .into_iter()
            .map(|file| Ok((self.tree.join(file), bug.edited(file, &self.original(file)?)?)))
            .collect()
    }

    pub(super) fn apply(&self, bug: &Bug) -> Result<()> {
        for (path, text) in self.edited(bug)? {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    pub(super) fn restore(&self, bug: &Bug) -> Result<()> {
        for file in bug.files() {
            let path = self.tree.join(file);
            fs::write(&path, self.original(file)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// Reuses the dependencies that the workspace has already built: cargo's fingerprints show what each was built from,
/// and cargo rebuilds what does not fit.
///
/// The workspace's own packages are not reused. Artefacts are hard links, because compilers replace files instead of
/// writing into them; cargo's fingerprints are copied, because cargo writes into them.
fn borrow(workspace: &Workspace, target: &Path) -> Result<()> {
    let own = workspace.packages();
    let (from, to) = (workspace.target.join("debug"), target.join("debug"));
    if !from.join(".fingerprint").is_dir() {
        return Ok(());
    }
    for (part, link) in [(".fingerprint", false), ("build", true)] {
        for entry in fs::read_dir(from.join(part))? {
            let entry = entry?;
            if !own.contains(without_hash(&entry.file_name().to_string_lossy())) {
                graft(&entry.path(), &to.join(part).join(entry.file_name()), link)?;
            }
        }
    }
    for entry in fs::read_dir(from.join("deps"))? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let link = match extension {
            Some("rlib" | "rmeta" | "so" | "dylib") => true,
            Some("d") => false,
            _ => continue,
        };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = without_hash(&stem);
        let name = if link {
            name.strip_prefix("lib").unwrap_or(name)
        } else {
            name
        };
        let is_own = own
            .iter()
            .any(|package| package.replace('-', "_") == name.replace('-', "_"));
        if !is_own {
            graft(
                &path,
                &to.join("deps").join(path.file_name().unwrap_or_default()),
                link,
            )?;
        }
    }
    Ok(())
}

fn without_hash(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(name, _)| name)
}

fn graft(from: &Path, to: &Path, link: bool) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            graft(&entry.path(), &to.join(entry.file_name()), link)?;
        }
        return Ok(());
    }
    if let Some(directory) = to.parent() {
        fs::create_dir_all(directory)?;
    }
    if link && fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    // Cargo compares times.
    let modified = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(modified)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_cargo_is_a_package_and_a_hash() {
        assert_eq!(without_hash("aws-config-0123abcd"), "aws-config");
        assert_eq!(without_hash("libserde_json-0123abcd"), "libserde_json");
        assert_eq!(without_hash("plain"), "plain");
    }
}
