//! The engines and the front of a stack: the process `portal-local`.

use std::{
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Result;
use serde_json::Value;

use crate::{
    children::{Interrupt, Kept, Log},
    data::DataDir,
    functions::Silence,
    settings::Ports,
    stack::{Front, Plan, wait_for},
    workspace::Workspace,
};

pub(crate) fn command(workspace: &Workspace, plan: &Plan, data: Option<&DataDir>, numbers: &Path) -> Command {
    let Ports {
        portal,
        tls,
        functions,
        dynamodb,
        ses,
        claims: _,
    } = plan.ports;
    let mut command = Command::new(workspace.binary("portal-local", plan.release));
    command.current_dir(&workspace.root);
    command.args(["serve", "--listen", &format!("127.0.0.1:{portal}")]);
    command.args(["--dynamodb-listen", &format!("127.0.0.1:{dynamodb}")]);
    command.args(["--ses-listen", &format!("127.0.0.1:{ses}")]);
    command.args(["--functions", &format!("http://127.0.0.1:{functions}")]);
    command.arg("--settings").arg(numbers);
    command.args((plan.front == Front::Watched).then_some("--reload"));
    if tls {
        // Beside the log, so that a browser that was told to trust it does so after a restart, too.
        command.arg("--tls").arg(plan.place.join("tls"));
    }
    if let (Some(faults), Some(claims)) = (&plan.faults, plan.ports.claims) {
        command.args(["--faults", faults]);
        command.args(["--claims-listen", &format!("127.0.0.1:{claims}")]);
    }
    if let Some(data) = data {
        command.arg("--data").arg(&data.path);
    }
    // Of an invocation whose process was killed the emulator says nothing: this is how long its mail waits.
    command.args(["--invoke-timeout", "20"]);
    command.arg("--exit-with-stdin");
    command
}

pub(crate) fn start(command: &Command, log: &Log, silence: Silence, interrupt: &Interrupt) -> Result<Kept> {
    let ready = Arc::new(AtomicBool::new(false));
    let said = Arc::clone(&ready);
    let on_line = move |line: &str| match said_of_itself(line) {
        Some(Said::Ready) => said.store(true, Ordering::SeqCst),
        Some(Said::FunctionsSilent) => silence.store(true, Ordering::SeqCst),
        None => {}
    };
    let mut portal = Kept::start("portal-local", command, log, on_line)?;
    wait_for(&mut portal, interrupt, || ready.load(Ordering::SeqCst))?;
    Ok(portal)
}

/// What `portal-local` says on its standard output.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    /// `{"ready":true,…}`
    Ready,
    /// `{"functions":"silent"}`
    FunctionsSilent,
}

fn said_of_itself(line: &str) -> Option<Said> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line.get("ready") == Some(&Value::Bool(true)) {
        return Some(Said::Ready);
    }
    let functions = line.get("functions").and_then(Value::as_str);
    (functions == Some("silent")).then_some(Said::FunctionsSilent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_lines_are_taken_for_what_portal_local_says() {
        let ready = r#"{"ready":true,"functions":"http://127.0.0.1:9000"}"#;
        assert_eq!(said_of_itself(ready), Some(Said::Ready));
        let silent = r#"{"functions":"silent"}"#;
        assert_eq!(said_of_itself(silent), Some(Said::FunctionsSilent));
        for line in [r#"{"ready":false}"#, r#"{"functions":"busy"}"#, "ready"] {
            assert_eq!(said_of_itself(line), None, "{line}");
        }
    }
}
