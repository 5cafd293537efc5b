"""The list of customers."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.db.models.functions import Collate
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.masking import is_hidden
from crm.models import Customer, Segment, Tag
from crm.operations.lists.values import change_tags, change_value
from crm.queries import customers, search_ids
from crm.queries.segments import members
from dashboard.forms import FilterForm, SearchField, choices_with_any
from dashboard.lists import cells, contacts
from dashboard.lists.addresses import address_of
from dashboard.lists.own import own_columns_of
from dashboard.lists.people import verbs_for
from dashboard.lists.shape import Column, Edit, List, Sort
from dashboard.people import member_choices
from dashboard.templatetags.dashboard import in_language, number
from foundation.ids import normalise_code
from loyalty.queries import open_periods
from referrals.models import ReferralCode
from rewards.queries import available_points
from tenancy import door
from tenancy.models import Membership

MOST_MATCHES = 1000  # best first; whoever needs more than a thousand filters, not searches


class CustomerFilters(FilterForm):
    q = SearchField(_("Name, pinyin, phone, e-mail or code"))
    stage = forms.ChoiceField(
        required=False, label=_("Stage"), choices=choices_with_any(_("Any stage"), Customer.Stage.choices)
    )
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=choices_with_any(_("Any source"), Customer.Source.choices)
    )
    tag = forms.ChoiceField(required=False, label=_("Tag"))
    owner = forms.ChoiceField(required=False, label=pgettext_lazy("of a customer", "Owner"))
    segment = forms.ChoiceField(required=False, label=_("Segment"))

    def __init__(self, data=None):
        super().__init__(data)
        # Read when the form is shown, and once: its widgets go over them several times.
        self.fields["tag"].choices = cache(lambda: choices_with_any(_("Any tag"), known_tags()))
        self.fields["segment"].choices = cache(lambda: choices_with_any(_("Any segment"), _segments()))
        self.fields["owner"].choices = cache(
            lambda: choices_with_any(_("Any owner"), [("none", _("Nobody")), *member_choices()])
        )

    def narrow(self, rows):
        chosen = self.chosen
        rows = rows.filter(**{name: chosen[name] for name in ("stage", "source") if name in chosen})
        if "tag" in chosen:
            rows = rows.filter(tags__tag__name=chosen["tag"])
        if "owner" in chosen:
            rows = rows.filter(owner_id=None if chosen["owner"] == "none" else chosen["owner"])
        if "segment" in chosen:
            rows = rows.filter(id__in=members(UUID(chosen["segment"])).order_by().values("id"))
        return rows


def _segments() -> list[tuple[str, str]]:
    """The segments that whoever asks may see: everybody's, and their own."""
    mine = Q(owner__user_id=door.actor().id) if door.actor().id else Q()
    rows = Segment.objects.filter(Q(is_shared=True) | mine).order_by("name", "id")
    return [(str(key), name) for key, name in rows.values_list("id", "name")]


def known_tags() -> list[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]


def find(text: str) -> list[UUID]:
    """Find customers by what people type; whose referral code it is comes first."""
    code = normalise_code(text)[:16]
    by_code = list(ReferralCode.objects.filter(code=code).values_list("referrer_id", flat=True)) if len(code) >= 4 else []
    return list(dict.fromkeys([*by_code, *search_ids(text, MOST_MATCHES)]))


def _rows():
    return customers().annotate(in_name_order=Collate("search_text", "C"))


def _bare():
    return Customer.objects.annotate(in_name_order=Collate("search_text", "C"))


def _fill(member: Membership, rows: Sequence[Customer]) -> None:
    ids = [row.id for row in rows]
    points = available_points(ids) if member.may("rewards:read") and ids else {}
    periods = open_periods(ids) if member.may("loyalty:read") and ids else {}
    for row in rows:
        row.points = points.get(row.id, 0)
        row.tier = periods[row.id].tier if row.id in periods else None


# --- cells -----------------------------------------------------------------------------------------------


def _link(row: Customer) -> str:
    return address_of("customer", row.id)


def _name(row: Customer) -> SafeString:
    return cells.named(row.name, _link(row), ("" if is_hidden("city") else row.city) or row.get_source_display())


