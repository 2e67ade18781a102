//! The way from the top of a document to where a reader stands.

use crate::pointer;

/// A pointer (RFC 6901) that grows and shrinks with the reader.
#[derive(Debug, Default)]
pub(super) struct Path {
    pointer: String,
    lengths: Vec<usize>,
}

// Names past this length are reported, and clipped here: a hundred errors below a name of 200 KB would otherwise make
// 20 MB of pointers.
const LONGEST_NAME_CHARS: usize = 256;

impl Path {
    pub(super) fn enter_member(&mut self, name: &str) {
        self.lengths.push(self.pointer.len());
        let clipped = name.char_indices().nth(LONGEST_NAME_CHARS);
        let clipped = clipped.and_then(|(end, _)| name.get(..end));
        pointer::push(&mut self.pointer, clipped.unwrap_or(name));
    }

    pub(super) fn enter_item(&mut self, index: usize) {
        self.lengths.push(self.pointer.len());
        self.pointer.push('/');
        self.pointer.push_str(&index.to_string());
    }

    pub(super) fn leave(&mut self) {
        self.pointer
            .truncate(self.lengths.pop().unwrap_or_default());
    }

    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_left_again() {
        let mut path = Path::default();
        path.enter_member("a/b~c");
        path.enter_item(3);
        assert_eq!(path.pointer(), "/a~1b~0c/3");
        path.leave();
        assert_eq!(path.pointer(), "/a~1b~0c");
        path.leave();
        assert_eq!(path.pointer(), "");
    }
}
