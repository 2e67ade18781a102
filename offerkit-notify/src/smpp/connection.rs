//! Connecting and binding.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use rusmpp::{
    Command, CommandId, CommandStatus, Pdu,
    pdus::{BindTransceiver, BindTransmitter},
    tokio_codec::CommandCodec,
    types::COctetString,
    values::InterfaceVersion,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use tokio_util::codec::Framed;

use super::status::code;
use crate::{SetupError, error::setting, secret::Secret};

pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(super) type Frames = Framed<Box<dyn Stream>, CommandCodec>;

/// The number of the request to bind.
const BIND: u32 = 1;

/// Who binds.
#[derive(Clone)]
pub(super) struct Login {
    system_id: COctetString<1, 16>,
    password: Secret,
    system_type: COctetString<1, 13>,
}

impl Login {
    pub(super) fn new(
        system_id: &str,
        password: Secret,
        system_type: &str,
    ) -> Result<Self, SetupError> {
        if COctetString::<1, 9>::from_str(password.expose()).is_err() {
            return Err(setting(
                "the password",
                "is longer than 8 characters, or not ASCII",
            ));
        }
        Ok(Self {
            system_id: COctetString::from_str(system_id).map_err(|_| {
                setting(
                    "the system id",
                    "is longer than 15 characters, or not ASCII",
                )
            })?,
            password,
            system_type: COctetString::from_str(system_type).map_err(|_| {
                setting(
                    "the system type",
                    "is longer than 12 characters, or not ASCII",
                )
            })?,
        })
    }

    /// The request to bind: as a transceiver where receipts are to come.
    fn request(&self, hears_receipts: bool) -> Pdu {
        let system_id = self.system_id.clone();
        // Its length was looked at.
        let password = COctetString::from_str(self.password.expose()).unwrap_or_default();
        let system_type = self.system_type.clone();
        let interface_version = InterfaceVersion::Smpp3_4;
        if hears_receipts {
            let bind = BindTransceiver {
                system_id,
                password,
                system_type,
                interface_version,
                ..BindTransceiver::default()
            };
            bind.into()
        } else {
            let bind = BindTransmitter {
                system_id,
                password,
                system_type,
                interface_version,
                ..BindTransmitter::default()
            };
            bind.into()
        }
    }
}

/// Where and how to connect.
pub(super) struct Centre {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Option<Arc<ClientConfig>>,
    pub(super) login: Login,
    pub(super) hears_receipts: bool,
    pub(super) connect: Duration,
}

impl Centre {
    /// Connects and binds.
    ///
    /// # Errors
    ///
    /// Why there is no session; nothing was sent.
    pub(super) async fn bind(&self) -> Result<Frames, String> {
        let bound = tokio::time::timeout(self.connect, self.bound()).await;
        bound.unwrap_or_else(|_| Err("the message centre took too long to connect".to_owned()))
    }

    async fn bound(&self) -> Result<Frames, String> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|_| "the message centre cannot be reached".to_owned())?;
        // Requests are short, and each waits for its answer.
        stream.set_nodelay(true).unwrap_or_default();
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                let failed = |_| "the TLS handshake failed".to_owned();
                let name = ServerName::try_from(self.host.clone())
                    .map_err(|_| "the message centre's name cannot be checked".to_owned())?;
                let connector = TlsConnector::from(Arc::clone(config));
                Box::new(connector.connect(name, stream).await.map_err(failed)?)
            }
        };
        let mut frames = Framed::new(stream, CommandCodec::new());
        let lost = "the connection was lost before it was bound";
        let request = self.login.request(self.hears_receipts);
        let request = Command::new(CommandStatus::EsmeRok, BIND, request);
        frames.send(&request).await.map_err(|_| lost.to_owned())?;
        loop {
            let Some(Ok(command)) = frames.next().await else {
                return Err(lost.to_owned());
            };
            let is_answer = matches!(
                command.id(),
                CommandId::BindTransceiverResp
                    | CommandId::BindTransmitterResp
                    | CommandId::GenericNack
            );
            match command.status() {
                _ if !is_answer || command.sequence_number() != BIND => {}
                CommandStatus::EsmeRok if command.id() != CommandId::GenericNack => {
                    return Ok(frames);
                }
                status => {
                    return Err(format!(
                        "the message centre refused the login ({})",
                        code(status)
                    ));
                }
            }
        }
    }
}
