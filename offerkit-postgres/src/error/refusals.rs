//! The sentences of the database's defences, by the names that its errors bear.

/// What the defence of this name says.
pub(super) fn sentence(constraint: &str) -> Option<&'static str> {
    let found = SENTENCES.iter().find(|(name, _)| *name == constraint);
    found.map(|(_, sentence)| *sentence)
}

const SENTENCES: &[(&str, &str)] = &[
GENERATED
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Migrations, SchemaName};

    /// The rules that functions and triggers of the migrations name, each with its sentence.
    fn named(sql: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let texts: Vec<_> = sql.split('\'').collect();
        for place in 1..texts.len().saturating_sub(2) {
            let is_name = |text: &str| {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            };
            let (Some(name), Some(between), Some(sentence)) =
                (texts.get(place), texts.get(place + 1), texts.get(place + 2))
            else {
                continue;
            };
            let is_call = between.trim() == "," && sentence.contains(' ');
            if is_name(name) && name.contains('_') && is_call {
                // A doubled quote in SQL.
                let mut sentence = (*sentence).to_owned();
                if texts.get(place + 3) == Some(&"") {
                    sentence = format!("{sentence}'{}", texts.get(place + 4).unwrap_or(&""));
                }
                found.push(((*name).to_owned(), sentence));
            }
        }
        found
    }

    #[test]
    fn every_defence_of_the_migrations_has_its_sentence() {
        let schema = SchemaName::default();
        let migrations = Migrations::new(&schema);
        let mut count = 0;
        for migration in migrations.iter() {
            for (name, expected) in named(migration.sql()) {
                assert_eq!(sentence(&name), Some(expected.as_str()), "{name}");
                count += 1;
            }
        }
        assert!(count > 40, "only {count} were found");
    }
}
