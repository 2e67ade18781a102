//! How the domain's objects are declared: fields that anyone may read, that only the domain changes, and that
//! storage takes apart and puts together.

/// Declares an object with private fields, a getter for each, and its `Parts` for storage.
///
/// A field marked `copy` is returned by value. Every object has the field `version`, by which stale writers are found.
macro_rules! entity {
    (
        $(#[$doc:meta])*
        $name:ident, $parts:ident {
            $($(#[$field_doc:meta])* $([$mode:ident])? $field:ident: $kind:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name {
            parts: $parts,
        }

        #[doc = concat!("The fields of [`", stringify!($name), "`], as storage holds them.")]
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $parts {
            $($(#[$field_doc])* pub $field: $kind,)+
        }

        impl $name {
            /// The object that storage holds; rules were checked when it was made.
            #[must_use]
            pub const fn from_parts(parts: $parts) -> Self {
                Self { parts }
            }

            /// The fields, for storage.
            #[must_use]
            pub fn into_parts(self) -> $parts {
                self.parts
            }

            /// The object as it is stored the next time.
            #[must_use]
            pub fn with_version(mut self, version: $crate::domain::Version) -> Self {
                self.parts.version = version;
                self
            }

            $(entity!(@getter $(#[$field_doc])* $([$mode])? $field: $kind);)+
        }
    };
    (@getter $(#[$doc:meta])* [copy] $field:ident: $kind:ty) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $field(&self) -> $kind {
            self.parts.$field
        }
    };
    (@getter $(#[$doc:meta])* $field:ident: $kind:ty) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $field(&self) -> &$kind {
            &self.parts.$field
        }
    };
}

pub(super) use entity;
