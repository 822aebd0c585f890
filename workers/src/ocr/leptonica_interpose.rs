//! How the engine hands a line over to its reader: as it is, instead of as a PNG.
//!
//! Tesseract writes the picture of every line to memory as a PNG and reads it back at once
//! (`ImageData::SetPixInternal`), which took a tenth of all time. It asks Leptonica's `pixWriteMem` to do so, a
//! function of another library, and the program's own function of that name comes before it when the two
//! are bound. Ours writes the picture in Leptonica's own format, which is a copy of its bytes; `pixReadMem`
//! knows it by its first letters. Where the engine was built to keep such pictures, or finds its function
//! elsewhere, ours is not called and nothing changes.

#![allow(unsafe_code)] // the one function the engine calls back; what it is given it only passes on

use std::ffi::{CStr, c_int, c_void};
use std::sync::LazyLock;
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

/// Leptonica's number for PNG (`IFF_PNG`, imageio.h).
const PNG: c_int = 3;

/// What takes the bytes, how many they are, and the picture (spixio.c, writefile.c).
type WriteOwn = unsafe extern "C" fn(*mut *mut u8, *mut usize, *mut c_void) -> c_int;
type WriteAny = unsafe extern "C" fn(*mut *mut u8, *mut usize, *mut c_void, c_int) -> c_int;

/// Leptonica's writer of its own format. It is asked for by name, because its library goes by two.
static WRITE_OWN: LazyLock<Option<WriteOwn>> = LazyLock::new(|| {
    let found = found(libc::RTLD_DEFAULT, c"pixWriteMemSpix")?;
    // SAFETY: Leptonica's function of this name has that signature.
    Some(unsafe { std::mem::transmute::<*mut c_void, WriteOwn>(found) })
});

/// Leptonica's writer of any format, which ours stands before.
static WRITE_ANY: LazyLock<Option<WriteAny>> = LazyLock::new(|| {
    let found = found(libc::RTLD_NEXT, c"pixWriteMem")?;
    // SAFETY: as above.
    Some(unsafe { std::mem::transmute::<*mut c_void, WriteAny>(found) })
});

/// A function of the libraries loaded with the program.
fn found(among: *mut c_void, name: &CStr) -> Option<*mut c_void> {
    // SAFETY: the name ends in a zero byte, and the libraries stay loaded as long as the program runs.
    let found = unsafe { libc::dlsym(among, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

/// Lines handed over by this program.
#[cfg(test)]
pub(crate) static HANDED: AtomicUsize = AtomicUsize::new(0);

/// As Leptonica's function of this name, except for PNG, in place of which it writes a format that needs no
/// packing. Fails with 1, as Leptonica's does.
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
    if let Some(write) = WRITE_OWN.filter(|_| format == PNG) {
        #[cfg(test)]
        HANDED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the same arguments by the same rules; the caller's promise covers them.
        return unsafe { write(data, size, pix) };
    }
    // SAFETY: as above.
    WRITE_ANY.map_or(1, |write| unsafe { write(data, size, pix, format) })
}

/// Makes the function part of the program, which the linker would otherwise leave out as called by nobody.
pub(crate) fn take_over() {
    std::hint::black_box(pixWriteMem as *const ());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::engine::{Division, Engine};
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
    fn other_formats_are_left_to_leptonica() {
        let any = WRITE_ANY.expect("Leptonica has a function of this name");
        assert_ne!(any as *const c_void, pixWriteMem as *const c_void);
        let (mut data, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: Leptonica refuses an invalid picture before it looks at it.
        let failed = unsafe { pixWriteMem(&mut data, &mut size, std::ptr::null_mut(), 11) };
        assert_eq!((failed, data.is_null(), size), (1, true, 0));
    }
}
