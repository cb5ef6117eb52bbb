//! The `rune` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    rune::main()
}
