//! The generated source of `sbot_bench::steps` in other languages: as many steps, nine lines each or nearly, that do
//! about the same. Only names and texts matter here, nothing of it runs.

use std::fmt::Write as _;

/// In Lua.
#[must_use]
pub fn lua(steps: usize) -> String {
    let mut out = String::from("local steps = {}\n");
    for i in 0..steps {
        let (yes, no) = ((i + 1) % steps, (i + 2) % steps);
        let _ = write!(
            out,
            "steps.s{i} = function(c)\n  send(\"Message number {i} for \" .. c.name .. \", please answer\", {{\"Yes\", \"No\"}})\n  local kind, a = wait(7200)\n  if a == \"yes\" or a == \"yep\" then return \"s{yes}\"\n  elseif a == \"no\" then return \"s{no}\"\n  else\n    return retry(3)\n  end\nend\n",
        );
    }
    out + "return steps\n"
}

/// In Rhai.
#[must_use]
pub fn rhai(steps: usize) -> String {
    let mut out = String::new();
    for i in 0..steps {
        let (yes, no) = ((i + 1) % steps, (i + 2) % steps);
        let _ = write!(
            out,
            "fn s{i}(c, a) {{\n  send(\"Message number {i} for \" + c.name + \", please answer\", [\"Yes\", \"No\"]);\n  wait(7200);\n  if a == \"yes\" || a == \"yep\" {{ return \"s{yes}\"; }}\n  else if a == \"no\" {{ return \"s{no}\"; }}\n  else {{\n    return retry(3);\n  }}\n}}\n",
        );
    }
    out
}

/// In CSML.
#[must_use]
pub fn csml(steps: usize) -> String {
    let mut out = String::from("start:\n  goto s0\n\n");
    for i in 0..steps {
        let (yes, no) = ((i + 1) % steps, (i + 2) % steps);
        let _ = write!(
            out,
            "s{i}:\n  say Question(\"Message number {i} for {{{{name}}}}, please answer\", buttons=[Button(\"Yes\"), Button(\"No\")])\n  hold\n  if (event == \"yes\" || event == \"yep\") {{\n    goto s{yes}\n  }} else if (event == \"no\") {{\n    goto s{no}\n  }} else {{\n    goto s{i}\n  }}\n",
        );
    }
    out
}
