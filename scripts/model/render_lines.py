"""Renders lines of made-up records as machines or hands write them, to train Tesseract on.

python3 render_lines.py typed|hand FOLDER LINES SEED FONTS [HANDS]   (folders searched for fonts that know Vietnamese)
typed: typewriters, dot matrix printers and presses. hand: pens, by the fonts in HANDS, and some presses.

Writes FOLDER/part-NN.tif and .box (WordStr). Words come from classes/ and from the sentences below; nothing is
of any corpus. Needs Pillow, numpy and fontTools.
"""

import itertools
import random
import re
import sys
import tomllib
import unicodedata
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFilter, ImageFont

CLASSES = Path(__file__).parents[2] / "classes"
LETTERS = "ắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữựỳỵỷỹđĐẮẰỆỘỰÝ"
SENTENCES = """
Căn cứ Luật Giáo dục và các văn bản hướng dẫn thi hành; xét đề nghị của Trưởng phòng Tổ chức cán bộ,
Thí sinh có tên trên đã hoàn thành chương trình và đủ điều kiện xét công nhận tốt nghiệp theo quy định hiện hành.
Hội đồng thi đã họp, xem xét kết quả làm bài của từng thí sinh và lập biên bản gửi về Sở để duyệt.
Bằng này có giá trị như bản chính; nghiêm cấm mọi sự sửa chữa, tẩy xoá hoặc cho người khác mượn.
Chi tiền mua giấy, mực in và văn phòng phẩm phục vụ kỳ thi; kèm theo các chứng từ gốc đã được kiểm tra.
Học sinh chuyển đến từ trường khác phải nộp học bạ, giấy khai sinh và giấy giới thiệu của nhà trường cũ.
Các đồng chí trưởng phòng, hiệu trưởng các trường trực thuộc chịu trách nhiệm thực hiện quyết định này.
Số tiền viết bằng chữ: năm mươi hai triệu ba trăm bảy mươi nghìn đồng chẵn; đã nhận đủ số tiền nêu trên.
Nơi nhận: như trên, lưu hồ sơ và văn thư; thời gian bảo quản theo phụ lục của thông tư về lưu trữ.
Ông, bà có yêu cầu cấp bản sao xuất trình giấy tờ tuỳ thân, ghi rõ họ tên, ngày sinh và năm tốt nghiệp.
""".strip().splitlines()


def lexicon(name):
    lines = (CLASSES / "lexicons" / f"{name}.txt").read_text().splitlines()
    return [word.strip() for line in lines if line[:1] != "#" for word in line.split("|") if word.strip()]


def printed_words():
    """Labels, titles and header words of the classes, as they stand on paper."""
    def strings(node):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            yield from itertools.chain.from_iterable(map(strings, node.values()))
        elif isinstance(node, list):
            yield from itertools.chain.from_iterable(map(strings, node))

    found = set()
    for file in sorted(CLASSES.glob("*.toml")):
        found.update(strings(tomllib.loads(file.read_text())))
    plain = re.compile(r"[\w ,.:/()-]{3,60}")
    return sorted(word for word in found if plain.fullmatch(word) and "_" not in word)


