"""Kinds of coupons and their codes: issued, shared, in batches; what cannot be changed or withdrawn."""

from datetime import timedelta

import pytest

from rewards import operations, queries
from rewards.errors.coupons import (
    BatchTooLarge,
    CodeTaken,
    CodeUnreadable,
    CouponCannotBeWithdrawn,
    CouponKindInvalid,
    CouponWithdrawn,
    GiftUnknown,
    KindInUse,
    KindTaken,
    KindWithdrawn,
    WindowInvalid,
)
from rewards.errors.general import NotPositive
from rewards.models import Coupon, CouponBatch, CouponGuest, CouponKind
from rewards.operations.coupons import codes as coupon_codes
from rewards.queries import Asked
from rewards.rules.coupons import Basket, Line
from rewards.tasks import make_coupon_codes
from tenancy import door, jobs
from tenancy.models import AuditRecord, Job


@pytest.fixture
def autumn(at_acme):
    with at_acme():
        return operations.make_coupon_kind(
            code="AUTUMN", currency="GBP", name={"en": "Autumn", "zh-hans": "秋天券"}, effect="value", value_minor=300
        )


def ask(code, **facts):
    return Asked(Basket((Line(5000),), "GBP"), (code,), source="shop", external_id="7", **facts)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"effect": "value"}, CouponKindInvalid),
        ({"effect": "percent"}, CouponKindInvalid),
        ({"effect": "percent", "percent": 101}, CouponKindInvalid),
        ({"effect": "gift"}, GiftUnknown),
        ({"effect": "value", "value_minor": 5, "valid_days": 0}, NotPositive),
        ({"effect": "value", "value_minor": 5, "total": 0}, NotPositive),
        ({"effect": "shipping", "cap_minor": 0}, NotPositive),
    ],
)
def test_a_kind_that_means_nothing_is_refused(at_acme, terms, refusal):
    with at_acme():
        with pytest.raises(refusal):
            operations.make_coupon_kind(code="X", currency="GBP", **terms)
        assert CouponKind.objects.count() == 0


def test_a_kind_ends_after_it_begins_and_its_name_is_its_own(at_acme, autumn):
    with at_acme():
        now = door.moment()
        with pytest.raises(WindowInvalid):
            operations.change_coupon_kind(autumn.id, starts_at=now, ends_at=now)
        with pytest.raises(KindTaken):
            operations.make_coupon_kind(code="AUTUMN", currency="GBP", effect="shipping")


def test_what_is_promised_stays_and_the_rest_may_change(at_acme, autumn, ann):
    with at_acme():
        assert operations.change_coupon_kind(autumn.id, value_minor=400).value_minor == 400
        coupon = operations.issue_coupon(autumn.id, customer_id=ann.id)
        with pytest.raises(KindInUse):
            operations.change_coupon_kind(autumn.id, value_minor=100)
        operations.change_coupon_kind(autumn.id, name={"en": "Late autumn"}, total=10, priority=3)
        autumn.refresh_from_db()
        assert (autumn.value_minor, autumn.total, autumn.priority) == (400, 10, 3)
        assert coupon.expires_at == door.moment() + timedelta(days=60)
        changes = AuditRecord.objects.filter(action="coupon_kind.changed").order_by("id").values_list("changes", flat=True)
        assert list(changes) == [
            {"fields": ["value_minor"]}, {"fields": ["name", "priority", "total"]}
        ]  # fmt: skip


def test_named_customers_are_a_list_that_can_be_changed(at_acme, ann, bea):
    with at_acme():
        kind = operations.make_coupon_kind(
            code="VIP", currency="GBP", effect="value", value_minor=300, audience="named", guests=[ann.id]
        )
        operations.change_coupon_kind(kind.id, guests=[bea.id])
        assert [guest.customer_id for guest in CouponGuest.objects.all()] == [bea.id]


def test_a_withdrawn_kind_issues_nothing_and_keeps_what_customers_hold(at_acme, autumn, ann):
    with at_acme():
        held = operations.issue_coupon(autumn.id, customer_id=ann.id)
        operations.open_shared_code(autumn.id, code="AUTUMN26")
        operations.withdraw_coupon_kind(autumn.id)
        for issue in (
            lambda: operations.issue_coupon(autumn.id, customer_id=ann.id),
            lambda: operations.open_shared_code(autumn.id, code="OTHER"),
            lambda: operations.order_codes(autumn.id, size=1, label=""),
            lambda: operations.change_coupon_kind(autumn.id, priority=1),
        ):
            with pytest.raises(KindWithdrawn):
                issue()
        assert queries.assess(ask(held.code))[0].discount_minor == 300
        with pytest.raises(CouponWithdrawn):
            operations.reserve(ask("AUTUMN26"))


