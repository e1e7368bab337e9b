//! What others publish to audit, compile, generate and make up, against the real binary:
//! `tests/suites/run.mjs`, which says what each of them is.

use tests::binary::{binary, skip};

use crate::binary::in_node;

#[test]
fn the_suites_of_others_pass() {
    let what = "The suites of others";
    let Some(binary) = binary() else { return };
    if !std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/suites/.venv")).exists() {
        return skip(what, "`scripts/install-test-tools` has not been run");
    }
    in_node(what, "suites", "run.mjs", &[&binary.display().to_string()]);
}
