//! evalexpr: expressions, compiled to a tree that is interpreted without short circuits.

use std::error::Error;

use evalexpr::{
    Context, EvalexprError, EvalexprResult, Node, Value, build_operator_tree,
    error::expect_function_argument_amount,
};
use offerkit::domain::customer::{Customer, KycStatus};
use rust_decimal::prelude::ToPrimitive as _;

use super::{contest::Contestant, documents::Document};

/// The columns that the documents read, as evalexpr's own values, and a context of its own, which looks names up without
/// hashing. Comparing an absent value is an error, and errors end the evaluation, so absent texts are empty and absent
/// numbers less than any.
pub(super) struct Row {
    segment: Value,
    kyc_status: Value,
    credit_score: Value,
    annual_income: Value,
    occupation: Value,
    preferred_language: Value,
    pin_code: Value,
    is_active: Value,
}

impl From<&Customer> for Row {
    fn from(customer: &Customer) -> Self {
        let text = |text: Option<&str>| Value::from(text.unwrap_or_default());
        let income = customer.annual_income().and_then(|it| it.to_f64());
        Self {
            segment: text(customer.segment()),
            kyc_status: text(customer.kyc_status().map(KycStatus::as_str)),
            credit_score: Value::Int(customer.credit_score().unwrap_or(i32::MIN).into()),
            annual_income: Value::Float(income.unwrap_or(f64::MIN)),
            occupation: text(customer.occupation()),
            preferred_language: text(customer.preferred_language()),
            pin_code: text(customer.pin_code()),
            is_active: Value::Boolean(customer.is_active()),
        }
    }
}

impl Context for Row {
    fn get_value(&self, identifier: &str) -> Option<&Value> {
        match identifier {
            "segment" => Some(&self.segment),
            "kyc_status" => Some(&self.kyc_status),
            "credit_score" => Some(&self.credit_score),
            "annual_income" => Some(&self.annual_income),
            "occupation" => Some(&self.occupation),
            "preferred_language" => Some(&self.preferred_language),
            "pin_code" => Some(&self.pin_code),
            "is_active" => Some(&self.is_active),
            _ => None,
        }
    }

    fn call_function(&self, identifier: &str, argument: &Value) -> EvalexprResult<Value> {
        if identifier != "starts_with" {
            return Err(EvalexprError::FunctionIdentifierNotFound(
                identifier.to_owned(),
            ));
        }
        match argument {
            Value::Tuple(arguments) => match &arguments[..] {
                [Value::String(text), Value::String(prefix)] => {
                    Ok(Value::Boolean(text.starts_with(prefix.as_str())))
                }
                other => {
                    expect_function_argument_amount(other.len(), 2)?;
                    Err(EvalexprError::expected_string(argument.clone()))
                }
            },
            _ => Err(EvalexprError::expected_tuple(argument.clone())),
        }
    }

    fn are_builtin_functions_disabled(&self) -> bool {
        true
    }

    fn set_builtin_functions_disabled(&mut self, _: bool) -> EvalexprResult<()> {
        Err(EvalexprError::BuiltinFunctionsCannotBeEnabled)
    }
}

pub(super) fn rows(customers: &[Customer]) -> Vec<Row> {
    customers.iter().map(Row::from).collect()
}

/// Timed: `Node::eval_boolean_with_context` on a row, which is the context.
pub(super) fn contestant<'a>(
    rows: &'a [Row],
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let node: Node = build_operator_tree(document.evalexpr)?;
    Ok(Contestant::new("evalexpr", rows.len(), move || {
        let is_true = |row| matches!(node.eval_boolean_with_context(row), Ok(true));
        rows.iter().map(|row| u64::from(is_true(row))).sum()
    }))
}
