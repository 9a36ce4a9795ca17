//! The built front, with the headers that CloudFront gives it.

use super::start_page;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use percent_encoding::percent_decode_str;
use std::{
    io,
    path::{Path, PathBuf},
};

/// What a page of the front may do: nothing inline, nothing from elsewhere, no HTML from strings.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    // A front that is being worked on is never old.
    (header::CACHE_CONTROL, "no-cache"),
];

/// Serves a file of `folder`: `/ja/login` is `ja/login`, `ja/login.html` or `ja/login/index.html`.
pub(super) async fn serve(folder: &Path, method: &Method, path: &str) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let found = match resolve(folder, path) {
        Some(path) => read(&path).await,
        None => None,
    };
    match found {
        Some((bytes, kind)) => with_headers(StatusCode::OK, bytes, kind),
        None => match tokio::fs::read(folder.join("404.html")).await {
            Ok(page) => with_headers(StatusCode::NOT_FOUND, page, "text/html; charset=utf-8"),
            Err(_) => start_page::not_found(),
        },
    }
}

/// The file that `path` names, if it is one and lies within `folder`.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let mut wanted = folder.to_owned();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        // One rule against every way up and out, and against files that are nobody's business.
        let is_hidden = part.starts_with('.') && part != ".well-known";
        if is_hidden || part.contains(['\\', ':', '\0']) {
            return None;
        }
        wanted.push(part);
    }
    let candidates = if decoded.ends_with('/') {
        vec![wanted.join("index.html")]
    } else {
        let mut page = wanted.clone().into_os_string();
        page.push(".html");
        vec![wanted.clone(), PathBuf::from(page), wanted.join("index.html")]
    };
    let folder = folder.canonicalize().ok()?;
    candidates
        .into_iter()
        .filter_map(|candidate| candidate.canonicalize().ok())
        // A link may lead out of the folder.
        .find(|candidate| candidate.is_file() && candidate.starts_with(&folder))
}

async fn read(path: &Path) -> Option<(Vec<u8>, &'static str)> {
    match tokio::fs::read(path).await {
        Ok(bytes) => Some((bytes, content_type(path))),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!(file = %path.display(), %error, "a file of the front cannot be read");
            }
            None
        }
    }
}

fn with_headers(status: StatusCode, bytes: Vec<u8>, kind: &'static str) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
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
        std::fs::create_dir_all(dir.path().join("dist/ja")).unwrap();
        std::fs::write(dir.path().join("secret.txt"), "no").unwrap();
        for file in ["index.html", "ja/login.html", "ja/index.html", "app.js", ".env"] {
            std::fs::write(dir.path().join("dist").join(file), file).unwrap();
        }
        dir
    }

    #[test]
    fn a_page_is_found_under_each_of_its_names() {
        let dir = front();
        let folder = dir.path().join("dist");
        for (path, file) in [
            ("/", "index.html"),
            ("/ja/", "ja/index.html"),
            ("/ja", "ja/index.html"),
            ("/ja/login", "ja/login.html"),
            ("/ja/login.html", "ja/login.html"),
            ("/app.js", "app.js"),
        ] {
            let expected = folder.join(file).canonicalize().unwrap();
            assert_eq!(resolve(&folder, path), Some(expected), "path {path}");
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
            "/ja/..%2f..%2fsecret.txt",
            "/..\\secret.txt",
            "/.env",
            "/link.txt",
            "//etc/passwd",
            "/ja/login.html/",
            "/%00",
        ] {
            assert_eq!(resolve(&folder, path), None, "path {path}");
        }
    }
}
