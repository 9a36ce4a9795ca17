//! The whole portal on this machine: the engines and the front (`portal-local`), and the functions (`cargo lambda watch`).

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    children::{self, Interrupt, Kept, Log},
    data::{self, DataDir},
    functions::{Functions, Silence},
    npm::{Package, WEB},
    portal,
    runner::{self, Builds},
    settings::{self, AUDIT_FILE, CLOCK_ADVANCE_FILE, Ports},
    terminal::{say, seconds, warn},
    tools, warm,
    workspace::{self, Workspace},
};

/// Until `portal-local` has its tables, and cargo-lambda listens.
const START: Duration = Duration::from_mins(1);

/// What becomes of the front before the portal serves it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Front {
    /// Nothing: what was built before is served, or the page that stands in for it.
    AsItIs,
    /// It is built.
    Built,
    /// It is built, and built again at every change; its pages reload themselves.
    Watched,
}

pub(crate) struct Plan {
    pub(crate) ports: Ports,
    /// What breaks on the way to the neighbours.
    pub(crate) faults: Option<String>,
    /// Where the data is kept; in memory if nowhere.
    pub(crate) data: Option<PathBuf>,
    pub(crate) release: bool,
    pub(crate) front: Front,
    /// Where log, environment and keys of this stack lie.
    pub(crate) place: PathBuf,
    /// Whether the terminal shows the log too.
    pub(crate) terminal: bool,
}

impl Plan {
    /// The file with the functions' variables.
    pub(crate) fn env_file(&self) -> PathBuf {
        self.place.join("local.env")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.place.join("portal.log")
    }
}

/// Fields are dropped in this order: users of a part before the part.
pub(crate) struct Stack {
    front: Option<Kept>,
    functions: Functions,
    portal: Kept,
    interrupt: Interrupt,
    _data: Option<DataDir>,
    /// Functions that did not answer their first request.
    pub(crate) cold: Vec<String>,
    /// Where what happened is kept.
    pub(crate) audit: PathBuf,
}

impl Stack {
    pub(crate) fn start(workspace: &Workspace, plan: &Plan, interrupt: &Interrupt) -> Result<Self> {
        let with_front = plan.front != Front::AsItIs;
        let mut steps = Steps {
            at: 0,
            of: 6 + usize::from(with_front),
        };
        let (data, variables, cargo) = steps.step("checking ports and variables", || {
            ports_are_free(plan.ports)?;
            if with_front {
                tools::npm()?;
            }
            let data = plan.data.as_deref().map(DataDir::open).transpose()?;
            fs::create_dir_all(&plan.place)
                .with_context(|| format!("cannot create {}", plan.place.display()))?;
            let keys = data::keys(data.as_ref().map_or(&plan.place, |data| &data.path))?;
            let audit = lasting_file(plan, data.as_ref(), "audit.jsonl")?;
            let mut variables = settings::environment(plan.ports, &keys, &audit, &settings::caller())?;
            let clock = lasting_file(plan, data.as_ref(), "clock-advance")?;
            if !plan.release {
                variables.insert(CLOCK_ADVANCE_FILE.to_owned(), clock);
            }
            Ok((data, variables, runner::install(workspace, &plan.place)?))
        })?;
        let cargo_lambda = steps.step(
            &format!("looking for cargo-lambda {}", tools::CARGO_LAMBDA),
            || tools::cargo_lambda(workspace, interrupt),
        )?;
        let front =
            with_front.then(|| steps.step("building the front", || built_front(workspace, interrupt)));
        let front = front.transpose()?;
        steps.step("building (the first time this takes 5 to 15 minutes)", || {
            let builds = Builds::new(&workspace.root, &plan.place).rebuild(|| {
                let mut cargo = workspace.cargo();
                workspace::build(&mut cargo, &workspace.root, plan.release);
                Ok(children::run(&mut cargo, interrupt)?.success())
            })?;
            if !builds {
                bail!("the workspace does not build; see above");
            }
            Ok(())
        })?;
        let numbers = plan.place.join("settings.json");
        steps.step("reading the settings", || {
            fs::write(&numbers, settings::in_force(workspace, &variables, interrupt)?)?;
            Ok(())
        })?;

        let log = Log::create(&plan.log(), plan.terminal)?;
        let (mut portal, mut functions, mut front) = steps.step("starting", || {
            let mut command = portal::command(workspace, plan, data.as_ref(), &numbers);
            settings::apply(&mut command, &variables);
            let silence = Silence::default();
            let portal = portal::start(&command, &log, silence.clone(), interrupt)?;

            let env_file = plan.env_file();
            write_private(&env_file, &settings::env_file(&variables)?)?;
            let files = [&*cargo_lambda, &cargo, &env_file];
            let functions = Functions::start(workspace, plan, files, &variables, &log, silence, interrupt)?;
            let watch = |web: Package| Kept::start("front", &web.script("watch"), &log, |_| {});
            let watched = front.filter(|_| plan.front == Front::Watched);
            Ok((portal, functions, watched.map(watch).transpose()?))
        })?;

        let names = workspace.http_functions();
        let of = names.len();
        let cold = steps.step(&format!("warming {of} functions"), || {
            let each = |number: usize, name: &str| say(format_args!("      {number} of {of}: {name}"));
            warm::warm(&names, plan.ports.functions, each, || {
                interrupt.check()?;
                portal.check()?;
                functions.check(interrupt)?;
                front.as_mut().map_or(Ok(()), Kept::check)
            })
        })?;
        for (name, error) in &cold {
            warn(format_args!("      {name} did not answer ({error}); see the log"));
        }
        let cold = cold.into_iter().map(|(name, _)| name).collect();
        let audit = variables.get(AUDIT_FILE).map(PathBuf::from).unwrap_or_default();
        Ok(Self {
            front,
            functions,
            portal,
            interrupt: interrupt.clone(),
            _data: data,
            cold,
            audit,
        })
    }

