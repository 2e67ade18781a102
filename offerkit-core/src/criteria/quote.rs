//! Input, as messages quote it.

/// How much of an input a message quotes, in characters.
const QUOTED_CHARS: usize = 64;

/// The input in backticks, clipped, without control characters.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("`");
    for c in text.chars().take(QUOTED_CHARS) {
        if c.is_control() {
            quoted.extend(c.escape_default());
        } else {
            quoted.push(c);
        }
    }
    if text.chars().nth(QUOTED_CHARS).is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn long_and_hostile_input_is_tamed() {
        assert_eq!(quoted("premium"), "`premium`");
        assert_eq!(quoted("a\nb"), "`a\\nb`");
        assert_eq!(quoted(&"ß".repeat(65)), format!("`{}…`", "ß".repeat(64)));
    }
}
