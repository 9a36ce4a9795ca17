//! The router of `cargo lambda watch`, in the root `Cargo.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use portal::steps::{BASE, Function, STEPS};

const BEGIN: &str = "# >>> router: written by `cargo xtask gen`; what is changed here is lost\n";
const END: &str = "# <<< router\n";

/// Methods that a browser may send; those that no step offers on a path are routed to `not-found`.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// `Cargo.toml` with the current router.
pub(crate) fn within(root: &Path) -> Result<String, String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).map_err(|error| error.to_string())?;
    let (before, rest) = manifest
        .split_once(BEGIN)
        .ok_or("Cargo.toml has no line where the router begins")?;
    let (_, after) = rest
        .split_once(END)
        .ok_or("Cargo.toml has no line where the router ends")?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table()))
}

/// If one function serves a path, it gets all methods, because it knows which are offered. If several share a path,
/// every method is listed, or `cargo lambda watch` would answer the others itself.
fn table() -> String {
    let mut paths: Vec<(&str, BTreeMap<&str, Function>)> = Vec::new();
    for step in STEPS {
        let route = (step.method.name(), step.function);
        match paths.iter_mut().find(|(path, _)| *path == step.path) {
            Some((_, methods)) => {
                methods.insert(route.0, route.1);
            }
            None => paths.push((step.path, BTreeMap::from([route]))),
        }
    }
    let mut lines = vec!["[workspace.metadata.lambda.watch.router]".to_owned()];
    for (path, methods) in &paths {
        let mut functions: Vec<Function> = methods.values().copied().collect();
        functions.sort_unstable();
        functions.dedup();
        if let [only] = functions.as_slice() {
            lines.push(format!("\"{BASE}{path}\" = \"{}\"", only.name()));
            continue;
        }
        lines.push(format!("\"{BASE}{path}\" = ["));
        lines.extend(METHODS.iter().map(|method| {
            let function = methods.get(method).copied().unwrap_or(Function::NotFound);
            format!(
                "  {{ method = \"{method}\", function = \"{}\" }},",
                function.name()
            )
        }));
        lines.push("]".to_owned());
    }
    lines.push(format!("\"/{{*path}}\" = \"{}\"\n", Function::NotFound.name()));
    lines.join("\n")
}
