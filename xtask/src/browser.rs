//! Browser tests of the front against the whole portal, and `cargo xtask screens`.

use std::{
    ffi::OsString,
    fs,
    path::{self, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, Result};

use crate::{
    children::Interrupt,
    npm::{BROWSER, Package},
    settings,
    stack::{self, Front, Plan, Stack},
    terminal::{say, seconds},
    tools,
    workspace::Workspace,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory of the pictures [default: target/screens, which is emptied first]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let out = if let Some(out) = &args.out {
        path::absolute(out)?
    } else {
        let ours = workspace.target.join("screens");
        if ours.exists() {
            fs::remove_dir_all(&ours).with_context(|| format!("cannot empty {}", ours.display()))?;
        }
        ours
    };
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let chromium = tools::chromium(workspace, interrupt)?;
    let told = [("CHROMIUM", chromium.into()), ("SCREENS", out.clone().into())];
    drive(workspace, &["screens"], &told, interrupt)?;
    say(format_args!(
        "\nThe screens are in {}",
        workspace.short(&out).display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// All browser tests: in Chromium, then those of the journey, the back button, the console and the narrow screen in
/// WebKit and Firefox.
pub(crate) fn tests(workspace: &Workspace, interrupt: &Interrupt) -> Result<()> {
    let (chromium, firefox) = tools::browsers(workspace, interrupt)?;
    let told = [("CHROMIUM", chromium.into()), ("FIREFOX", firefox.into())];
    // The last ones move the time of the whole stack.
    drive(workspace, &["test", "engines", "clock"], &told, interrupt)
}

/// The tests in WebKit and Firefox alone.
pub(crate) fn engines(workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let (chromium, firefox) = tools::browsers(workspace, interrupt)?;
    let told = [("CHROMIUM", chromium.into()), ("FIREFOX", firefox.into())];
    drive(workspace, &["engines"], &told, interrupt)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs npm scripts of the browser tests against a separate portal.
fn drive(
    workspace: &Workspace,
    scripts: &[&str],
    told: &[(&str, OsString)],
    interrupt: &Interrupt,
) -> Result<()> {
    let tests = Package::installed(workspace, BROWSER, interrupt)?;
    let plan = Plan {
        ports: stack::free_ports()?,
        faults: None,
        data: None,
        release: false,
        front: Front::Built,
        place: workspace.target.join("dev-browser"),
        terminal: false,
    };
    let _stack = Stack::start_whole(workspace, &plan, interrupt)?;
    for script in scripts {
        let begun = Instant::now();
        let mut command = tests.script(script);
        command
            .env("PORTAL_URL", format!("http://localhost:{}", plan.ports.portal))
            .envs(told.iter().cloned());
        settings::past_the_proxy(&mut command);
        tests
            .must(&mut command, script, interrupt)
            .with_context(|| format!("log: {}", workspace.short(&plan.log()).display()))?;
        say(format_args!("      {script} took {}", seconds(begun.elapsed())));
    }
    Ok(())
}
