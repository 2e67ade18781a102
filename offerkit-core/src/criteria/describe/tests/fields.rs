use super::assert_said;

#[test]
fn tests_of_one_field_are_said_as_people_say_them() {
    assert_said(&[
        (r#"{"city": "Pune"}"#, r#"whose city is "Pune""#),
        (r#"{"is_active": true}"#, "whose is_active is true"),
        (r#"{"annual_income": 5e5}"#, "whose annual_income is 500000"),
        (r#"{"dob": "1992-02-29"}"#, "whose dob is 1992-02-29"),
        (
            r#"{"seen": "2026-01-31T09:30:00.5+05:30"}"#,
            "whose seen is 2026-01-31 04:00:00.500 UTC",
        ),
        (
            r#"{"account": "018f4a2c-0000-7000-8000-000000000001"}"#,
            "whose account is 018f4a2c-0000-7000-8000-000000000001",
        ),
        (r#"{"city": null}"#, "whose city is not known"),
        (r#"{"city": {"$ne": null}}"#, "whose city is known"),
        (r#"{"city": {"$exists": true}}"#, "whose city is known"),
        (r#"{"city": {"$exists": false}}"#, "whose city is not known"),
        (r#"{"city": {"$in": ["Pune"]}}"#, r#"whose city is "Pune""#),
        (
            r#"{"segment": {"$in": ["premium", "gold"]}}"#,
            r#"whose segment is "premium" or "gold""#,
        ),
        (
            r#"{"segment": {"$in": ["c", "b", "a", "b"]}}"#,
            r#"whose segment is one of "c", "b" and "a""#,
        ),
        (r#"{"score": {"$gt": 5}}"#, "whose score is more than 5"),
        (r#"{"score": {"$lte": 5}}"#, "whose score is at most 5"),
        (
            r#"{"score": {"$gte": 5, "$lt": 10}}"#,
            "whose score is at least 5 and less than 10",
        ),
        (
            r#"{"score": {"$gte": 5, "$lte": 10}}"#,
            "whose score is from 5 to 10",
        ),
        (
            r#"{"score": {"$between": [5, 10]}}"#,
            "whose score is from 5 to 10",
        ),
        (
            r#"{"dob": {"$gte": "1992-01-01"}}"#,
            "whose dob is on or after 1992-01-01",
        ),
        (
            r#"{"seen": {"$lte": "2026-01-31T00:00:00Z"}}"#,
            "whose seen is at or before 2026-01-31 00:00:00 UTC",
        ),
        (
            r#"{"city": {"$gt": "M"}}"#,
            r#"whose city is after "M" in code-point order"#,
        ),
        (
            r#"{"city": {"$between": ["A", "M"]}}"#,
            r#"whose city is from "A" to "M" in code-point order"#,
        ),
    ]);
}

#[test]
fn texts_and_sets_are_searched_in_words() {
    assert_said(&[
        (
            r#"{"city": {"$starts_with": "P"}}"#,
            r#"whose city starts with "P""#,
        ),
        (
            r#"{"city": {"$ends_with": "e"}}"#,
            r#"whose city ends with "e""#,
        ),
        (
            r#"{"city": {"$contains": "un"}}"#,
            r#"whose city contains "un""#,
        ),
        (
            r#"{"city": {"$icontains": "UN"}}"#,
            r#"whose city contains "UN" in upper or lower case"#,
        ),
        (
            r#"{"city": {"$ieq": "pune"}}"#,
            r#"whose city is "pune" in upper or lower case"#,
        ),
        (
            r#"{"city": {"$iin": ["pune", "goa"]}}"#,
            r#"whose city is "pune" or "goa" in upper or lower case"#,
        ),
        (
            r#"{"tags": {"$has": "vip"}}"#,
            r#"whose tags include "vip""#,
        ),
        (
            r#"{"tags": {"$has_any": ["vip", "new"]}}"#,
            r#"whose tags include "vip" or "new""#,
        ),
        (
            r#"{"tags": {"$has_any": ["a", "b", "c"]}}"#,
            r#"whose tags include any of "a", "b" and "c""#,
        ),
        (
            r#"{"tags": {"$has_all": ["vip", "new"]}}"#,
            r#"whose tags include "vip" and "new""#,
        ),
        (
            r#"{"tags": {"$has_all": ["a", "b", "c"]}}"#,
            r#"whose tags include all of "a", "b" and "c""#,
        ),
        (
            r#"{"tags": {"$size": 1}}"#,
            "whose tags have exactly 1 different value",
        ),
        (
            r#"{"tags": {"$size": {"$gte": 2, "$lt": 5}}}"#,
            "whose tags have at least 2 and less than 5 different values",
        ),
        (
            r#"{"tags": {"$not": {"$size": {"$gte": 2}}}}"#,
            "whose tags do not have at least 2 different values (customers with no tags included)",
        ),
    ]);
}

#[test]
fn ages_and_windows_are_said_of_the_field_they_are_of() {
    assert_said(&[
        (
            r#"{"dob": {"$age": 30}}"#,
            "whose age by dob is exactly 30 years",
        ),
        (
            r#"{"dob": {"$age": {"$gte": 18, "$lte": 29}}}"#,
            "whose age by dob is from 18 to 29 years",
        ),
        (
            r#"{"joined": {"$age": {"$gte": 1}}}"#,
            "whose age by joined is at least 1 year",
        ),
        (
            r#"{"dob": {"$not": {"$age": {"$lt": 18}}}}"#,
            "whose age by dob is not less than 18 years (customers with no dob included)",
        ),
        (
            r#"{"joined": {"$within_last": {"days": 30}}}"#,
            "whose joined is in the last 30 days",
        ),
        (
            r#"{"joined": {"$within_last": {"days": 0}}}"#,
            "whose joined is today",
        ),
        (
            r#"{"seen": {"$within_next": {"hours": 1}}}"#,
            "whose seen is in the next 1 hour",
        ),
        (
            r#"{"joined": {"$older_than": {"years": 2}}}"#,
            "whose joined is more than 2 years ago",
        ),
        (
            r#"{"dob": {"$anniversary_within": {"days": 7}}}"#,
            "whose dob has its anniversary in the next 7 days",
        ),
        (
            r#"{"dob": {"$not": {"$anniversary_within": {"days": 0}}}}"#,
            "whose dob does not have its anniversary today (customers with no dob included)",
        ),
    ]);
}

#[test]
fn a_negation_says_where_it_includes_customers_without_a_value() {
    assert_said(&[
        (
            r#"{"city": {"$ne": "Pune"}}"#,
            r#"whose city is not "Pune" (customers with no city included)"#,
        ),
        (
            r#"{"$not": {"city": "Pune"}}"#,
            r#"whose city is not "Pune" (customers with no city included)"#,
        ),
        (
            r#"{"city": {"$nin": ["Pune", "Goa"]}}"#,
            r#"whose city is neither "Pune" nor "Goa" (customers with no city included)"#,
        ),
        (
            r#"{"city": {"$nin": ["a", "b", "c"]}}"#,
            r#"whose city is none of "a", "b" and "c" (customers with no city included)"#,
        ),
        (
            r#"{"city": {"$not": {"$iin": ["a", "b"]}}}"#,
            r#"whose city is neither "a" nor "b" in upper or lower case (customers with no city included)"#,
        ),
        (
            r#"{"city": {"$not": {"$starts_with": "P"}}}"#,
            r#"whose city does not start with "P" (customers with no city included)"#,
        ),
        (
            r#"{"tags": {"$not": {"$has": "vip"}}}"#,
            r#"whose tags do not include "vip" (customers with no tags included)"#,
        ),
        (
            r#"{"tags": {"$not": {"$has_any": ["a", "b"]}}}"#,
            r#"whose tags include neither "a" nor "b" (customers with no tags included)"#,
        ),
        (
            r#"{"tags": {"$not": {"$has_all": ["a", "b"]}}}"#,
            r#"whose tags do not include both "a" and "b" (customers with no tags included)"#,
        ),
        // Nobody lacks a required field.
        (r#"{"score": {"$ne": 5}}"#, "whose score is not 5"),
        (
            r#"{"score": {"$not": {"$gte": 5, "$lt": 10}}}"#,
            "whose score is not at least 5 and less than 10",
        ),
        // Twice negated is not negated.
        (
            r#"{"$not": {"city": {"$ne": "Pune"}}}"#,
            r#"whose city is "Pune""#,
        ),
        (
            r#"{"city": {"$not": {"$not": {"$eq": "Pune"}}}}"#,
            r#"whose city is "Pune""#,
        ),
        (r#"{"$not": {"city": null}}"#, "whose city is known"),
        // Another condition asks for a value.
        (
            r#"{"city": {"$ne": "Pune", "$exists": true}}"#,
            r#"whose city is not "Pune" and whose city is known"#,
        ),
        (
            r#"{"$or": [{"score": 1}, {"city": {"$ne": "Pune"}}], "city": {"$starts_with": "P"}}"#,
            r#"(either whose score is 1 or whose city is not "Pune") and whose city starts with "P""#,
        ),
    ]);
}