    /// An error once a part has ended by itself; starts functions again that answer nothing.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.portal.check()?;
        self.functions.check(&self.interrupt)?;
        self.front.as_mut().map_or(Ok(()), Kept::check)
    }

    /// Starts a stack that a check rests on: with every function, or not at all.
    pub(crate) fn start_whole(workspace: &Workspace, plan: &Plan, interrupt: &Interrupt) -> Result<Self> {
        let log = plan.log();
        let log = workspace.short(&log).display();
        let stack = Self::start(workspace, plan, interrupt)
            .with_context(|| format!("the stack did not start (log: {log})"))?;
        if !stack.cold.is_empty() {
            bail!(
                "functions that did not answer: {} (log: {log})",
                stack.cold.join(", ")
            );
        }
        Ok(stack)
    }
}

/// The front, built into `web/dist`.
fn built_front(workspace: &Workspace, interrupt: &Interrupt) -> Result<Package> {
    let web = Package::installed(workspace, WEB, interrupt)?;
    web.run("build", interrupt)?;
    Ok(web)
}

/// A file that lies with the data, or is as short-lived as what is in memory.
fn lasting_file(plan: &Plan, data: Option<&DataDir>, name: &str) -> Result<String> {
    let folder = data.map_or(&plan.place, |data| &data.path);
    let file = std::path::absolute(folder.join(name))?;
    if data.is_none() {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", file.display()));
            }
            _ => {}
        }
    }
    let text = file.to_str().map(str::to_owned);
    text.with_context(|| format!("{} is not UTF-8", file.display()))
}

/// Says what is done, and how long it took.
struct Steps {
    at: usize,
    of: usize,
}

impl Steps {
    fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.at += 1;
        say(format_args!("[{}/{}] {what} …", self.at, self.of));
        let begun = Instant::now();
        let result = work()?;
        if begun.elapsed() >= Duration::from_secs(1) {
            say(format_args!("      took {}", seconds(begun.elapsed())));
        }
        Ok(result)
    }
}

fn ports_are_free(ports: Ports) -> Result<()> {
    let flags = [
        (ports.portal, "--port"),
        (ports.functions, "--functions-port"),
        (ports.dynamodb, "--dynamodb-port"),
        (ports.ses, "--ses-port"),
    ];
    let claims = ports.claims.map(|port| (port, "--claims-port"));
    // All are held at once, so that one port for two things is seen too.
    let mut held = Vec::new();
    for (port, flag) in flags.into_iter().chain(claims) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => held.push(listener),
            Err(error) => {
                bail!("port {port} is not free ({error}); stop what uses it, or choose another with {flag}")
            }
        }
    }
    Ok(())
}

/// Four ports that were free a moment ago.
pub(crate) fn free_ports() -> Result<Ports> {
    let held = [(); 4].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let [portal, functions, dynamodb, ses] =
        held.map(|listener| Ok::<_, anyhow::Error>(listener?.local_addr()?.port()));
    Ok(Ports {
        portal: portal?,
        tls: false,
        functions: functions?,
        dynamodb: dynamodb?,
        ses: ses?,
        claims: None,
    })
}

pub(crate) fn wait_for(
    child: &mut Kept,
    interrupt: &Interrupt,
    mut ready: impl FnMut() -> bool,
) -> Result<()> {
    let begun = Instant::now();
    while !ready() {
        interrupt.check()?;
        child.check()?;
        if START <= begun.elapsed() {
            bail!(
                "{} did not get ready in {}; see the log",
                child.name,
                seconds(START)
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A file that holds keys.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_named_with_its_flag() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let dynamodb = taken.local_addr().unwrap().port();
        let error = ports_are_free(Ports {
            dynamodb,
            ..free_ports().unwrap()
        })
        .unwrap_err()
        .to_string();
        assert!(
            error.starts_with(&format!("port {dynamodb} is not free")),
            "{error}"
        );
        assert!(error.ends_with("--dynamodb-port"), "{error}");
    }

    #[test]
    fn one_port_cannot_serve_two_things() {
        let ports = free_ports().unwrap();
        let error = ports_are_free(Ports {
            ses: ports.portal,
            ..ports
        })
        .unwrap_err()
        .to_string();
        assert!(error.ends_with("--ses-port"), "{error}");
    }
}
