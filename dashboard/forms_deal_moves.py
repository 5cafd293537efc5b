"""The form of a move: what a stage asks for on entry."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Deal, DealStage
from crm.operations.deals import missing_at, required_labels
from crm.rules.deals import CUSTOM, LABELS
from dashboard.custom_fields import PREFIX, CustomFieldsMixin
from dashboard.forms import DateField, MoneyField
from dashboard.forms_deals import reason_choices, stage_choices
from dashboard.people import member_choices
from tenancy import door


class MoveForm(CustomFieldsMixin, forms.Form):
    """A move, and what the stage asks for on entry. `asks` says whether there is anything to fill in."""

    custom_subject = "deal"
    stage = forms.ChoiceField(label=_("Stage"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, deal: Deal, to: DealStage | None, **kwargs):
        enters = to is not None and to.id != deal.stage_id
        lacks = missing_at(deal, to) if enters else []
        own = {name.removeprefix(CUSTOM) for name in lacks if name.startswith(CUSTOM)}
        super().__init__(*args, custom=deal.custom, custom_keys=own, **kwargs)
        self.deal, self.to = deal, to
        self.fields["stage"].choices = stage_choices()
        self.extra: list[str] = [PREFIX + row.key for row in self._customs]
        if enters:
            self._ask_for_end(to)
            self._ask_for_missing(lacks)
        if self.asks:
            self.fields["stage"].widget = forms.HiddenInput()

    @property
    def asks(self) -> bool:
        return bool(self.extra) or self.needs_elsewhere

    needs_elsewhere: list = []  # what this dialogue cannot ask for: labels

    def _ask_for_end(self, to: DealStage) -> None:
        today = timezone.localdate(door.moment())
        if to.kind == "lost":
            self._add("reason", forms.ChoiceField(label=_("Reason"), choices=reason_choices()))
            self._add("competitor", forms.CharField(label=_("Competitor"), required=False, max_length=120))
        if to.kind != "open":
            self._add("closed_on", DateField(label=_("Closed on"), initial=today))
        if to.kind != "open" or self.deal.state != "open":
            is_reopening = to.kind == "open"
            label = _("Why is it open again?") if is_reopening else _("Note")
            self._add(
                "note",
                forms.CharField(label=label, required=is_reopening, max_length=500, widget=forms.Textarea({"rows": 2})),
            )

    def _ask_for_missing(self, missing: list[str]) -> None:
        known = {PREFIX + name.removeprefix(CUSTOM) for name in missing if name.startswith(CUSTOM)}
        hidden = {name.replace(PREFIX, CUSTOM, 1) for name in known - self.fields.keys()}  # not for this role to see
        elsewhere = [name for name in missing if name in ("company", "source_id", "lines") or name in hidden]
        labels = required_labels() if elsewhere else {}
        self.needs_elsewhere = [labels.get(name, name) for name in elsewhere]
        if "amount" in missing:
            field = MoneyField(label=LABELS["amount"], currency=self.deal.currency, minimum=1, is_of_customer=True)
            self._add("amount_minor", field)
        if "expected_close" in missing:
            self._add("expected_close", DateField(label=LABELS["expected_close"]))
        if "next_step" in missing:
            self._add("next_step", forms.CharField(label=LABELS["next_step"], max_length=200))
            self._add("next_step_on", DateField(label=_("Next step on"), required=False))
        if "owner" in missing:
            self._add("owner", forms.TypedChoiceField(label=LABELS["owner"], choices=member_choices(), coerce=UUID))

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.extra.append(name)

    @property
    def told(self) -> dict[str, Any]:
        """What the operation wants to hear."""
        told = self.cleaned_data
        fields = {
            name: told[name] for name in ("amount_minor", "expected_close", "next_step", "next_step_on") if name in told
        }
        if "owner" in told:
            fields["owner_id"] = told["owner"]
        if self._customs:
            fields["custom"] = self.custom_values
        return {
            "after_id": told.get("after"), "expected_version": told.get("version"), "fields": fields,
            "closed_at": end_of_day(told["closed_on"]) if "closed_on" in told else None,
            "reason_id": UUID(told["reason"]) if told.get("reason") else None,
            "competitor": told.get("competitor", ""), "note": told.get("note", ""),
        }  # fmt: skip


def end_of_day(day: date) -> datetime:
    """Date something that happened on a day: its last second here, or now where that is today."""
    return min(timezone.make_aware(datetime.combine(day, time(23, 59, 59))), door.moment())
