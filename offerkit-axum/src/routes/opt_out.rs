//! Opting out by the link in a message, without a login (RFC 8058).

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::services::Error;

use crate::{
    extract::{Path, media_type, whole},
    problem::{ApiError, ProblemKind},
    state::State,
};

/// The page and what its button sends: nothing else is loaded, and the form goes nowhere else.
const POLICY: &str = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";

/// The member of the form, as RFC 8058 has it, and its value.
const MEMBER: (&str, &str) = ("List-Unsubscribe", "One-Click");

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(show, opt_out))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct TokenPath {
    /// The token at the end of the link.
    token: String,
}

/// A page with a button that opts out.
///
/// It changes nothing, since programs follow links of their own accord, and it is the same for every token.
#[utoipa::path(get, path = "/v1/opt-out/{token}", operation_id = "show_opt_out", tag = "opt-out", params(TokenPath),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
async fn show(Path(_): Path<TokenPath>) -> Response {
    page(concat!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Opt out</title>",
        "<meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>Opt out</h1>",
        "<p>Do you want no more of these messages?</p><form method=\"post\">",
        "<input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">",
        "<button>No more messages</button></form></main></body></html>\n",
    ))
}

/// What a mail program sends (RFC 8058), and the page's button.
#[derive(ToSchema)]
#[schema(as = OneClick)]
#[expect(dead_code, reason = "the form is described here, and read by hand")]
struct Form {
    /// `One-Click`
    #[schema(rename = "List-Unsubscribe", pattern = "^One-Click$")]
    list_unsubscribe: String,
}

/// Opt out of the messages that the link's token stands for.
///
/// Done twice, it does nothing more. Whether there is such a customer is not told: a token that was made with the
/// installation's secret is all that counts.
#[utoipa::path(post, path = "/v1/opt-out/{token}", operation_id = "opt_out", tag = "opt-out", params(TokenPath),
    request_body(content((Form = "application/x-www-form-urlencoded"), (Form = "multipart/form-data"))),
    responses((status = 200, description = "They are opted out.", body = String, content_type = "text/html")))]
async fn opt_out(
    Shared(state): Shared<State>,
    Path(path): Path<TokenPath>,
    request: Request,
) -> Result<Response, ApiError> {
    let is_urlencoded = match media_type(request.headers()).as_deref() {
        Some("application/x-www-form-urlencoded") => true,
        Some("multipart/form-data") => false,
        _ => {
            return Err(ApiError::new(
                ProblemKind::UnsupportedMediaType,
                "the body is a form: `List-Unsubscribe=One-Click`",
            ));
        }
    };
    let body = whole(request, &state).await?;
    let is_asked = if is_urlencoded {
        says_one_click(&body)
    } else {
        has_part_one_click(&body)
    };
    if !is_asked {
        return Err(ApiError::malformed(
            "the form says `List-Unsubscribe=One-Click`",
        ));
    }
    match state.kit().unsubscribe(&path.token).await {
        Ok(()) => Ok(page(concat!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Opted out</title>",
            "<meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>Opted out</h1>",
            "<p>You get no more of these messages. One that is on its way may still arrive.</p></main></body></html>\n",
        ))),
        // An installation without such links has none that a token could be of.
        Err(Error::NotConfigured(_)) => Err(ApiError::not_found("opt-out link")),
        Err(error) => Err(error.into()),
    }
}

fn says_one_click(body: &[u8]) -> bool {
    let pairs = serde_urlencoded::from_bytes::<Vec<(String, String)>>(body);
    let pairs = pairs.unwrap_or_default();
    pairs
        .iter()
        .any(|(name, value)| (name.as_str(), value.as_str()) == MEMBER)
}

/// Whether a part of the form is the member. Its boundary need not be known: a line that is its value follows the line with
/// its name and a blank one.
fn has_part_one_click(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let mut lines = text.lines();
    let name = format!("name=\"{}\"", MEMBER.0);
    lines.any(|line| line.contains(&name))
        && lines.find(|line| line.is_empty()).is_some()
        && lines.next() == Some(MEMBER.1)
}

fn page(text: &'static str) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (StatusCode::OK, headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_click_form_opts_out() {
        assert!(says_one_click(b"List-Unsubscribe=One-Click"));
        assert!(says_one_click(b"a=b&List-Unsubscribe=One-Click"));
        for text in [
            "",
            "List-Unsubscribe=",
            "One-Click",
            "list-unsubscribe=One-Click",
        ] {
            assert!(!says_one_click(text.as_bytes()), "{text}");
        }
        let part = |name: &str, value: &str| {
            let disposition = format!("Content-Disposition: form-data; name=\"{name}\"");
            format!("--x\r\n{disposition}\r\nContent-Type: text/plain\r\n\r\n{value}\r\n--x--\r\n")
        };
        assert!(has_part_one_click(part(MEMBER.0, MEMBER.1).as_bytes()));
        assert!(!has_part_one_click(part("other", MEMBER.1).as_bytes()));
        assert!(!has_part_one_click(part(MEMBER.0, "no").as_bytes()));
    }
}
