//! The story with a mail server.

use std::{net::TcpListener, path::Path};

use super::{CUSTOMERS, aiosmtpd::Aiosmtpd, count, tell};

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
