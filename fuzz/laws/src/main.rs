//! What goes into the fuzzer and what is kept of it.
//!
//! `fuzz-corpus seeds LAW FOLDER` writes what the law is tried with first, `unpack LAW FOLDER` what was kept, each input
//! a file; `pack LAW FOLDER` keeps the files of a folder, and nothing else; `try LAW FILE…` tries files;
//! `dictionary` prints the words of the language for the fuzzer.

use sbot_fuzz_laws::{LAWS, Law, pack};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match done(&args) {
        Ok(said) => {
            println!("{}", said.trim_end());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn done(args: &[&str]) -> Result<String, String> {
    match args {
        ["seeds", name, folder] => write(Path::new(folder), &(law(name)?.seeds)()),
        ["unpack", name, folder] => {
            let path = pack::path(law(name)?.name);
            let bytes = fs::read(&path).map_err(|why| format!("cannot read {}: {why}", path.display()))?;
            write(Path::new(folder), &pack::unpack(&bytes)?)
        }
        ["pack", name, folder] => {
            let inputs = pack::read_folder(Path::new(folder));
            let inputs = inputs.map_err(|why| format!("cannot read {folder}: {why}"))?;
            let (path, count) = (pack::path(law(name)?.name), inputs.len());
            let bytes = pack::pack(inputs);
            fs::write(&path, &bytes).map_err(|why| format!("cannot write {}: {why}", path.display()))?;
            Ok(format!("{count} inputs, {} bytes in {}", bytes.len(), path.display()))
        }
        ["try", name, files @ ..] => {
            let law = law(name)?;
            for file in files {
                eprintln!("{file}");
                (law.holds)(&fs::read(file).map_err(|why| format!("cannot read {file}: {why}"))?);
            }
            Ok(format!("{} holds for {} files", law.name, files.len()))
        }
        ["dictionary"] => Ok(sbot_fuzz_laws::dictionary::text()),
        _ => Err("say `seeds LAW FOLDER`, `unpack LAW FOLDER`, `pack LAW FOLDER`, `try LAW FILE…` or \
                  `dictionary`"
            .to_owned()),
    }
}

fn law(name: &str) -> Result<&'static Law, String> {
    let names = || LAWS.iter().map(|law| law.name).collect::<Vec<_>>().join(", ");
    LAWS.iter()
        .find(|law| law.name == name)
        .ok_or_else(|| format!("there is no law `{name}`, but {}", names()))
}

fn write(folder: &Path, inputs: &[Vec<u8>]) -> Result<String, String> {
    let wrong = |why| format!("cannot write to {}: {why}", folder.display());
    fs::create_dir_all(folder).map_err(wrong)?;
    for (n, input) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("{n:05}")), input).map_err(wrong)?;
    }
    Ok(format!("{} files in {}", inputs.len(), folder.display()))
}
