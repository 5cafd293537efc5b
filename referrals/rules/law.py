# ruff: noqa: E501 (patterns and sources stand on one line each)
"""What the law sets to referral campaigns: levels, pay for heads, entry fees, tax, published rules. Plain functions.

Sources: 《禁止传销条例》 (国务院令第 444 号) art. 7: no pay by the number of people recruited, no entry fee, no pay on the sales of
those below; criminal from three levels and thirty people (刑法 art. 224-1; 立案追诉标准的规定（二）). 《规范促销行为暂行规定》 (市场监管总局令
第 32 号): rules and time of a promotion are published. Elsewhere: Directive 2005/29/EC, annex I no. 14 (pyramid schemes).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from referrals.rules.promised import Promise

MOST_LEVELS = 2
MOST_SECOND_LEVEL_PERCENT = Decimal(10)
LEGAL_NOTE = "two_levels_2026"  # another wording is another note, and is read again


@dataclass(frozen=True)
class Setup:
    """A campaign as the law looks at it, beside its promises."""

    country: str = "CN"
    currency: str = "CNY"
    has_end: bool = True
    has_rules_text: bool = True
    is_note_acknowledged: bool = False
    is_business: bool = False  # those who refer act for a company
    join_fee_minor: int = 0
    levels: int = 1
    rewards_in_30_days: int | None = None  # most rewards for one person
    rewards_in_all: int | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`is_refused`: the campaign must not start so. Otherwise it is a notice that somebody has to know."""

    code: str
    is_refused: bool
    path: str = "terms"
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaxRule:
    """From how much cash to one person on somebody has to look at tax; in the smallest part of the currency."""

    currency: str
    minor: int
    period: str  # payment, year
    source: str


TAX_RULES = {
    "CN": TaxRule(
        "CNY", 80_000, "payment", "国家税务总局公告 2018 年第 61 号第八条（劳务报酬预扣 20%，每次减除费用 800 元）"
    ),
    "GB": TaxRule("GBP", 100_000, "year", "ITTOIA 2005, Part 6A (trading allowance, £1,000)"),
    "US": TaxRule("USD", 200_000, "year", "26 U.S.C. § 6041(a) as amended by Pub. L. 119-21 (Form 1099, $2,000 from 2026)"),
    "DE": TaxRule("EUR", 25_600, "year", "§ 22 Nr. 3 Satz 2 EStG (Freigrenze 256 €)"),
}


def judge_law(promises: Sequence[Promise], setup: Setup) -> list[Verdict]:
    """Say what a campaign must not do, and what its makers have to know; refusals first."""
    found = [
        *_levels(promises, setup), *_second_level(promises, setup), *_heads(promises, setup), *_fees(setup),
        *_published(promises, setup), *_words(setup), *_tax(promises, setup), *_business(promises, setup),
    ]  # fmt: skip
    return sorted(found, key=lambda verdict: not verdict.is_refused)


# --- levels ------------------------------------------------------------------------------------------


def _deepest(promises: Iterable[Promise], setup: Setup) -> int:
    return max([setup.levels, *(promise.level for promise in promises)])


