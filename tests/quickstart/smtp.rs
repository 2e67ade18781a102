//! The story with a mail server.

use std::{
    env, fs, io,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};

use super::{CUSTOMERS, count, tell};

/// aiosmtpd, which writes every mail into a folder of its own. Both go with this.
struct Aiosmtpd {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Aiosmtpd {
    fn start() -> io::Result<Self> {
        let packages = env::var_os("OFFERKIT_PEERS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers"),
            PathBuf::from,
        );
        assert!(
            packages.join("aiosmtpd").is_dir(),
            "the mail server is missing: run `scripts/peers`, which needs Python 3 and pip"
        );
        let folder = env::temp_dir().join(format!("offerkit-quickstart-mails-{}", process::id()));
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

    fn mails(&self) -> io::Result<Vec<String>> {
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

#[test]
fn the_story_sends_its_mails_through_a_server() {
    let server = Aiosmtpd::start().unwrap();
    let address = format!("127.0.0.1:{}", server.port);
    let told = tell(&["--smtp", &address]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(told.out.contains("the mail server has the e-mails"));
    let wanted = [("segment", "premium"), ("kyc_status", "verified")];
    let expected = count(Path::new(CUSTOMERS), &wanted).unwrap().with_email;
    let mails = server.mails().unwrap();
    assert_eq!(mails.len(), expected);
    let mut ids: Vec<_> = mails
        .iter()
        .filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:")))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), expected, "each mail has an id of its own");
    assert!(mails.iter().all(|mail| mail.contains("\nDear ")));
}

#[test]
fn a_mail_server_that_cannot_be_used_is_said_to_be() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let told = tell(&["--smtp", &format!("127.0.0.1:{port}")]);
    assert_eq!(told.code, 2);
    let said = "error: `--smtp`: the mail server did not take a mail: ";
    assert!(told.err.starts_with(said), "{}", told.err);
    for wrong in ["localhost", ":25", "localhost:smtp"] {
        let told = tell(&["--smtp", wrong]);
        assert_eq!(told.code, 2);
        assert!(told.err.contains("expected HOST:PORT"), "{}", told.err);
    }
}
