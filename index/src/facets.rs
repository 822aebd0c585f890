//! Facet counts over all hits of a query: class, fonds, year and the documents' own facets.

use std::collections::{BTreeMap, HashMap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::FACET_COLUMN;

/// Number of hits by facet key and value.
pub(crate) type Counts = BTreeMap<String, BTreeMap<String, usize>>;

/// The collector, run beside the one for the hits.
pub(crate) struct FacetCounts;

/// Counts within one segment, by the ordinals of its column; turned into text once at the end.
pub(crate) struct SegmentCounts {
    column: Option<StrColumn>,
    counts: HashMap<u64, usize>,
}

impl Collector for FacetCounts {
    type Fruit = Counts;
    type Child = SegmentCounts;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCounts> {
        let column = segment.fast_fields().str(FACET_COLUMN)?;
        Ok(SegmentCounts {
            column,
            counts: HashMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<tantivy::Result<Counts>>) -> tantivy::Result<Counts> {
        let mut all = Counts::new();
        for segment in segments {
            for (key, values) in segment? {
                let merged = all.entry(key).or_default();
                for (value, count) in values {
                    *merged.entry(value).or_default() += count;
                }
            }
        }
        Ok(all)
    }
}

impl SegmentCollector for SegmentCounts {
    type Fruit = tantivy::Result<Counts>;

    fn collect(&mut self, doc: DocId, _: Score) {
        if let Some(column) = &self.column {
            // Ordinals are counted and turned into text once for each segment, not once for each hit.
            for value in column.term_ords(doc) {
                *self.counts.entry(value).or_default() += 1;
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Counts> {
        let mut counts = Counts::new();
        let Some(column) = self.column else {
            return Ok(counts);
        };
        let mut text = String::new();
        for (value, count) in self.counts {
            column.ord_to_str(value, &mut text)?;
            if let Some((key, value)) = text.split_once('\u{1f}') {
                counts
                    .entry(key.to_string())
                    .or_default()
                    .insert(value.to_string(), count);
            }
        }
        Ok(counts)
    }
}
