//! What each flag of a scan means, how grave it is and what to do, in both languages.

/// How grave a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Readable, but below the standard or harder to read.
    Warning,
    /// Nothing can be done with the page as it is.
    Grave,
}

/// One flag of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    /// Stable, as in `PageReading.quality.flags`.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it says, in Vietnamese.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// What to do about it, in Vietnamese.
    pub remedy_vi: &'static str,
    /// The same in English.
    pub remedy_en: &'static str,
}

/// The flag of that code; `None` for a code of a newer release.
pub fn flag(code: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.code == code)
}

/// Every flag. What the standard asks is TT 05/2025/TT-BNV, Article 8.
const FLAGS: [Flag; 19] = [
    Flag {
        code: "blank",
        severity: Severity::Note,
        vi: "Trang trắng hoặc mặt sau không có chữ.",
        en: "A blank page, or a back without text.",
        remedy_vi: "Giữ nguyên để đủ số trang; nếu lẽ ra có chữ thì quét lại.",
        remedy_en: "Keep it for the count of pages; scan again if there should be text.",
    },
    Flag {
        code: "low_dpi",
        severity: Severity::Warning,
        vi: "Độ phân giải dưới 200 dpi.",
        en: "Resolution below 200 dpi.",
        remedy_vi: "Quét lại từ bản giấy ở 200 dpi trở lên nếu còn bản giấy.",
        remedy_en: "Scan the paper again at 200 dpi or more where it still exists.",
    },
    Flag {
        code: "blurred",
        severity: Severity::Warning,
        vi: "Ảnh mờ, nét chữ nhòe.",
        en: "The image is blurred.",
        remedy_vi: "Lau kính máy quét, ép phẳng giấy và quét lại.",
        remedy_en: "Clean the glass, flatten the paper and scan again.",
    },
    Flag {
        code: "skewed",
        severity: Severity::Note,
        vi: "Trang bị nghiêng hơn 2 độ.",
        en: "The page leans by more than 2 degrees.",
        remedy_vi: "Máy đọc đã tự xoay thẳng; chỉ quét lại nếu mất chữ.",
        remedy_en: "Reading straightens it; scan again only if text is lost.",
    },
    Flag {
        code: "bitonal",
        severity: Severity::Warning,
        vi: "Ảnh chỉ có đen và trắng (1 bit).",
        en: "The image is black and white only (1 bit).",
        remedy_vi: "Quét lại ở chế độ màu 24 bit nếu còn bản giấy.",
        remedy_en: "Scan again in 24-bit colour where the paper still exists.",
    },
    Flag {
        code: "not_colour",
        severity: Severity::Note,
        vi: "Ảnh không có màu; tiêu chuẩn yêu cầu màu 24 bit.",
        en: "The image has no colour; the standard asks for 24 bits.",
        remedy_vi: "Ghi nhận là chưa đạt chuẩn; quét lại nếu dấu đỏ cần phân biệt.",
        remedy_en: "Keep as not conforming; scan again where a red seal must be told apart.",
    },
    Flag {
        code: "odd_size",
        severity: Severity::Note,
        vi: "Khổ giấy không phải A3, A4 hay A5.",
        en: "The sheet is none of A3, A4 and A5.",
        remedy_vi: "Kiểm tra tỷ lệ quét có phải 1:1 và trang có bị cắt không.",
        remedy_en: "Check that the scan is 1:1 and that nothing was cut off.",
    },
    Flag {
        code: "cut_edge",
        severity: Severity::Grave,
        vi: "Chữ chạm mép ảnh: một phần trang có thể đã bị cắt.",
        en: "Text touches the image's edge: a part of the page may be missing.",
        remedy_vi: "Đặt lại giấy cho đủ lề và quét lại.",
        remedy_en: "Lay the paper in with its margins and scan again.",
    },
    Flag {
        code: "handwritten",
        severity: Severity::Note,
        vi: "Phần điền vào là chữ viết tay, máy không đọc chắc.",
        en: "What was filled in is handwriting, which is not read surely.",
        remedy_vi: "Người nhập gõ theo ảnh bên cạnh.",
        remedy_en: "A person keys it in beside the image.",
    },
    Flag {
        code: "map_unconfirmed",
        severity: Severity::Warning,
        vi: "Chưa ai xác nhận bản đồ cột của quyển sổ; không giá trị nào được tự nhận.",
        en: "Nobody has confirmed the column map of the volume; no value is accepted by itself.",
        remedy_vi: "Xác nhận bản đồ cột một lần; các trang sẽ tự đọc lại.",
        remedy_en: "Confirm the column map once; the pages are then read again.",
    },
    Flag {
        code: "map_misfit",
        severity: Severity::Warning,
        vi: "Trang không khớp bản đồ cột của quyển sổ.",
        en: "The page does not lie as the column map of its volume says.",
        remedy_vi: "Soát từng dòng, hoặc xác nhận lại bản đồ cột nếu bản đồ chưa đúng.",
        remedy_en: "Check each row, or confirm the column map anew if the map is wrong.",
    },
    Flag {
        code: "unread",
        severity: Severity::Grave,
        vi: "Trang không đọc được.",
        en: "The page could not be read.",
        remedy_vi: "Quét lại trang này, hoặc để riêng nếu không cần.",
        remedy_en: "Scan this page again, or put it aside where it is not needed.",
    },
    Flag {
        code: "pages_missing",
        severity: Severity::Warning,
        vi: "Số trang bị nhảy: có thể thiếu trang.",
        en: "Page numbers jump: pages may be missing.",
        remedy_vi: "Tìm trang thiếu và nộp thêm vào lô (lô đã đóng thì nộp lô mới của cùng quyển); cảnh báo tự mất khi trang đến. Nếu sổ đánh số nhảy thì chấp nhận và ghi lý do.",
        remedy_en: "Find the missing page and deliver it (in a new batch of the volume where this one is closed); the flag goes by itself. If the book itself skips numbers, accept it with that reason.",
    },
    Flag {
        code: "page_doubled",
        severity: Severity::Warning,
        vi: "Hai trang mang cùng một số trang.",
        en: "Two pages bear the same page number.",
        remedy_vi: "Nếu là một tờ quét hai lần thì để riêng một ảnh; nếu sổ đánh trùng số thì chấp nhận và ghi lý do.",
        remedy_en: "Put one aside if a sheet was scanned twice; if the book repeats the number, accept it with that reason.",
    },
    Flag {
        code: "page_out_of_order",
        severity: Severity::Warning,
        vi: "Trang nằm sai thứ tự.",
        en: "The page lies out of order.",
        remedy_vi: "Xem lại thứ tự giấy khi quét; nếu sổ đóng như vậy thì chấp nhận và ghi lý do.",
        remedy_en: "Check the order of the paper; if the book is bound so, accept it with that reason.",
    },
    Flag {
        code: "rows_missing",
        severity: Severity::Warning,
        vi: "Số thứ tự các dòng bị nhảy giữa hai trang: có thể thiếu trang.",
        en: "Row numbers jump from one page to the next: a page may be missing.",
        remedy_vi: "Tìm trang thiếu và nộp thêm vào lô (lô đã đóng thì nộp lô mới của cùng quyển); cảnh báo tự mất khi trang đến. Nếu sổ ghi nhảy số thì chấp nhận và ghi lý do.",
        remedy_en: "Find the missing page and deliver it (in a new batch of the volume where this one is closed); the flag goes by itself. If the book itself skips numbers, accept it with that reason.",
    },
    Flag {
        code: "rows_doubled",
        severity: Severity::Warning,
        vi: "Số thứ tự các dòng lặp lại ở hai trang.",
        en: "Two pages bear the same row numbers.",
        remedy_vi: "Nếu là một tờ quét hai lần thì để riêng một ảnh; nếu sổ ghi trùng số thì chấp nhận và ghi lý do.",
        remedy_en: "Put one aside if a sheet was scanned twice; if the book repeats numbers, accept it with that reason.",
    },
    Flag {
        code: "rows_out_of_order",
        severity: Severity::Warning,
        vi: "Các dòng của trang nằm sai thứ tự so với trang trước và sau.",
        en: "The page's rows lie out of order among those before and after.",
        remedy_vi: "Xem lại thứ tự giấy khi quét; nếu sổ đóng như vậy thì chấp nhận và ghi lý do.",
        remedy_en: "Check the order of the paper; if the book is bound so, accept it with that reason.",
    },
    Flag {
        code: "maybe_rescan",
        severity: Severity::Warning,
        vi: "Có thể là cùng một tờ đã quét ở nơi khác.",
        en: "This may be a sheet that was scanned before.",
        remedy_vi: "So hai ảnh: cùng một tờ thì để riêng một ảnh, khác tờ thì ghi nhận là hai tờ.",
        remedy_en: "Compare both pictures: put one aside if it is one sheet, else say that they are two.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_explained_once() {
        for one in &FLAGS {
            assert_eq!(flag(one.code), Some(one));
            let texts = [one.vi, one.en, one.remedy_vi, one.remedy_en];
            assert!(texts.iter().all(|text| text.ends_with('.')), "{}", one.code);
        }
        assert_eq!(flag("unheard_of"), None);
    }
}
