//! Pages that reload themselves after a build. Only for development, and only on request.

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{self, Stream};
use maud::{Markup, html};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io, mem,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tokio::{sync::watch, task::JoinHandle};

/// The script of the pages; their policy forbids inline scripts.
pub(super) const SCRIPT: &str = include_str!("../../assets/reload.js");

/// The interval of the checks. A build is done when two checks in a row see the same.
const TICK: Duration = Duration::from_millis(300);

/// The builds of the front, as they happen.
#[derive(Clone, Debug)]
pub struct Builds(watch::Receiver<u64>);

impl Builds {
    /// Watches the builds in `folder`, as long as the task runs.
    pub fn watch(folder: PathBuf) -> (Self, JoinHandle<()>) {
        let (tell, told) = watch::channel(seen(&folder).unwrap_or_default());
        (Self(told), tokio::spawn(keep_looking(folder, tell)))
    }

    /// The script element that makes a page reload itself; it contains the page's build.
    pub(super) fn script(&self) -> Markup {
        let build = name(*self.0.borrow());
        html! { script type="module" src={ "/_dev/reload.js?build=" (build) } {} }
    }

    /// The page, with the script and a link to the mails.
    pub(super) fn attend(&self, mut page: Vec<u8>) -> Vec<u8> {
        const END: &[u8] = b"</body>";
        let attendance = html! {
            aside lang="ja" aria-label="開発用" {
                p { a href="/_dev/mailbox" target="_blank" { "届いたメール（開発用）" } }
                p #needs-tls hidden {
                    "このブラウザはhttpのページのCookieを保存しないため、手続きが先に進みません。"
                    code { "cargo xtask dev --tls" }
                    "で起動し、httpsのページを開いてください。"
                }
            }
            (self.script())
        }
        .into_string();
        let end = page.windows(END.len()).rposition(|window| window == END);
        let end = end.unwrap_or(page.len());
        page.splice(end..end, attendance.into_bytes());
        page
    }
}

/// Sends the present build, and every later one.
pub(super) async fn tell(
    State(Builds(builds)): State<Builds>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold((builds, true), |(mut builds, first)| async move {
        if !first {
            // The watcher has ended: the stack stops.
            builds.changed().await.ok()?;
        }
        let build = name(*builds.borrow_and_update());
        Some((Ok(Event::default().event("build").data(build)), (builds, false)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

fn name(build: u64) -> String {
    format!("{build:016x}")
}

async fn keep_looking(folder: PathBuf, tell: watch::Sender<u64>) {
    let mut last = None;
    loop {
        tokio::time::sleep(TICK).await;
        let at = folder.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || seen(&at)).await else {
            return;
        };
        if let Some(build) = now.filter(|_| now == last) {
            tell.send_if_modified(|known| mem::replace(known, build) != build);
        }
        last = now;
    }
}

/// A digest of the folder's files: names, sizes and times; `None` while the front is incomplete.
fn seen(folder: &Path) -> Option<u64> {
    if !folder.join("index.html").is_file() {
        return None;
    }
    let mut files = BTreeMap::new();
    // A file that vanished between two calls belongs to a running build; the next check sees more.
    look(folder, &mut files).ok()?;
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Some(hasher.finish())
}

fn look(folder: &Path, files: &mut BTreeMap<PathBuf, (u64, SystemTime)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            look(&entry.path(), files)?;
        } else {
            let facts = entry.metadata()?;
            files.insert(entry.path(), (facts.len(), facts.modified()?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_is_seen_once_it_is_whole_and_anew_when_a_file_of_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| fs::write(dir.path().join(file), text).unwrap();
        fs::create_dir(dir.path().join("easy")).unwrap();
        write("easy/login.html", "1");
        assert_eq!(seen(dir.path()), None);
        write("index.html", "1");
        let first = seen(dir.path());
        assert!(first.is_some());
        assert_eq!(seen(dir.path()), first);
        write("easy/login.html", "22");
        assert_ne!(seen(dir.path()), first);
    }

    #[test]
    fn the_addition_is_at_the_end_of_the_body() {
        let (_tell, told) = watch::channel(7);
        let attend = |page: &str| String::from_utf8(Builds(told.clone()).attend(page.into())).unwrap();
        let page = attend("<body><p>&lt;/body></p></body></html>");
        let (before, after) = page.split_once("<aside").unwrap();
        assert_eq!(before, "<body><p>&lt;/body></p>");
        assert!(after.contains("<p id=\"needs-tls\" hidden>"));
        assert!(after.ends_with("reload.js?build=0000000000000007\"></script></body></html>"));
        assert!(attend("<p>").starts_with("<p><aside"));
    }
}
