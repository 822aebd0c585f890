//! What the public form asks, box by box: on which of its steps, under which name, and how faults find it.

use super::submit::RequestForm;

/// A box of a step.
pub struct Ask {
    /// Its name in the form.
    pub name: &'static str,
    /// Its place in the request, as faults name it.
    pub pointer: &'static str,
    /// The step it stands on.
    pub step: usize,
    /// Key of its label.
    pub label: &'static str,
    /// Key of the help below it; none where it needs none.
    pub hint: &'static str,
    /// `text`, `numeric`, `standing`, `relation`, `death`, `delivery`, `copies` or `diploma`.
    pub kind: &'static str,
    /// A request without it is not complete.
    pub needed: bool,
    /// Word of `autocomplete` in HTML.
    pub fills: &'static str,
}

const fn ask(step: usize, name: &'static str, pointer: &'static str, label: &'static str) -> Ask {
    Ask {
        name,
        pointer,
        step,
        label,
        hint: "",
        kind: "text",
        needed: false,
        fills: "off",
    }
}

/// All boxes, in the order of the pages.
pub const ASKS: &[Ask] = &[
    Ask {
        kind: "standing",
        needed: true,
        hint: "public_requests.asking_for_another_papers",
        ..ask(1, "standing", "/applicant/standing", "common.standing")
    },
    Ask {
        kind: "death",
        hint: "public_requests.only_relatives_and_heirs",
        ..ask(
            1,
            "owner_died",
            "/applicant/owner_died",
            "public_requests.owner_died",
        )
    },
    Ask {
        kind: "relation",
        ..ask(
            1,
            "relation",
            "/applicant/relation",
            "public_requests.relation",
        )
    },
    Ask {
        needed: true,
        fills: "name",
        ..ask(1, "name", "/applicant/name", "public_requests.your_name")
    },
    Ask {
        needed: true,
        fills: "tel",
        ..ask(
            1,
            "contact",
            "/applicant/contact",
            "public_requests.telephone_or_e_mail",
        )
    },
    Ask {
        needed: true,
        ..ask(
            2,
            "ho_ten",
            "/wanted/ho_ten",
            "public_requests.name_on_diploma",
        )
    },
    Ask {
        hint: "public_requests.such_as_12_3",
        ..ask(
            2,
            "ngay_sinh",
            "/wanted/ngay_sinh",
            "public_requests.date_of_birth",
        )
    },
    Ask {
        kind: "diploma",
        ..ask(
            2,
            "ten_van_bang",
            "/wanted/ten_van_bang",
            "public_requests.diploma",
        )
    },
    ask(2, "truong", "/wanted/truong", "public_requests.school"),
    Ask {
        kind: "numeric",
        ..ask(2, "nam", "/wanted/nam", "common.year_of_graduation")
    },
    Ask {
        kind: "numeric",
        ..ask(
            2,
            "so_dinh_danh",
            "/wanted/so_dinh_danh",
            "public_requests.personal_number_12_digits",
        )
    },
    ask(
        2,
        "hoi_dong",
        "/wanted/hoi_dong",
        "public_requests.examination_council",
    ),
    Ask {
        hint: "public_requests.commune_district_and_province",
        ..ask(
            2,
            "noi_o",
            "/wanted/noi_o",
            "public_requests.where_holder_lived_then",
        )
    },
    ask(
        2,
        "so_hieu",
        "/wanted/so_hieu",
        "public_requests.diploma_number",
    ),
    ask(
        2,
        "so_vao_so",
        "/wanted/so_vao_so",
        "public_requests.register_number",
    ),
    Ask {
        kind: "copies",
        needed: true,
        ..ask(
            3,
            "copies",
            "/wanted/copies",
            "public_requests.how_many_copies",
        )
    },
    Ask {
        kind: "delivery",
        needed: true,
        ..ask(
            3,
            "delivery",
            "/wanted/delivery",
            "public_requests.how_to_receive",
        )
    },
    ask(3, "purpose", "/wanted/purpose", "public_requests.what_copy"),
];

impl RequestForm {
    /// The answer of a box.
    pub fn part(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "name" => &mut self.name,
            "contact" => &mut self.contact,
            "standing" => &mut self.standing,
            "owner_died" => &mut self.owner_died,
            "relation" => &mut self.relation,
            "ho_ten" => &mut self.ho_ten,
            "ngay_sinh" => &mut self.ngay_sinh,
            "so_dinh_danh" => &mut self.so_dinh_danh,
            "ten_van_bang" => &mut self.ten_van_bang,
            "truong" => &mut self.truong,
            "nam" => &mut self.nam,
            "hoi_dong" => &mut self.hoi_dong,
            "noi_o" => &mut self.noi_o,
            "so_hieu" => &mut self.so_hieu,
            "so_vao_so" => &mut self.so_vao_so,
            "copies" => &mut self.copies,
            "delivery" => &mut self.delivery,
            "purpose" => &mut self.purpose,
            _ => return None,
        })
    }

    /// Takes what a step sent over into what is kept.
    pub fn take_step(&mut self, step: usize, sent: &mut Self) {
        for ask in ASKS.iter().filter(|ask| ask.step == step) {
            if let (Some(kept), Some(sent)) = (self.part(ask.name), sent.part(ask.name)) {
                *kept = std::mem::take(sent);
            }
        }
    }
}
