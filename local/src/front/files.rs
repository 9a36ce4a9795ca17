//! Serves the built front as the edge does: files by their names, `index.html` for a folder, a page for a missing
//! file.

use super::{headers::Headers, reload::Builds, start_page};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use percent_encoding::percent_decode_str;
use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

const HTML: &str = "text/html; charset=utf-8";

/// Files in this folder are named after their content, and never change.
const ASSETS: &str = "/assets/";

/// The page for a missing file.
const NOT_FOUND: &str = "/404.html";

/// The folder of the built front.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) folder: PathBuf,
    /// Makes pages reload themselves, if set.
    pub(super) builds: Option<Builds>,
}

struct File {
    bytes: Vec<u8>,
    kind: &'static str,
}

impl Files {
    /// Whether the front is built.
    pub(super) fn are_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// The answer to a request.
    pub(super) async fn serve(&self, method: &Method, path: &str, asked: &HeaderMap) -> Response {
        if method != Method::GET && method != Method::HEAD {
            let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
            let headers = response.headers_mut();
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            Headers::of_the_front().for_html(headers);
            return response;
        }
        // Links in a page are relative to its folder.
        let folder = format!("{path}/index.html");
        match self.read(path).await {
            None if resolve(&self.folder, &folder).is_some() => moved(&format!("{path}/")),
            Some(file) => answer(file, path, asked),
            None => self.not_found(path).await,
        }
    }

    /// The page for a missing file: that of the language, or else that of the front.
    async fn not_found(&self, path: &str) -> Response {
        let language = path.strip_prefix('/').and_then(|path| path.split_once('/'));
        let of_language = language.map(|(language, _)| format!("/{language}{NOT_FOUND}"));
        for page in of_language.as_deref().into_iter().chain([NOT_FOUND]) {
            if let Some(File { bytes, kind }) = self.read(page).await {
                let mut response = (StatusCode::NOT_FOUND, bytes).into_response();
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
                // Never the headers of an asset: a missing file may exist tomorrow.
                Headers::of_the_front().for_html(headers);
                return response;
            }
        }
        start_page::not_found(self.builds.as_ref())
    }

    async fn read(&self, path: &str) -> Option<File> {
        let path = resolve(&self.folder, path)?;
        let kind = content_type(&path);
        match tokio::fs::read(&path).await {
            Ok(bytes) => {
                let builds = self.builds.as_ref().filter(|_| kind == HTML);
                let bytes = match builds {
                    Some(builds) => builds.attend(bytes),
                    None => bytes,
                };
                Some(File { bytes, kind })
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(file = %path.display(), %error, "a file of the front cannot be read");
                }
                None
            }
        }
    }
}

/// The file that `path` names, if it is one and lies within `folder`.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let index = if path.ends_with('/') { "index.html" } else { "" };
    let path = format!("{path}{index}");
    let decoded = percent_decode_str(&path).decode_utf8().ok()?;
    let mut wanted = folder.to_owned();
    for part in decoded.strip_prefix('/')?.split('/') {
        // One rule against every path out of the folder, and against hidden files.
        let is_hidden = part.starts_with('.') && part != ".well-known";
        if part.is_empty() || is_hidden || part.contains(['\\', ':', '\0']) {
            return None;
        }
        wanted.push(part);
    }
    // A link may lead out of the folder.
    let wanted = wanted.canonicalize().ok()?;
    (wanted.is_file() && wanted.starts_with(folder.canonicalize().ok()?)).then_some(wanted)
}

/// A redirect to another path of the origin.
fn moved(to: &str) -> Response {
    let mut response = StatusCode::PERMANENT_REDIRECT.into_response();
    let headers = response.headers_mut();
    if let Ok(to) = HeaderValue::try_from(to) {
        headers.insert(header::LOCATION, to);
    }
    Headers::of_the_front().for_html(headers);
    response
}

fn answer(file: File, path: &str, asked: &HeaderMap) -> Response {
    let File { bytes, kind } = file;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let mut response = if knows(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(bytes))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(tag) = tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    let ours = Headers::of_the_front();
    if path.starts_with(ASSETS) {
        ours.for_asset(headers);
    } else {
        ours.for_page(path, headers);
    }
    response
}

/// Whether the browser has this version of the file.
fn knows(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    known
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag)
}

fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("dist/easy")).unwrap();
        std::fs::write(dir.path().join("secret.txt"), "no").unwrap();
        for file in [
            "index.html",
            "easy/login.html",
            "easy/index.html",
            "app.js",
            ".env",
        ] {
            std::fs::write(dir.path().join("dist").join(file), file).unwrap();
        }
        dir
    }

    #[test]
    fn a_file_has_one_name_and_only_the_first_page_of_a_folder_another() {
        let dir = front();
        let folder = dir.path().join("dist");
        for (path, file) in [
            ("/", "index.html"),
            ("/index.html", "index.html"),
            ("/easy/", "easy/index.html"),
            ("/easy/login.html", "easy/login.html"),
            ("/easy/%6cogin.html", "easy/login.html"),
            ("/app.js", "app.js"),
        ] {
            let expected = folder.join(file).canonicalize().unwrap();
            assert_eq!(resolve(&folder, path), Some(expected), "path {path}");
        }
        for path in [
            "/index",
            "/easy",
            "/easy/login",
            "/easy/login.html/",
            "//app.js",
            "/easy//login.html",
        ] {
            assert_eq!(resolve(&folder, path), None, "path {path}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let dir = front();
        let folder = dir.path().join("dist");
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("secret.txt"), folder.join("link.txt")).unwrap();
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/easy/..%2f..%2fsecret.txt",
            "/..\\secret.txt",
            "/.env",
            "/link.txt",
            "//etc/passwd",
            "/%2fetc/passwd",
            "/%00",
        ] {
            assert_eq!(resolve(&folder, path), None, "path {path}");
        }
    }
}
