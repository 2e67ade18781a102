//! The different values of a column.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::criteria::field_type::FieldType;
use crate::criteria::record::FieldValue;
use crate::time::Timestamp;

/// Different values of one type, in their order, kept apart from the records: questions are searched for here, and the
/// records of a column lie far from each other.
#[derive(Debug)]
pub(super) enum Values {
    Texts(Texts),
    Ints(Vec<i64>),
    Decimals(Vec<Decimal>),
    Bools(Vec<bool>),
    Dates(Vec<NaiveDate>),
    Timestamps(Vec<Timestamp>),
    Uuids(Vec<Uuid>),
    Sets(Sets),
}

impl Values {
    pub(super) const fn of(field_type: &FieldType) -> Self {
        match field_type {
            FieldType::Text | FieldType::Enum { .. } => Self::Texts(Texts::new()),
            FieldType::Int => Self::Ints(Vec::new()),
            FieldType::Decimal { .. } => Self::Decimals(Vec::new()),
            FieldType::Bool => Self::Bools(Vec::new()),
            FieldType::Date => Self::Dates(Vec::new()),
            FieldType::Timestamp => Self::Timestamps(Vec::new()),
            FieldType::Uuid => Self::Uuids(Vec::new()),
            FieldType::Set => Self::Sets(Sets::new()),
        }
    }

    /// Adds a value of the type behind the others. Nothing where there are too many, which no list in memory reaches
    /// but by texts of 4 GiB.
    pub(super) fn push(&mut self, value: &FieldValue<'_>) -> Option<()> {
        match (self, value) {
            (Self::Texts(texts), FieldValue::Text(text)) => return texts.push(text),
            (Self::Ints(values), FieldValue::Int(value)) => values.push(*value),
            (Self::Decimals(values), FieldValue::Decimal(value)) => values.push(*value),
            (Self::Bools(values), FieldValue::Bool(value)) => values.push(*value),
            (Self::Dates(values), FieldValue::Date(value)) => values.push(*value),
            (Self::Timestamps(values), FieldValue::Timestamp(value)) => values.push(*value),
            (Self::Uuids(values), FieldValue::Uuid(value)) => values.push(*value),
            (Self::Sets(sets), FieldValue::Set(set)) => return sets.push(set.iter()),
            _ => return None,
        }
        Some(())
    }

    pub(super) fn get(&self, place: usize) -> FieldValue<'_> {
        let value = match self {
            Self::Texts(texts) => texts.get(place).map(FieldValue::Text),
            Self::Ints(values) => values.get(place).copied().map(FieldValue::Int),
            Self::Decimals(values) => values.get(place).copied().map(FieldValue::Decimal),
            Self::Bools(values) => values.get(place).copied().map(FieldValue::Bool),
            Self::Dates(values) => values.get(place).copied().map(FieldValue::Date),
            Self::Timestamps(values) => values.get(place).copied().map(FieldValue::Timestamp),
            Self::Uuids(values) => values.get(place).copied().map(FieldValue::Uuid),
            Self::Sets(sets) => sets.get(place).map(|set| FieldValue::Set(set.into())),
        };
        value.unwrap_or(FieldValue::Absent)
    }

    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.ends.len(),
            Self::Ints(values) => values.len(),
            Self::Decimals(values) => values.len(),
            Self::Bools(values) => values.len(),
            Self::Dates(values) => values.len(),
            Self::Timestamps(values) => values.len(),
            Self::Uuids(values) => values.len(),
            Self::Sets(sets) => sets.ends.len(),
        }
    }

    /// How many values from the place `start` on, one after another, are like this; all behind them are not.
    pub(super) fn count_while(
        &self,
        start: usize,
        is_like_this: impl Fn(&FieldValue<'_>) -> bool,
    ) -> usize {
        let (mut low, mut high) = (start, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_like_this(&self.get(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.saturating_sub(start)
    }

    /// Gives back what was taken for values that did not come.
    pub(super) fn shrink_to_fit(&mut self) {
        match self {
            Self::Texts(texts) => {
                texts.text.shrink_to_fit();
                texts.ends.shrink_to_fit();
            }
            Self::Ints(values) => values.shrink_to_fit(),
            Self::Decimals(values) => values.shrink_to_fit(),
            Self::Bools(values) => values.shrink_to_fit(),
            Self::Dates(values) => values.shrink_to_fit(),
            Self::Timestamps(values) => values.shrink_to_fit(),
            Self::Uuids(values) => values.shrink_to_fit(),
            Self::Sets(sets) => {
                sets.texts.shrink_to_fit();
                sets.ends.shrink_to_fit();
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.text.capacity() + bytes(&texts.ends),
            Self::Ints(values) => bytes(values),
            Self::Decimals(values) => bytes(values),
            Self::Bools(values) => bytes(values),
            Self::Dates(values) => bytes(values),
            Self::Timestamps(values) => bytes(values),
            Self::Uuids(values) => bytes(values),
            Self::Sets(sets) => {
                let texts: usize = sets.texts.iter().map(String::capacity).sum();
                texts + bytes(&sets.texts) + bytes(&sets.ends)
            }
        }
    }
}

const fn bytes<T>(values: &Vec<T>) -> usize {
    values.capacity() * size_of::<T>()
}

/// Texts one behind the other, and where each ends.
#[derive(Debug)]
pub(super) struct Texts {
    text: String,
    ends: Vec<u32>,
}

impl Texts {
    const fn new() -> Self {
        Self {
            text: String::new(),
            ends: Vec::new(),
        }
    }

    fn push(&mut self, text: &str) -> Option<()> {
        let end = u32::try_from(self.text.len().checked_add(text.len())?).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(())
    }

    fn get(&self, place: usize) -> Option<&str> {
        self.text.get(part(&self.ends, place)?)
    }
}

#[derive(Debug)]
pub(super) struct Sets {
    texts: Vec<String>,
    ends: Vec<u32>,
}

impl Sets {
    const fn new() -> Self {
        Self {
            texts: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn push<'a>(&mut self, texts: impl Iterator<Item = &'a str>) -> Option<()> {
        self.texts.extend(texts.map(String::from));
        self.ends.push(u32::try_from(self.texts.len()).ok()?);
        Some(())
    }

    fn get(&self, place: usize) -> Option<&[String]> {
        self.texts.get(part(&self.ends, place)?)
    }
}

/// From the end of the part before to its own.
fn part(ends: &[u32], place: usize) -> Option<std::ops::Range<usize>> {
    let end = *ends.get(place)?;
    let before = place.checked_sub(1).and_then(|before| ends.get(before));
    let start = before.copied().unwrap_or(0);
    Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
