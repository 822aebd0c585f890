//! The steps of reading that can be left out, so that the bench shows what each is worth. The product
//! leaves none out.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::class::Class;

/// A step a page can be read without. Its word is the same on the command line and in messages.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Step {
    /// Large red things taken out of colour scans.
    Red,
    /// The scanner's black border painted out.
    Border,
    /// Uneven light divided away.
    Light,
    /// Faint ink darkened before the engine sees it.
    Faint,
    /// A diploma's ornamental frame painted out.
    Frame,
    /// The way up told from the letters' outlines.
    WayUp,
    /// Other ways up tried on a page that reads badly.
    Confirm,
    /// A leaning page straightened.
    Deskew,
    /// Leader dots of forms removed.
    Leaders,
    /// The page read as one column of text (psm 4) instead of as the engine likes (psm 3).
    PageMode,
    /// A ruled table's cells read line by line where their ink stands, and lines known from one look read
    /// alone by the next.
    Strips,
    /// A page whose letters are all equally wide read by the model for such pages.
    Typed,
    /// A page that reads badly read once more by the model for handwriting.
    Written,
    /// Doubtful values of forms read once more, alone.
    SecondLook,
    /// The block of the signature read again.
    Signature,
    /// That block seen in several depths of ink.
    Depths,
    /// Values of one record that must agree weighed against each other.
    CrossChecks,
    /// A table's header cells read alone.
    Headers,
    /// Figures read by the model that knows nothing else too.
    Figures,
    /// Doubtful cells of a table read once more, alone.
    CellsAgain,
    /// Cells judged by what their column has in common.
    Columns,
    /// Syllables put right that no Vietnamese name has.
    Syllables,
    /// Places matched as a whole against communes, districts and provinces.
    Gazetteer,
    /// Names, offices and closed lists matched against the class's lexicons.
    Lexicons,
    /// The page's text given the words its values were read with in the end.
    Settled,
}

impl Step {
    /// Every step, in the order in which a page meets them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The word that stands for it on the command line and in messages.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A word that names no step.
#[derive(Debug, thiserror::Error)]
#[error("there is no step {0:?}")]
pub struct UnknownStep(String);

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(word: &str) -> Result<Self, UnknownStep> {
        let named = Self::ALL.iter().find(|step| step.as_str() == word);
        named.copied().ok_or_else(|| UnknownStep(word.to_owned()))
    }
}

/// The steps left out of a reading; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ablation(BTreeSet<Step>);

/// Nothing is left out.
pub(crate) static EVERY_STEP: Ablation = Ablation(BTreeSet::new());

impl Ablation {
    /// Whether the step is taken.
    pub fn takes(&self, step: Step) -> bool {
        !self.0.contains(&step)
    }

    /// The class as it is without the lists whose steps are left out.
    pub(crate) fn class<'c>(&self, class: &'c Class) -> Cow<'c, Class> {
        if self.takes(Step::Gazetteer) && self.takes(Step::Lexicons) {
            return Cow::Borrowed(class);
        }
        let mut class = class.clone();
        for field in &mut class.fields {
            field.gazetteer &= self.takes(Step::Gazetteer);
            field.lexicon = field.lexicon.take().filter(|_| self.takes(Step::Lexicons));
        }
        Cow::Owned(class)
    }
}

impl FromIterator<Step> for Ablation {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Classes;

    #[test]
    fn every_step_has_one_word_on_the_command_line_and_in_messages() {
        for step in Step::ALL.iter().copied() {
            assert_eq!(step.as_str().parse::<Step>().unwrap(), step);
            assert_eq!(serde_json::to_value(step).unwrap(), step.as_str());
        }
        let unknown = "nonsense".parse::<Step>().unwrap_err();
        assert_eq!(unknown.to_string(), "there is no step \"nonsense\"");
    }

    #[test]
    fn a_class_loses_only_the_lists_whose_step_is_left_out() {
        let classes = Classes::load(None).unwrap();
        let class = classes.get("so_goc").unwrap();
        let places = |class: &Class| class.fields.iter().filter(|f| f.gazetteer).count();
        let lists = |class: &Class| class.fields.iter().filter(|f| f.lexicon.is_some()).count();
        assert!(places(class) > 0 && lists(class) > 0);
        let plain = Ablation::from_iter([Step::Gazetteer]).class(class);
        assert_eq!((places(&plain), lists(&plain)), (0, lists(class)));
        let plain = Ablation::from_iter([Step::Lexicons]).class(class);
        assert_eq!((places(&plain), lists(&plain)), (places(class), 0));
    }
}
