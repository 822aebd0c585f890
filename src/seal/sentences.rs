//! Stable words of the closed lists of this module; their sentences are in `locales/seal.toml`.

/// Declares a list. A variant's code, its name in snake case, is also the last part of its sentence's key in the group.
macro_rules! sentences {
    ($(#[$meta:meta])* pub enum $type:ident in $group:literal { $($body:tt)* }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize,
            strum::IntoStaticStr, strum::VariantArray,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        $(#[$meta])*
        pub enum $type { $($body)* }

        impl $type {
            /// A stable word for programs.
            pub fn code(self) -> &'static str {
                self.into()
            }

            fn sentence(self, lang: $crate::messages::Lang) -> &'static str {
                $crate::messages::text(lang, &format!("{}.{}", $group, self.code()))
            }

            /// A sentence for people, in Vietnamese.
            pub fn sentence_vi(self) -> &'static str {
                self.sentence($crate::messages::Lang::Vi)
            }

            /// The same sentence in English.
            pub fn sentence_en(self) -> &'static str {
                self.sentence($crate::messages::Lang::En)
            }
        }
    };
}

pub(super) use sentences;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use strum::VariantArray;

    use crate::messages::{Lang, find};
    use crate::seal::error::{KeyFault, TokenFault};
    use crate::seal::unfit::Unfit;
    use crate::seal::verdict::{FileCheck, KeyCheck, OfficeCheck, TimeCheck, TrustCheck};

    fn all_told<T: VariantArray + Copy + Debug + Into<&'static str>>(group: &str) {
        for one in T::VARIANTS {
            let code: &str = (*one).into();
            assert!(
                find(Lang::Vi, &format!("{group}.{code}")).is_some(),
                "{one:?}"
            );
        }
    }

    #[test]
    fn every_word_of_every_list_has_a_sentence() {
        all_told::<FileCheck>("seal.check.file");
        all_told::<OfficeCheck>("seal.check.office");
        all_told::<KeyCheck>("seal.check.key");
        all_told::<TrustCheck>("seal.check.trust");
        all_told::<TimeCheck>("seal.check.time");
        all_told::<TokenFault>("seal.token_fault");
        all_told::<KeyFault>("seal.key_fault");
        all_told::<Unfit>("seal.unfit");
    }
}
