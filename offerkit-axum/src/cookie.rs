//! The session of a browser: a cookie that no script reads, and a token that no other site knows.

use axum::http::{HeaderMap, HeaderValue, header};

use offerkit_core::{digest::Digest, services::SessionToken};

/// Set by this host alone, for all of its paths, over TLS: what the prefix makes browsers check.
const NAME: &str = "__Host-offerkit";

/// The header that bears the CSRF token.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// The token in the request's cookie.
pub(crate) fn token(headers: &HeaderMap) -> Option<SessionToken> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME);
    found.next().map(|(_, token)| SessionToken::new(token))
}

/// The header that gives a browser the cookie, or takes it.
pub(crate) fn set(token: Option<&SessionToken>) -> Option<HeaderValue> {
    let (value, age) = match token {
        Some(token) => (token.expose(), ""),
        None => ("", "; Max-Age=0"),
    };
    let text = format!("{NAME}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{age}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// What a page sends with every change: derived from the session's token, which the page cannot read.
pub(crate) fn csrf_token(token: &SessionToken) -> String {
    let parts = [b"offerkit csrf".as_slice(), token.expose().as_bytes()];
    Digest::of_parts(parts).to_string()
}

/// Whether `sent` is the session's CSRF token. Compared by digest, so that time tells nothing of how near it is.
pub(crate) fn is_csrf_token(sent: &[u8], token: &SessionToken) -> bool {
    Digest::of(sent) == Digest::of(csrf_token(token).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_reads_back_among_others() {
        let token = SessionToken::new("abc");
        let cookie = set(Some(&token)).unwrap();
        let text = cookie.to_str().unwrap();
        assert_eq!(
            text,
            "__Host-offerkit=abc; Path=/; Secure; HttpOnly; SameSite=Strict"
        );
        let mut headers = HeaderMap::new();
        let sent = HeaderValue::from_static("theme=dark; __Host-offerkit=abc; x=y");
        headers.insert(header::COOKIE, sent);
        assert!(super::token(&headers) == Some(token));
    }

    #[test]
    fn only_the_sessions_own_csrf_token_counts() {
        let (one, other) = (SessionToken::new("one"), SessionToken::new("other"));
        assert!(is_csrf_token(csrf_token(&one).as_bytes(), &one));
        assert!(!is_csrf_token(csrf_token(&other).as_bytes(), &one));
        assert!(!is_csrf_token(b"one", &one));
    }
}
