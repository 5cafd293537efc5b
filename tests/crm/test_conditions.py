"""Conditions: what is refused, and that the one statement says what a plain reading of each customer says."""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import operations as crm
from crm.errors import BadConditionValue, ConditionsTooLarge, InvalidConditions, UnknownFact, UnknownOperator
from crm.models import Case, Customer, Deal, Lead, Order, Task
from crm.queries.conditions import explain, facts_for, in_words, matches, narrow, read_tree
from crm.rules.conditions import OPERATORS, as_data, parse
from referrals.models import Referral
from rewards.models import Reward
from tenancy import door

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CITIES = ["Leeds", "York", ""]
STAGES = ["prospect", "customer", "lost"]


def fact(key, type, windowed=False, choices=()):
    return SimpleNamespace(key=key, type=type, is_windowed=windowed, options=[(c, c) for c in choices],
                           has_choice=lambda value: value in choices)  # fmt: skip


FACTS = {
    "city": fact("city", "text"),
    "stage": fact("stage", "choice", choices=STAGES),
    "orders": fact("orders", "number", windowed=True),
}


def leaf(fact, op, value=None, **more):
    return {"fact": fact, "op": op, **({} if value is None else {"value": value}), **more}


def group(match, *conditions):
    return {"match": match, "conditions": list(conditions)}


@pytest.mark.parametrize(
    ("tree", "error", "path"),
    [
        (group("all", leaf("colour", "is", "red")), UnknownFact, "where.conditions[0].fact"),
        (group("all", leaf("city", "at_least", 3)), UnknownOperator, "where.conditions[0].op"),
        (group("any", leaf("city", "is", "York"), group("all", leaf("orders", "at_least", "3"))), BadConditionValue,
         "where.conditions[1].conditions[0].value"),
        (leaf("orders", "between", [5, 3]), BadConditionValue, "where.value"),
        (leaf("stage", "one_of", ["king"]), BadConditionValue, "where.value"),
        (leaf("stage", "one_of", []), BadConditionValue, "where.value"),
        (leaf("city", "is", "York", within_days=9), BadConditionValue, "where.within_days"),
        (leaf("orders", "at_least", True), BadConditionValue, "where.value"),
        ([1], InvalidConditions, "where"),
        (group("some", leaf("city", "is", "York")), InvalidConditions, "where"),
    ],
)  # fmt: skip
def test_a_bad_condition_is_refused_with_its_path(tree, error, path):
    with pytest.raises(error) as refused:
        parse(tree, FACTS)
    assert refused.value.facts["path"] == path


def test_depth_and_size_have_limits():
    deep = leaf("city", "is", "York")
    for _ in range(6):
        deep = group("all", deep)
    with pytest.raises(ConditionsTooLarge):
        parse(deep, FACTS)
    half = group("any", *[leaf("city", "is", "York")] * 26)
    with pytest.raises(ConditionsTooLarge):
        parse(group("all", half, half), FACTS)


def test_a_tree_is_written_as_it_was_read():
    tree = group("all", leaf("city", "is", "York"), group("none", leaf("orders", "between", [1, 3], within_days=30)))
    assert as_data(parse(tree, FACTS)) == tree


# --- against a plain reading of each customer ----------------------------------------------------------------

days_back = st.integers(0, 400)


def anybody(chance: Random) -> dict:
    tags = [tag for tag in ("vip", "wholesale", "press") if chance.random() < 0.4]
    return {
        "stage": chance.choice(STAGES), "city": chance.choice(CITIES), "tags": set(tags), "email": chance.random() < 0.5,
        "birth": chance.choice([None, date(1980, 2, 29), date(1990, 11, 20), date(1970, 1, chance.randrange(1, 29))]),
        "orders": [(chance.randrange(400), chance.randrange(1, 500)) for _ in range(chance.choice([0, 0, 1, 2, 4]))],
    }  # fmt: skip


