"""Record refunds: one path for one and for a thousand."""

from collections.abc import Sequence

from crm import rules
from crm.errors import RefundConflict
from crm.models import Order, Refund
from crm.operations.order_locks import hold_keys
from crm.operations.order_states import announce_orders
from crm.operations.record_order import orders_by_key
from crm.operations.waiting_refunds import refunded_of
from crm.reports import Recorded, RefundReport, Refused
from foundation.errors import DomainError
from tenancy import audit, door


def record_refund(report: RefundReport) -> tuple[Refund, bool]:
    """Record money given back; a repetition gives the first answer and False.

    While its order is unknown or unpaid the refund waits (`refund.order` is None). Raises
    RefundTooLarge, RefundBeforeOrder or RefundOtherCurrency when a known order cannot
    bear it, RefundConflict when it contradicts what is recorded.
    """
    answer = record_refunds([report])[0]
    if isinstance(answer, Refused):
        raise answer.error
    return answer.row, answer.is_new


def record_refunds(reports: Sequence[RefundReport]) -> list[Recorded | Refused]:
    """Record many refunds in a handful of statements; the answers are in the order of the reports."""
    if not reports:
        return []
    first, repeated = rules.first_and_repeated([report.key for report in reports])
    answers = dict(zip(first, _Batch([reports[i] for i in first]).record(), strict=True))
    answers.update(zip(repeated, record_refunds([reports[i] for i in repeated]), strict=True))
    return [answers[i] for i in range(len(reports))]


class _Batch:
    """Reports with different keys."""

    def __init__(self, reports: Sequence[RefundReport]) -> None:
        self.reports = reports

    def record(self) -> list[Recorded | Refused]:
        orders, refunds = [r.order_key for r in self.reports], [r.key for r in self.reports]
        hold_keys([("order", *key) for key in orders] + [("refund", *key) for key in refunds])
        self.orders = orders_by_key(orders, lock=True)
        self.recorded = _refunds_by_key(self.reports)
        self.refunded = refunded_of(order.id for order in self.orders.values())
        self.new: list[Refund] = []
        answers = [self._judge(report) for report in self.reports]
        self._save()
        return answers

    def _judge(self, report: RefundReport) -> Recorded | Refused:
        try:
            rules.check_refund(report)
            if refund := self.recorded.get(report.key):
                return self._repeat(refund, report)
            return Recorded(self._make(report), is_new=True)
        except DomainError as error:
            return Refused(error)

    def _repeat(self, refund: Refund, report: RefundReport) -> Recorded:
        if differs := rules.refund_differences(report, refund):
            raise RefundConflict(source=refund.source, external_id=refund.external_id, differs=", ".join(differs))
        return Recorded(refund, is_new=False)

    def _make(self, report: RefundReport) -> Refund:
        refunded_at = report.refunded_at or door.moment()
        order = self.orders.get(report.order_key)
        if order:
            self._check(report, order, refunded_at)
        refund = Refund(
            source=report.source,
            external_id=report.external_id,
            order_external_id=report.order_external_id,
            order=order if order and order.paid_at else None,
            currency=report.currency,
            amount_minor=report.amount_minor,
            refunded_at=refunded_at,
            reason=report.reason,
        )
        self.new.append(refund)
        return refund

    def _check(self, report: RefundReport, order: Order, refunded_at) -> None:
        refunded = self.refunded.get(order.id, 0)
        rules.check_fits(
            amount_minor=report.amount_minor,
            currency=report.currency,
            refunded_at=refunded_at,
            order=order,
            left_minor=order.total_minor - refunded,
        )
        self.refunded[order.id] = refunded + report.amount_minor

    def _save(self) -> None:
        Refund.objects.bulk_create(self.new)
        facts = [(r, {"amount_minor": r.amount_minor, "is_waiting": r.order_id is None}) for r in self.new]
        audit.record_many("refund.recorded", facts)
        announce_orders({refund.order for refund in self.new if refund.order}, "refunded")


def _refunds_by_key(reports: Sequence[RefundReport]) -> dict[tuple[str, str], Refund]:
    ids = {report.external_id for report in reports}
    found = Refund.objects.filter(source__in={report.source for report in reports}, external_id__in=ids)
    return {(refund.source, refund.external_id): refund for refund in found}
