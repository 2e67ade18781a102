//! Exact numbers, as a document writes them.

use rust_decimal::Decimal;

use super::limits::Limits;

/// A number, exactly: `digits` × 10^`exponent`, without zeros at the end of `digits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    digits: u128,
    exponent: i32,
}

/// Why a number is not a whole number of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IntFault {
    Fraction,
    Range,
}

/// Why a number is not a decimal of some precision and scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecimalFault {
    Scale,
    Range,
}

impl Number {
    /// Reads the text of a JSON number; nothing where it is beyond the limits.
    pub(super) fn read(text: &str, limits: &Limits) -> Option<Self> {
        let (mantissa, written_exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, small_int(exponent)?),
            None => (text, 0),
        };
        let longest_exponent = i32::try_from(limits.number_exponent).unwrap_or(i32::MAX);
        if written_exponent.saturating_abs() > longest_exponent {
            return None;
        }
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));

        let most_digits = limits.number_digits.min(Limits::MAX_DIGITS);
        let (mut digits, mut count) = (0_u128, 0_u32);
        for digit in whole
            .chars()
            .chain(fraction.chars())
            .filter_map(|c| c.to_digit(10))
        {
            if count > 0 || digit != 0 {
                count += 1;
                if count > most_digits {
                    return None;
                }
                digits = digits.checked_mul(10)?.checked_add(u128::from(digit))?;
            }
        }
        if digits == 0 {
            return Some(Self {
                negative: false,
                digits: 0,
                exponent: 0,
            });
        }
        let mut exponent = written_exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        let first_digit_exponent = exponent
            .checked_add(i32::try_from(count).ok()?)?
            .checked_sub(1)?;
        if first_digit_exponent.saturating_abs() > longest_exponent {
            return None;
        }
        while digits % 10 == 0 {
            digits /= 10;
            exponent += 1;
        }
        Some(Self {
            negative,
            digits,
            exponent,
        })
    }

    /// The number as a whole number of 64 bits.
    pub(super) fn to_int(self) -> Result<i64, IntFault> {
        if self.exponent < 0 {
            return Err(IntFault::Fraction);
        }
        self.scaled(self.exponent)
            .and_then(|value| i64::try_from(value).ok())
            .ok_or(IntFault::Range)
    }

    /// The number as a decimal of `precision` digits, `scale` of them behind the point.
    pub(super) fn to_decimal(self, precision: u32, scale: u32) -> Result<Decimal, DecimalFault> {
        let behind_point = u32::try_from(self.exponent.saturating_neg()).unwrap_or(0);
        if behind_point > scale {
            return Err(DecimalFault::Scale);
        }
        let unscaled = self
            .scaled(self.exponent.max(0))
            .ok_or(DecimalFault::Range)?;
        let digits = unscaled
            .unsigned_abs()
            .checked_ilog10()
            .map_or(0, |highest| highest + 1);
        if digits.saturating_sub(behind_point) > precision.saturating_sub(scale) {
            return Err(DecimalFault::Range);
        }
        Decimal::try_from_i128_with_scale(unscaled, behind_point).map_err(|_| DecimalFault::Range)
    }

    /// The digits with their sign and `zeros` zeros behind them.
    fn scaled(self, zeros: i32) -> Option<i128> {
        let factor = 10_u128.checked_pow(u32::try_from(zeros).ok()?)?;
        let value = i128::try_from(self.digits.checked_mul(factor)?).ok()?;
        Some(if self.negative { -value } else { value })
    }
}

/// A decimal integer with an optional sign, saturated: its only use is to be compared with a small limit.
fn small_int(text: &str) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut value = 0_i32;
    for digit in digits.chars() {
        value = value
            .saturating_mul(10)
            .saturating_add(i32::try_from(digit.to_digit(10)?).ok()?);
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Number> {
        Number::read(text, &Limits::default())
    }

    #[test]
    fn one_number_has_many_spellings() {
        for text in [
            "700",
            "700.0",
            "7e2",
            "7E+2",
            "0.7e3",
            "70000e-2",
            "700.000000",
        ] {
            assert_eq!(read(text).unwrap().to_int(), Ok(700), "{text}");
        }
        for text in [
            "0",
            "-0",
            "0.000",
            "0e5",
            "-0.0e-28",
            &format!("0.{}", "0".repeat(1000)),
        ] {
            assert_eq!(read(text).unwrap().to_int(), Ok(0), "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_exact_to_their_limits() {
        assert_eq!(read("9223372036854775807").unwrap().to_int(), Ok(i64::MAX));
        assert_eq!(read("-9223372036854775808").unwrap().to_int(), Ok(i64::MIN));
        assert_eq!(
            read("9223372036854775808").unwrap().to_int(),
            Err(IntFault::Range)
        );
        assert_eq!(
            read("9007199254740993").unwrap().to_int(),
            Ok(9_007_199_254_740_993)
        );
        assert_eq!(read("1e28").unwrap().to_int(), Err(IntFault::Range));
        assert_eq!(read("1.5").unwrap().to_int(), Err(IntFault::Fraction));
    }

    #[test]
    fn numbers_beyond_the_limits_are_refused() {
        let digits = "1".repeat(28);
        assert!(read(&digits).is_some());
        for text in [
            format!("{digits}1"),
            format!("{digits}.0"),
            "1e29".into(),
            "1e-29".into(),
            "10e28".into(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
        assert_eq!(read("1e99999999999999999999999"), None);
        assert_eq!(read(&format!("0.{}1", "0".repeat(40))), None);
    }

    #[test]
    fn decimals_keep_precision_and_scale() {
        assert_eq!(
            read("12.50").unwrap().to_decimal(4, 2).unwrap().to_string(),
            "12.5"
        );
        assert_eq!(
            read("-12e1").unwrap().to_decimal(4, 1).unwrap().to_string(),
            "-120"
        );
        assert_eq!(
            read("12.505").unwrap().to_decimal(4, 2),
            Err(DecimalFault::Scale)
        );
        assert_eq!(
            read("123.5").unwrap().to_decimal(4, 2),
            Err(DecimalFault::Range)
        );
        assert_eq!(
            read("0.05").unwrap().to_decimal(2, 2).unwrap().to_string(),
            "0.05"
        );
        assert_eq!(
            read("9e28").unwrap().to_decimal(28, 0),
            Err(DecimalFault::Range)
        );
    }
}
