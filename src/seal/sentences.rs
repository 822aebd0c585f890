//! Stable words of the closed lists of this module; their sentences are in `locales/seal.toml`.

/// One row a variant: its stable code, which is also the last part of its sentence's key in the group.
macro_rules! sentences {
    ($type:ident in $group:literal: $($variant:ident = $code:literal;)+) => {
        impl $type {
            /// A stable word for programs.
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code,)+ }
            }

            fn key(self) -> &'static str {
                match self { $($type::$variant => concat!($group, ".", $code),)+ }
            }

            /// A sentence for people, in Vietnamese.
            pub fn sentence_vi(self) -> &'static str {
                $crate::messages::text($crate::messages::Lang::Vi, self.key())
            }

            /// The same sentence in English.
            pub fn sentence_en(self) -> &'static str {
                $crate::messages::text($crate::messages::Lang::En, self.key())
            }
        }
    };
}

pub(super) use sentences;
