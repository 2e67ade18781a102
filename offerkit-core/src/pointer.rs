//! Pointers to places in JSON documents (RFC 6901).

/// Lengthens a pointer by one step down, to a member's name or an item's index.
pub(crate) fn push(pointer: &mut String, step: &str) {
    pointer.push('/');
    for c in step.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(c),
        }
    }
}

/// The pointer one step below another.
pub(crate) fn below(pointer: &str, step: &str) -> String {
    let mut below = pointer.to_owned();
    push(&mut below, step);
    below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_steps_is_escaped_in_them() {
        assert_eq!(below(&below("", "a/b"), "~1"), "/a~1b/~01");
    }
}
