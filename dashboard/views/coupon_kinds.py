"""Kinds of coupons: the list with use figures, one kind with its codes, and the form with its sentence."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext, pgettext

from crm.models import Customer
from dashboard.access import action, staff
from dashboard.answers import blamed_on, csv_file, done, page
from dashboard.coupon_speech import receipt_of, said
from dashboard.forms_coupons import BatchForm, CouponKindForm, SharedCodeForm
from dashboard.paging import newest_by_id
from foundation.errors import Invalid
from foundation.ids import new_code
from integrations.exports import csv_lines
from rewards import operations as rewarding
from rewards.models import Coupon, CouponBatch, CouponCounter, CouponKind
from rewards.queries import coupon_kinds as all_kinds
from rewards.queries import kind_figures, uses_by_day
from rewards.queries.checkouts import counter_id, terms_of
from rewards.rules.basket import Calculation, calculate
from rewards.rules.coupons import Basket, Line, Offered, Payer
from tenancy import audit, door


class NobodyChosen(Invalid):
    code = "nobody_chosen"
    message = "Choose a customer first."


SHOWN = 20
DAYS = 60  # of the chart


@staff("rewards:read")
def coupon_kinds(request: HttpRequest) -> HttpResponse:
    found = newest_by_id(request, all_kinds())
    figures = kind_figures([kind.id for kind in found])
    rows = [{"kind": kind, "figures": figures[kind.id], "state": state_of(kind), **said(kind)} for kind in found]
    template = "dashboard/parts/coupon_kind_rows.html" if request.htmx else "dashboard/coupon_kinds.html"
    return page(request, template, {"rows": rows, "page": found})


def state_of(kind: CouponKind) -> tuple[str, str]:
    """The state of a kind now, and its name."""
    now = door.moment()
    if kind.withdrawn_at:
        return "withdrawn", pgettext("a coupon", "Withdrawn")
    if kind.ends_at and kind.ends_at <= now:
        return "ended", gettext("Ended")
    if kind.starts_at and kind.starts_at > now:
        return "scheduled", gettext("Scheduled")
    return "active", gettext("In use")


# --- one kind ----------------------------------------------------------------------------------------------


@staff("rewards:read")
def coupon_kind(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    return _show(request, get_object_or_404(CouponKind.objects, id=coupon_kind_id))


def _show(request, kind: CouponKind, **forms) -> HttpResponse:
    """Show a kind; a refused form opens its dialog again."""
    figures = kind_figures([kind.id])[kind.id]
    codes = Coupon.objects.filter(kind=kind)
    counter = CouponCounter.objects.filter(id=counter_id(kind.id)).values_list("uses", flat=True).first()
    context = {
        "kind": kind, "state": state_of(kind), "figures": figures, "chart": _chart(kind), **said(kind),
        "shared": codes.filter(is_shared=True).order_by("-id")[:SHOWN],
        "batches": [_batch(each) for each in kind.batches.select_related("job").order_by("-id")[:SHOWN]],
        "holders": codes.filter(customer__isnull=False).select_related("customer").order_by("-id")[:5],
        "guests": Customer.objects.filter(id__in=kind.guests.values("customer_id")).order_by("name")[:100],
        "left": None if kind.total is None else max(kind.total - (counter or 0), 0), "used": counter or 0,
        "share_form": forms.get("share") or SharedCodeForm(), "is_share_open": "share" in forms,
        "batch_form": forms.get("batch") or BatchForm(), "is_batch_open": "batch" in forms,
    }  # fmt: skip
    response = page(request, "dashboard/coupon_kind.html", context)
    response.status_code = 422 if forms else 200
    return response


def _batch(batch: CouponBatch) -> CouponBatch:
    there = batch.coupons.count()
    batch.made, batch.percent = there, min(100, 100 * there // batch.size)
    batch.used = batch.coupons.filter(Q(state=Coupon.State.REDEEMED) | Q(state=Coupon.State.RESERVED)).count()
    return batch


def _chart(kind: CouponKind) -> dict | None:
    """Redeemed uses by day, a bar each; nothing where there are none."""
    today = timezone.localtime(door.moment()).date()
    since = door.moment() - timedelta(days=DAYS)
    counted = {day: uses for day, uses, _off in uses_by_day(kind.id, since)}
    if not counted:
        return None
    days = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
    return {
        "labels": [f"{day:%m-%d}" for day in days], "unit": "count",
        "series": [{"name": gettext("Uses"), "data": [counted.get(day, 0) for day in days]}],
    }  # fmt: skip


# --- make and change ---------------------------------------------------------------------------------------


@staff("rewards:write", post="rewards:write")
def coupon_kind_new(request: HttpRequest) -> HttpResponse:
    form = CouponKindForm(request.POST or None, currency=request.organisation.currency)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            kind = rewarding.make_coupon_kind(code=_short_name(form), currency=form.currency, **form.terms())
            return done(request, gettext("The kind is there. Now give out its codes."), "dashboard:coupon_kind", kind.id)
    return page(request, "dashboard/coupon_kind_form.html", form=form)


@staff("rewards:write", post="rewards:write")
def coupon_kind_edit(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    kind = get_object_or_404(CouponKind.objects, id=coupon_kind_id)
    is_promised = Coupon.objects.filter(kind=kind).exists()
    form = CouponKindForm(request.POST or None, currency=kind.currency, kind=kind, is_promised=is_promised)
    if request.method == "POST" and form.is_valid():
        with blamed_on(form):
            rewarding.change_coupon_kind(kind.id, **form.terms())
            return done(request, gettext("Saved."), "dashboard:coupon_kind", kind.id)
    return page(request, "dashboard/coupon_kind_form.html", {"kind": kind}, form=form)


def _short_name(form: CouponKindForm) -> str:
    """Make a name for machines from the one for people."""
    slug = slugify(form.cleaned_data["name_en"])[:30].strip("-")
    is_free = slug and not CouponKind.objects.filter(code=slug).exists()
    return slug if is_free else f"{slug or 'coupon'}-{new_code(5).lower()}"


@action("rewards:write")
def coupon_kind_preview(request: HttpRequest) -> HttpResponse:
    """Say what an unfinished form means, with an example; keep nothing."""
    kind = CouponKind.objects.filter(id=request.GET["kind"]).first() if "kind" in request.GET else None
    is_promised = kind is not None and Coupon.objects.filter(kind=kind).exists()
    form = CouponKindForm(request.POST, currency=request.organisation.currency, kind=kind, is_promised=is_promised)
    context = {"refusal": _first_error(form)}
    if form.is_valid():
        kind = CouponKind(currency=form.currency, code="example", **form.all_terms())
        context |= said(kind) | {"receipt": receipt_of(_example(kind), unsaved=kind), "refusal": ""}
    return render(request, "dashboard/parts/coupon_said.html", context)


def _first_error(form: CouponKindForm) -> str:
    for name, errors in form.errors.items():
        return f"{form[name].label}: {errors[0]}" if name in form.fields else str(errors[0])
    return ""


def _example(kind: CouponKind) -> Calculation:
    """A purchase that shows what the coupon does: something that fits, and something else."""
    whole = max(kind.minimum_minor, 2 * kind.value_minor, 50 * 10**2)
    fitting = Line(whole, sku=next(iter(kind.products), ""), category=next(iter(kind.categories), ""),
                   name=gettext("What it fits"), quantity=2)  # fmt: skip
    other = Line(whole // 2, sku="-", category="-", name=gettext("Something else"))
    is_narrow = bool(kind.products or kind.categories)
    lines = (fitting, other) if is_narrow else (Line(whole, name=gettext("A purchase")),)
    basket = Basket(lines, kind.currency, 10 * 10**2 if kind.effect == CouponKind.Effect.SHIPPING else 0)
    kind.starts_at = kind.ends_at = None
    kind.audience, kind.per_person = CouponKind.Audience.EVERYBODY, None
    coupon = Offered(gettext("Example"), terms_of(kind))
    return calculate(basket, [coupon], payer=Payer(), moment=door.moment())


@action("rewards:write")
def coupon_kind_withdraw(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    rewarding.withdraw_coupon_kind(get_object_or_404(CouponKind.objects, id=coupon_kind_id).id)
    return done(request, gettext("Nothing of this kind is issued any more."), "dashboard:coupon_kind", coupon_kind_id)


# --- codes -------------------------------------------------------------------------------------------------


@action("rewards:write")
def coupon_share(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    kind = get_object_or_404(CouponKind.objects, id=coupon_kind_id)
    form = SharedCodeForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            coupon = rewarding.open_shared_code(kind.id, code=form.cleaned_data["code"])
            message = gettext("%(code)s is open to everybody.") % {"code": coupon.code}
            return done(request, message, "dashboard:coupon_kind", kind.id)
    return _show(request, kind, share=form)


@action("rewards:write")
def coupon_batch_new(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    kind = get_object_or_404(CouponKind.objects, id=coupon_kind_id)
    form = BatchForm(request.POST)
    if form.is_valid():
        with blamed_on(form):
            batch = rewarding.order_codes(kind.id, **form.cleaned_data)
            message = gettext("The codes are being made.") if batch.job else gettext("The codes are there.")
            return done(request, message, "dashboard:coupon_kind", kind.id)
    return _show(request, kind, batch=form)


@staff("rewards:read")
def coupon_batch_progress(request: HttpRequest, coupon_batch_id: UUID) -> HttpResponse:
    """The line of a batch, which asks again every second while its codes are made."""
    batch = get_object_or_404(CouponBatch.objects.select_related("job"), id=coupon_batch_id)
    return render(request, "dashboard/parts/coupon_batch.html", {"batch": _batch(batch)})


@staff("rewards:write")
def coupon_batch_codes(request: HttpRequest, coupon_batch_id: UUID) -> HttpResponse:
    """The codes of a batch as a file for whoever prints them."""
    batch = get_object_or_404(CouponBatch.objects.select_related("kind"), id=coupon_batch_id)
    audit.record("list.exported", batch, {"list": "coupons", "rows": batch.size, "filters": []})
    heads = [gettext("Code"), gettext("Valid until"), gettext("State")]
    return csv_file(f"{batch.kind.code}-{batch.label}"[:60].replace('"', ""), csv_lines(heads, _codes(batch)))


def _codes(batch: CouponBatch):
    last = None
    while found := list((batch.coupons.filter(id__gt=last) if last else batch.coupons.all()).order_by("id")[:1000]):
        yield from ([coupon.code, timezone.localdate(coupon.expires_at), coupon.state] for coupon in found)
        last = found[-1].id


@action("rewards:write")
def coupon_issue(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    """Put a coupon into the hands of the customer who was chosen."""
    coupon = rewarding.issue_coupon(
        get_object_or_404(CouponKind.objects, id=coupon_kind_id).id, customer_id=_chosen(request).id
    )
    message = gettext("%(code)s is theirs.") % {"code": coupon.code}
    return done(request, message, "dashboard:coupon_kind", coupon_kind_id)


@action("rewards:write")
def coupon_guest(request: HttpRequest, coupon_kind_id: UUID) -> HttpResponse:
    """Put a customer on the list, or take one off it."""
    kind, customer = get_object_or_404(CouponKind.objects, id=coupon_kind_id), _chosen(request)
    if request.POST.get("do") == "remove":
        rewarding.uninvite_guest(kind.id, customer.id)
        return done(request, gettext("They are off the list."), "dashboard:coupon_kind", kind.id)
    rewarding.invite_guest(kind.id, customer.id)
    return done(request, gettext("They are on the list."), "dashboard:coupon_kind", kind.id)


def _chosen(request) -> Customer:
    try:
        customer_id = UUID(request.POST.get("customer", ""))
    except ValueError:
        raise NobodyChosen from None
    return get_object_or_404(Customer.objects, id=customer_id)


urls = [
    path("coupons/kinds/", coupon_kinds, name="coupon_kinds"),
    path("coupons/kinds/new/", coupon_kind_new, name="coupon_kind_new"),
    path("coupons/kinds/preview/", coupon_kind_preview, name="coupon_kind_preview"),
    path("coupons/kinds/<uuid:coupon_kind_id>/", coupon_kind, name="coupon_kind"),
    path("coupons/kinds/<uuid:coupon_kind_id>/edit/", coupon_kind_edit, name="coupon_kind_edit"),
    path("coupons/kinds/<uuid:coupon_kind_id>/withdraw/", coupon_kind_withdraw, name="coupon_kind_withdraw"),
    path("coupons/kinds/<uuid:coupon_kind_id>/share/", coupon_share, name="coupon_share"),
    path("coupons/kinds/<uuid:coupon_kind_id>/batch/", coupon_batch_new, name="coupon_batch_new"),
    path("coupons/kinds/<uuid:coupon_kind_id>/issue/", coupon_issue, name="coupon_issue"),
    path("coupons/kinds/<uuid:coupon_kind_id>/guests/", coupon_guest, name="coupon_guest"),
    path("coupons/batches/<uuid:coupon_batch_id>/progress/", coupon_batch_progress, name="coupon_batch_progress"),
    path("coupons/batches/<uuid:coupon_batch_id>/codes/", coupon_batch_codes, name="coupon_batch_codes"),
]
