"""Rings and stars found by SQL over the whole graph; ordinary life is left alone."""

import random
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections

from crm.models import Customer
from referrals import operations as referring
from referrals.models import AbuseCase, AbuseCaseReferral, Assessment, Referral, Trait
from referrals.operations.abuse.assessing import review
from referrals.operations.abuse.rings import search_rings
from referrals.queries import current_version
from tenancy import door
from tests.conftest import NOON
from tests.referrals.organic import grow


@pytest.fixture
def people(campaign, at_acme):
    """Make people: people("A", "B") gives them by name."""

    def make(*names):
        return {name: Customer.objects.create(name=name, search_text=name, created_at=door.moment()) for name in names}

    return make


@pytest.fixture
def bring(campaign):
    """Write down who brought whom: bring(ann, bea, minutes=5)."""

    def note(referrer, referee, **later):
        return Referral.objects.create(
            campaign=campaign, rule_version=current_version(campaign.id), referrer=referrer, referee=referee,
            confirmed_at=NOON + timedelta(**later),
        )  # fmt: skip

    return note


def share(kind, value, *customers):
    for one in customers:
        Trait.objects.create(customer=one, kind=kind, value=value, seen_at=door.moment())


def found(kind):
    return [set(ring.referral_ids) for ring in search_rings() if ring.kind == kind]


def test_a_ring_of_three_is_found_once(people, bring, at_acme):
    with at_acme():
        who = people("A", "B", "C", "D")
        ring = {bring(who["A"], who["B"]).id, bring(who["B"], who["C"]).id, bring(who["C"], who["A"]).id}
        bring(who["A"], who["D"])
        assert found("cycle") == [ring]


@pytest.mark.parametrize("length", [2, 3, 4])
def test_rings_of_up_to_four_are_found(length, people, bring, at_acme):
    with at_acme():
        who = list(people(*"ABCDE"[:length]).values())
        ring = {bring(one, who[(place + 1) % length]).id for place, one in enumerate(who)}
        assert found("cycle") == [ring]


def test_a_longer_way_round_and_a_chain_are_no_ring(people, bring, at_acme):
    with at_acme():
        who = list(people(*"ABCDE").values())
        for place, one in enumerate(who):
            bring(one, who[(place + 1) % 5])
        chain = list(people(*"FGHIJ").values())
        for one, other in pairwise(chain):
            bring(one, other)
        assert found("cycle") == []


def test_a_ring_closed_by_a_second_phone_is_found(people, bring, at_acme):
    """A brought B, and B brought A again, as somebody with the same payout account."""
    with at_acme():
        who = people("A", "B", "A again")
        share("payout", "p", who["A"], who["A again"])
        ring = {bring(who["A"], who["B"]).id, bring(who["B"], who["A again"]).id}
        assert found("cycle") == [ring]


def test_a_star_of_thirty_in_a_day_is_found_and_one_over_a_month_is_not(people, bring, at_acme):
    with at_acme():
        who = people("A", "Z", *(f"a{n}" for n in range(30)), *(f"z{n}" for n in range(30)))
        burst = {bring(who["A"], who[f"a{n}"], minutes=20 * n).id for n in range(30)}
        for n in range(30):
            bring(who["Z"], who[f"z{n}"], days=n)
        assert found("star") == [burst]


def test_a_closed_group_is_found_and_a_family_that_brings_others_is_not(people, bring, at_acme):
    with at_acme():
        who = people(*"ABCD", *"WXYZ", "neighbour")
        share("device", "d1", *(who[name] for name in "ABCD"))
        closed = {bring(who["A"], who[name]).id for name in "BCD"}
        share("device", "d2", *(who[name] for name in "WXYZ"))
        for name in ("X", "Y", "Z", "neighbour"):
            bring(who["W"], who[name])
        assert found("closed_group") == [closed]


def test_what_is_found_becomes_one_case_and_is_held(people, bring, at_acme):
    with at_acme():
        referring.set_abuse_policy(is_shadow=False)
        who = people(*"ABC")
        for one, other in ("AB", "BC", "CA"):
            bring(who[one], who[other])
        referring.find_rings()
        review(None)
        case = AbuseCase.objects.get()
        assert (case.kind, case.members.count(), case.is_shadow) == ("cycle", 3, False)
        assert set(Referral.objects.values_list("risk", flat=True)) == {"held"}
        assert {one["key"] for row in Assessment.objects.all() for one in row.signals} == {"cycle"}