class Texts:
    """Makes up what a line says."""

    def __init__(self, chance):
        self.chance = chance
        self.families, self.names = lexicon("ho"), lexicon("tieng_ten")
        self.ethnic, self.grades, self.kinds = lexicon("dan_toc"), lexicon("xep_loai"), lexicon("loai_van_ban")
        places = [line.split(":") for line in lexicon("xa_huyen") if line.count(":") == 2]
        self.places = [[part.strip() for part in (p, d, c.split(",")[0])] for p, d, c in places]
        self.communes = [c.strip() for _, _, all_ in places for c in all_.split(",")]
        self.printed = printed_words()

    def name(self):
        family = self.chance.choice(self.families[:25] if self.chance.random() < 0.7 else self.families)
        given = self.chance.sample(self.names, self.chance.choice([1, 2, 2, 2, 3]))
        whole = " ".join([family, *given])
        return whole.upper() if self.chance.random() < 0.35 else whole

    def date(self):
        c = self.chance
        d, m, y = c.randint(1, 31), c.randint(1, 12), c.randint(1955, 2024)
        form = c.choice(["{:02}/{:02}/{}", "{:02}-{:02}-{}", "{:02}.{:02}.{}", "{}/{}/{}", "{}-{}-{}",
                         "ngày {:02} tháng {:02} năm {}", "{:02} tháng {} năm {}"])
        return form.format(d, m, y % 100 if c.random() < 0.15 else y)

    def place(self):
        province, district, _ = self.chance.choice(self.places)
        commune = self.chance.choice(self.communes)
        return self.chance.choice([province, f"{district}, {province}", f"{commune}, {district}, {province}",
                                   f"{commune} - {district} - {province}", f"Xã {commune}, huyện {district}"])

    def number(self):
        c = self.chance
        capital = c.choice("ABCDEGHKLMNPQSTVX")
        return c.choice([f"{capital} {c.randint(0, 9999999):07}", f"{capital}{c.randint(0, 999999):06}",
                         f"{c.randint(1, 4000)}/QĐ-SGDĐT", f"{c.randint(1, 900):03}/{c.randint(1976, 2024)}",
                         str(c.randint(1, 60)), f"{c.randint(1, 99)}.{c.randint(0, 999):03}.000 đồng",
                         f"{c.randint(0, 10)},{c.choice('05')}", f"{c.randint(1, 500):04}/THPT"])

    def school(self):
        kind = self.chance.choice(["THPT", "PTTH", "THCS", "Trường", "PT DTNT", "cấp II-III", "số 1", "TT GDTX"])
        return f"{kind} {' '.join(self.chance.sample(self.names, self.chance.choice([1, 2, 2, 3])))}"

    def sentence(self):
        words = self.chance.choice(SENTENCES).split()
        start = self.chance.randrange(max(1, len(words) - 5))
        return " ".join(words[start:start + self.chance.randint(3, 9)])

    def label(self):
        word = self.chance.choice(self.printed)
        return word.upper() if self.chance.random() < 0.2 else word

    def row(self):
        c = self.chance
        parts = [self.name(), self.date(), c.choice(["Nam", "Nữ"]), c.choice(self.ethnic), c.choice(self.grades)]
        start = c.randrange(3)
        return "  ".join(parts[start:start + c.randint(2, 3)])

    def line(self):
        kinds = [(self.name, 30), (self.date, 14), (self.place, 22), (self.number, 12), (self.sentence, 14),
                 (self.label, 10), (self.row, 8), (self.school, 6)]
        make = self.chance.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        return re.sub(" +", " ", unicodedata.normalize("NFC", make()))


class Fonts:
    """Fonts that know every Vietnamese letter: of machines, those of one width apart, and of hands."""

    def __init__(self, machines, hands=None):
        self.fixed, self.printed, self.hands = [], [], {}
        for file, font in vietnamese(machines):
            if re.search("caps|dunh|unsl|Script|Initials|Z|Display|O\\.otf|unbi|unvi|unui|unci", file.stem):
                continue
            if not font["post"].isFixedPitch:
                self.printed.append(str(file))
            elif not font["post"].italicAngle:  # neither types nor needles lean
                self.fixed.append(str(file))
        for file, _ in vietnamese(hands) if hands else ():
            self.hands.setdefault(re.split("[-_]", file.stem)[0], []).append(str(file))
        if not self.fixed or not self.printed or hands and not self.hands:
            sys.exit("fonts with Vietnamese letters are needed: of one width, printed ones, and hands if asked for")

    def hand(self, chance):
        """A hand, each as often as others however many weights its font has."""
        return chance.choice(self.hands[chance.choice(sorted(self.hands))])


def vietnamese(folder):
    for file in sorted(p for p in Path(folder).rglob("*") if p.suffix in (".ttf", ".otf")):
        font = TTFont(file, lazy=True)
        if all(ord(letter) in font.getBestCmap() for letter in LETTERS):
            yield file, font


