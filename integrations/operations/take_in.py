"""Take a chunk of items into the house, and count what became of each row."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crm.models import ContactPoint, Customer, Order
from crm.operations import Recorded, Refused, record_customers, record_orders, record_refunds
from crm.reports import CustomerReport, OrderReport
from crm.rules import contacts_of
from foundation.errors import DomainError
from integrations.operations.take_over import take_over
from integrations.reading import RawRow
from integrations.rows import Item, Problem, Reading

_COMPARED = ("name", "language", "gender", "birth_date", "province", "city", "occupation", "note")


@dataclass(frozen=True)
class Outcome:
    counts: Counter[str]
    problems: Sequence[Problem]


def take_in(items: Sequence[Item], how: Reading) -> Outcome:
    """Record customers, orders, refunds and balances of these items, in this order; refusals become problems of rows."""
    counts: Counter[str] = Counter()
    problems = [problem for item in items for problem in item.problems]
    blamed = {problem.row.line for problem in problems}
    for take in (_customers, _orders, _refunds, _balances):
        for rows, error in take(items, how, counts):
            innocent = [row for row in rows if row.line not in blamed]
            problems += [_refusal(row, error, how.mapping) for row in innocent]
            blamed |= {row.line for row in innocent}
    counts.update(_rows(items, problems))
    return Outcome(counts, problems)


def _rows(items: Sequence[Item], problems: Sequence[Problem]) -> Mapping[str, int]:
    failed = {problem.row.line for problem in problems if not problem.is_skip}
    skipped = {problem.row.line for problem in problems} - failed
    total = sum(len(item.rows) for item in items)
    return {"rows": total, "taken": total - len(failed) - len(skipped), "skipped": len(skipped), "failed": len(failed)}


def _refusal(row: RawRow, error: DomainError, mapping: Mapping[str, str]) -> Problem:
    facts = json.loads(json.dumps(error.facts, default=str))
    return Problem(row, error.code, error.message, facts, mapping.get(error.field or "", ""))


_Refusals = Iterable[tuple[Sequence[RawRow], DomainError]]


def _customers(items: Sequence[Item], how: Reading, counts: Counter[str]) -> _Refusals:
    told = [(item, report) for item in items for report in item.customers]
    before = _snapshot([report for _, report in told], how.habits.country)
    answers = record_customers([report for _, report in told]) if told else []
    after = _state_of(before.keys())
    for (item, _), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.rows, answer.error
        else:
            is_changed = before.get(answer.row.id) != after.get(answer.row.id)
            _count(counts, "customers", answer, is_changed=is_changed)


def _snapshot(reports: Sequence[CustomerReport], country: str) -> dict:
    """Note how the customers that these reports may mean look now."""
    keys = set()
    for report in reports:
        try:
            keys |= {contact.key for contact in contacts_of(report, country)}
        except DomainError:
            continue  # will be refused with its reason
    found = ContactPoint.objects.filter(normalised__in={normalised for _, normalised in keys})
    return _state_of({point.customer_id for point in found if (point.kind, point.normalised) in keys})


def _state_of(ids) -> dict:
    contacts = Counter(ContactPoint.objects.filter(customer_id__in=list(ids)).values_list("customer_id", flat=True))
    rows = Customer.objects.filter(id__in=list(ids)).values_list("id", *_COMPARED)
    return {row[0]: (row[1:], contacts[row[0]]) for row in rows}


def _orders(items: Sequence[Item], how: Reading, counts: Counter[str]) -> _Refusals:
    told = [(item, report) for item in items for report in item.orders]
    before = _states([report for _, report in told])
    answers = record_orders([report for _, report in told]) if told else []
    for (item, report), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.rows, answer.error
        else:
            _count(counts, "orders", answer, is_changed=before.get(report.external_id) != answer.row.status)


def _states(reports: Sequence[OrderReport]) -> dict[str, str]:
    """Tell the states of the orders that are known already; one import has one source."""
    if not reports:
        return {}
    known = Order.objects.filter(source=reports[0].source, external_id__in=[report.external_id for report in reports])
    return dict(known.values_list("external_id", "status"))


def _refunds(items: Sequence[Item], how: Reading, counts: Counter[str]) -> _Refusals:
    told = [(item, report) for item in items for report in item.refunds]
    answers = record_refunds([report for _, report in told]) if told else []
    for (item, report), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.refund_rows[report.external_id], answer.error
        else:
            _count(counts, "refunds", answer, is_changed=False)


def _balances(items: Sequence[Item], how: Reading, counts: Counter[str]) -> _Refusals:
    told = [(item, balance) for item in items for balance in item.balances]
    answers = take_over([balance for _, balance in told], how) if told else []
    for (item, balance), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.rows, answer.error
        else:
            counts["created" if answer else "unchanged"] += 1
            counts[f"balances_{'created' if answer else 'unchanged'}"] += 1
            counts[f"amount_{balance.unit}"] += balance.amount if answer else 0


def _count(counts: Counter[str], what: str, answer: Recorded, *, is_changed: bool) -> None:
    verdict = "created" if answer.is_new else "updated" if is_changed else "unchanged"
    counts[verdict] += 1
    counts[f"{what}_{verdict}"] += 1
