//! What can be wrong with a notifier's settings.

/// A notifier cannot be made with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A setting has a value that the channel cannot use.
    #[error("{setting} {problem}")]
    Setting {
        /// Which setting, as a person would say it.
        setting: &'static str,
        /// What is wrong with its value, which may be a secret and is not repeated.
        problem: &'static str,
    },
    /// Neither a TLS configuration was given nor a provider installed.
    #[error(
        "TLS needs a `rustls::ClientConfig`, or a default crypto provider installed by the application"
    )]
    NoTlsProvider,
    /// The TLS configuration could not be made.
    #[cfg(feature = "tls")]
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
    /// The HTTP client could not be made.
    #[cfg(feature = "http")]
    #[error("the HTTP client could not be made")]
    Http(#[from] reqwest::Error),
}

#[cfg(any(feature = "smtp", feature = "smpp", feature = "http"))]
pub(crate) const fn setting(setting: &'static str, problem: &'static str) -> SetupError {
    SetupError::Setting { setting, problem }
}
