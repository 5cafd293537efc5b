"""What leads may become, and why they end."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NEW, ASSIGNED, CONTACTED, QUALIFIED, CONVERTED, UNQUALIFIED = (
    "new", "assigned", "contacted", "qualified", "converted", "unqualified",
)  # fmt: skip
OPEN = (NEW, ASSIGNED, CONTACTED, QUALIFIED)
IN_HAND = (ASSIGNED, CONTACTED, QUALIFIED)
CLOSED = (CONVERTED, UNQUALIFIED)

# Why a lead is no fit: the reason, and within it what exactly. A lead that may come back is recycled later.
REASONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "unreachable": (_("Could not be reached"), {
        "wrong_contact": _("Wrong number or address"), "no_answer": _("Never answers"), "refused": _("Wants no contact"),
    }),
    "no_need": (_("No need"), {
        "only_looking": _("Only looked around"), "has_solution": _("Has what they need"), "later": _("Perhaps later"),
    }),
    "no_means": (_("Cannot buy"), {
        "budget": _("Budget too small"), "no_authority": _("Does not decide"), "terms": _("Terms do not fit"),
    }),
    "competitor": (_("Bought elsewhere"), {
        "price": pgettext_lazy("why a lead was lost", "Price"), "product": pgettext_lazy("why a lead was lost", "Product"),
        "speed": _("We were too slow"),
    }),
    "out_of_scope": (_("Not for us"), {
        "area": _("Outside our area"), "kind": _("Something we do not offer"), "job": _("Application or sales pitch"),
    }),
    "invalid": (_("Not a real enquiry"), {"spam": _("Spam"), "test": _("A test"), "duplicate": _("Asked twice")}),
}  # fmt: skip


def is_reason(reason: str, detail: str) -> bool:
    """Say whether both levels exist; the second may be left open."""
    return reason in REASONS and (not detail or detail in REASONS[reason][1])


def reason_label(reason: str, detail: str = "") -> str:
    """Write both levels: No need: perhaps later."""
    if reason not in REASONS:
        return str(BACK_REASONS.get(reason, reason))
    label, details = REASONS[reason]
    return f"{label} · {details[detail]}" if detail in details else str(label)


# Why a lead went into the pool without anybody saying so.
BACK_REASONS: Mapping[str, str] = {
    "no_contact": _("no contact in the time allowed"),
    "no_progress": _("nothing happened for too long"),
    "released": _("given back by its owner"),
    "nobody": _("nobody was available"),
    "no_rule": _("no rule fits"),
    "rule": _("a rule sends it there"),
    "member_left": _("its owner no longer works here"),
}

# What came of a call, a message, a visit.
RESULTS: Mapping[str, str] = {
    "reached": _("Reached, talked"),
    "answered": _("Answered in writing"),
    "left_word": _("Left a message"),
    "not_reached": _("Not reached"),
}
# A try that nobody noticed is no response: the clock goes on.
COUNTS_AS_RESPONSE = ("reached", "answered", "left_word")