def test_a_ring_that_was_cleared_is_not_brought_up_again(people, bring, at_acme):
    with at_acme():
        referring.set_abuse_policy(is_shadow=False)
        who = people(*"ABC")
        for one, other in ("AB", "BC", "CA"):
            bring(who[one], who[other])
        [case] = referring.find_rings()
        review(None)
        referring.clear_case(case.id, reason="they swapped links for fun")
        assert referring.find_rings() == []
        review(None)
        assert set(Referral.objects.values_list("risk", flat=True)) == {"cleared"}


def test_another_organisations_rings_are_not_found(people, bring, at_acme, globex):
    with at_acme():
        who = people("A", "B")
        bring(who["A"], who["B"]), bring(who["B"], who["A"])
    with door.organisation(globex.id):
        assert search_rings() == []


def _random_neighbours(campaign):
    """Sixty neighbourhoods of six who refer and share at random: who brought whom, and who shares which thing."""
    chance, edges, shared = random.Random(7), [], defaultdict(set)
    people = [Customer(name="P", search_text="p", created_at=NOON) for _ in range(360)]
    Customer.objects.bulk_create(people)
    for first in range(0, 360, 6):
        six = [one.id for one in people[first : first + 6]]
        for referee in six:
            if chance.random() < 0.9:
                edges.append((chance.choice([one for one in six if one != referee]), referee))
        for kind, most in (("payout", 2), ("device", 5)):
            if chance.random() < 0.5:
                shared[kind, f"{kind}{first}"] = set(chance.sample(six, chance.randint(2, most)))
    Trait.objects.bulk_create(
        Trait(customer_id=one, kind=kind, value=value, seen_at=NOON) for (kind, value), who in shared.items() for one in who
    )
    version = current_version(campaign.id)
    rows = [
        Referral(campaign=campaign, rule_version=version, referrer_id=a, referee_id=b, confirmed_at=NOON) for a, b in edges
    ]
    return {row.id: (row.referrer_id, row.referee_id) for row in Referral.objects.bulk_create(rows)}, shared


def _naive_cycles(edges, shared):
    """Walk every way of at most four referrals between persons, and keep those that come back."""
    person = {one: min(map(str, who)) for (kind, _value), who in shared.items() if kind == "payout" for one in who}
    ends = {id: tuple(person.get(one, str(one)) for one in pair) for id, pair in edges.items()}
    cycles = set()

    def walk(path, visited):
        for id, (source, target) in ends.items():
            if source == visited[-1] and source != target:
                if target == visited[0]:
                    cycles.add(frozenset([*path, id]))
                elif target not in visited and len(path) < 3:
                    walk([*path, id], [*visited, target])

    for start in {source for source, _target in ends.values()}:
        walk([], [start])
    return cycles


def _naive_groups(edges, shared):
    brought_by = {frozenset(who): [id for id, (a, _b) in edges.items() if a in who] for who in shared.values()}
    return {
        frozenset(ids) for who, ids in brought_by.items() if len(ids) > 2 and all(edges[id][1] in who for id in ids)
    }  # fmt: skip


def test_the_search_finds_what_a_naive_one_finds(campaign, at_acme):
    with at_acme():
        edges, shared = _random_neighbours(campaign)
        rings = search_rings()
        cycles = {frozenset(ring.referral_ids) for ring in rings if ring.kind == "cycle"}
        groups = {frozenset(ring.referral_ids) for ring in rings if ring.kind == "closed_group"}
        assert (cycles, groups) == (_naive_cycles(edges, shared), _naive_groups(edges, shared))
        assert {len(each) for each in cycles} == {2, 3, 4}
        assert groups


@pytest.mark.parametrize("crowd", [1_500, pytest.param(20_000, marks=pytest.mark.slow)])
def test_ordinary_life_gives_hardly_a_case(crowd, campaign, at_acme):
    """People who bring their friends, live together and share networks: fewer than 0.5 % are in a case."""
    with at_acme():
        grow(crowd, campaign_id=campaign.id, version_id=current_version(campaign.id).id)
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")  # else foreign keys are checked by plans made for a few rows
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE referrals_referral; ANALYZE referrals_trait; ANALYZE crm_customer")
    with at_acme():
        rings = search_rings()
        assert len({id for ring in rings for id in ring.referral_ids}) < crowd / 200
        assert AbuseCaseReferral.objects.count() == 0