def _tier(row: Customer) -> SafeString:
    if not row.tier:
        return cells.NOTHING
    return format_html(
        '<span class="nowrap"><span class="tier-dot" data-colour="{}"></span>{}</span>',
        row.tier.colour,
        in_language(row.tier.name),
    )


def _tag_names(row: Customer) -> list[str]:
    return [given.tag.name for given in row.tags.all()]


def _plain(field: str, **more: Any) -> dict[str, Any]:
    """A text column of the customer's own, changed where it stands."""
    edit = Edit(
        "customers:write", "text", lambda row: getattr(row, field),
        lambda row_id, before, after: change_value(row_id, field, before=before, after=after.strip()),
    )  # fmt: skip
    shown = {"cell": lambda row: cells.soft(getattr(row, field)), "value": lambda row, reader: getattr(row, field)}
    return {**shown, "edit": edit, "is_shown": False, **more}


def _choice(field: str, choices) -> Edit:
    return Edit(
        "customers:write", "select", lambda row: getattr(row, field),
        lambda row_id, before, after: change_value(row_id, field, before=before, after=after), lambda: choices,
    )  # fmt: skip


def _change_owner(row_id: UUID, before: str, after: str) -> None:
    change_value(row_id, "owner_id", before=_id(before), after=_id(after))


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]


def _owner_choices() -> list:
    return [("", _("Nobody")), *member_choices()]


_OWNER = Edit("customers:write", "select", lambda row: str(row.owner_id or ""), _change_owner, _owner_choices)
_TAGS = Edit(
    "customers:write", "tags", lambda row: ", ".join(_tag_names(row)),
    lambda row_id, before, after: change_tags(row_id, before=_split(before), after=_split(after)), known_tags,
)  # fmt: skip


def _owner(row: Customer) -> SafeString:
    return cells.soft(row.owner.user.name if row.owner else "")


COLUMNS = (
    Column("name", _("Name"), _name, lambda row, reader: row.name, sort=Sort("in_name_order", is_down=False, read=str)),
    *contacts.columns(lambda row: row),
    Column(
        "stage", _("Stage"), cells.state("stage"), lambda row, reader: row.get_stage_display(),
        edit=_choice("stage", Customer.Stage.choices),
    ),
    Column(
        "tier", _("Tier"), _tier, lambda row, reader: in_language(row.tier.name) if row.tier else "",
        permission="loyalty:read",
    ),
    Column(
        "points", _("Points"), lambda row: number(row.points), lambda row, reader: row.points, permission="rewards:read",
        css="num",
    ),
    Column(
        "tags", _("Tags"), lambda row: cells.tags(_tag_names(row)[:4]), lambda row, reader: ", ".join(_tag_names(row)),
        edit=_TAGS,
    ),
    Column(
        "owner", pgettext_lazy("of a customer", "Owner"), _owner,
        lambda row, reader: row.owner.user.name if row.owner else "", edit=_OWNER,
    ),
    Column("city", _("City"), **_plain("city"), mask="city"),
    Column("province", _("Province or country"), **_plain("province"), mask="province"),
    Column("occupation", _("Occupation"), **_plain("occupation"), mask="occupation"),
    Column("kind", _("Kind"), **cells.chosen("kind"), is_shown=False),
    Column("source", _("Source"), **cells.chosen("source"), is_shown=False),
    Column("gender", _("Gender"), **cells.chosen("gender"), is_shown=False, mask="gender"),
    Column("birth_date", _("Birth date"), **cells.dated("birth_date"), is_shown=False, css="num", mask="birth_date"),
    Column("created", _("Added"), **cells.dated("created_at"), sort=Sort("created_at"), css="num"),
    Column("id", _("Record id"), **cells.RECORD_ID),
)  # fmt: skip


_VERBS = ("tag", "untag", "list", "unlist", "owner", "stage", "points", "task")


CUSTOMERS = List(
    name="customers", title=_("Customers"), permission="customers:read", argument="customer_id",
    filters=CustomerFilters, rows=_rows, bare=_bare, columns=COLUMNS, sort="-created",
    name_of=lambda row: row.name, link_of=_link, empty="dashboard/parts/empty_customers.html", search=find,
    fill=_fill, verbs=verbs_for(lambda row: row.id, wanted=_VERBS),
    actions="dashboard/parts/customers_actions.html", subject="customer",
    own_columns=own_columns_of("customer"), is_of_people=True,
)  # fmt: skip
