//! The fields of the index on disk. Their names and options are part of the format: a change raises
//! [`FORMAT`](crate::FORMAT).

use sogoc_vietnamese::fold::Level;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing,
    TextOptions,
};

/// Name of the column facets are counted from.
pub(crate) const FACET_COLUMN: &str = "facet";

/// All levels, strictest first: each text is indexed once at each of them.
pub(crate) const LEVELS: [Level; 3] = [Level::Exact, Level::Tone, Level::Ascii];

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    name: [Field; 3],
    text: [Field; 3],
    /// Whole names in ASCII, once in order and once sorted, see [`crate::terms::whole_in_order`].
    pub(crate) whole: Field,
    pub(crate) school: Field,
    pub(crate) number: Field,
    pub(crate) date: Field,
    /// Exact values to filter by, `key|value`.
    pub(crate) tag: Field,
    pub(crate) facet: Field,
    /// JSON `[id, stored]`, returned with a hit.
    pub(crate) stored: Field,
}

impl Fields {
    /// The person's names at a level.
    pub(crate) fn name(&self, level: Level) -> Field {
        self.name[level as usize]
    }

    /// Everything printed at a level.
    pub(crate) fn text(&self, level: Level) -> Field {
        self.text[level as usize]
    }
}

/// The schema of [`FORMAT`](crate::FORMAT).
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let basic = IndexRecordOption::Basic;
    let fields = Fields {
        id: builder.add_text_field("id", STRING),
        name: ["name_exact", "name_tone", "name_ascii"]
            .map(|name| words(&mut builder, name, basic)),
        text: [
            words(&mut builder, "text_exact", basic),
            words(&mut builder, "text_tone", basic),
            // Phrases and BM25 use this one only; positions in the others would be disk for nothing.
            words(
                &mut builder,
                "text_ascii",
                IndexRecordOption::WithFreqsAndPositions,
            ),
        ],
        whole: builder.add_text_field("whole", STRING),
        school: words(&mut builder, "school", basic),
        number: builder.add_text_field("number", STRING),
        date: builder.add_text_field("date", STRING),
        tag: builder.add_text_field("tag", STRING),
        facet: builder.add_text_field(FACET_COLUMN, TextOptions::default() | FAST),
        stored: builder.add_bytes_field("shown", STORED),
    };
    (builder.build(), fields)
}

/// A field of words that this crate has already folded and joined by blanks.
fn words(builder: &mut SchemaBuilder, name: &str, record: IndexRecordOption) -> Field {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(record)
        .set_fieldnorms(record != IndexRecordOption::Basic);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}
