//! Stable words and sentences in two languages for the closed lists of this module.

/// One row a variant: stable code, Vietnamese sentence, English sentence.
macro_rules! sentences {
    ($type:ident: $($variant:ident = $code:literal, $vi:literal, $en:literal;)+) => {
        impl $type {
            /// A stable word for programs.
            pub fn code(self) -> &'static str {
                match self { $($type::$variant => $code,)+ }
            }

            /// A sentence for people, in Vietnamese.
            pub fn sentence_vi(self) -> &'static str {
                match self { $($type::$variant => $vi,)+ }
            }

            /// The same sentence in English.
            pub fn sentence_en(self) -> &'static str {
                match self { $($type::$variant => $en,)+ }
            }
        }
    };
}

pub(super) use sentences;
