//! The form in which a customer's attributes are stored.

use serde_json::{Map, Value};

use super::attribute_error::AttributeError;
use super::catalog::Catalog;
use super::code::ErrorCode;
use super::field::{FieldDefinition, Storage};
use super::field_type::FieldType;
use super::temporal;

impl Catalog {
    /// A customer's attributes in the form in which they are stored, which evaluators and databases compare as text.
    ///
    /// - Dates are `YYYY-MM-DD`, and timestamps, whatever their offset, become `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
    /// - Members that are null are left out: both mean that there is no value.
    /// - Everything else stays as it is: names that the catalog does not have, and JSON of another type than the
    ///   catalog declares, which criteria read as no value.
    ///
    /// What was brought to this form already stays the same.
    ///
    /// ```
    /// use offerkit_core::criteria::{Catalog, FieldDefinition, FieldType};
    /// use serde_json::{Map, json};
    ///
    /// let last_login = FieldDefinition::attribute("last_login", FieldType::Timestamp)?;
    /// let catalog = Catalog::customers().with_attribute(last_login)?;
    /// let imported = Map::from_iter([("last_login".to_owned(), json!("2026-01-31T09:30:00+05:30"))]);
    /// let stored = catalog.canonical_attributes(imported)?;
    /// assert_eq!(stored["last_login"], "2026-01-31T04:00:00.000000Z");
    ///
    /// let imported = Map::from_iter([("last_login".to_owned(), json!("yesterday"))]);
    /// let error = catalog.canonical_attributes(imported).unwrap_err();
    /// let shown = "attribute `last_login` is `yesterday`, which is no timestamp; expected a timestamp with an offset, \
    ///              such as `2026-01-31T09:30:00Z`";
    /// assert_eq!(error.to_string(), shown);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`AttributeError`] for the first text, by name, that is no date or timestamp where the catalog declares one.
    pub fn canonical_attributes(
        &self,
        mut attributes: Map<String, Value>,
    ) -> Result<Map<String, Value>, AttributeError> {
        attributes.retain(|_, value| !value.is_null());
        for (name, value) in &mut attributes {
            let field = self.field(name);
            let field = field.filter(|field| field.storage() == Storage::Attribute);
            if let (Some(field), Value::String(text)) = (field, value) {
                make_canonical(field, text)?;
            }
        }
        Ok(attributes)
    }
}