def _levels(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    levels = _deepest(promises, setup)
    if levels > MOST_LEVELS:
        yield Verdict("too_many_levels", True, facts={"levels": levels, "most": MOST_LEVELS})
    elif levels == MOST_LEVELS and not setup.is_note_acknowledged:
        yield Verdict("legal_note_unread", True, "legal_note", {"note": LEGAL_NOTE})


def _second_level(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    first = [promise.percent for promise in promises if promise.level == 1 and promise.to == "referrer" and promise.percent]
    for promise in promises:
        if promise.level < 2 or promise.percent is None:
            continue
        if promise.percent > MOST_SECOND_LEVEL_PERCENT:
            most = {"percent": f"{promise.percent:f}", "most": f"{MOST_SECOND_LEVEL_PERCENT:f}"}
            yield Verdict("second_level_too_high", True, promise.path, most)
        elif first and promise.percent > max(first):
            both = {"percent": f"{promise.percent:f}", "most": f"{max(first):f}"}
            yield Verdict("second_level_above_first", True, promise.path, both)


# --- heads, fees -------------------------------------------------------------------------------------


def _heads(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    """A value for having brought somebody, without a sale. On the second level nowhere; on the first not in China."""
    for promise in promises:
        if promise.needs_sale or not promise.is_valued or promise.to in ("referee", "salesperson"):
            continue
        is_refused = promise.level > 1 or setup.country == "CN"
        yield Verdict("pay_for_heads", is_refused, promise.path, {"event": promise.event, "level": promise.level})


def _fees(setup: Setup) -> Iterable[Verdict]:
    if setup.join_fee_minor > 0:
        yield Verdict("join_fee", True, "join_fee", {"minor": setup.join_fee_minor, "currency": setup.currency})


_FORBIDDEN_WORDS = (
    r"发展?下[线家]|下线(?:人数|提成|返利|业绩|收益)|拉人头|人头费|按人头(?:返|提|计)|入门费|加盟费即可(?:推广|返利)|团队计酬|团队业绩(?:提成|返利)",
    r"(?:交|缴|付)(?:纳|费)?[^。！？]{0,8}(?:元|费)[^。！？]{0,8}(?:成为|升级为?|获得)[^。！？]{0,6}(?:代理|推广员|合伙人|分销商|推荐资格)",
    r"[三四五六七八九多无3-9](?:级|层)(?:分销|返利|返佣|提成|推荐奖)|无限(?:级|层|代)|躺赚|静态收益|见点奖|对碰奖",
    r"\bdownlines?\b|\bpay(?:ment)? per (?:recruit|head)\b|\b(?:joining|entry|sign-?up) fee (?:to|for|of)\b|\bunlimited levels\b"
    r"|\b(?:three|four|five|multi)[- ]level (?:commission|reward|marketing)|\brecruit(?:ing)? (?:others|people|members) (?:to|and) earn\b",
)


def forbidden_words(texts: Mapping[str, Mapping[str, str]]) -> Iterable[tuple[str, str]]:
    """Find what no text may say, in texts by language and name: where ("zh-hans/offer"), and the words."""
    for language, named in texts.items():
        for name, text in named.items():
            plain = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", text)
            for pattern in _FORBIDDEN_WORDS:
                if found := re.search(pattern, plain, re.IGNORECASE):
                    yield f"{language}/{name}", found[0]


def _words(setup: Setup) -> Iterable[Verdict]:
    for place, words in forbidden_words(setup.texts):
        yield Verdict("pyramid_words", True, f"texts/{place}", {"words": words})


# --- what has to be published, paid, known ------------------------------------------------------------


def _gives_cash(promises: Iterable[Promise]) -> bool:
    return any(promise.cash_minor != 0 for promise in promises)


def _published(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    if not setup.has_rules_text:
        yield Verdict("rules_text_missing", True, "texts/terms")
    if _gives_cash(promises) and not setup.has_end:
        yield Verdict("end_missing", True, "ends_at")


def _tax(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    """Say what cash one person may get, where it may pass what can be paid without a look at tax."""
    if not _gives_cash(promises):
        return
    rule = TAX_RULES.get(setup.country)
    if rule is None or rule.currency != setup.currency:
        yield Verdict("tax_unknown", False, "terms", {"country": setup.country})
        return
    most = _most_cash(promises, setup, rule)
    if most is None or most > rule.minor:
        facts = {"minor": rule.minor, "currency": rule.currency, "most": most, "period": rule.period, "source": rule.source}
        yield Verdict(f"tax_per_{rule.period}", False, "terms", facts)


def _most_cash(promises: Sequence[Promise], setup: Setup, rule: TaxRule) -> int | None:
    """Give the most cash to one person that is paid at once, or in a year; None where nothing limits it."""
    once = _once(promises)
    if rule.period == "payment" or once is None:
        # A month's rewards are paid out together.
        return _times(once, setup.rewards_in_30_days, setup.rewards_in_all)
    a_year = None if setup.rewards_in_30_days is None else 12 * setup.rewards_in_30_days
    return _times(once, a_year, setup.rewards_in_all)


def _once(promises: Sequence[Promise]) -> int | None:
    """Add up the cash that one friend can bring one side. Of several options the dearest; of several schemes one."""
    sums = []
    for side in {promise.to for promise in promises}:
        branches: dict[str, dict[str, int | None]] = {}
        for promise in promises:
            if promise.to == side:
                dearest = branches.setdefault(_branch(promise.path), {})
                known = dearest.get(promise.path, 0)
                dearest[promise.path] = None if None in (known, promise.cash_minor) else max(known, promise.cash_minor)
        sums.append(_along(branches))
    return None if None in sums else max(sums, default=0)


def _branch(path: str) -> str:
    """rewards/0 -> rewards, schemes/1/rewards/0 -> schemes/1"""
    return path.rpartition("/rewards/")[0] or "rewards"


def _along(branches: Mapping[str, Mapping[str, int | None]]) -> int | None:
    if any(None in dearest.values() for dearest in branches.values()):
        return None
    sums = {branch: sum(dearest.values()) for branch, dearest in branches.items()}
    usual = [amount for branch, amount in sums.items() if not branch.startswith("milestones")]
    return max(usual, default=0) + sum(amount for branch, amount in sums.items() if branch.startswith("milestones"))


def _times(once: int | None, *counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return once * min(known) if known and once is not None else None


def _business(promises: Sequence[Promise], setup: Setup) -> Iterable[Verdict]:
    """Cash to somebody who acts for a company can be a bribe (反不正当竞争法 art. 8; Bribery Act 2010, s. 1–2)."""
    if setup.is_business and any(
        promise.cash_minor != 0 and promise.to in ("referrer", "second_level") for promise in promises
    ):
        yield Verdict("business_bribery", False, "terms")
