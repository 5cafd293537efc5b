"""What a person chooses about an import beside its columns."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.reports import Handling
from integrations.errors import OptionUnknown

MATCHES = {
    "any": _("Any contact we know"), "phone": _("Phone"), "email": _("E-mail"), "external": _("External id"),
    "wechat": _("WeChat"), "none": pgettext_lazy("a customer is recognised by", "Nothing: every row is somebody new"),
}  # fmt: skip
MODES = {
    "upsert": _("Add new customers and update known ones"), "create": _("Only add: a known customer is an error"),
    "update": _("Only update: unknown ones are set aside"), "skip": _("Only add: known customers are set aside"),
}  # fmt: skip
FILLS = {
    "empty": _("Keep what we have, fill in what is empty"), "told": _("Overwrite, unless the cell is empty"),
    "all": _("Overwrite, also with empty cells"),
}  # fmt: skip
CHOICES = {"match": MATCHES, "mode": MODES, "fill": FILLS}


# Who imports these must be allowed to make them: balances make the house owe something.
NEEDED = {"opening_balances": "ledger:write", "deals": "deals:write"}


@dataclass(frozen=True)
class Options:
    """`is_loud`: notices and webhooks go out as if it happened today. `campaign`: of the referrals told, else none pays."""

    match: str = "any"
    mode: str = "upsert"
    fill: str = "empty"
    is_loud: bool = False
    campaign: str = ""

    @property
    def campaign_id(self) -> UUID | None:
        return UUID(self.campaign) if self.campaign else None

    def handling(self, told: Iterable[str]) -> Handling:
        return Handling(self.match, self.mode, self.fill, frozenset(told))


AS_USUAL = Options()


def read_options(told: Mapping[str, Any]) -> Options:
    """Read options as stored or told; unknown ones are refused, missing ones are as usual."""
    known = {field.name for field in fields(Options)}
    for name, value in told.items():
        if name not in known or (name in CHOICES and value not in CHOICES[name]):
            raise OptionUnknown(name=name, value=str(value)[:40])
    campaign = str(told.get("campaign") or "")
    _check_campaign(campaign)
    return Options(**{**told, "is_loud": bool(told.get("is_loud")), "campaign": campaign})


def _check_campaign(campaign: str) -> None:
    try:
        UUID(campaign or "0" * 32)
    except ValueError:
        raise OptionUnknown(name="campaign", value=campaign[:40]) from None


def stored(options: Options) -> dict[str, Any]:
    return asdict(options)
