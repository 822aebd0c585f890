"""What is settled about a document before anything is drawn."""

from dataclasses import dataclass, field
from random import Random


@dataclass
class Plan:
    """A document to be: its kind, its traits (which `--only` and `--without` ask for), its choices."""

    kind: str
    sub: str
    year: int
    traits: set[str]
    width: float
    height: float
    level: str = "upper"
    manner: str = "laser"
    signing: float = 0.0
    more: dict = field(default_factory=dict)

    @property
    def layout(self) -> str:
        """One word for reports: what was drawn, its traits in order."""
        return "/".join([self.kind[:3], self.sub, *sorted(self.traits)])


A4, A4L, A3L, B4L, B4 = (210, 297), (297, 210), (420, 297), (364, 257), (257, 364)


def year_of(rng: Random, manner: str) -> int:
    """A year in which papers were written so."""
    low, high = {
        "laser": (1998, 2025),
        "typed": (1975, 1997),
        "needles": (1989, 2006),
        "pen": (1975, 2012),
        "press": (1976, 2012),
    }[manner]
    return rng.randint(low, high)


def pick(rng: Random, **weights) -> str:
    """One of the names by its weight; `_` in a name stands for `-`."""
    return rng.choices(list(weights), list(weights.values()))[0].replace("_", "-")