fn make_canonical(field: &FieldDefinition, text: &mut String) -> Result<(), AttributeError> {
    let refused = |code: ErrorCode, text: &str| {
        let expected = field.field_type().literal_form();
        AttributeError::new(field.name(), text, code, expected)
    };
    match field.field_type() {
        FieldType::Date => {
            temporal::date(text).map_err(|code| refused(code, text))?;
        }
        FieldType::Timestamp => {
            let at = temporal::timestamp(text).map_err(|code| refused(code, text))?;
            *text = at.to_string();
        }
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Int
        | FieldType::Decimal { .. }
        | FieldType::Bool
        | FieldType::Set
        | FieldType::Uuid => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{Criteria, Moment};
    use super::*;
    use crate::domain::customer::CustomerBuilder;

    fn catalog() -> Catalog {
        let fields = [
            ("joined", FieldType::Date),
            ("seen", FieldType::Timestamp),
            ("tags", FieldType::Set),
            ("note", FieldType::Text),
        ];
        fields
            .into_iter()
            .fold(Catalog::customers(), |catalog, (name, field_type)| {
                let field = FieldDefinition::attribute(name, field_type).unwrap();
                catalog.with_attribute(field).unwrap()
            })
    }

    fn canonical(attributes: Value) -> Result<Value, AttributeError> {
        let Value::Object(attributes) = attributes else {
            panic!("{attributes} is no object")
        };
        catalog()
            .canonical_attributes(attributes)
            .map(Value::Object)
    }

    #[test]
    fn timestamps_are_rewritten_to_utc_and_dates_stay() {
        let imported = json!({"joined": "2024-02-29", "seen": "2026-01-31t09:30:00.5+05:30"});
        let stored = json!({"joined": "2024-02-29", "seen": "2026-01-31T04:00:00.500000Z"});
        assert_eq!(canonical(imported), Ok(stored));
    }

    #[test]
    fn what_reads_as_no_value_is_kept_and_null_is_dropped() {
        let imported = json!({
            "joined": 20_240_229, "seen": ["2026-01-31"], "tags": ["b", "a", "a"], "note": "2026-1-1",
            "unknown": {"joined": "never", "nothing": null}, "dob": "2026-1-1",
        });
        assert_eq!(canonical(imported.clone()), Ok(imported));
        assert_eq!(
            canonical(json!({"joined": null, "unknown": null})),
            Ok(json!({}))
        );
    }

    #[test]
    fn a_text_that_is_no_date_or_timestamp_is_refused_by_name() {
        let cases = [
            ("joined", "2023-02-29", ErrorCode::DateRange),
            ("joined", "29.02.2024", ErrorCode::DateFormat),
            ("joined", "", ErrorCode::DateFormat),
            ("seen", "2026-01-31T24:00:00Z", ErrorCode::TimestampFormat),
            ("seen", "2026-01-31T09:30:00", ErrorCode::TimestampOffset),
            (
                "seen",
                "2026-01-31T09:30:00.1234567Z",
                ErrorCode::TimestampPrecision,
            ),
            ("seen", "2026-02-30T09:30:00Z", ErrorCode::DateRange),
        ];
        for (field, text, code) in cases {
            let error = canonical(json!({field: text})).unwrap_err();
            assert_eq!((error.field(), error.code()), (field, code), "{text}");
            assert!(error.to_string().contains(&format!("`{text}`")), "{error}");
        }
        assert_eq!(
            canonical(json!({"joined": "2023-02-29"}))
                .unwrap_err()
                .to_string(),
            "attribute `joined` is `2023-02-29`, a day outside the calendar of the years 1 to 9999; expected a date as \
             `YYYY-MM-DD`"
        );
    }

    #[test]
    fn a_message_quotes_no_more_than_the_beginning() {
        let error = canonical(json!({"joined": "\u{7}long ".repeat(10_000)})).unwrap_err();
        assert!(error.to_string().len() < 300, "{error}");
        assert!(!error.to_string().contains('\u{7}'));
    }

    #[test]
    fn a_stored_timestamp_is_found_by_criteria_whatever_its_offset_was() {
        let Ok(Value::Object(attributes)) = canonical(json!({"seen": "2026-01-31T09:30:00+05:30"}))
        else {
            panic!("the timestamp is refused")
        };
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        let id = "018f4a2c-0000-7000-8000-000000000001".parse().unwrap();
        let mut builder = CustomerBuilder::new(id, now);
        builder.set("full_name", "Asha Rao").unwrap();
        let customer = builder.attributes(attributes).build().unwrap();
        let criteria = Criteria::parse(r#"{"seen": "2026-01-31T04:00:00Z"}"#, &catalog()).unwrap();
        assert!(criteria.matches(&customer, Moment::in_utc(now)));
    }

    fn texts() -> impl Strategy<Value = Value> {
        let date = (0_u32..10_000, 0_u32..14, 0_u32..33);
        let date = date.prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"));
        let time = (0_u32..25, 0_u32..61, 0_u32..1_000_000, 0_u32..24);
        let timestamp = (date.clone(), time).prop_map(|(date, (hour, minute, micros, offset))| {
            format!("{date}T{hour:02}:{minute:02}:59.{micros:06}+{offset:02}:30")
        });
        let other = prop_oneof![
            Just(json!(null)),
            Just(json!(5)),
            ".*".prop_map(Value::from)
        ];
        prop_oneof![
            4 => date.prop_map(Value::from),
            4 => timestamp.prop_map(Value::from),
            1 => other
        ]
    }

    proptest! {
        #[test]
        fn what_is_canonical_stays_the_same(joined in texts(), seen in texts()) {
            if let Ok(once) = canonical(json!({"joined": joined, "seen": seen, "note": joined})) {
                prop_assert_eq!(canonical(once.clone()), Ok(once));
            }
        }
    }
}
