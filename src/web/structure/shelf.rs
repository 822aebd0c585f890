//! The boxes of a shelf address, on the forms of files and volumes.

use super::super::form_view::{FormBuilder, Typed};
use super::super::session::Pairs;
use crate::fonds::Shelf;

/// The boxes of a shelf address.
pub(super) fn shelf_boxes<'a>(form: FormBuilder<'a>, shelf: &Shelf) -> FormBuilder<'a> {
    form.line("room", "structure.field.room", &shelf.room)
        .line("rack", "structure.field.rack", &shelf.rack)
        .line("box", "structure.field.box", &shelf.box_number)
        .line("file", "structure.field.file_number", &shelf.file_number)
        .line("sheet", "structure.field.sheet", &shelf.sheet)
}

/// The shelf address that the boxes of the form give.
pub(super) fn shelf_typed(given: &Pairs) -> Shelf {
    let typed = Typed(given);
    Shelf {
        room: typed.text("room"),
        rack: typed.text("rack"),
        box_number: typed.text("box"),
        file_number: typed.text("file"),
        sheet: typed.text("sheet"),
    }
}
