//! Law: what `docs/upgrades.md` shows is what `sbotc` does, in the order of the page.
//!
//! `UPDATE_PAGES=1 cargo test -p sbotc --test upgrades` writes the output anew.

#![cfg(unix)] // The commands of the page are those of a shell.
#![allow(clippy::unwrap_used)] // A page that cannot be read is a failure.

mod scratch;

use scratch::Scratch;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Ids and sizes change with every version of the compiler; the page has `…` for them.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<String> = line
            .split(' ')
            .map(|word| {
                let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
                let id = core.len() == 16 && core.chars().all(|c| c.is_ascii_hexdigit());
                let size = core.contains('.') && core.parse::<f64>().is_ok();
                if id || size { word.replace(core, "…") } else { word.to_owned() }
            })
            .collect();
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

fn run(scratch: &Scratch, command: &str) -> String {
    let sbotc = Path::new(env!("CARGO_BIN_EXE_sbotc"));
    let path = format!("{}:{}", sbotc.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{{ {command} ; }} 2>&1")]).current_dir(&scratch.0).env("PATH", path);
    let output = shell.env_remove("CLICOLOR_FORCE").output().unwrap();
    plain(&String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_page_shows_what_happens() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/upgrades.md");
    let text = fs::read_to_string(&page).unwrap();
    let scratch = Scratch::new("upgrades-page");
    fs::create_dir_all(scratch.0.join("released")).unwrap();
    fs::create_dir_all(scratch.0.join("parked")).unwrap();
    let mut made = String::new();
    let mut lines = text.lines();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        made.push_str(line);
        made.push('\n');
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let as_it_is = || block.iter().map(|line| format!("{line}\n")).collect::<String>();
        if let Some(file) = info.strip_prefix("sbot file=") {
            let (file, before) = match file.strip_suffix(" append") {
                Some(file) => (file, String::from_utf8(scratch.read(file)).unwrap() + "\n"),
                None => (file, String::new()),
            };
            scratch.write(file, before + &as_it_is());
            made.push_str(&as_it_is());
        } else if info == "text" {
            for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
                commands += 1;
                made.push_str(&format!("$ {command}\n{}", run(&scratch, command)));
            }
        } else {
            // It is compiled as the example of the module.
            let commented = |line: &&str| format!("//! {line}").trim_end().to_owned();
            let example: Vec<String> = block.iter().map(commented).collect();
            let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vm/src/upgrade/mod.rs");
            assert!(
                fs::read_to_string(module).unwrap().contains(&example.join("\n")),
                "vm/src/upgrade/mod.rs"
            );
            made.push_str(&as_it_is());
        }
        made.push_str("```\n");
    }
    assert!(commands > 7);
    if std::env::var("UPDATE_PAGES").is_ok() {
        fs::write(&page, &made).unwrap();
    }
    assert_eq!(made, text, "docs/upgrades.md shows something else than what happens");
}
