//! The builds that the bucket holds, and which of them is served.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The builds that have been served, oldest first.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) builds: Vec<Build>,
    /// The id of the build that is served.
    pub(super) current: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Build {
    pub(super) id: String,
    /// Files outside `assets/`: the pages, and a few others.
    pub(super) pages: Vec<String>,
}

impl History {
    pub(super) fn build(&self, id: &str) -> Option<&Build> {
        self.builds.iter().find(|build| build.id == id)
    }

    pub(super) fn served(&self) -> Option<&Build> {
        self.build(self.current.as_deref()?)
    }

    /// The build before the one that is served.
    pub(super) fn before(&self) -> Result<&Build> {
        let current = self
            .current
            .as_deref()
            .context("nothing has been published yet")?;
        let at = self.builds.iter().position(|build| build.id == current);
        let before = at
            .and_then(|at| at.checked_sub(1))
            .and_then(|before| self.builds.get(before));
        before.with_context(|| format!("{current} is the first build"))
    }

    /// The history with this build served; a new build is appended.
    pub(super) fn with(mut self, build: Build) -> Self {
        self.current = Some(build.id.clone());
        if self.build(&build.id).is_none() {
            self.builds.push(build);
        }
        self
    }
}

/// The files of a folder by their relative path, sorted.
pub(super) fn files(folder: &Path) -> Result<Vec<String>> {
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
pub(super) fn build_of(folder: &Path) -> Result<Build> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn build(id: &str, pages: &[&str]) -> Build {
        Build {
            id: id.to_owned(),
            pages: pages.iter().map(|page| (*page).to_owned()).collect(),
        }
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
}
