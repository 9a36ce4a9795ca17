//! Generates `openapi.yaml`, pages of `docs/` and the local router from the product's tables.
//!
//! The tables are in `portal`: steps, kinds of problem, limits, acts. No function compiles this crate.

pub mod openapi;
pub mod pages;
mod router;
mod yaml;

use std::path::Path;

/// A file, or a part of a file, that is generated from the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// `openapi.yaml`
    OpenApi,
    /// `docs/audit.md`
    Audit,
    /// `docs/limits.md`
    Limits,
    /// `docs/problems.md`
    Problems,
    /// `docs/steps.md`
    Steps,
    /// The local router in `Cargo.toml`.
    Router,
}

impl Written {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::OpenApi,
        Self::Audit,
        Self::Limits,
        Self::Problems,
        Self::Steps,
        Self::Router,
    ];

    /// Where it stands.
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenApi => "openapi.yaml",
            Self::Audit => "docs/audit.md",
            Self::Limits => "docs/limits.md",
            Self::Problems => "docs/problems.md",
            Self::Steps => "docs/steps.md",
            Self::Router => "Cargo.toml",
        }
    }

    /// The whole file as it has to be; `root` is the repository's.
    pub fn text(self, root: &Path) -> Result<String, String> {
        match self {
            Self::OpenApi => yaml::page(&openapi::document()).map_err(|error| error.to_string()),
            Self::Audit => Ok(pages::audit::page()),
            Self::Limits => Ok(pages::limits::page()),
            Self::Problems => Ok(pages::problems::page()),
            Self::Steps => Ok(pages::steps::page()),
            Self::Router => router::within(root),
        }
    }
}
