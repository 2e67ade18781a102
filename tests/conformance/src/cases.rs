//! How a file lists its cases, and how one is run.

use crate::{Failure, Harness, Outcome};

/// Runs one case on a fresh backend.
///
/// # Errors
///
/// What the case, or making its backend, answers.
pub fn run<H: Harness>(harness: &H, case: impl AsyncFnOnce(&H::Adapter) -> Outcome) -> Outcome {
    harness.block_on(async {
        let store = harness.backend().await?;
        case(&store).await
    })
}

/// The list at the beginning of a file. What it does not name is never used, which is an error in this crate.
macro_rules! cases {
    ($group:ident::$module:ident: $($case:ident,)+) => {
        crate::cases::cases!(@export ($) $group::$module: $($case,)+);
    };
    (@export ($d:tt) $group:ident::$module:ident: $($case:ident,)+) => {
        /// That the list of files names this one.
        pub(crate) const LISTED: () = ();

        $(
            #[doc(hidden)]
            pub mod $case {
                /// Runs the case.
                ///
                /// # Errors
                ///
                /// What the case answers.
                pub async fn case<B: crate::Adapter>(store: &B) -> crate::Outcome {
                    super::$case(store).await
                }
            }
        )+

        #[doc(hidden)]
        #[macro_export]
        macro_rules! $module {
            ($d harness:expr) => {
                mod $module {
                    use super::*;
                    $(
                        #[test]
                        fn $case() -> $crate::Outcome {
                            $crate::run(&$d harness, $crate::$group::$module::$case::case)
                        }
                    )+
                }
            };
        }
    };
}
pub(crate) use cases;

/// The list of the files. What it does not name is never used, which is an error in this crate.
macro_rules! files {
    ($($group:ident: { $($module:ident,)+ })+) => {
        const _: &[()] = &[$($(crate::$group::$module::LISTED,)+)+];

        crate::cases::files!(@export ($) $($($module)+)+);
    };
    (@export ($d:tt) $($module:ident)+) => {
        /// One test for each case, named after it, on the backends of a [`Harness`]: `conformance!(MyHarness)`.
        #[macro_export]
        macro_rules! conformance {
            ($d harness:expr) => {
                $($crate::$module!($d harness);)+
            };
        }
    };
}
pub(crate) use files;

/// The error of something that must fail.
///
/// # Errors
///
/// Where it succeeded.
pub(crate) fn failing<T, E>(result: Result<T, E>) -> Result<E, Failure> {
    match result {
        Ok(_) => Err("it succeeded, and should have failed".into()),
        Err(error) => Ok(error),
    }
}

/// Asserts that something fails as a pattern says.
macro_rules! fails {
    ($result:expr, $pattern:pat $(if $guard:expr)?) => {{
        let error = crate::cases::failing($result)?;
        assert!(
            matches!(&error, $pattern $(if $guard)?),
            "expected {}, got {error:?}",
            stringify!($pattern)
        );
        error
    }};
}
pub(crate) use fails;

/// Asserts that the policy refuses something with a rule.
macro_rules! denied {
    ($result:expr, $kind:pat) => {
        crate::cases::fails!(
            $result,
            offerkit_core::services::Error::Denied(offerkit_core::policy::Denied {
                kind: $kind,
                ..
            })
        )
    };
}
pub(crate) use denied;
