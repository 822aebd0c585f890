//! Every flag of a scan and how grave it is; what it says and what to do is in `locales/flags.toml`.

/// How grave a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; asks nothing of anybody.
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
}

/// The flag of that code; `None` for a code of a newer release.
pub fn flag(code: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.code == code)
}

/// Every flag. What the standard asks is TT 05/2025/TT-BNV, Article 8.
pub const FLAGS: [Flag; 23] = [
    Flag {
        code: "blank",
        severity: Severity::Note,
    },
    Flag {
        code: "low_dpi",
        severity: Severity::Warning,
    },
    Flag {
        code: "blurred",
        severity: Severity::Warning,
    },
    Flag {
        code: "skewed",
        severity: Severity::Note,
    },
    Flag {
        code: "bitonal",
        severity: Severity::Warning,
    },
    Flag {
        code: "not_colour",
        severity: Severity::Note,
    },
    Flag {
        code: "odd_size",
        severity: Severity::Note,
    },
    Flag {
        code: "cut_edge",
        severity: Severity::Grave,
    },
    Flag {
        code: "handwritten",
        severity: Severity::Note,
    },
    Flag {
        code: "illegible",
        severity: Severity::Grave,
    },
    Flag {
        code: "attachments",
        severity: Severity::Warning,
    },
    Flag {
        code: "xfa_form",
        severity: Severity::Grave,
    },
    Flag {
        code: "form_values",
        severity: Severity::Warning,
    },
    Flag {
        code: "map_unconfirmed",
        severity: Severity::Warning,
    },
    Flag {
        code: "map_misfit",
        severity: Severity::Warning,
    },
    Flag {
        code: "unread",
        severity: Severity::Grave,
    },
    Flag {
        code: "pages_missing",
        severity: Severity::Warning,
    },
    Flag {
        code: "page_doubled",
        severity: Severity::Warning,
    },
    Flag {
        code: "page_out_of_order",
        severity: Severity::Warning,
    },
    Flag {
        code: "rows_missing",
        severity: Severity::Warning,
    },
    Flag {
        code: "rows_doubled",
        severity: Severity::Warning,
    },
    Flag {
        code: "rows_out_of_order",
        severity: Severity::Warning,
    },
    Flag {
        code: "maybe_rescan",
        severity: Severity::Warning,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_found_by_its_code() {
        for one in &FLAGS {
            assert_eq!(flag(one.code), Some(one));
        }
        assert_eq!(flag("unheard_of"), None);
    }
}
