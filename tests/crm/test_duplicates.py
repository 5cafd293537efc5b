"""Customers who may be one person: found, scored with reasons, judged by people."""

import random
import time
from datetime import date

import pytest
from django.db import connection

from crm import operations as crm
from crm.models import ContactPoint, Customer, DuplicatePair, Merge
from crm.queries.duplicates import candidates, hints, open_pairs
from crm.rules.duplicates import Person, distance, likeness
from tenancy import door
from tests.crm.merging_world import two_of_one


def person(name, **facts):
    return Person(name, facts.pop("spelling", name.replace(" ", "")), **facts)


@pytest.mark.parametrize(
    ("a", "b", "score", "reasons"),
    [
        (person("ann smith", mailboxes=("a@x.com",)), person("ann smith", mailboxes=("a@x.com",)), 100,
         ("same_name", "same_email")),
        (person("ann smith", city="leeds"), person("ann smith", city="leeds"), 50, ("same_name", "same_city")),
        (person("smith ann", phones=("+447700900101",)), person("ann smith", phones=("+8613700900101",)), 95,
         ("swapped_name", "same_phone_ending")),
        (person("张伟", spelling="zhangwei", birth_date=date(1990, 2, 3)),
         person("章伟", spelling="zhangwei", birth_date=date(1990, 2, 3)), 65, ("same_pinyin", "same_birth_date")),
        (person("伟张", spelling="weizhang"), person("张伟", spelling="zhangwei"), 35, ("swapped_name",)),
        (person("ann smyth", phones=("+447700900101",)), person("ann smith", phones=("+447700910101",)), 50,
         ("similar_name", "same_last_four")),
        (person("ann smith", birth_date=date(1990, 2, 3)), person("ann smith", birth_date=date(1961, 1, 1)), 0,
         ("same_name", "other_birth_date")),
        (person("li", gender="male"), person("lu", gender="male"), 0, ()),
    ],
)  # fmt: skip
def test_likeness(a, b, score, reasons):
    assert (likeness(a, b).score, likeness(a, b).reasons) == (score, reasons)
    assert likeness(b, a) == likeness(a, b)


@pytest.mark.parametrize(("a", "b", "far"), [("smith", "smiht", 1), ("smith", "smyth", 1), ("ann", "", 3), ("a", "a", 0)])
def test_distance(a, b, far):
    assert distance(a, b) == far


def alike():
    return {(pair.first.name, pair.second.name): (pair.score, pair.reasons) for pair in open_pairs()}


def test_pairs_are_found_by_what_they_share(at_acme, ann, bea):
    with at_acme():
        crm.record_customer(name="张伟", phone="+8613800000001", birth_date="1990-02-03")
        crm.record_customer(name="章伟", phone="+8613900000002", birth_date="1990-02-03")
        crm.record_customer(name="Smith Ann", email="a.nn+shop@example.com", phone="+447711000001")
        crm.record_customer(name="Carl Young", email="carl.young@gmail.com")
        crm.record_customer(name="C Young", email="carlyoung+x@googlemail.com")
        assert crm.find_duplicates() == 3
        assert alike() == {
            ("张伟", "章伟"): (65, ["same_pinyin", "same_birth_date"]),
            ("Ann Smith", "Smith Ann"): (60, ["swapped_name", "same_last_four"]),
            ("Carl Young", "C Young"): (65, ["same_email"]),
        }
        crm.find_duplicates()
        assert open_pairs().count() == 3


def test_the_changed_ones_are_compared_with_all(at_acme, acme, drained, ann):
    drained(acme)
    with at_acme():
        crm.record_customer(name="Ann Smith", city="Leeds", phone="+447711000001")
        assert not open_pairs().exists()
    drained(acme)
    with at_acme():
        assert list(alike().values()) == [(65, ["same_name", "same_last_four"])]


def test_what_is_no_longer_alike_is_forgotten_and_what_was_judged_is_not(at_acme, ann):
    with at_acme():
        other = crm.record_customer(name="Ann Smith", phone="+447711000001")
        crm.find_duplicates()
        pair = open_pairs().get()
        crm.dismiss_pair(pair.id)
        crm.find_duplicates()
        assert not open_pairs().exists()
        crm.reopen_pair(pair.id)
        crm.update_customer(other.id, name="Zoe Hill")
        crm.find_duplicates([other.id])
        assert not DuplicatePair.objects.exists()


def test_merging_takes_pairs_away_and_undoing_brings_them_back(at_acme):
    with at_acme():
        shop, site = two_of_one()
        crm.update_customer(site.id, name="Ann Smith", city="Leeds")
        crm.find_duplicates()
        assert open_pairs().count() == 1
        merge = crm.merge_customers(shop.id, site.id)
        assert not open_pairs().exists()
        crm.undo_merge(merge.id)
        assert open_pairs().count() == 1


