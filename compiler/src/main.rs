//! The `sbotc` command: reads files, asks the library, prints what it says. Everything that is decided is decided there.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
