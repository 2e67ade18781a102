//! What a customer's text columns take.

use super::column::Column;
use super::error::CustomerFieldError;

/// The longest `full_name`, in bytes.
pub const MAX_NAME_BYTES: usize = 512;
/// The longest `email`, in bytes: the longest a mail server forwards to.
pub const MAX_EMAIL_BYTES: usize = 254;
/// The longest `phone`, in bytes.
pub const MAX_PHONE_BYTES: usize = 64;
/// The longest `external_id`, in bytes.
pub const MAX_EXTERNAL_ID_BYTES: usize = 256;
/// The longest value of any other text column, in bytes.
pub const MAX_WORD_BYTES: usize = 256;

/// The text without the white space around it, or nothing where that leaves nothing.
pub(super) fn checked(column: Column, text: &str) -> Result<Option<&str>, CustomerFieldError> {
    let refuse = |expected: String| Err(CustomerFieldError::new(column.as_str(), text, expected));
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let longest = longest(column);
    if trimmed.len() > longest {
        return refuse(format!("at most {longest} bytes"));
    }
    if trimmed.contains('\0') {
        return refuse("text without U+0000".to_owned());
    }
    if column == Column::Email && !looks_like_email(trimmed) {
        return refuse("an e-mail address".to_owned());
    }
    Ok(Some(trimmed))
}

const fn longest(column: Column) -> usize {
    match column {
        Column::FullName => MAX_NAME_BYTES,
        Column::Email => MAX_EMAIL_BYTES,
        Column::Phone => MAX_PHONE_BYTES,
        Column::ExternalId => MAX_EXTERNAL_ID_BYTES,
        Column::Id
        | Column::Dob
        | Column::Gender
        | Column::KycStatus
        | Column::Segment
        | Column::Occupation
        | Column::AnnualIncome
        | Column::CreditScore
        | Column::State
        | Column::City
        | Column::PinCode
        | Column::MaritalStatus
        | Column::AccountAgeMonths
        | Column::PreferredLanguage
        | Column::IsActive
        | Column::CreatedAt => MAX_WORD_BYTES,
    }
}

// Deliberately loose: only a message that arrives proves an address, and a host's older rows must load.
fn looks_like_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
