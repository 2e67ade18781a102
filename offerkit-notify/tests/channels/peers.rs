//! Counterparts that are not ours: programs of Python packages that `scripts/peers` installs.

use std::{path::PathBuf, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// A running program, ended when dropped, and the lines it prints.
pub(crate) struct Peer {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Peer {
    /// Starts `tests/channels/{script}` with `arguments`.
    pub(crate) fn start(script: &str, arguments: &[&str]) -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let packages = std::env::var_os("OFFERKIT_PEERS")
            .map_or_else(|| root.join("../target/peers"), PathBuf::from);
        assert!(
            packages.join("smpp34").is_dir(),
            "the counterparts are missing: run `scripts/peers`, which needs Python 3 and pip"
        );
        let mut child = Command::new("python3")
            .arg(root.join("tests/channels").join(script))
            .args(arguments)
            .env("PYTHONPATH", packages)
            .env("PYTHONUNBUFFERED", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 starts");
        let stdout = child.stdout.take().expect("its output is piped");
        Self {
            lines: BufReader::new(stdout).lines(),
            _child: child,
        }
    }

    /// The next line.
    pub(crate) async fn line(&mut self) -> String {
        let line = self.lines.next_line().await.expect("its output is text");
        line.expect("it still runs")
    }
}
