//! How the engine hands a line over to its reader: as it is, instead of as a PNG.
//!
//! Tesseract writes the picture of every line to memory as a PNG and reads it back at once
//! (`ImageData::SetPixInternal`), which took a tenth of all time. It asks Leptonica's `pixWriteMem` to do so, a
//! function of another library, and the program's own function of that name comes before it when the two
//! are bound. Ours writes the picture in Leptonica's own format, which is a copy of its bytes; `pixReadMem`
//! knows it by its first letters. Where the engine was built to keep such pictures, or finds its function
//! elsewhere, ours is not called and nothing changes.

#![allow(unsafe_code)] // the one function the engine calls back; what it is given it only passes on

use std::ffi::{c_int, c_void};
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

/// Leptonica's number for PNG, the only format the engine asks for (`IFF_PNG`, imageio.h).
const PNG: c_int = 3;

/// Lines handed over by this program.
#[cfg(test)]
pub(crate) static HANDED: AtomicUsize = AtomicUsize::new(0);

#[link(name = "lept")]
unsafe extern "C" {
    fn pixWriteMemSpix(data: *mut *mut u8, size: *mut usize, pix: *mut c_void) -> c_int;
}

/// As Leptonica's function of this name for PNG, in a format that needs no compressing; any other format
/// fails, as it would in a Leptonica built without it.
///
/// # Safety
/// As Leptonica's: `data` and `size` take what is written, `pix` is one of its pictures.
#[unsafe(no_mangle)]
unsafe extern "C" fn pixWriteMem(
    data: *mut *mut u8,
    size: *mut usize,
    pix: *mut c_void,
    format: c_int,
) -> c_int {
    if format != PNG {
        return 1;
    }
    #[cfg(test)]
    HANDED.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the same three arguments by the same rules; the caller's promise covers them.
    unsafe { pixWriteMemSpix(data, size, pix) }
}

/// Makes the function part of the program, which the linker would otherwise leave out as called by nobody.
pub(crate) fn take_over() {
    std::hint::black_box(pixWriteMem as *const ());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::{Division, Engine};
    use image::{GrayImage, Luma};

    #[test]
    fn the_engine_hands_its_lines_over_by_this_program() {
        let mut line = GrayImage::from_pixel(200, 50, Luma([255]));
        (20..180)
            .step_by(12)
            .for_each(|x| (10..40).for_each(|y| line.put_pixel(x, y, Luma([0]))));
        let before = HANDED.load(Ordering::Relaxed);
        let mut engine = Engine::new().unwrap();
        engine.words(&line, 300, Division::Strip).unwrap();
        let told = "an engine that does without it needs this module no more";
        assert!(HANDED.load(Ordering::Relaxed) > before, "{told}");
    }

    #[test]
    fn no_other_format_is_written() {
        let (mut data, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: nothing is written for a format that is refused, and no picture is looked at.
        let failed = unsafe { pixWriteMem(&mut data, &mut size, std::ptr::null_mut(), 11) };
        assert_eq!((failed, data.is_null(), size), (1, true, 0));
    }
}
