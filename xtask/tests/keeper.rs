//! A keeper ends all descendants of its child, in whatever way the task itself ends.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic too; clippy knows only the tests themselves"
)]

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A keeper of a shell that starts a sleeper in a separate session, with the process ids of both.
fn keep(script: &str) -> (Child, u32, u32) {
    let script = format!("setsid sh -c '{script}' & echo $$ $!; wait");
    let mut keeper = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["keep", "--", "sh", "-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let pids: Vec<u32> = line.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    (keeper, pids[0], pids[1])
}

fn gone(pid: u32) -> bool {
    let begun = Instant::now();
    while Path::new(&format!("/proc/{pid}")).exists() {
        if Duration::from_secs(10) <= begun.elapsed() {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

#[test]
fn when_the_task_is_gone_child_and_grandchild_end() {
    let (mut keeper, child, grandchild) = keep("exec sleep 300");
    drop(keeper.stdin.take());
    assert!(gone(child));
    assert!(gone(grandchild));
    assert!(keeper.wait().unwrap().success());
}

#[test]
fn who_does_not_listen_is_killed() {
    let (mut keeper, child, grandchild) = keep("trap \"\" TERM; while true; do sleep 1; done");
    drop(keeper.stdin.take());
    assert!(gone(child));
    assert!(gone(grandchild));
    keeper.wait().unwrap();
}

#[test]
fn when_the_child_ends_its_orphans_end_and_its_status_is_returned() {
    let mut keeper = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["keep", "--", "sh", "-c", "setsid sleep 300 & echo $!; exit 3"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(gone(line.trim().parse().unwrap()));
    assert_eq!(keeper.wait().unwrap().code(), Some(3));
}

#[test]
fn when_the_keeper_is_killed_its_child_gets_a_signal_to_end() {
    let (mut keeper, child, grandchild) = keep("exec sleep 300");
    keeper.kill().unwrap();
    keeper.wait().unwrap();
    assert!(gone(child));
    // No keeper is left to end this one; it ends with its parent.
    Command::new("kill").arg(grandchild.to_string()).status().unwrap();
    assert!(gone(grandchild));
}
