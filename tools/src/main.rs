//! Chores of the project: `cargo run -p tools -- COMMAND`.

use std::process::ExitCode;

mod bench_tissue;
mod ceilings;
mod hazards;
mod kill_controller;
mod schema;
mod verify_physics;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((command, rest)) if command == "hazards" => hazards::run(rest),
        Some((command, rest)) if command == "schema" => schema::run(rest),
        Some((command, rest)) if command == "verify-physics" => verify_physics::run(rest),
        Some((command, rest)) if command == "bench-tissue" => bench_tissue::run(rest),
        Some((command, rest)) if command == "ceilings" => ceilings::run(rest),
        Some((command, rest)) if command == "kill-controller" => kill_controller::run(rest),
        _ => {
            eprintln!(
                "usage: cargo run -p tools -- schema [--check] | hazards [--check] | \
                 verify-physics [--quick] | bench-tissue | ceilings | \
                 kill-controller [--count N] [--parallel N] [--seed N]"
            );
            ExitCode::from(2)
        }
    }
}
