//! Access tokens of a service account (OAuth 2.0, RFC 7523), kept until they are about to end.

use std::sync::Arc;

use chrono::TimeDelta;
use offerkit_core::time::{Clock, Timestamp};
use reqwest::header::CONTENT_TYPE;
use rustls::{
    SignatureScheme,
    crypto::CryptoProvider,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
    sign::Signer,
};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::{Url, form_urlencoded::Serializer};

use super::jwt;
use crate::{
    SetupError,
    error::setting,
    http::{Exchange, Http},
    secret::Secret,
};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// As much of an answer as is read.
const ANSWER_LIMIT: usize = 64 * 1024;

/// A token is replaced this long before it ends, so that none ends on its way.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// Who asks for tokens: what a service account's key file says.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) project: String,
    email: String,
    key_id: Value,
    url: Url,
    signer: Box<dyn Signer>,
}

impl Account {
    pub(super) fn parse(json: &str, provider: &CryptoProvider) -> Result<Self, SetupError> {
        let wrong = |problem| move || setting("the service account", problem);
        let json: Value = serde_json::from_str(json).map_err(|_| wrong("is no JSON")())?;
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let url = text("token_uri").and_then(|text| text.parse().ok());
        let key = text("private_key")
            .and_then(|pem| PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok())
            .and_then(|key| provider.key_provider.load_private_key(key).ok());
        let signer = key.and_then(|key| key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]));
        Ok(Self {
            project: text("project_id")
                .filter(|id| id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-'))
                .ok_or_else(wrong("has no `project_id`"))?
                .to_owned(),
            email: text("client_email")
                .ok_or_else(wrong("has no `client_email`"))?
                .to_owned(),
            key_id: json.get("private_key_id").cloned().unwrap_or_default(),
            url: url.ok_or_else(wrong("has no `token_uri`"))?,
            signer: signer.ok_or_else(wrong("has no RSA `private_key`"))?,
        })
    }

    /// What proves to the token server who asks.
    fn assertion(&self, now: Timestamp) -> Option<String> {
        let issued = now.as_datetime().timestamp();
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id });
        let claims = json!({
            "iss": self.email,
            "scope": SCOPE,
            "aud": self.url.as_str(),
            "iat": issued,
            "exp": issued.saturating_add(3600),
        });
        jwt::token(&header, &claims, |bytes| self.signer.sign(bytes).ok())
    }
}

#[derive(Debug)]
struct Token {
    secret: Secret,
    until: Timestamp,
}

/// The present token, and how to get the next one.
pub(super) struct Tokens {
    account: Account,
    http: Http,
    clock: Arc<dyn Clock>,
    // Held while a token is asked for, so that all who need it wait for the same one.
    kept: Mutex<Option<Token>>,
}

impl Tokens {
    pub(super) fn new(account: Account, http: Http, clock: Arc<dyn Clock>) -> Self {
        Self {
            account,
            http,
            clock,
            kept: Mutex::new(None),
        }
    }

    /// A token that has not ended, or why there is none.
    pub(super) async fn get(&self) -> Result<Secret, String> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        if let Some(token) = &*kept
            && now < token.until
        {
            return Ok(token.secret.clone());
        }
        let token = self.ask(now).await?;
        let secret = token.secret.clone();
        *kept = Some(token);
        Ok(secret)
    }

    /// Drops a token that was refused, unless another has taken its place already.
    pub(super) async fn drop(&self, refused: &Secret) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|token| token.secret == *refused) {
            *kept = None;
        }
    }

    async fn ask(&self, now: Timestamp) -> Result<Token, String> {
        let assertion = self.account.assertion(now);
        let assertion = assertion.ok_or("the assertion could not be signed")?;
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .append_pair("assertion", &assertion)
            .finish();
        let finish = |request: reqwest::RequestBuilder| {
            request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form)
        };
        let exchange = self
            .http
            .post(&self.account.url, ANSWER_LIMIT, &*self.clock, finish)
            .await;
        let answer = match exchange {
            Exchange::Answered(answer) if answer.status == 200 => answer,
            Exchange::Answered(answer) => {
                return Err(format!("the token server answered {}", answer.status));
            }
            Exchange::Refused(_) | Exchange::NotSent | Exchange::Lost => {
                return Err("the token server gave no answer".to_owned());
            }
        };
        let answer: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = answer.get("access_token").and_then(Value::as_str);
        let token = token.ok_or("the token server gave no token")?;
        let lives = answer.get("expires_in").and_then(Value::as_i64);
        let lives = TimeDelta::seconds(lives.unwrap_or_default().clamp(0, 86_400));
        Ok(Token {
            secret: Secret::new(token),
            until: now.plus(lives).minus(MARGIN),
        })
    }
}