window = st.none() | st.integers(1, 300)
leaves_of_all_kinds = st.one_of(
    st.builds(lambda op, v: leaf("city", op, v),
              st.sampled_from(["is", "is_not", "contains", "not_contains", "starts_with"]),
              st.sampled_from(["York", "leeds", "e"])),
    st.builds(lambda op: leaf("city", op), st.sampled_from(["is_empty", "is_not_empty"])),
    st.builds(lambda op, v: leaf("stage", op, sorted(v)), st.sampled_from(["one_of", "none_of"]),
              st.sets(st.sampled_from(STAGES), min_size=1)),
    st.builds(lambda op, v, d: leaf("order_count", op, v, **({"within_days": d} if d else {})),
              st.sampled_from(["is", "is_not", "at_least", "at_most"]), st.integers(0, 3), window),
    st.builds(lambda v, d: leaf("spent", "between", [0, v], **({"within_days": d} if d else {})),
              st.integers(0, 900), window),
    st.builds(lambda op, n: leaf("last_order_at", op, n), st.sampled_from(["in_last_days", "more_than_days_ago"]),
              days_back),
    st.builds(lambda op: leaf("last_order_at", op), st.sampled_from(["is_empty", "is_not_empty"])),
    st.builds(lambda op, v: leaf("tags", op, sorted(v)), st.sampled_from(["any_of", "all_of", "none_of"]),
              st.sets(st.sampled_from(["vip", "wholesale", "press"]), min_size=1)),
    st.builds(lambda v: leaf("has_email", "is", v), st.booleans()),
    st.builds(lambda n: leaf("birth_date", "anniversary_in_days", n), st.integers(0, 200)),
    st.just(leaf("birth_date", "anniversary_this_month")),
)  # fmt: skip
trees = st.recursive(
    leaves_of_all_kinds,
    lambda child: st.builds(lambda m, c: group(m, *c), st.sampled_from(["all", "any", "none"]),
                            st.lists(child, min_size=1, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def naive(tree, one) -> bool:
    if "conditions" in tree:
        held = [naive(child, one) for child in tree["conditions"]]
        return {"all": all(held), "any": any(held), "none": not any(held)}[tree["match"]]
    return ANSWERS[tree["fact"]](tree["op"], tree.get("value"), tree.get("within_days"), one)


def of_text(op, wanted, _, one):
    actual, wanted = one["city"].lower(), (wanted or "").lower()
    return {
        "is": actual == wanted, "is_not": actual != wanted, "contains": wanted in actual,
        "not_contains": wanted not in actual,
        "starts_with": actual.startswith(wanted), "is_empty": not actual, "is_not_empty": bool(actual),
    }[op]  # fmt: skip


def of_number(actual, op, wanted):
    if op == "between":
        return wanted[0] <= actual <= wanted[1]
    return {"is": actual == wanted, "is_not": actual != wanted, "at_least": actual >= wanted, "at_most": actual <= wanted}[
        op
    ]


def within(one, days):
    return [amount for back, amount in one["orders"] if days is None or back <= days]


def of_last(op, days, _, one):
    last = min((back for back, _ in one["orders"]), default=None)
    if op in ("is_empty", "is_not_empty"):
        return (last is None) == (op == "is_empty")
    return last is not None and (last <= days if op == "in_last_days" else last > days)


def of_birth(op, days, _, one):
    if one["birth"] is None:
        return False
    if op == "anniversary_this_month":
        return one["birth"].month == NOON.month
    coming = [NOON.date() + timedelta(days=n) for n in range(days + 1)]
    leapt = {(2, 29)} if any((d.month, d.day) == (2, 28) and d.year % 4 for d in coming) else set()
    return (one["birth"].month, one["birth"].day) in {(d.month, d.day) for d in coming} | leapt


ANSWERS = {
    "city": of_text,
    "stage": lambda op, wanted, _, one: (one["stage"] in wanted) == (op == "one_of"),
    "order_count": lambda op, wanted, days, one: of_number(len(within(one, days)), op, wanted),
    "spent": lambda op, wanted, days, one: of_number(sum(within(one, days)), op, wanted),
    "last_order_at": of_last,
    "tags": lambda op, wanted, _, one: {
        "any_of": bool(one["tags"] & set(wanted)), "all_of": set(wanted) <= one["tags"],
        "none_of": not one["tags"] & set(wanted),
    }[op],
    "has_email": lambda op, wanted, _, one: one["email"] == wanted,
    "birth_date": of_birth,
}  # fmt: skip


def settle(people) -> dict:
    """Write these people down as the house does."""
    found, orders = {}, []
    for n, one in enumerate(people):
        row = crm.record_customer(
            name=f"P{n}", email=f"p{n}@example.com" if one["email"] else "", phone=f"+4477009{n:05d}",
            stage=one["stage"], city=one["city"], birth_date=one["birth"],
        )  # fmt: skip
        crm.set_tags(row, sorted(one["tags"]))
        for k, (back, amount) in enumerate(one["orders"]):
            orders.append(crm.OrderReport(
                source="shop", external_id=f"{n}-{k}", currency="GBP", total_minor=amount,
                placed_at=NOON - timedelta(days=back), customer=crm.CustomerReference(customer_id=row.id),
            ))  # fmt: skip
        found[row.id] = one
    crm.record_orders(orders)
    for id, stage in Customer.objects.values_list("id", "stage"):
        found[id]["stage"] = stage  # a purchase makes a customer of a prospect
    return found


def test_the_one_statement_says_what_a_plain_reading_says(at_acme):
    chance = Random(7)
    people = [anybody(chance) for _ in range(40)]
    with at_acme():
        world = settle(people)

    @settings(max_examples=120, suppress_health_check=list(HealthCheck))
    @given(trees)
    def agree(tree):
        with at_acme():
            found = set(narrow(Customer.objects.all(), tree, subject="customer").values_list("id", flat=True))
        assert found == {id for id, one in world.items() if naive(tree, one)}

    agree()


def test_a_refund_counts_against_what_was_spent(at_acme, ann, bea):
    with at_acme():
        for who, n in ((ann, "1"), (bea, "2")):
            crm.record_order(crm.OrderReport(
                source="shop", external_id=n, currency="GBP", total_minor=1000, placed_at=door.moment(),
                customer=crm.CustomerReference(customer_id=who.id),
            ))  # fmt: skip
        crm.record_refund(crm.RefundReport("shop", "r1", "1", "GBP", 400))
        spent = narrow(Customer.objects.all(), leaf("spent", "at_least", 700), subject="customer")
        assert [row.id for row in spent] == [bea.id]
        assert matches(leaf("spent", "is", 600), ann.id)


def test_another_organisations_customers_are_never_counted(at_acme, globex, ann):
    with door.organisation(globex.id, moment=NOON):
        theirs = crm.record_customer(name="Ann Smith", email="ann@globex.example", city="York")
        crm.set_tags(theirs, ["vip"])
    with at_acme():
        for tree in (leaf("name", "contains", "Ann"), group("none", leaf("tags", "any_of", ["vip"])), None,
                     leaf("order_count", "is", 0), leaf("city", "is_empty")):  # fmt: skip
            assert [row.id for row in narrow(Customer.objects.all(), tree, subject="customer")] == [ann.id]
        assert not matches(leaf("name", "contains", "Ann"), theirs.id)


def test_a_count_reads_through_the_organisation_in_every_table(at_acme, ann):
    tree = group("all", leaf("name", "contains", "nn"), leaf("order_count", "at_least", 2, within_days=90),
                 leaf("products", "none_of", ["x"]), leaf("tags", "any_of", ["vip"]))  # fmt: skip
    with at_acme(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = narrow(Customer.objects.all(), tree, subject="customer")
        plan = rows.order_by().explain()
        scans = [line for line in plan.splitlines() if "Scan" in line and " on crm_" in line]
        assert scans and not [line for line in scans if "Seq Scan" in line]
        assert plan.count("organisation_id = ") >= len(scans)


def test_a_condition_is_said_in_words(at_acme, acme):
    tree = group("all", leaf("city", "is", "Shanghai"), leaf("order_count", "at_least", 3, within_days=90))
    with at_acme(), translation.override("en"):
        assert in_words(tree, "customer") == ("Customers in “Shanghai” and who bought at least 3 times in the last 90 days")
        assert in_words({}, "customer") == "All customers"
        spent = group("any", leaf("spent", "at_least", 12_050), group("none", leaf("tags", "any_of", ["vip", "press"])))
        assert in_words(spent, "customer") == (
            "Customers who spent at least 120.50 GBP or of whom none of this is true: (tagged vip or press)"
        )


def test_why_a_customer_is_in_or_not(at_acme, ann):
    tree = group("all", leaf("name", "contains", "Ann"), leaf("order_count", "at_least", 1))
    with at_acme(), translation.override("en"):
        answer = explain(tree, ann.id)
        assert not answer.holds
        assert [(line.actual, line.holds) for line in answer.answers] == [("Ann Smith", True), ("0", False)]


def test_who_may_not_read_a_fact_may_not_ask_about_it(at_acme, acme, staff_of):
    service = staff_of(acme, "service")
    with at_acme():
        assert "rfm_segment" not in facts_for("customer", service)
        with pytest.raises(UnknownFact):
            read_tree(leaf("rfm_segment", "one_of", ["champions"]), subject="customer", principal=service)


def every_question(subject, member):
    """Ask every question of every fact that has an answer here."""
    values = {"text": "x", "number": 1, "numbers": [1, 2], "date": "2026-01-01", "dates": ["2026-01-01", "2026-02-01"],
              "days": 3, "yes_no": True, "nothing": None}  # fmt: skip
    for fact in facts_for(subject, member).values():
        options = [str(value) for value, _ in fact.options] or ["x"] * (not fact.is_by_id)
        chosen = [str(member.id)] if fact.type == "member" else options[:1] or [str(member.id)]
        for op, shape in OPERATORS[fact.type].items():
            yield leaf(fact.key, op, values.get(shape, chosen))


def test_every_question_can_be_asked_and_asks_one_organisation_only(at_acme, acme, gus, globex, mallory):
    models = {"customer": Customer, "order": Order, "task": Task, "referral": Referral, "reward": Reward}
    models |= {"lead": Lead, "deal": Deal, "case": Case}
    for member in (mallory, gus):
        with door.organisation(member.organisation_id, moment=NOON):
            for subject, model in models.items():
                questions = list(every_question(subject, member))
                for some in range(0, len(questions), 50):
                    tree = group("any", *questions[some : some + 50])
                    rows = narrow(model.objects.all(), tree, subject=subject)
                    assert list(rows) == []
                    assert in_words(tree, subject)
                    asked = set(re.findall(r'"organisation_id" = ([0-9a-f-]+)', str(rows.query)))
                    assert asked == {str(member.organisation_id)}
