//! `cargo xtask model`: explores every scene and says what it saw.
#![expect(clippy::print_stdout, reason = "a command talks to whoever called it")]

use std::process::ExitCode;

use model::explore::{INVARIANTS, explore};
use model::scenes::{Size, all};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = if arguments.iter().any(|argument| argument == "--long") {
        Size::Long
    } else {
        Size::Short
    };
    let only: Vec<&String> = arguments
        .iter()
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let most = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--most=")?.parse().ok())
        .unwrap_or(20_000_000);
    println!(
        "{:<24} {:>10} {:>12} {:>6} {:>8}  whole",
        "scene", "states", "transitions", "depth", "seconds"
    );
    let (mut states, mut transitions, mut broken, mut seconds) = (0, 0, 0, 0.0);
    for scene in all(size) {
        if !only.is_empty() && !only.iter().any(|name| *name == scene.name) {
            continue;
        }
        let explored = explore(scene, most);
        println!(
            "{:<24} {:>10} {:>12} {:>6} {:>8.1}  {}",
            explored.scene,
            explored.states,
            explored.transitions,
            explored.depth,
            explored.took.as_secs_f64(),
            if explored.is_whole { "yes" } else { "no" }
        );
        states += explored.states;
        transitions += explored.transitions;
        seconds += explored.took.as_secs_f64();
        for (says, way) in &explored.broken {
            broken += 1;
            println!("  BROKEN: {says}");
            for action in way {
                println!("    {action}");
            }
        }
    }
    println!(
        "\n{states} states, {transitions} transitions, {} invariants, {seconds:.0} s: {broken} broken",
        INVARIANTS.len()
    );
    if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
