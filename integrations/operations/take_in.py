"""Take a chunk of items into the house, and say what became of each row and what of it could be undone."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm.models import Product
from crm.operations import (
    OrderSheet,
    Refused,
    record_refunds,
    take_customer_sheet,
    take_customers,
    take_order_sheet,
    take_orders,
)
from crm.operations.deals import take_deals
from crm.reports import CustomersTaken, SheetTaken, Taken
from foundation.errors import DomainError
from integrations.columns import Chunk
from integrations.operations.introduce import introduce
from integrations.operations.take_over import take_over
from integrations.reading import RawRow
from integrations.rows import COLUMN_OF, REPEATED_CUSTOMER, Item, Problem, Reading


@dataclass(frozen=True)
class Trace:
    """What was made or changed for a row. Later ones are undone first."""

    row: int
    subject: str  # customer, company, order, refund, product, balance, referral, deal
    taken: Taken


@dataclass
class Outcome:
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    made: str = ""  # SheetTaken.traces
    advanced: str = ""  # SheetTaken.advanced
    first_line: int = 0  # of the chunk: for what came of several rows


def take_chunk(chunk: Chunk, how: Reading) -> Outcome:
    """Take rows in by columns as far as they are plain, and all others one by one."""
    done = _take_sheet(chunk, how)
    others = sorted([*chunk.items, *chunk.one_by_one(done.left)], key=lambda item: item.rows[0].line)
    outcome = take_in(others, how, chunk.first_line)
    what = "orders" if isinstance(chunk.sheet, OrderSheet) else "customers"
    for verdict, count in (("created", done.created), ("unchanged", done.unchanged)):
        outcome.counts.update(dict.fromkeys((verdict, f"{what}_{verdict}", "rows", "taken"), count))
    outcome.made, outcome.advanced = done.traces, done.advanced
    return outcome


def _take_sheet(chunk: Chunk, how: Reading) -> SheetTaken:
    if chunk.sheet is None:
        return SheetTaken()
    if isinstance(chunk.sheet, OrderSheet):
        return take_order_sheet(chunk.sheet)
    beside = [report for item in chunk.items for report in item.customers]
    return take_customer_sheet(chunk.sheet, how.options.handling(_columns_told(how.mapping)), beside)


def take_in(items: Sequence[Item], how: Reading, first_line: int) -> Outcome:
    """Record customers, orders, refunds, balances and who brought whom; refusals become problems of rows."""
    outcome = Outcome(problems=[problem for item in items for problem in item.problems], first_line=first_line)
    blamed = {problem.row.line for problem in outcome.problems}
    for take in (_customers, _orders, _refunds, _balances, _deals):
        for rows, what in take(items, how, outcome):
            innocent = [row for row in rows if row.line not in blamed]
            outcome.problems += [_problem(row, what, how.mapping) for row in innocent]
            blamed |= {row.line for row in innocent}
    _introductions(items, how, outcome)
    outcome.counts.update(_rows(items, outcome.problems))
    return outcome


def _rows(items: Sequence[Item], problems: Sequence[Problem]) -> Mapping[str, int]:
    failed = {problem.row.line for problem in problems if not problem.is_skip and not problem.is_remark}
    skipped = {problem.row.line for problem in problems if problem.is_skip} - failed
    total = sum(len(item.rows) for item in items)
    return {"rows": total, "taken": total - len(failed) - len(skipped), "skipped": len(skipped), "failed": len(failed)}


@dataclass(frozen=True)
class _Aside:
    """Set aside on purpose."""

    error: DomainError


@dataclass(frozen=True)
class _Repeats:
    line: int


_Complaint = DomainError | _Aside | _Repeats
_Complaints = Iterable[tuple[Sequence[RawRow], _Complaint]]


def _problem(row: RawRow, what: _Complaint, mapping: Mapping[str, str]) -> Problem:
    if isinstance(what, _Repeats):
        return Problem(row, *REPEATED_CUSTOMER, {"line": what.line}, is_skip=True)
    error, is_skip = (what.error, True) if isinstance(what, _Aside) else (what, False)
    facts = json.loads(json.dumps(error.facts, default=str))
    return Problem(row, error.code, error.message, facts, mapping.get(error.field or "", ""), is_skip)


def _customers(items: Sequence[Item], how: Reading, outcome: Outcome) -> _Complaints:
    told = [(item, report) for item in items for report in item.customers]
    handling = how.options.handling(_columns_told(how.mapping))
    taken = take_customers([report for _, report in told], handling)
    _note_companies(outcome, taken, how)
    for (item, _), answer in zip(told, taken.answers, strict=True):
        if answer.verdict == "repeated":
            yield item.rows, _Repeats(told[answer.first][0].rows[0].line)
        elif answer.verdict == "skipped":
            yield item.rows, _Aside(answer.error)
        elif answer.verdict == "refused":
            yield item.rows, answer.error
        else:
            _note(outcome, "customers", item.rows[0].line, "customer", answer)


def _note_companies(outcome: Outcome, taken: CustomersTaken, how: Reading) -> None:
    outcome.traces += [Trace(outcome.first_line, "company", one) for one in taken.made_companies.values()]
    outcome.counts["companies_created"] += len(taken.made_companies.keys() - how.companies)
    how.companies.update(taken.made_companies)


def _columns_told(mapping: Mapping[str, str]) -> set[str]:
    """Name the customer's columns that the file speaks of: an empty cell says something, a missing column nothing."""
    return {COLUMN_OF.get(name, name) for name in mapping}


