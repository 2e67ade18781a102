//! A mail server for tests of examples.

use std::{
    env, fs, io,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};

/// aiosmtpd, which writes every mail into a folder of its own. Both go with this.
pub(crate) struct Aiosmtpd {
    process: Child,
    folder: PathBuf,
    pub(crate) port: u16,
}

impl Aiosmtpd {
    pub(crate) fn start() -> io::Result<Self> {
        let packages = env::var_os("OFFERKIT_PEERS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers"),
            PathBuf::from,
        );
        assert!(
            packages.join("aiosmtpd").is_dir(),
            "the mail server is missing: run `scripts/peers`, which needs Python 3 and pip"
        );
        let folder = env::temp_dir().join(format!("offerkit-mails-{}", process::id()));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Command::new("python3")
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .args(["-c", "aiosmtpd.handlers.Mailbox"])
            .arg(&folder)
            .env("PYTHONPATH", packages)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            process,
            folder,
            port,
        };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.process.try_wait()?;
            assert!(ended.is_none(), "aiosmtpd ended with {ended:?}");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    pub(crate) fn mails(&self) -> io::Result<Vec<String>> {
        let files = fs::read_dir(self.folder.join("new"))?;
        files.map(|file| fs::read_to_string(file?.path())).collect()
    }
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}
