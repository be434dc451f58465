//! Law: a fixture of `fixtures/lower` becomes the code of the snapshot beside it, and the code passes the verifier.

mod support;

use support::{Case, cases, check, fixtures, listed};

/// The listing of a case, or what is wrong with it.
fn listing(case: &Case) -> Result<String, String> {
    let checked = check(case);
    let Some(project) = &checked.project else {
        return Err(format!("{} has errors\n{}", case.name, listed(&checked.diagnostics, &checked.sources)));
    };
    let lowered = sbotc::lower::lower(project, &checked.sources, true);
    let program = sbot_vm::Program::new(lowered.tables, Some(lowered.debug));
    Ok(sbot_vm::disassemble(&program.map_err(|error| format!("{}: {error}\n", case.name))?))
}

#[test]
fn fixtures_become_the_code_beside_them() {
    let cases = cases(&fixtures("lower"));
    assert!(!cases.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../fixtures/lower");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = String::new();
    settings.bind(|| {
        for case in &cases {
            match listing(case) {
                Ok(listing) => insta::assert_snapshot!(case.name.as_str(), listing),
                Err(what) => wrong.push_str(&what),
            }
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
}
