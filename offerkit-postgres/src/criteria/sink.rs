//! Where a statement is written to.

use sqlx::{Postgres, QueryBuilder};

use super::bind::Bind;

/// Takes the text of a statement, and the values that travel beside it.
pub(crate) trait Sink {
    fn push(&mut self, text: &str);

    /// Writes the next `$n`, which stands for the value.
    fn bind(&mut self, value: Bind);
}

impl Sink for QueryBuilder<Postgres> {
    fn push(&mut self, text: &str) {
        Self::push(self, text);
    }

    fn bind(&mut self, value: Bind) {
        value.push_to(self);
    }
}

/// A statement that is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) binds: Vec<Bind>,
}

impl Sink for Statement {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn bind(&mut self, value: Bind) {
        self.binds.push(value);
        self.text.push('$');
        self.text.push_str(&self.binds.len().to_string());
    }
}
