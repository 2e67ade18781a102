//! How large and how long a request may be.

use std::time::Duration;

/// How large and how long a request may be; each limit has a name and a default.
///
/// How long a client may take to send its headers is for the server that holds the connection to say.
///
/// ```
/// use offerkit_axum::Limits;
///
/// let limits = Limits { body_bytes: 256 * 1024, ..Limits::default() };
/// assert_eq!(limits.uri_bytes, 8 * 1024);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a body: 1 MiB. More is answered with 413.
    pub body_bytes: usize,
    /// The most bytes of all names and values of headers: 16 KiB. More is answered with 431.
    pub header_bytes: usize,
    /// The most bytes of a path with its query: 8 KiB. More is answered with 414.
    pub uri_bytes: usize,
    /// How long a request may take, from its headers to the answer's: 30 seconds. Longer is answered with 503.
    pub time: Duration,
    /// The most bytes of a file of customers: 4 GiB. The import breaks off there.
    pub import_bytes: u64,
    /// How long an import may take: 6 hours. Longer is answered with 503; what was imported stays, and can be gone on with.
    pub import_time: Duration,
    /// How many requests may hash a password or wait to: 64. More are answered with 503. The hasher itself works on as many
    /// as there are cores.
    pub logins: usize,
    /// How long a stream of progress may last: 1 hour. The client then connects again.
    pub stream: Duration,
}

impl Limits {
    pub(crate) const DEFAULT: Self = Self {
        body_bytes: 1024 * 1024,
        header_bytes: 16 * 1024,
        uri_bytes: 8 * 1024,
        time: Duration::from_secs(30),
        import_bytes: 4 * 1024 * 1024 * 1024,
        import_time: Duration::from_hours(6),
        logins: 64,
        stream: Duration::from_hours(1),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
