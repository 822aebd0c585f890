//! A page as delivered and the same turned upright: its size, and where a box of one stands on the other.

use sogoc_workers::reading::Box4;

use super::PageView;

impl PageView {
    /// Width and height turned upright, in pixels; 0 before the page was measured.
    pub fn upright_size(&self) -> (i64, i64) {
        self.rotation.size([self.width, self.height]).into()
    }

    /// A box of the page as delivered, on the page turned upright.
    pub fn upright(&self, bounds: Box4) -> [i64; 4] {
        let turn = self.rotation.back();
        turn.place(bounds.map(i64::from), [self.width, self.height])
    }

    /// A box of the page turned upright, on the page as delivered.
    pub(crate) fn as_delivered(&self, bounds: Box4) -> [i64; 4] {
        let size = self.rotation.size([self.width, self.height]);
        self.rotation.place(bounds.map(i64::from), size)
    }

    /// Whether a person withdrew it, or another page took its place.
    pub fn is_withdrawn(&self) -> bool {
        is_withdrawn(self.outcome.as_deref())
    }
}

/// Whether a page of that outcome was withdrawn by a person, or another took its place.
pub(crate) fn is_withdrawn(outcome: Option<&str>) -> bool {
    matches!(outcome, Some("excluded" | "superseded"))
}

#[cfg(test)]
mod tests {
    use sogoc_workers::geometry::Turn;

    use super::*;

    fn page(degrees: u16) -> PageView {
        PageView {
            id: "p".into(),
            scan_id: "s".into(),
            batch_id: "b".into(),
            original_name: "a.png".into(),
            number: 1,
            state: crate::page::PageState::Read,
            outcome: None,
            stands_for: None,
            class: None,
            rotation: Turn::from_degrees(degrees).unwrap(),
            width: 100,
            height: 200,
            dpi: 300,
            flags: Vec::new(),
        }
    }

    #[test]
    fn a_box_follows_its_ink_when_the_page_is_turned_upright() {
        // A mark in the corner that is the upper left of the upright content.
        assert_eq!(page(0).upright([0, 0, 10, 20]), [0, 0, 10, 20]);
        assert_eq!(page(90).upright([80, 0, 20, 10]), [0, 0, 10, 20]);
        assert_eq!(page(180).upright([90, 180, 10, 20]), [0, 0, 10, 20]);
        assert_eq!(page(270).upright([0, 190, 20, 10]), [0, 0, 10, 20]);
        assert_eq!(page(90).upright_size(), (200, 100));
    }

    #[test]
    fn a_box_of_the_upright_page_comes_back_where_it_was_delivered() {
        let own: Box4 = [10, 20, 30, 5];
        for rotation in [0, 90, 180, 270] {
            let page = page(rotation);
            let there = page.upright(own).map(|side| i32::try_from(side).unwrap());
            assert_eq!(page.as_delivered(there), own.map(i64::from));
        }
    }
}
