"""When a referral is looked at because of who brought it. No database."""

import pytest

from referrals.rules.sources import Facts, Person, Rule, findings, surname

SUE = Person("Sue Miller", "1 High Street", "Leeds", frozenset({"sue@acme.example", "+447700900001"}))
CLEO = Person("Cleo Brown", "2 Low Road", "Leeds", frozenset({"cleo@example.com"}))
TABLE = [
    # claim                                      facts                                                              findings
    ("a stranger",                               {}, []),
    ("assigned before",                          {"was_assigned_to_referrer": True}, [("own_customer", "hold")]),
    ("entered before",                           {"was_entered_by_referrer": True}, [("own_entry", "hold")]),
    ("a customer may bring whom he knows",       {"source": "customer", "was_assigned_to_referrer": True}, []),
    ("the same name",                            {"friend": Person("sue  miller")}, [("own_contact", "hold")]),
    ("a contact of one's own",
     {"friend": Person("S. M.", contacts=frozenset({"+447700900001"}))}, [("own_contact", "hold")]),
    ("family",                                   {"friend": Person("Tom Miller", "1 High  Street", "Leeds")},
     [("household", "hold")]),
    ("a neighbour of another name",              {"friend": Person("Tom Brown", "1 High Street", "Leeds")}, []),
    ("the same street in another city",          {"friend": Person("Tom Miller", "1 High Street", "York")}, []),
    ("a customer's family is not looked at here",
     {"source": "customer", "friend": Person("Tom Miller", "1 High Street", "Leeds")}, []),
    ("a partner claims too",                     {"rivals": frozenset({"partner"})}, [("two_claims", "contest")]),
    ("a customer claims too",                    {"rivals": frozenset({"customer"})}, []),
    ("another employee claims too",              {"rivals": frozenset({"employee"})}, []),
    ("both at once",
     {"was_assigned_to_referrer": True, "rivals": frozenset({"partner"})},
     [("own_customer", "hold"), ("two_claims", "contest")]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "facts", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_looked_at(claim, facts, expected):
    told = {"source": "employee", "referrer": SUE, "friend": CLEO, **facts}
    assert [(one.code, one.effect) for one in findings(Facts(**told), Rule())] == expected


@pytest.mark.parametrize(("counted", "expected"), [(3, []), (4, ["source_limit"])])
def test_the_limit_of_a_source_counts_the_new_one(counted, expected):
    facts = Facts(source="customer", counted_30_days=counted)
    assert [one.code for one in findings(facts, Rule(limit_30_days=3))] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("王晓明", "王"), ("欧阳修", "欧阳"), ("Ann  Smith", "smith"), ("Madonna", "madonna"), ("", ""), ("  ", "")],
)
def test_surnames_are_read_in_both_worlds(name, expected):
    assert surname(name) == expected


def test_a_chinese_family_at_one_address_is_looked_at():
    facts = Facts(
        source="partner", referrer=Person("王晓明", "人民路1号", "成都"), friend=Person("王小红", "人民路 1 号", "成都")
    )
    assert [one.code for one in findings(facts, Rule())] == ["household"]