def test_a_shared_code_is_readable_and_taken_once(at_acme, autumn, ann):
    with at_acme():
        code = operations.issue_coupon(autumn.id, customer_id=ann.id).code
        assert operations.open_shared_code(autumn.id, code="autumn 26").code == "AUTUMN26"
        for taken in ("AUTUMN-26", code):
            with pytest.raises(CodeTaken):
                operations.open_shared_code(autumn.id, code=taken)
        for nonsense in ("A", "!!!", "A" * 25, "秋天快乐"):
            with pytest.raises(CodeUnreadable):
                operations.open_shared_code(autumn.id, code=nonsense)


def test_a_code_is_withdrawn_unless_it_comes_from_a_reward(at_acme, autumn, ann, promise, welcome):
    with at_acme():
        coupon = operations.issue_coupon(autumn.id, customer_id=ann.id)
        assert operations.withdraw_coupon(coupon.id).state == "void"
        operations.accrue([promise(1, kind="coupon", coupon_kind_id=welcome.id, days=0)])
        operations.settle_due(limit=1)
        with pytest.raises(CouponCannotBeWithdrawn):
            operations.withdraw_coupon(Coupon.objects.get(reward__isnull=False).id)


def test_codes_expire_also_when_no_lot_stands_for_them(at_acme, autumn, ann):
    with at_acme():
        operations.issue_coupon(autumn.id, customer_id=ann.id)
    with at_acme(days=59):
        assert operations.expire_coupons() == 0
    with at_acme(days=60):
        assert (operations.expire_coupons(), Coupon.objects.get().state) == (1, "expired")


# --- batches -------------------------------------------------------------------------------------------------


def test_a_few_codes_are_made_at_once(at_acme, autumn):
    with at_acme():
        batch = operations.order_codes(autumn.id, size=50, label="Leaflet")
        codes = set(Coupon.objects.filter(batch=batch, customer=None).values_list("code", flat=True))
        assert (batch.state, batch.job, len(codes)) == ("ready", None, 50)
        assert operations.redeem(operations.reserve(ask(min(codes))).id).discount_minor == 300
        for size in (0, 200_001):
            with pytest.raises(BatchTooLarge):
                operations.order_codes(autumn.id, size=size, label="")


def test_many_codes_are_a_job_that_is_resumed(acme, at_acme, autumn, monkeypatch):
    monkeypatch.setattr(coupon_codes, "CHUNK", 300)
    with at_acme():
        batch = operations.order_codes(autumn.id, size=1000, label="Leaflet")
        assert (batch.state, Coupon.objects.count()) == ("making", 0)
    dying = iter([0, 0, 1])

    def advance(job_id, *, done):
        Job.objects.filter(id=job_id).update(done=done)
        if next(dying):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(jobs, "advance", advance)
        make_coupon_codes(str(acme.id))
    with at_acme():
        assert (Coupon.objects.count(), Job.objects.get().done) == (600, 600)
    assert make_coupon_codes(str(acme.id)) == 400
    assert make_coupon_codes(str(acme.id)) == 0
    with at_acme():
        job, batch = Job.objects.get(), CouponBatch.objects.get()
        assert (job.state, job.done, batch.state, Coupon.objects.count()) == ("done", 1000, "ready", 1000)


def test_making_codes_can_be_stopped(acme, at_acme, autumn):
    with at_acme():
        batch = operations.order_codes(autumn.id, size=1000, label="Leaflet")
        jobs.request_cancel(batch.job_id)
    assert make_coupon_codes(str(acme.id)) == 0
    with at_acme():
        batch.refresh_from_db()
        assert (batch.state, Coupon.objects.count()) == ("stopped", 0)


def test_the_figures_of_a_kind_count_what_stands(at_acme, autumn, ann):
    with at_acme():
        operations.issue_coupon(autumn.id, customer_id=ann.id)
        used = operations.issue_coupon(autumn.id, customer_id=ann.id)
        operations.redeem(operations.reserve(ask(used.code)).id)
        [figures] = queries.kind_figures([autumn.id]).values()
        assert (figures.issued, figures.valid, figures.reserved, figures.redeemed) == (2, 1, 0, 1)
        assert (figures.uses, figures.discount_minor) == (1, 300)
