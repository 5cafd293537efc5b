"""RFM marks and segments: arithmetic and vocabulary."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

MARKS = (1, 2, 3, 4, 5)
CUTS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Segment:
    """A group of customers by their marks. `label` and `advice` are translated where they are shown."""

    key: str
    label: str
    advice: str
    colour: str


SEGMENTS = {
    segment.key: segment
    for segment in [
        Segment(
            "champions",
            _("Champions"),
            _("Reward them, ask them to refer friends, let them see new things first."),
            "#15803d",
        ),
        Segment("loyal", _("Loyal customers"), _("Keep them: offer the next tier, ask for a review."), "#22a06b"),
        Segment(
            "potential",
            _("Potential loyalists"),
            _("Bring them to the next purchase: membership, related products."),
            "#0891b2",
        ),
        Segment("new", _("New customers"), _("Make the start easy: welcome, help, a reason for a second order."), "#2563eb"),
        Segment(
            "promising",
            _("Promising"),
            _("They came recently and spend little: show them more of what you have."),
            "#6366f1",
        ),
        Segment(
            "need_attention", _("Need attention"), _("Average in all respects: a limited offer brings them back."), "#ca8a04"
        ),
        Segment("about_to_sleep", _("About to sleep"), _("Remind them now, with what they liked before."), "#d97706"),
        Segment("at_risk", _("At risk"), _("They used to come and have stayed away: write personally, ask why."), "#ea580c"),
        Segment(
            "cant_lose",
            _("Cannot lose them"),
            _("Your best, long gone: call them, and solve what drove them away."),
            "#dc2626",
        ),
        Segment(
            "hibernating", _("Hibernating"), _("Seldom and long ago: a cheap occasion to return, nothing more."), "#64748b"
        ),
        Segment("lost", _("Lost"), _("Spend nothing on them, save for an occasional greeting."), "#94a3b8"),
    ]
}

# The row is recency (5 is newest), the column the value mark 1 to 5: how often and how much together.
_MAP = {
    5: ("new", "potential", "potential", "champions", "champions"),
    4: ("promising", "potential", "potential", "loyal", "loyal"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "lost", "at_risk", "at_risk", "cant_lose"),
}


def value_mark(f: int, m: int) -> int:
    """Join frequency and money into one mark, halves upwards."""
    return (f + m + 1) // 2


def segment_at(r: int, value: int) -> str:
    return _MAP[r][value - 1]


def segment_of(r: int, f: int, m: int) -> str:
    """Name the segment of three marks."""
    return segment_at(r, value_mark(f, m))


def segment_table() -> list[str]:
    """List the segments of all marks, at (r-1)*25 + (f-1)*5 + (m-1): the same rule, for SQL."""
    return [segment_of(r, f, m) for r in MARKS for f in MARKS for m in MARKS]


def high_mark(value: int, cuts: list[int]) -> int:
    """Give 1 to 5, more is better: one for every cut point that the value exceeds. Equal values get equal marks."""
    return 1 + sum(value > cut for cut in cuts)


def low_mark(value: int, cuts: list[int]) -> int:
    """Give 5 to 1, less is better."""
    return 6 - high_mark(value, cuts)