def test_the_exact_are_merged_at_once(at_acme, ann):
    with at_acme():
        crm.record_customer(name="Ann Smith", email="an.other@example.com", phone="+8617700900001")
        crm.record_customer(name="Ann Smith", phone="+447711000001", city="Leeds")
        crm.find_duplicates()
        made, left = crm.merge_exact()
        assert ([merge.winner_id for merge in made], left) == ([ann.id], 0)
        assert Merge.objects.count() == 1
        assert Customer.objects.count() == 2


def test_hints_while_somebody_is_entered(at_acme, ann):
    with at_acme():
        assert [(h.customer.id, h.reason) for h in hints(phone="07700 900001")] == [(ann.id, "phone")]
        assert [(h.customer.id, h.reason) for h in hints(email="ANN@example.com")] == [(ann.id, "email")]
        assert [(h.customer.id, h.reason) for h in hints(name="ann  smith")] == [(ann.id, "same_name")]
        assert hints(name="an", phone="07700 90", email="ann@exa") == []


@pytest.mark.slow
def test_a_hundred_thousand_customers_are_compared_within_a_minute(at_acme):
    """Names as people have them, a few of them very common; one in fifty is there twice."""
    dice = random.Random(7)
    heads, tails = ("al", "be", "ca", "do", "em", "fi", "ga", "ha", "iv", "jo"), ("an", "el", "is", "or", "y")
    first = [head + tail for head in heads for tail in tails]
    last = [
        f"{a}{b}{c}"
        for a in ("smi", "jon", "bro", "tay", "wil", "eva", "tho", "rob", "wal", "whi")
        for b in ("th", "es", "wn", "lor", "kin", "ns", "mas", "son", "ker", "te")
        for c in ("", "ly", "more", "ham")
    ]

    def point(row, kind, normalised):
        return ContactPoint(customer=row, kind=kind, value="", normalised=normalised, is_primary=True)

    with at_acme():
        rows = []
        for n in range(100_000):
            name = f"{dice.choice(first)} {dice.choice(last)}" if n % 50 else f"{first[7]} {last[n % 9]}"
            rows.append(Customer(name=name, search_text=name, city=f"city {n % 37}", created_at=door.moment()))
        Customer.objects.bulk_create(rows, batch_size=5000)
        numbers = dice.sample(range(7_100_000_000, 7_999_999_999), len(rows))
        phones = [point(row, "phone", f"+44{number}") for row, number in zip(rows, numbers, strict=True)]
        mails = [point(row, "email", f"user.{n - 1 if n % 50 == 1 else n}{'+x' * (n % 50 == 1)}@gmail.com")
                 for n, row in enumerate(rows)]  # fmt: skip
        ContactPoint.objects.bulk_create(phones + mails, batch_size=5000)
    with at_acme():
        start = time.monotonic()
        found = crm.find_duplicates()
        taken = time.monotonic() - start
        print(f"{found} pairs in {taken:.1f} s")
        start = time.monotonic()
        crm.find_duplicates([rows[0].id])
        print(f"one in {time.monotonic() - start:.2f} s")
        assert found > 1000
        assert taken < 60


def test_looking_up_a_few_finds_what_reading_everybody_finds(at_acme):
    """The two searches are two statements of one rule: over a crowd with every kind of likeness they agree."""
    dice = random.Random(7)
    with at_acme():
        for n in range(100):
            name = dice.choice(["张伟", "章伟", "李娜", "伟张", "Ann Smith", "Smith Ann", "Anna Smyth", "欧阳娜娜", "Li Na"])
            crm.record_customer(
                name=name, phone=f"+86138{dice.randrange(3):04}{dice.randrange(6):04}" if n % 2 else "",
                email=f"{dice.choice(['ann.smith', 'lina88', 'zw'])}+{n}@x{n % 5}.com" if n % 3 else "",
                birth_date=dice.choice([None, date(1990, 2, 3), date(1991, 2, 3)]), city=dice.choice(["", "Leeds", "上海"]),
                **({"external_id": f"x{n}"} if n % 2 == 0 and n % 3 == 0 else {}),
            )  # fmt: skip
        customers = list(Customer.objects.values_list("id", flat=True))
        firms = [crm.record_customer(name=name, kind="company") for name in ("Bean & Co", "云帆")]
        homes = [
            {"address": "1 High Street"},
            {"custom": {"address": "1 high street"}},
            {"company": firms[0]},
            {"company": firms[1]},
        ]
        for one in sorted(customers)[::3]:
            Customer.objects.filter(id=one).update(**dice.choice(homes))
        whole = set(candidates())
        assert len(whole) > 20
        assert set(candidates(customers)) == whole
        for one in customers[::20]:
            assert set(candidates([one])) == {pair for pair in whole if one in pair}


def test_the_look_up_stays_in_its_organisation(at_acme, globex, ann):
    with door.organisation(globex.id):
        crm.record_customer(name="Ann Smith", email="ann@example.com", phone="+447700900001")
    with at_acme():
        assert candidates([ann.id]) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM crm_alike_customers(%s, %s::uuid[], 12)", [str(globex.id), [str(ann.id)]])
            assert cursor.fetchall() == []
