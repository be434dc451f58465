//! The `sbotc` command: reads files, asks the library, prints what it says. Everything that is decided is decided there.

mod cli;

/// What a thread may nest. The parser bounds how deep a file can nest, but a `when` of a thousand arms is a chain of a
/// thousand branches, and the stack that a process starts with differs from system to system.
const STACK: usize = 256 << 20;

fn main() -> std::process::ExitCode {
    match std::thread::Builder::new().stack_size(STACK).spawn(cli::main).map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The panic was printed; or there is no memory for a thread.
        Ok(Err(_)) => std::process::ExitCode::from(2),
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            std::process::ExitCode::from(2)
        }
    }
}
