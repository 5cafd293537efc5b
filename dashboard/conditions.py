"""What the builder of conditions needs: facts, words, the tree as it stands.

On a page: `{% include "dashboard/parts/conditions.html" with builder=builder %}` with
`Builder("customer", request.membership, tree)`, conditions.css in the head block and
conditions.js among the scripts. The form then sends JSON as `where`; `read(request…)` reads it.
"""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from crm.errors import InvalidConditions
from crm.queries.conditions import facts_for, in_words, read_tree
from crm.queries.sight import Principal
from crm.rules.conditions import EVERYBODY, OPERATORS, Group, as_data
from foundation.money import exponent
from tenancy import door
from tenancy.models import Organisation

LONGEST = 20_000

OPERATOR_LABELS = {
    "is": _("is"),
    "is_not": _("is not"),
    "contains": _("contains"),
    "not_contains": _("does not contain"),
    "starts_with": _("starts with"),
    "one_of": _("is one of"),
    "none_of": _("is none of"),
    "any_of": _("has any of"),
    "all_of": _("has all of"),
    "is_empty": _("is not there"),
    "is_not_empty": _("is there"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
    "between": _("is between"),
    "on": _("is on"),
    "before": _("is before"),
    "after": _("is after"),
    "in_last_days": _("is within the last"),
    "more_than_days_ago": _("is longer ago than"),
    "in_next_days": _("is within the next"),
    "anniversary_in_days": _("has its anniversary within"),
    "anniversary_this_month": _("has its anniversary this month"),
    "me": _("is me"),
    "my_team": _("is in my team"),
}
MATCHES = [
    ("all", _("All of these hold")),
    ("any", _("At least one of these holds")),
    ("none", _("None of these holds")),
]


def _words() -> dict[str, str]:
    return {
        "match": gettext("How these conditions belong together"),
        "group": gettext("Group of conditions"),
        "add": gettext("Add a condition"),
        "add_group": gettext("Add a group"),
        "remove": gettext("Remove this condition"),
        "remove_group": gettext("Remove this group"),
        "fact": gettext("Fact"),
        "operator": gettext("Comparison"),
        "value": gettext("Value"),
        "choose": gettext("Choose a fact…"),
        "choose_values": gettext("Choose…"),
        "find": gettext("Search"),
        "no_choices": gettext("There is nothing to choose from yet."),
        "and": pgettext("between two values", "and"),
        "from": pgettext("first of two values", "From"),
        "to": pgettext("second of two values", "To"),
        "days": pgettext("after a number", "days"),
        "in_last": pgettext("before a number of days", "in the last"),
        "within": gettext("Only the last so many days; empty: all"),
        "yes": gettext("Yes"),
        "no": gettext("No"),
        "comma": pgettext("between values", ", "),
    }


class Builder:
    """The builder of one form. `tree` is JSON, a Group, or the text a form sent."""

    def __init__(
        self, subject: str, principal: Principal, tree: Any = None, *, name: str = "where", form: str = "", key: str = "",
        errors: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.subject, self.principal, self.name, self.form, self.errors = subject, principal, name, form, errors
        self.source = f"conditions-{key or subject}"
        self._tree = as_data(tree) if isinstance(tree, Group) else _loaded(tree) if isinstance(tree, str) else tree

    @property
    def value(self) -> str:
        is_empty = not self._tree or not self._tree.get("conditions", True)
        return "" if is_empty else json.dumps(self._tree, ensure_ascii=False, separators=(",", ":"))

    @property
    def sentence(self) -> str:
        return said(self._tree, self.subject)

    @cached_property
    def data(self) -> dict[str, Any]:
        currency = Organisation.objects.values_list("currency", flat=True).get(id=door.organisation_id())
        facts = [
            {
                "key": fact.key, "label": str(fact.label), "group": str(fact.group), "type": fact.type,
                "windowed": fact.is_windowed, "choices": [[str(value), str(label)] for value, label in fact.options],
            }
            for fact in facts_for(self.subject, self.principal).values()
        ]  # fmt: skip
        return {
            "subject": self.subject, "tree": self._tree, "facts": facts, "shapes": OPERATORS,
            "operators": {op: str(label) for op, label in OPERATOR_LABELS.items()},
            "matches": [[value, str(label)] for value, label in MATCHES], "words": _words(),
            "currency": currency, "exponent": exponent(currency),
        }  # fmt: skip


def _loaded(text: str) -> dict | None:
    try:
        tree = json.loads(text[:LONGEST])
    except ValueError:
        return None
    return tree if isinstance(tree, dict) else None


def read(text: str, subject: str, principal: Principal) -> Group:
    """Read what the builder wrote. Raises InvalidConditions."""
    if not text.strip():
        return EVERYBODY
    tree = _loaded(text)
    if tree is None:
        raise InvalidConditions(path="where")
    return read_tree(tree, subject=subject, principal=principal)


def said(tree: Any, subject: str) -> str:
    """Say conditions as a sentence, or what is wrong with them."""
    try:
        return in_words(tree, subject)
    except InvalidConditions as error:
        return error.sentence(gettext)
