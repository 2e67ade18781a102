//! What is selected: two documents, and the same conditions written for each peer.

/// A condition in every language of the benchmark. The closures and the columns by hand say it in Rust, by [`Which`].
pub(super) struct Document {
    pub(super) which: Which,
    pub(super) name: &'static str,
    /// The criteria language.
    pub(super) criteria: &'static str,
    /// `JSONLogic`, with `starts_with`.
    pub(super) datalogic: &'static str,
    /// `JSONLogic` as of its site, which has no operator for prefixes.
    pub(super) jsonlogic: &'static str,
    /// CEL. An absent value is null, and comparing null is an error.
    pub(super) cel: &'static str,
    /// evalexpr has no null that compares: see its file for what absent values are.
    pub(super) evalexpr: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Which {
    Simple,
    Complex,
}

pub(super) const DOCUMENTS: [Document; 2] = [
    Document {
        which: Which::Simple,
        name: "simple",
        criteria: r#"{"segment": "premium", "kyc_status": "verified"}"#,
        datalogic: r#"{"and": [{"===": [{"var": "segment"}, "premium"]},
                               {"===": [{"var": "kyc_status"}, "verified"]}]}"#,
        jsonlogic: r#"{"and": [{"===": [{"var": "segment"}, "premium"]},
                               {"===": [{"var": "kyc_status"}, "verified"]}]}"#,
        cel: r#"segment == "premium" && kyc_status == "verified""#,
        evalexpr: r#"segment == "premium" && kyc_status == "verified""#,
    },
    Document {
        which: Which::Complex,
        name: "complex",
        criteria: r#"{
  "segment": {"$in": ["premium", "corporate", "private"]},
  "$not": {"kyc_status": "rejected"},
  "credit_score": {"$gte": 650},
  "annual_income": {"$gt": 800000},
  "$or": [{"occupation": "salaried"}, {"preferred_language": "hi"}],
  "pin_code": {"$starts_with": "40"},
  "is_active": true
}"#,
        datalogic: r#"{"and": [
            {"in": [{"var": "segment"}, ["premium", "corporate", "private"]]},
            {"!==": [{"var": "kyc_status"}, "rejected"]},
            {">=": [{"var": "credit_score"}, 650]},
            {">": [{"var": "annual_income"}, 800000]},
            {"or": [{"===": [{"var": "occupation"}, "salaried"]},
                    {"===": [{"var": "preferred_language"}, "hi"]}]},
            {"starts_with": [{"var": "pin_code"}, "40"]},
            {"===": [{"var": "is_active"}, true]}]}"#,
        jsonlogic: r#"{"and": [
            {"in": [{"var": "segment"}, ["premium", "corporate", "private"]]},
            {"!==": [{"var": "kyc_status"}, "rejected"]},
            {">=": [{"var": "credit_score"}, 650]},
            {">": [{"var": "annual_income"}, 800000]},
            {"or": [{"===": [{"var": "occupation"}, "salaried"]},
                    {"===": [{"var": "preferred_language"}, "hi"]}]},
            {"var": "pin_code"},
            {"===": [{"substr": [{"var": "pin_code"}, 0, 2]}, "40"]},
            {"===": [{"var": "is_active"}, true]}]}"#,
        cel: r#"segment in ["premium", "corporate", "private"] && !(kyc_status == "rejected")
            && credit_score != null && credit_score >= 650
            && annual_income != null && annual_income > 800000.0
            && (occupation == "salaried" || preferred_language == "hi")
            && pin_code != null && pin_code.startsWith("40") && is_active"#,
        evalexpr: r#"(segment == "premium" || segment == "corporate" || segment == "private")
            && !(kyc_status == "rejected") && credit_score >= 650 && annual_income > 800000
            && (occupation == "salaried" || preferred_language == "hi")
            && starts_with(pin_code, "40") && is_active"#,
    },
];
