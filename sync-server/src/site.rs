//! The files of the web app: which file a path names and how long it may be kept.

use std::fs;
use std::path::PathBuf;

use actix_web::http::header::ContentType;

use crate::error::{Error, Result};

/// Policy for every file of the web app; it needs nothing from elsewhere but PlaceKit's address,
/// which its service worker answers.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self' https://api.placekit.co; worker-src 'self'; base-uri 'none'; \
    object-src 'none'; frame-ancestors 'none'; form-action 'self'";

/// A directory of static files.
#[derive(Debug, Clone)]
pub struct Site {
    dir: PathBuf,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub struct SiteFile {
    /// The file, which may not exist.
    pub path: PathBuf,
    /// Value of `Cache-Control`.
    pub cache_control: &'static str,
}

impl Site {
    /// Takes a directory that has a start page.
    ///
    /// # Errors
    /// Fails when there is no `index.html`.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self> {
        let dir = dir.into();
        match fs::metadata(dir.join("index.html")) {
            Ok(_) => Ok(Self { dir }),
            Err(source) => Err(Error::SiteUnreadable { dir, source }),
        }
    }

    /// Finds the file of a decoded path; `None` for paths that no file of the site can have.
    ///
    /// Hidden files and everything that could lead out of the directory count as such.
    pub fn file(&self, path: &str) -> Option<SiteFile> {
        let relative = path.strip_prefix('/')?;
        let (folders, name) = relative.rsplit_once('/').unwrap_or(("", relative));
        let name = if name.is_empty() { "index.html" } else { name };
        let mut file = self.dir.clone();
        for part in folders.split('/').filter(|_| !folders.is_empty()).chain([name]) {
            let foreign = |c: char| c.is_control() || matches!(c, '\\' | ':');
            if part.is_empty() || part.starts_with('.') || part.contains(foreign) {
                return None;
            }
            file.push(part);
        }
        // Names under assets/ carry a hash of the content, so what is behind them never changes.
        let cache_control = if folders == "assets" || folders.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        Some(SiteFile { path: file, cache_control })
    }
}

impl SiteFile {
    /// Returns the media type by the ending of the name.
    pub fn content_type(&self) -> ContentType {
        let mime = mime_guess::from_path(&self.path).first_or_octet_stream();
        let text = mime.type_() == mime_guess::mime::TEXT;
        match format!("{mime}; charset=utf-8").parse() {
            Ok(with_charset) if text => ContentType(with_charset),
            _ => ContentType(mime),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(path: &str) -> Option<String> {
        let site = Site { dir: PathBuf::from("/site") };
        site.file(path).map(|file| file.path.to_string_lossy().into_owned())
    }

    #[test]
    fn paths_name_files_inside_the_directory_only() {
        let cases = [
            ("/", Some("/site/index.html")),
            ("/sw.js", Some("/site/sw.js")),
            ("/docs/", Some("/site/docs/index.html")),
            ("/assets/a/b.js", Some("/site/assets/a/b.js")),
            ("/../secret", None),
            ("/a/../../secret", None),
            ("/a//b", None),
            ("//etc/passwd", None),
            ("/.git/config", None),
            ("/a/.", None),
            ("/a\\..\\b", None),
            ("/c:/windows", None),
            ("/a\0b", None),
            ("", None),
        ];
        for (path, expected) in cases {
            assert_eq!(file_of(path).as_deref(), expected, "{path:?}");
        }
    }

    #[test]
    fn only_assets_are_kept_for_ever() {
        let site = Site { dir: PathBuf::from("/site") };
        let cached = |path: &str| site.file(path).unwrap().cache_control;
        assert!(cached("/assets/app-1a2b.js").contains("immutable"));
        assert!(cached("/assets/fonts/x.woff2").contains("immutable"));
        for path in ["/", "/sw.js", "/app.webmanifest", "/assetsx/a.js", "/assets"] {
            assert_eq!(cached(path), "no-cache", "{path}");
        }
    }

    #[test]
    fn media_types_are_those_that_browsers_demand() {
        let site = Site { dir: PathBuf::from("/site") };
        let cases = [
            ("/", "text/html; charset=utf-8"),
            ("/sw.js", "text/javascript; charset=utf-8"),
            ("/a.mjs", "application/javascript"),
            ("/a.css", "text/css; charset=utf-8"),
            ("/geocoder.wasm", "application/wasm"),
            ("/app.webmanifest", "application/manifest+json"),
            ("/world.json", "application/json"),
            ("/icon.svg", "image/svg+xml"),
            ("/icon.png", "image/png"),
            ("/unknown", "application/octet-stream"),
        ];
        for (path, expected) in cases {
            assert_eq!(site.file(path).unwrap().content_type().to_string(), expected, "{path}");
        }
    }
}
