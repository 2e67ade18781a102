//! The names that belong to the language, and where each may stand.

use super::field_type::FieldType;

macro_rules! names {
    (
        $(#[$about:meta])*
        $name:ident { $( $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $( $variant, )+
        }

        impl $name {
            pub(super) const ALL: &'static [Self] = &[$( Self::$variant, )+];

            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }

            pub(super) fn find(name: &str) -> Option<Self> {
                match name {
                    $( $text => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }
    };
}

names! {
    /// What stands beside fields.
    Keyword {
        And = "$and",
        Or = "$or",
        Nor = "$nor",
        Not = "$not",
        Everyone = "$everyone",
        Segment = "$segment",
        Received = "$received",
        Sample = "$sample",
    }
}

names! {
    /// What stands in the test of a field.
    Operator {
        Eq = "$eq",
        Ne = "$ne",
        In = "$in",
        Nin = "$nin",
        Gt = "$gt",
        Gte = "$gte",
        Lt = "$lt",
        Lte = "$lte",
        Between = "$between",
        Exists = "$exists",
        Not = "$not",
        StartsWith = "$starts_with",
        EndsWith = "$ends_with",
        Contains = "$contains",
        Ieq = "$ieq",
        IstartsWith = "$istarts_with",
        IendsWith = "$iends_with",
        Icontains = "$icontains",
        Iin = "$iin",
        Has = "$has",
        HasAny = "$has_any",
        HasAll = "$has_all",
        Size = "$size",
        Age = "$age",
        WithinLast = "$within_last",
        WithinNext = "$within_next",
        OlderThan = "$older_than",
        AnniversaryWithin = "$anniversary_within",
    }
}

/// The name of the language's version, at the top of a document only.
pub(super) const VERSION: &str = "$v";

const RESERVED: &[&str] = &[
    "$regex",
    "$iregex",
    "$like",
    "$type",
    "$elem_match",
    "$expr",
    "$field",
    "$mod",
    "$cidr",
    "$calendar",
];

pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with("$semver_")
}

/// Whether the language has this name at all, wherever it may stand.
pub(super) fn is_known(name: &str) -> bool {
    name == VERSION || Keyword::find(name).is_some() || Operator::find(name).is_some()
}

impl Operator {
    /// Whether fields of this type have the operator.
    pub(super) const fn applies_to(self, field_type: &FieldType) -> bool {
        match self {
            Self::Exists | Self::Not => true,
            Self::Eq | Self::Ne => !matches!(field_type, FieldType::Set),
            Self::In | Self::Nin => !matches!(
                field_type,
                FieldType::Bool | FieldType::Timestamp | FieldType::Set
            ),
            Self::Gt | Self::Gte | Self::Lt | Self::Lte | Self::Between => matches!(
                field_type,
                FieldType::Text
                    | FieldType::Int
                    | FieldType::Decimal { .. }
                    | FieldType::Date
                    | FieldType::Timestamp
            ),
            Self::StartsWith
            | Self::EndsWith
            | Self::Contains
            | Self::Ieq
            | Self::IstartsWith
            | Self::IendsWith
            | Self::Icontains
            | Self::Iin => matches!(field_type, FieldType::Text),
            Self::Has | Self::HasAny | Self::HasAll | Self::Size => {
                matches!(field_type, FieldType::Set)
            }
            Self::Age | Self::AnniversaryWithin => matches!(field_type, FieldType::Date),
            Self::WithinLast | Self::WithinNext | Self::OlderThan => {
                matches!(field_type, FieldType::Date | FieldType::Timestamp)
            }
        }
    }

    /// The operators that fields of this type have, for a sentence.
    pub(super) fn list_for(field_type: &FieldType) -> String {
        let names = Self::ALL
            .iter()
            .filter(|operator| operator.applies_to(field_type));
        let names: Vec<String> = names
            .map(|operator| format!("`{}`", operator.as_str()))
            .collect();
        format!("one of {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_both_reserved_and_used() {
        let clauses = Keyword::ALL.iter().map(|clause| clause.as_str());
        for name in clauses.chain(Operator::ALL.iter().map(|operator| operator.as_str())) {
            assert!(is_known(name) && !is_reserved(name), "{name}");
        }
        assert!(is_reserved("$semver_gte") && is_reserved("$regex") && !is_reserved("$semver"));
    }

    #[test]
    fn operators_belong_to_types() {
        assert!(Operator::Gt.applies_to(&FieldType::Text));
        assert!(!Operator::Gt.applies_to(&FieldType::Bool));
        assert!(!Operator::In.applies_to(&FieldType::Timestamp));
        assert!(Operator::Eq.applies_to(&FieldType::Timestamp));
        assert!(!Operator::Eq.applies_to(&FieldType::Set));
        assert_eq!(
            Operator::list_for(&FieldType::Bool),
            "one of `$eq`, `$ne`, `$exists`, `$not`"
        );
    }
}
