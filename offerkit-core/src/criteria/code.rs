//! The stable codes of errors and warnings.

use std::fmt;

use serde::Serialize;

macro_rules! codes {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$what:meta])* $variant:ident = $text:literal, )+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$what])* $variant, )+
        }

        impl $name {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// The code as interfaces show it. It never changes.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// What is wrong with a document.
    ErrorCode {
        /// The text is not JSON.
        Json = "json",
        /// The text is not UTF-8, begins with a byte order mark, or holds half of a surrogate pair.
        Utf8 = "utf8",
        /// An object has two members of one name.
        DuplicateKey = "duplicate_key",
        /// A string holds U+0000.
        NulChar = "nul_char",
        /// The document has too many bytes, those of inlined segments included.
        TooLarge = "too_large",
        /// Objects and lists are nested too deep, those of inlined segments included.
        TooDeep = "too_deep",
        /// The document has too many conditions and groups, those of inlined segments included.
        TooManyNodes = "too_many_nodes",
        /// A list, or all lists together, have too many items, those of inlined segments included.
        ListTooLong = "list_too_long",
        /// A string, a name or a pattern has too many bytes.
        StringTooLong = "string_too_long",
        /// A number has too many digits, or is too large or too small.
        NumberRange = "number_range",
        /// `$v` names no version this release reads.
        Version = "version",
        /// The document, or what stands where conditions, operators or parts must stand, is not an object.
        NotObject = "not_object",
        /// The document, or an object of conditions in it, has no condition.
        EmptyCriteria = "empty_criteria",
        /// A group has no parts.
        EmptyGroup = "empty_group",
        /// A group is not a list.
        GroupNotArray = "group_not_array",
        /// A test has no operator, or `$received` asks for nothing in particular.
        EmptyTest = "empty_test",
        /// A field's test holds operators and other names.
        MixedTest = "mixed_test",
        /// The language has no such operator.
        UnknownOperator = "unknown_operator",
        /// The operator is kept for a later version of the language.
        ReservedOperator = "reserved_operator",
        /// The operator belongs to the language, but not here.
        MisplacedOperator = "misplaced_operator",
        /// The catalog has no such field.
        UnknownField = "unknown_field",
        /// The field may not be used any more.
        FieldRetired = "field_retired",
        /// The field may be used only where a super admin has allowed it.
        FieldProtected = "field_protected",
        /// The field's type has no such operator.
        OperatorType = "operator_type",
        /// The value is of another type than the field.
        LiteralType = "literal_type",
        /// A whole number was expected.
        IntFraction = "int_fraction",
        /// A whole number is out of range.
        IntRange = "int_range",
        /// A number has more digits behind the point than its field.
        Scale = "scale",
        /// The field has no such value.
        EnumValue = "enum_value",
        /// The text is not a date as `YYYY-MM-DD`.
        DateFormat = "date_format",
        /// There is no such day.
        DateRange = "date_range",
        /// The text is not a timestamp of RFC 3339.
        TimestampFormat = "timestamp_format",
        /// The timestamp has no offset from UTC.
        TimestampOffset = "timestamp_offset",
        /// The timestamp has more than six digits behind the second.
        TimestampPrecision = "timestamp_precision",
        /// A list has no items.
        EmptyList = "empty_list",
        /// A list holds null.
        NullInList = "null_in_list",
        /// A pattern is empty.
        EmptyPattern = "empty_pattern",
        /// The first end of a range is greater than the second.
        RangeInverted = "range_inverted",
        /// A period is not one number of units that fit, or is too long.
        Duration = "duration",
        /// The percentage of a sample is missing, or out of range.
        Percent = "percent",
        /// The salt of a sample is missing, empty or too long.
        Salt = "salt",
        /// The tenant has no such segment, or no such version of it.
        UnknownSegment = "unknown_segment",
        /// A segment would contain itself.
        SegmentCycle = "segment_cycle",
        /// Segments are nested too deep.
        SegmentDepth = "segment_depth",
        /// The tenant has no such offer.
        UnknownOffer = "unknown_offer",
        /// The tenant has no such campaign.
        UnknownCampaign = "unknown_campaign",
    }
}

codes! {
    /// What is doubtful about a document that can be run.
    WarningCode {
        /// A negation selects customers without a value, too.
        NullableNegation = "nullable_negation",
        /// A part of the document holds for no customer.
        AlwaysFalse = "always_false",
        /// A part of the document holds for every customer.
        AlwaysTrue = "always_true",
        /// No index helps to find the customers.
        Unindexed = "unindexed",
        /// A list holds a value twice.
        DuplicateInList = "duplicate_in_list",
        /// A folded pattern holds letters that are not folded.
        NonAsciiFold = "non_ascii_fold",
        /// A segment is named without its version.
        UnpinnedSegment = "unpinned_segment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_serialised_as_it_is_shown() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        for code in WarningCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
