//! Has cargo build the binary whenever tests are built, with the features that they have: so it is
//! built once, and what the stories of `tests/` start is what was tested beside them.

use std::process::Command;

#[test]
fn the_binary_says_which_it_is() {
    let said = Command::new(env!("CARGO_BIN_EXE_vinculo")).arg("--version").output();
    let said = said.expect("the binary runs");
    let version = format!("vinculo {}", env!("CARGO_PKG_VERSION"));
    assert!(said.status.success());
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), version);
}
