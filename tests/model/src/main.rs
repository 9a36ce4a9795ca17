//! `cargo xtask model`: explores every scene and prints the results.
#![expect(clippy::print_stdout, reason = "a command prints its results")]

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use model::explore::{Explored, explore};
use model::invariants::INVARIANTS;
use model::scenes::{Size, all};

/// Explore the procedure: every interleaving, crash and lost message of small worlds
#[derive(Parser)]
#[command(name = "cargo xtask model", bin_name = "cargo xtask model")]
struct Cli {
    /// Only these scenes
    scenes: Vec<String>,
    /// One more request of each kind: minutes to hours, and gigabytes
    #[arg(long)]
    long: bool,
    /// Abort a scene after this number of transitions
    #[arg(long, value_name = "N", default_value_t = 20_000_000)]
    most: usize,
    /// List the scenes and invariants, and explore nothing
    #[arg(long)]
    list: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let size = if cli.long { Size::Long } else { Size::Short };
    let scenes = all(size);
    let unknown: Vec<&String> = cli
        .scenes
        .iter()
        .filter(|name| scenes.iter().all(|scene| scene.name != name.as_str()))
        .collect();
    if !unknown.is_empty() {
        println!("no such scene: {unknown:?}; --list names them");
        return ExitCode::FAILURE;
    }
    if cli.list {
        for scene in &scenes {
            println!("{:<24} {}", scene.name, scene.shows);
        }
        println!();
        for invariant in INVARIANTS {
            println!("- {}", invariant.says);
        }
        return ExitCode::SUCCESS;
    }
    println!(
        "{:<24} {:>10} {:>12} {:>6} {:>8}  to its end",
        "scene", "states", "transitions", "depth", "seconds"
    );
    let mut all_explored: Vec<Explored> = Vec::new();
    for scene in scenes {
        if !cli.scenes.is_empty() && cli.scenes.iter().all(|name| name != scene.name) {
            continue;
        }
        print!("{:<24} ", scene.name);
        // Shows the name while the scene is explored; a closed terminal is no error.
        _ = io::stdout().flush();
        let explored = explore(scene, cli.most);
        println!(
            "{:>10} {:>12} {:>6} {:>8.1}  {}",
            explored.states,
            explored.transitions,
            explored.depth,
            explored.took.as_secs_f64(),
            if explored.is_whole { "yes" } else { "no" }
        );
        for (says, way) in &explored.broken {
            println!("  BROKEN: {says}");
            for action in way {
                println!("    {action}");
            }
        }
        all_explored.push(explored);
    }
    let sum = |of: fn(&Explored) -> usize| all_explored.iter().map(of).sum::<usize>();
    let broken = sum(|explored| explored.broken.len());
    let seconds: f64 = all_explored
        .iter()
        .map(|explored| explored.took.as_secs_f64())
        .sum();
    println!(
        "\n{} scenes, {} states, {} transitions, {} invariants, {seconds:.0} s: {broken} broken",
        all_explored.len(),
        sum(|explored| explored.states),
        sum(|explored| explored.transitions),
        INVARIANTS.len()
    );
    if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
