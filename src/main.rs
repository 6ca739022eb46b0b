//! Starts bina; everything it does is in the library.

fn main() -> std::process::ExitCode {
    bina::cli::main()
}
