//! Conditions put together to a sentence that can be read in one way only.

use std::collections::BTreeMap;

/// A condition in words: relative clauses, and groups of them.
#[derive(Clone, Debug)]
pub(super) enum Phrase {
    Everyone,
    Nobody,
    Leaf(Leaf),
    /// No part is another of these.
    All(Vec<Phrase>),
    NotAll(Vec<Phrase>),
    /// No part is another of these.
    Any(Vec<Phrase>),
    Neither(Vec<Phrase>),
}

/// A relative clause.
#[derive(Clone, Debug)]
pub(in crate::criteria) struct Leaf {
    pub(super) subject: Subject,
    /// What follows the subject, its verb included where the subject has none.
    pub(super) words: String,
    pub(super) absences: Vec<Absence>,
    pub(super) note: Note,
}

#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// `whose dob …`
    Whose(Box<str>),
    /// `who are …`
    Are,
    /// `who have …`
    Have,
}

/// What a condition says of customers without a value of a field that may be absent.
#[derive(Clone, Debug)]
pub(super) struct Absence {
    pub(super) field: Box<str>,
    pub(super) holds: bool,
}

/// What is said of customers without a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    /// Nothing: it is in the words, or they are not selected.
    Silent,
    /// That they are selected.
    Included,
    /// That they are not refused for it.
    NotExcluded,
}

/// Where a phrase stands.
#[derive(Clone, Copy, Debug)]
enum Position {
    /// It is the whole sentence.
    Whole,
    /// It ends the sentence, so that nothing else can be taken for its part.
    Last,
    /// Inside another group.
    Inside,
}

impl Leaf {
    pub(super) const fn new(subject: Subject, words: String) -> Self {
        Self {
            subject,
            words,
            absences: Vec::new(),
            note: Note::Silent,
        }
    }

    /// What it says of one customer.
    pub(in crate::criteria) fn plain(&self) -> String {
        let words = &self.words;
        match &self.subject {
            Subject::Whose(subject) => format!("{subject} {words}"),
            Subject::Are => format!("is {words}"),
            Subject::Have => format!("has {words}"),
        }
    }

    fn relative(&self, known: &[&str]) -> String {
        let words = &self.words;
        let note = match self.note {
            Note::Silent => String::new(),
            Note::Included => included(&self.absences, known),
            Note::NotExcluded => not_excluded(&self.absences, known),
        };
        match &self.subject {
            Subject::Whose(subject) => format!("whose {subject} {words}{note}"),
            Subject::Are => format!("who are {words}{note}"),
            Subject::Have => format!("who have {words}{note}"),
        }
    }

    /// The field without whose value a customer is not selected by this.
    fn needs(&self) -> Option<&str> {
        match (&self.subject, self.absences.as_slice()) {
            (Subject::Whose(_), [one]) if !one.holds => Some(&one.field),
            _ => None,
        }
    }
}

