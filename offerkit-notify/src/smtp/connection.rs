//! One conversation with a server.

use std::{sync::Arc, time::Duration};

use mail_send::{Credentials, Error, SmtpClient};
use offerkit_core::ports::Outcome;
use smtp_proto::{EXT_8BIT_MIME, EXT_PIPELINING, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use super::{
    Security, SmtpTimeouts,
    mail::Mail,
    reply::{Reply, Step, codes, is_positive, refused},
};
use crate::{
    pace::{failed, unknown},
    secret::Secret,
};

/// Where and how to connect.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) tls: Option<Arc<rustls::ClientConfig>>,
    pub(super) login: Option<(String, Secret)>,
    pub(super) hello: Option<String>,
    pub(super) timeouts: SmtpTimeouts,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection on which mails can be sent.
pub(super) struct Connection {
    client: SmtpClient<Box<dyn Stream>>,
    offers: EhloResponse<String>,
    accept: Duration,
}

/// How far a mail came.
pub(super) enum Progress {
    /// It has an outcome; the connection is as good as before where `reusable`.
    Settled { outcome: Outcome, reusable: bool },
    /// The connection was lost before any of the content was sent.
    Lost,
}

impl Server {
    /// Connects, greets, and logs in.
    ///
    /// # Errors
    ///
    /// Why there is no connection; nothing was sent.
    pub(super) async fn connect(&self) -> Result<Connection, String> {
        match tokio::time::timeout(self.timeouts.connect, self.open()).await {
            Ok(opened) => opened,
            Err(_) => Err("the server took too long to connect".to_owned()),
        }
    }

    async fn open(&self) -> Result<Connection, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|_| "the server cannot be reached".to_owned())?;
        // Commands are short, and each waits for its reply.
        stream.set_nodelay(true).unwrap_or_default();
        let hello = match (&self.hello, stream.local_addr()) {
            (Some(name), _) => name.clone(),
            (None, Ok(local)) if local.is_ipv6() => format!("[IPv6:{}]", local.ip()),
            (None, Ok(local)) => format!("[{}]", local.ip()),
            (None, Err(_)) => "[127.0.0.1]".to_owned(),
        };
        let client = SmtpClient {
            stream,
            timeout: self.timeouts.reply,
        };
        let (mut client, offers) = match self.security {
            Security::Tls => {
                let tls = self.connector()?;
                let client = client.into_tls(&tls, &self.host).await.map_err(because)?;
                greet(boxed(client), &hello).await?
            }
            Security::StartTls => {
                let tls = self.connector()?;
                let (client, offers) = greet(client, &hello).await?;
                // Whoever can cut the offer out of the reply would otherwise read the mail.
                if !offers.has_capability(EXT_START_TLS) {
                    return Err("the server offers no STARTTLS".to_owned());
                }
                let client = client.start_tls(&tls, &self.host).await.map_err(because)?;
                let mut client = boxed(client);
                // What was offered in the clear does not count.
                let offers = client.ehlo(&hello).await.map_err(because)?;
                (client, offers)
            }
            Security::Plain => greet(boxed(client), &hello).await?,
        };
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.as_str(), password.expose());
            client
                .authenticate(&credentials, &offers)
                .await
                .map_err(because)?;
        }
        Ok(Connection {
            client,
            offers,
            accept: self.timeouts.accept,
        })
    }

    fn connector(&self) -> Result<TlsConnector, String> {
        let config = self.tls.as_ref().ok_or("TLS is not set up")?;
        Ok(TlsConnector::from(Arc::clone(config)))
    }
}

fn boxed<T: Stream + 'static>(client: SmtpClient<T>) -> SmtpClient<Box<dyn Stream>> {
    SmtpClient {
        stream: Box::new(client.stream),
        timeout: client.timeout,
    }
}

async fn greet<T: Stream>(
    mut client: SmtpClient<T>,
    hello: &str,
) -> Result<(SmtpClient<T>, EhloResponse<String>), String> {
    let greeting = tokio::time::timeout(client.timeout, client.read())
        .await
        .unwrap_or(Err(Error::Timeout))
        .map_err(because)?;
    if !is_positive(&greeting) {
        return Err(because(Error::UnexpectedReply(greeting)));
    }
    let offers = client.ehlo(hello).await.map_err(because)?;
    Ok((client, offers))
}