def _orders(items: Sequence[Item], how: Reading, outcome: Outcome) -> _Complaints:
    told = [(item, report) for item in items for report in item.orders]
    skus = {line.sku for _, report in told for line in report.lines if line.sku}
    known = set(Product.objects.filter(sku__in=skus).values_list("sku", flat=True)) if skus else set()
    taken = take_orders([report for _, report in told])
    first = outcome.first_line
    outcome.traces += [Trace(first, "customer", one) for one in taken.made_customers]
    outcome.traces += [Trace(first, "customer", one) for one in taken.advanced]
    new = Product.objects.filter(sku__in=skus - known).values_list("id", flat=True) if skus - known else ()
    outcome.traces += [Trace(first, "product", Taken("created", id)) for id in new]
    for (item, _), answer in zip(told, taken.answers, strict=True):
        if answer.verdict == "refused":
            yield item.rows, answer.error
        else:
            _note(outcome, "orders", item.rows[0].line, "order", answer)


def _refunds(items: Sequence[Item], how: Reading, outcome: Outcome) -> _Complaints:
    told = [(item, report) for item in items for report in item.refunds]
    answers = record_refunds([report for _, report in told]) if told else []
    for (item, report), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.refund_rows[report.external_id], answer.error
        else:
            taken = Taken("created" if answer.is_new else "unchanged", answer.row.id)
            _note(outcome, "refunds", item.rows[0].line, "refund", taken)


def _balances(items: Sequence[Item], how: Reading, outcome: Outcome) -> _Complaints:
    told = [(item, balance) for item in items for balance in item.balances]
    answers = take_over([balance for _, balance in told], how) if told else []
    for (item, balance), answer in zip(told, answers, strict=True):
        if isinstance(answer, Refused):
            yield item.rows, answer.error
        else:
            _note(outcome, "balances", item.rows[0].line, "balance", answer)
            outcome.counts[f"amount_{balance.unit}"] += balance.amount if answer.verdict == "created" else 0


def _deals(items: Sequence[Item], how: Reading, outcome: Outcome) -> _Complaints:
    told = [(item, report) for item in items for report in item.deals]
    taken = take_deals([report for _, report in told])
    first = outcome.first_line
    outcome.traces += [Trace(first, "company", one) for one in taken.made_companies]
    outcome.traces += [Trace(first, "customer", one) for one in taken.made_customers]
    outcome.counts["customers_created"] += len(taken.made_customers) if told else 0
    for (item, _), answer in zip(told, taken.answers, strict=True):
        if answer.verdict == "refused":
            yield item.rows, answer.error
        else:
            _note(outcome, "deals", item.rows[0].line, "deal", answer)


def _introductions(items: Sequence[Item], how: Reading, outcome: Outcome) -> None:
    """Note who brought whom, once all customers of the chunk are there. What fails is said; the customer stays."""
    lines = {trace.row: trace for trace in outcome.traces if trace.subject == "customer"}
    told = [item for item in items if item.introduction and item.customers]
    for item, answer in zip(told, introduce(told, lines, how), strict=True) if told else ():
        row = item.rows[0]
        if answer is None:
            continue
        if isinstance(answer, Refused):
            problem = _problem(row, answer.error, how.mapping)
            outcome.problems.append(Problem(row, problem.code, problem.message, problem.facts, is_remark=True))
        elif answer.is_new:
            outcome.counts["referrals_created"] += 1
            outcome.traces.append(Trace(row.line, "referral", Taken("created", answer.row.id)))


def _note(outcome: Outcome, what: str, row: int, subject: str, taken: Taken) -> None:
    outcome.counts[taken.verdict] += 1
    outcome.counts[f"{what}_{taken.verdict}"] += 1
    outcome.traces.append(Trace(row, subject, taken))