impl Phrase {
    pub(super) fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                // Everyone adds nothing to other conditions.
                Self::Everyone => {}
                Self::Nobody
                | Self::Leaf(_)
                | Self::NotAll(_)
                | Self::Any(_)
                | Self::Neither(_) => {
                    flat.push(part);
                }
            }
        }
        match flat.len() {
            0 => Self::Everyone,
            1 => flat.pop().unwrap_or(Self::Everyone),
            _ => Self::All(flat),
        }
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                Self::Everyone
                | Self::Nobody
                | Self::Leaf(_)
                | Self::All(_)
                | Self::NotAll(_)
                | Self::Neither(_) => flat.push(part),
            }
        }
        Self::Any(flat)
    }

    /// The sentence: `customers …`.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Everyone => "every customer".to_owned(),
            Self::Nobody => "no customer".to_owned(),
            Self::Leaf(_) | Self::All(_) | Self::NotAll(_) | Self::Any(_) | Self::Neither(_) => {
                format!(
                    "customers {}",
                    self.relative(Position::Whole, &mut Vec::new())
                )
            }
        }
    }

    /// The phrase as a relative clause. `known` are the fields of which the customers have values for another reason.
    fn relative<'p>(&'p self, position: Position, known: &mut Vec<&'p str>) -> String {
        // Phrases may be nested deep, so that this frame is kept small.
        let parts = match self {
            Self::Everyone => return "whoever they are".to_owned(),
            Self::Nobody => return "who are no customers at all".to_owned(),
            Self::Leaf(leaf) => return leaf.relative(known),
            Self::All(parts) | Self::NotAll(parts) | Self::Any(parts) | Self::Neither(parts) => {
                parts
            }
        };
        let before = known.len();
        if let Self::All(parts) = self {
            known.extend(parts.iter().filter_map(Self::needs));
        }
        let mut texts = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            texts.push(part.relative(self.position_of_part(position, is_last), known));
        }
        known.truncate(before);
        self.put_together(&texts, position, known)
    }

    const fn position_of_part(&self, position: Position, is_last: bool) -> Position {
        match (self, position) {
            (Self::All(_), Position::Whole | Position::Last) if is_last => Position::Last,
            _ => Position::Inside,
        }
    }

    fn put_together(&self, texts: &[String], position: Position, known: &[&str]) -> String {
        match self {
            Self::All(_) => {
                let text = all_of(texts);
                match position {
                    Position::Whole | Position::Last => text,
                    Position::Inside => format!("({text})"),
                }
            }
            Self::NotAll(_) => {
                let (text, note) = (all_of(texts), self.note(known));
                format!("who are not among those ({text}){note}")
            }
            Self::Any(_) => {
                let text = joined(texts, "", "or");
                match position {
                    Position::Whole => text,
                    Position::Last => format!("either {text}"),
                    Position::Inside => format!("(either {text})"),
                }
            }
            Self::Neither(_) => {
                let (text, note) = (joined(texts, "those ", "nor"), self.note(known));
                match position {
                    Position::Whole | Position::Last => format!("who are neither {text}{note}"),
                    Position::Inside => format!("(who are neither {text}{note})"),
                }
            }
            Self::Everyone | Self::Nobody | Self::Leaf(_) => texts.concat(),
        }
    }

    fn needs(&self) -> Option<&str> {
        match self {
            Self::Leaf(leaf) => leaf.needs(),
            Self::Everyone
            | Self::Nobody
            | Self::All(_)
            | Self::NotAll(_)
            | Self::Any(_)
            | Self::Neither(_) => None,
        }
    }

    /// What a negated group says of customers without a value.
    fn note(&self, known: &[&str]) -> String {
        let mut absences = Vec::new();
        self.collect_absences(true, &mut absences);
        not_excluded(&absences, known)
    }

    /// What the phrase's leaves, or their negations, say of customers without a value.
    pub(super) fn collect_absences(&self, wanted: bool, found: &mut Vec<Absence>) {
        let (parts, wanted) = match self {
            Self::Everyone | Self::Nobody => return,
            Self::Leaf(leaf) => {
                found.extend(leaf.absences.iter().map(|it| Absence {
                    field: it.field.clone(),
                    holds: it.holds == wanted,
                }));
                return;
            }
            Self::All(parts) | Self::Any(parts) => (parts, wanted),
            Self::NotAll(parts) | Self::Neither(parts) => (parts, !wanted),
        };
        for part in parts {
            part.collect_absences(wanted, found);
        }
    }
}

/// `a`, `a and b`, `a, b, and c`.
fn all_of(texts: &[String]) -> String {
    match texts {
        [first @ .., last] if first.len() > 1 => format!("{}, and {last}", first.join(", ")),
        _ => texts.join(" and "),
    }
}

/// `a or b`, `a, or b, or c`.
fn joined(texts: &[String], before_each: &str, word: &str) -> String {
    let comma = if texts.len() > 2 { "," } else { "" };
    let texts: Vec<String> = texts
        .iter()
        .map(|it| format!("{before_each}{it}"))
        .collect();
    texts.join(&format!("{comma} {word} "))
}

/// The note that customers without a value are selected.
fn included(absences: &[Absence], known: &[&str]) -> String {
    let mut fields = absences.iter().map(|absence| &*absence.field);
    let field = fields.find(|field| !known.contains(field));
    field.map_or_else(String::new, |field| {
        format!(" (customers with no {field} included)")
    })
}

/// The note that a missing value of these fields does not exclude a customer: of those of which every condition says so.
fn not_excluded(absences: &[Absence], known: &[&str]) -> String {
    let mut agreed = BTreeMap::new();
    for absence in absences {
        *agreed.entry(&*absence.field).or_insert(true) &= absence.holds;
    }
    let fields = absences.iter().map(|absence| &*absence.field);
    let fields: Vec<&str> = fields
        .filter(|field| agreed.remove(field) == Some(true) && !known.contains(field))
        .collect();
    match fields.as_slice() {
        [] => String::new(),
        [one] => format!(" (a missing {one} does not exclude)"),
        [first @ .., last] => {
            let first = first.join(", ");
            format!(" (a missing {first} or {last} does not exclude)")
        }
    }
}