/// The reason without the server's text.
fn because(error: Error) -> String {
    match error {
        Error::Tls(_) | Error::InvalidTLSName => "the TLS handshake failed".to_owned(),
        Error::UnexpectedReply(reply) => {
            format!("the server refused the connection ({})", codes(&reply))
        }
        Error::AuthenticationFailed(reply) => {
            format!("the server refused the login ({})", codes(&reply))
        }
        Error::UnsupportedAuthMechanism | Error::Auth(_) => {
            "the server offers no way to log in that is known here".to_owned()
        }
        Error::Timeout => "the server took too long to answer".to_owned(),
        _ => "the connection was lost".to_owned(),
    }
}

impl Connection {
    /// Sends one mail.
    pub(super) async fn send(&mut self, mail: &Mail) -> Progress {
        if let Some(outcome) = self.cannot_take(mail) {
            return Progress::Settled {
                outcome,
                reusable: true,
            };
        }
        let Ok((sender, recipient)) = self.envelope(mail).await else {
            return Progress::Lost;
        };
        if !is_positive(&sender) {
            return self.put_off(Step::Sender, &sender).await;
        }
        if !is_positive(&recipient) {
            return self.put_off(Step::Recipient, &recipient).await;
        }
        match self.client.cmd("DATA\r\n").await {
            Ok(reply) if reply.code == 354 => {}
            Ok(reply) => return self.put_off(Step::Data, &reply).await,
            Err(_) => return Progress::Lost,
        }
        self.content(mail).await
    }

    /// The content and the reply to it. From here on a lost connection leaves it open whether the mail was taken.
    async fn content(&mut self, mail: &Mail) -> Progress {
        let exchange = async {
            self.client.write_message(&mail.content).await?;
            self.client.read().await
        };
        let reply = tokio::time::timeout(self.accept, exchange).await;
        let (outcome, reusable) = match reply {
            Ok(Ok(reply)) if is_positive(&reply) => (Outcome::Sent, true),
            Ok(Ok(reply)) => (refused(Step::Content, &reply), reply.code != 421),
            Ok(Err(_)) => (
                unknown("the connection was lost while the mail was handed over"),
                false,
            ),
            Err(_) => (
                unknown("the server did not say in time whether it took the mail"),
                false,
            ),
        };
        Progress::Settled { outcome, reusable }
    }

    fn cannot_take(&self, mail: &Mail) -> Option<Outcome> {
        if mail.needs_utf8() && !self.offers.has_capability(EXT_SMTP_UTF8) {
            return Some(failed(
                "the server takes no addresses outside ASCII (SMTPUTF8)",
            ));
        }
        let limit = self.offers.size;
        (limit > 0 && mail.content.len() > limit)
            .then(|| failed("the mail is larger than the server takes"))
    }

    /// The replies to sender and recipient; both are asked in one round trip where the server allows it.
    async fn envelope(&mut self, mail: &Mail) -> mail_send::Result<(Reply, Reply)> {
        let parameters = match (mail.needs_utf8(), self.offers.has_capability(EXT_8BIT_MIME)) {
            (false, _) => "",
            (true, false) => " SMTPUTF8",
            (true, true) => " BODY=8BITMIME SMTPUTF8",
        };
        let sender = format!("MAIL FROM:<{}>{parameters}\r\n", mail.from.as_str());
        let recipient = format!("RCPT TO:<{}>\r\n", mail.to.as_str());
        if self.offers.has_capability(EXT_PIPELINING) {
            let replies = self.client.cmds([sender, recipient]).await?;
            let mut replies = replies.into_iter();
            return match (replies.next(), replies.next()) {
                (Some(sender), Some(recipient)) => Ok((sender, recipient)),
                _ => Err(Error::UnparseableReply),
            };
        }
        let sender = self.client.cmd(sender).await?;
        if !is_positive(&sender) {
            return Ok((sender.clone(), sender));
        }
        Ok((sender, self.client.cmd(recipient).await?))
    }

    /// The outcome of a refusal; the transaction is reset, so that the next mail begins anew.
    async fn put_off(&mut self, step: Step, reply: &Reply) -> Progress {
        let outcome = refused(step, reply);
        let reusable = reply.code != 421
            && matches!(self.client.cmd("RSET\r\n").await, Ok(reset) if is_positive(&reset));
        Progress::Settled { outcome, reusable }
    }

    /// Takes leave; a server that does not answer is left all the same.
    pub(super) async fn quit(self) {
        self.client.quit().await.unwrap_or_default();
    }
}
