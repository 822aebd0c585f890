"""Diplomas and certificates of half a century: one leaf or two, labels or one sentence, filled in by pen, machine or printer."""

from random import Random

from forms.diploma_facts import Facts
from forms.diploma_leaf import Leaf
from forms.plan import Plan, pick, year_of
from kit import marks
from kit.hands import Needles, Pen, Print, Typed
from kit.sheet import BLACK, BLUE, NAVY, RED
from words.offices import Office

GOLD, GREEN = (170, 120, 40), (30, 110, 70)
SHAPES = ((210, 297), (297, 210), (210, 148), (200, 280), (275, 195), (190, 135), (240, 170))


def plan(rng: Random) -> Plan:
    """One diploma to be."""
    sub = pick(rng, diploma=60, higher=14, certificate=13, temporary=7, copy=6)
    filled = pick(rng, pen=36, typed=22, needles=9, laser=33)
    if sub in ("copy", "temporary") and filled == "needles":
        filled = "laser"
    year = year_of(rng, filled)
    if sub == "higher" and year < 1985:
        year += 20
    traits = {f"filled-{filled}", pick(rng, labels=66, sentence=34)}
    level = {"higher": "higher"}.get(sub) or pick(rng, upper=50, lower=28, gdtx=16, primary=6)
    width, height = rng.choice(SHAPES if sub in ("diploma", "higher") else ((210, 297), (210, 148), (190, 270)))
    if sub == "higher" or rng.random() < (0.5 if year > 2009 else 0.02):
        traits.add("bilingual")
    if sub in ("diploma", "higher") and rng.random() < 0.22:
        traits.add("two-leaves")
        width, height = rng.choice(((420, 297), (297, 210), (380, 265)))
    if year >= 1988 and sub in ("diploma", "higher") and rng.random() < 0.8:
        traits.add("ornament")
    if rng.random() < (0.5 if year < 2012 else 0.12):
        traits.add("photo")
    return Plan("diploma", sub, year, traits, width, height, level, filled)


def draw(plan: Plan, rng: Random, new_sheet):
    """The one sheet of the diploma, or the two leaves that lie open on it."""
    office = Office(rng, plan.year)
    facts, sheet = Facts(rng, plan, office), new_sheet(plan.width, plan.height)
    press = Print(rng, "serif" if plan.manner == "laser" and rng.random() < 0.6 else rng.choice(("press", "serif")))
    filler = {"pen": lambda: Pen(rng, colour=rng.choice((BLUE, NAVY, BLACK))), "typed": lambda: Typed(rng), "needles": lambda: Needles(rng),
              "laser": lambda: Print(rng, family=press.family if rng.random() < 0.6 else None)}[plan.manner]()  # fmt: skip
    if plan.manner == "laser" and plan.sub in ("temporary", "copy") and rng.random() < 0.5:
        filler = press
    ink = rng.choice((RED, RED, GOLD, NAVY, GREEN)) if plan.year > 1985 else rng.choice((BLACK, RED))
    if plan.year > 1988 and rng.random() < 0.45:
        marks.background(
            sheet,
            rng.choice(((250, 236, 215), (238, 243, 235), (252, 228, 225))),
            rng.choice(("rays", "rings", "lines")),
        )
    inset = 0.0
    if "ornament" in plan.traits:
        inset = rng.uniform(5, 9)
        depth = rng.uniform(4, 7)
        marks.ornament(sheet, inset, depth, ink)
        inset += depth
    margin = inset + rng.uniform(7, 14)
    leaf = Leaf(sheet, plan, office, facts, press, filler, ink, margin)
    if "two-leaves" in plan.traits:
        leaf.two()
        plan.more["gutter"] = 0.5
    else:
        leaf.whole(margin, plan.width - margin, margin + 4, plan.height - margin)
    return [sheet]