def inked(text, file, size, jitter, chance):
    """Ink from 0 to 1; with jitter each letter stands a little off the line and is struck differently."""
    font = ImageFont.truetype(file, size)
    width = int(font.getlength(text)) + size
    sheet = Image.new("L", (width, int(size * 1.9)), 0)
    if not jitter:
        ImageDraw.Draw(sheet).text((size // 2, int(size * 1.35)), text, 255, font, anchor="ls")
        return np.asarray(sheet, dtype=np.float32) / 255
    whole = np.zeros((sheet.height, sheet.width), np.float32)
    for at, letter in enumerate(text):
        if letter == " ":
            continue
        one = Image.new("L", sheet.size, 0)
        x = size / 2 + font.getlength(text[:at])
        place = (x + chance.gauss(0, jitter), size * 1.35 + chance.gauss(0, jitter))
        ImageDraw.Draw(one).text(place, letter, 255, font, anchor="ls")
        whole = np.maximum(whole, np.asarray(one, dtype=np.float32) / 255 * chance.uniform(0.62, 1))
    return whole


def typewritten(text, fonts, chance):
    ink = inked(text, chance.choice(fonts.fixed), chance.randint(30, 46), chance.uniform(0.2, 0.9), chance)
    if chance.random() < 0.4:  # a clogged or hard-struck type
        ink = np.asarray(Image.fromarray((ink * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3))) / 255.0
    return ink


def dotted(text, fonts, chance):
    """The needles of a printer: letters drawn coarsely, each dot a small disc, some of them missing."""
    rough = inked(text, chance.choice(fonts.fixed), chance.randint(13, 20), 0, chance)
    step = chance.choice([3, 3, 4])
    rows, columns = np.nonzero((rough > chance.uniform(0.2, 0.4)) & (np.random.rand(*rough.shape) > chance.uniform(0, 0.06)))
    sheet = Image.new("L", (rough.shape[1] * step, rough.shape[0] * step), 0)
    draw = ImageDraw.Draw(sheet)
    radius = step * chance.uniform(0.42, 0.68)
    lean = chance.uniform(-0.4, 0.4)  # every other row is struck on the way back
    for row, column in zip(rows, columns):
        x, y = column * step + step / 2 + (lean if row % 2 else 0), row * step + step / 2
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=chance.randint(150, 255))
    return np.asarray(sheet, dtype=np.float32) / 255


def printed(text, fonts, chance):
    return inked(text, chance.choice(fonts.printed), chance.randint(28, 46), 0, chance)


def written(text, fonts, chance):
    """A pen: words of changing size and pressure that wander about the line, every stroke a little bent."""
    file, size = fonts.hand(chance), chance.randint(44, 60)
    slant, gap = chance.uniform(-0.12, 0.22), chance.uniform(0.2, 0.55)
    words = [word for word in text.split(" ") if word]
    fitted = [ImageFont.truetype(file, round(size * chance.uniform(0.92, 1.08))) for _ in words]
    room = int(sum(font.getlength(word) + size * 0.6 for font, word in zip(fitted, words))) + size * 3
    whole = np.zeros((int(size * 2.6), room), np.float32)
    x, lift = float(size), 0.0
    for font, word in zip(fitted, words):
        one = Image.new("L", (room, whole.shape[0]), 0)
        lift = lift * 0.6 + chance.gauss(0, size * 0.03)
        ImageDraw.Draw(one).text((x, size * 1.7 + lift), word, 255, font, anchor="ls")
        whole = np.maximum(whole, np.asarray(one, dtype=np.float32) / 255 * chance.uniform(0.7, 1))
        x += font.getlength(word) + size * gap * chance.uniform(0.7, 1.3)
    lean = (1, slant, -slant * size * 1.7, 0, 1, 0)
    whole = np.asarray(Image.fromarray(whole).transform((room, whole.shape[0]), Image.AFFINE, lean, Image.BICUBIC))
    whole = bent(whole, size, chance)
    if chance.random() < 0.25:  # a broader pen
        whole = np.asarray(Image.fromarray((whole.clip(0, 1) * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3))) / 255.0
    return dotted_line(whole, size, chance) if chance.random() < 0.3 else whole


def bent(ink, size, chance):
    """Every point moved a little, neighbours alike."""
    height, width = ink.shape
    coarse = (max(2, height // (size // 2)), max(2, width // (size // 2)))
    strength = size * chance.uniform(0, 0.045)
    def field():
        rough = Image.fromarray(np.random.normal(0, strength, coarse).astype(np.float32))
        return np.asarray(rough.resize((width, height), Image.BICUBIC))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    rows = (rows + field()).clip(0, height - 1).astype(int)
    columns = (columns + field()).clip(0, width - 1).astype(int)
    return ink[rows, columns]


def dotted_line(ink, size, chance):
    """The leader dots a form gives a value to stand on."""
    sheet = Image.fromarray((ink.clip(0, 1) * 255).astype(np.uint8))
    draw, radius, y = ImageDraw.Draw(sheet), chance.uniform(0.8, 2), size * chance.uniform(1.68, 1.95)
    for x in np.arange(0, sheet.width, chance.uniform(6, 14)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=chance.randint(120, 230))
    whole = np.asarray(sheet, dtype=np.float32) / 255
    columns = np.nonzero(ink.max(axis=0) > 0.3)[0]
    return whole[:, columns[0]:columns[-1] + 1] if len(columns) else whole


def scanned(ink, chance):
    """The paper, the scanner and time: a line of 24 to 52 pixels, grey on uneven ground."""
    rows = np.nonzero(ink.max(axis=1) > 0.3)[0]
    columns = np.nonzero(ink.max(axis=0) > 0.3)[0]
    if not len(rows):
        return None
    ink = ink[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    picture = Image.fromarray((ink * 255).astype(np.uint8))
    scale = chance.randint(22, 46) / picture.height
    picture = picture.resize((max(4, int(picture.width * scale * chance.uniform(0.93, 1.07))), int(picture.height * scale)), Image.LANCZOS)
    left, top, right, bottom = (chance.randint(2, 7) for _ in range(4))
    sheet = Image.new("L", (picture.width + left + right, picture.height + top + bottom), 0)
    sheet.paste(picture, (left, top))
    sheet = sheet.rotate(chance.gauss(0, 0.25), Image.BICUBIC).filter(ImageFilter.GaussianBlur(chance.uniform(0, 1.1)))
    ink = np.asarray(sheet, dtype=np.float32) / 255
    height, width = ink.shape
    if chance.random() < 0.4:  # a ribbon that runs dry along the line
        ink = ink * np.interp(np.arange(width), np.linspace(0, width, 6), [chance.uniform(0.5, 1) for _ in range(6)])
    paper = chance.uniform(205, 250) + np.random.normal(0, chance.uniform(0.5, 8), ink.shape)
    page = paper * (1 - ink * chance.uniform(0.45, 0.95))
    if chance.random() < 0.12:  # the rule of a table just under the words
        page[height - chance.randint(1, 2):] *= 0.5
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))


def main():
    by, folder, lines, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    np.random.seed(seed)
    texts, fonts = Texts(chance), Fonts(*sys.argv[5:])
    looks, shares = {"typed": ([typewritten, dotted, printed], [35, 40, 25]), "hand": ([written, printed], [80, 20])}[by]
    for part in range(0, lines, 400):
        pictures, boxes = [], []
        while len(pictures) < min(400, lines - part):
            text = texts.line()
            picture = scanned(chance.choices(looks, shares)[0](text, fonts, chance), chance)
            if picture is None or picture.width > 1800:
                continue
            page, (width, height) = len(pictures), picture.size
            boxes.append(f"WordStr 0 0 {width} {height} {page} #{text}\n\t {width} 0 {width + 1} {height} {page}\n")
            pictures.append(picture)
        name = folder / f"part-{part // 400:02}"
        pictures[0].save(f"{name}.tif", save_all=True, append_images=pictures[1:], compression="tiff_lzw", dpi=(300, 300))
        Path(f"{name}.box").write_text("".join(boxes))


if __name__ == "__main__":
    main()
