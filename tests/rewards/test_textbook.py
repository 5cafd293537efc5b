"""Textbook cases: after each step all figures of the account and all its lots, written out.

Lots are amount/rest@the first day on which they cannot be used any more. Every line sums to nothing.
"""

import pytest

from rewards import queries
from rewards.queries.payout_books import PAYOUT_RULES
from tests.rewards.storybook import Teller, steps

STORIES = {
    "earned, used in part, the rest expires": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | units_live 1         |       0         0      0       0         0       0        0       0    0        0 |
  0 | earn a 100           |       0       100      0       0      -100       0        0       0    0        0 | 100/100@31
 10 | redeem mug 70        |       0        30      0       0      -100       0       70       0    0        0 | 100/30@31
 10 | redeem car 31 refused|       0        30      0       0      -100       0       70       0    0        0 | 100/30@31
 30 | expire               |       0        30      0       0      -100       0       70       0    0        0 | 100/30@31
 31 | redeem pen 1 refused |       0        30      0       0      -100       0       70       0    0        0 | 100/30@31
 31 | expire               |       0         0      0       0      -100       0       70      30    0        0 | 100/0@31
""",
    "the earliest expiry is used first": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | earn a 10            |       0        10      0       0       -10       0        0       0    0        0 | 10/10@never
  0 | units_live 12        |       0        10      0       0       -10       0        0       0    0        0 | 10/10@never
  1 | earn b 20            |       0        30      0       0       -30       0        0       0    0        0 | 10/10@never 20/20@367
  1 | units_live 1         |       0        30      0       0       -30       0        0       0    0        0 | 10/10@never 20/20@367
  2 | earn c 30            |       0        60      0       0       -60       0        0       0    0        0 | 10/10@never 20/20@367 30/30@33
  3 | redeem mug 55        |       0         5      0       0       -60       0       55       0    0        0 | 10/5@never 20/0@367 30/0@33
""",
    "promised, settled, used, taken back, repaid": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | promise r 100 14     |     100         0      0       0      -100       0        0       0    0        0 |
 13 | settle               |     100         0      0       0      -100       0        0       0    0        0 |
 14 | settle               |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
 15 | keep r 60            |       0        60      0       0       -60       0        0       0    0        0 | 100/60@never
 16 | redeem mug 50        |       0        10      0       0       -60       0       50       0    0        0 | 100/10@never
 17 | keep r 0             |       0         0      0     -50         0       0       50       0    0        0 | 100/0@never
 18 | redeem pen 1 refused |       0         0      0     -50         0       0       50       0    0        0 | 100/0@never
 19 | earn b 30            |       0         0      0     -20       -30       0       50       0    0        0 | 100/0@never
 20 | earn c 80            |       0        60      0       0      -110       0       50       0    0        0 | 100/0@never 60/60@never
""",
    "reduced and held while it waits": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | promise r 100 14     |     100         0      0       0      -100       0        0       0    0        0 |
  3 | keep r 40            |      40         0      0       0       -40       0        0       0    0        0 |
  4 | hold r               |      40         0      0       0       -40       0        0       0    0        0 |
 14 | settle               |      40         0      0       0       -40       0        0       0    0        0 |
 20 | release r            |      40         0      0       0       -40       0        0       0    0        0 |
 20 | settle               |       0        40      0       0       -40       0        0       0    0        0 | 40/40@never
 20 | settle               |       0        40      0       0       -40       0        0       0    0        0 | 40/40@never
""",
    "voided, and given again": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | promise r 100 14     |     100         0      0       0      -100       0        0       0    0        0 |
  3 | keep r 0             |       0         0      0       0         0       0        0       0    0        0 |
  4 | again r 70           |      70         0      0       0       -70       0        0       0    0        0 |
 14 | settle               |       0        70      0       0       -70       0        0       0    0        0 | 70/70@never
""",
    "a refund is cancelled after half was used": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | promise r 100 14     |     100         0      0       0      -100       0        0       0    0        0 |
 14 | settle               |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
 15 | redeem mug 50        |       0        50      0       0      -100       0       50       0    0        0 | 100/50@never
 16 | keep r 0             |       0         0      0     -50         0       0       50       0    0        0 | 100/0@never
 17 | again r 30           |       0         0      0     -20       -30       0       50       0    0        0 | 100/0@never
 18 | again r 100          |       0        50      0       0      -100       0       50       0    0        0 | 100/50@never
 19 | again r 100          |       0        50      0       0      -100       0       50       0    0        0 | 100/50@never
""",
    "a redemption is given back in parts, once its lot has expired": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | units_live 1         |       0         0      0       0         0       0        0       0    0        0 |
  0 | earn a 60            |       0        60      0       0       -60       0        0       0    0        0 | 60/60@31
  1 | units_live forever   |       0        60      0       0       -60       0        0       0    0        0 | 60/60@31
  1 | earn b 40            |       0       100      0       0      -100       0        0       0    0        0 | 60/60@31 40/40@never
  2 | redeem mug 80        |       0        20      0       0      -100       0       80       0    0        0 | 60/0@31 40/20@never
  3 | give_back mug 30     |       0        50      0       0      -100       0       50       0    0        0 | 60/10@31 40/40@never
 40 | expire               |       0        40      0       0      -100       0       50      10    0        0 | 60/0@31 40/40@never
 40 | give_back mug 51 refused |   0        40      0       0      -100       0       50      10    0        0 | 60/0@31 40/40@never
 40 | give_back mug 50     |       0        90      0       0      -100       0        0      10    0        0 | 60/50@70 40/40@never
 41 | give_back mug 1 refused |    0        90      0       0      -100       0        0      10    0        0 | 60/50@70 40/40@never
 70 | expire               |       0        40      0       0      -100       0        0      60    0        0 | 60/0@70 40/40@never
""",
    "an order is refunded whose points were used; the debt is forgiven": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | earn a 50            |       0        50      0       0       -50       0        0       0    0        0 | 50/50@never
  1 | redeem mug 50        |       0         0      0       0       -50       0       50       0    0        0 | 50/0@never
  2 | earn b 30            |       0        30      0       0       -80       0       50       0    0        0 | 50/0@never 30/30@never
  3 | take a 50            |       0         0      0     -20       -30       0       50       0    0        0 | 50/0@never 30/0@never
  4 | forgive 21 refused   |       0         0      0     -20       -30       0       50       0    0        0 | 50/0@never 30/0@never
  4 | forgive 15           |       0         0      0      -5       -45       0       50       0    0        0 | 50/0@never 30/0@never
  5 | forgive 5            |       0         0      0       0       -50       0       50       0    0        0 | 50/0@never 30/0@never
""",
    "what expired counts as taken back; the used part comes back later": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | units_live 1         |       0         0      0       0         0       0        0       0    0        0 |
  0 | earn a 100           |       0       100      0       0      -100       0        0       0    0        0 | 100/100@31
 10 | redeem mug 40        |       0        60      0       0      -100       0       40       0    0        0 | 100/60@31
 31 | expire               |       0         0      0       0      -100       0       40      60    0        0 | 100/0@31
 31 | take a 100           |       0         0      0     -40         0       0       40       0    0        0 | 100/0@61
 32 | give_back mug 40     |       0         0      0       0         0       0        0       0    0        0 | 100/0@61
 32 | give_back mug 1 refused |    0         0      0       0         0       0        0       0    0        0 | 100/0@61
""",
    "debts are repaid by what was due first": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | earn a 50            |       0        50      0       0       -50       0        0       0    0        0 | 50/50@never
  0 | redeem mug 50        |       0         0      0       0       -50       0       50       0    0        0 | 50/0@never
  0 | take a 50            |       0         0      0     -50         0       0       50       0    0        0 | 50/0@never
  0 | promise s 40 7       |      40         0      0     -50       -40       0       50       0    0        0 | 50/0@never
  0 | promise r 30 6       |      70         0      0     -50       -70       0       50       0    0        0 | 50/0@never
  7 | settle               |       0        20      0       0       -70       0       50       0    0        0 | 50/0@never 20/20@never
  8 | keep s 0             |       0         0      0     -20       -30       0       50       0    0        0 | 50/0@never 20/0@never
  9 | keep r 0             |       0         0      0     -50         0       0       50       0    0        0 | 50/0@never 20/0@never
""",
    "the house bears what was used": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | the_house forgive    |       0         0      0       0         0       0        0       0    0        0 |
  0 | promise r 100 1      |     100         0      0       0      -100       0        0       0    0        0 |
  1 | settle               |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
  2 | redeem mug 80        |       0        20      0       0      -100       0       80       0    0        0 | 100/20@never
  3 | earn b 10            |       0        30      0       0      -110       0       80       0    0        0 | 100/20@never 10/10@never
  4 | keep r 0             |       0         0      0       0       -80       0       80       0    0        0 | 100/0@never 10/0@never
""",
    "the house bears it, and leaves other points alone": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | the_house own_lot    |       0         0      0       0         0       0        0       0    0        0 |
  0 | promise r 100 1      |     100         0      0       0      -100       0        0       0    0        0 |
  1 | settle               |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
  2 | redeem mug 80        |       0        20      0       0      -100       0       80       0    0        0 | 100/20@never
  3 | earn b 10            |       0        30      0       0      -110       0       80       0    0        0 | 100/20@never 10/10@never
  4 | keep r 0             |       0        10      0       0       -90       0       80       0    0        0 | 100/0@never 10/10@never
""",
    "taken over, adjusted by staff": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | take_over 70         |       0        70      0       0         0     -70        0       0    0        0 | 70/70@never
  1 | adjust 30            |       0       100      0       0       -30     -70        0       0    0        0 | 70/70@never 30/30@never
  2 | adjust -90           |       0        10      0       0        60     -70        0       0    0        0 | 70/0@never 30/10@never
  3 | adjust -11 refused   |       0        10      0       0        60     -70        0       0    0        0 | 70/0@never 30/10@never
""",
    "one who owes becomes one with her": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | earn a 100           |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
  0 | other_owes 30        |       0       100      0       0      -100       0        0       0    0        0 | 100/100@never
  1 | other_becomes_her    |       0        70      0       0      -100       0        0       0    0       30 | 100/70@never 30/0@never
""",
    "one who has points becomes one with her, who owes": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | earn a 40            |       0        40      0       0       -40       0        0       0    0        0 | 40/40@never
  1 | redeem mug 40        |       0         0      0       0       -40       0       40       0    0        0 | 40/0@never
  2 | take a 40            |       0         0      0     -40         0       0       40       0    0        0 | 40/0@never
  3 | other_has 100        |       0         0      0     -40         0       0       40       0    0        0 | 40/0@never
  4 | other_becomes_her    |       0        60      0       0         0       0       40       0    0     -100 | 40/0@never 100/60@never
""",
}  # fmt: skip

IN_POUNDS = {
    "paid out, and a second payout comes back": """
day | step                 | pending available paying arrears programme opening redeemed expired paid transfer | lots
  0 | promise r 500 14     |     500         0      0       0      -500       0        0       0    0        0 |
 14 | settle               |       0       500      0       0      -500       0        0       0    0        0 | 500/500@never
 15 | pay p 300            |       0       200    300       0      -500       0        0       0    0        0 | 500/200@never
 16 | paid 300             |       0       200      0       0      -500       0        0       0  300        0 | 500/200@never
 17 | pay q 200            |       0         0    200       0      -500       0        0       0  300        0 | 500/0@never
 18 | pay x 1 refused      |       0         0    200       0      -500       0        0       0  300        0 | 500/0@never
 19 | fail q 200           |       0       200      0       0      -500       0        0       0  300        0 | 500/200@never
 20 | keep r 100           |       0         0      0    -200      -100       0        0       0  300        0 | 500/0@never
 21 | promise s 250 0      |     250         0      0    -200      -350       0        0       0  300        0 | 500/0@never
 21 | settle               |       0        50      0       0      -350       0        0       0  300        0 | 500/0@never 50/50@never
""",
}  # fmt: skip


def check(teller: Teller, table: str) -> None:
    for day, step, balance, lots in steps(table):
        teller.tell(day, step)
        assert (step, teller.balance(), teller.lots()) == (step, balance, lots)
    with teller.enter(days=400):
        assert [row for row in queries.verify_books().wrong if row.rule not in PAYOUT_RULES] == []


@pytest.mark.parametrize("story", STORIES)
def test_points(at_acme, ann, bea, story):
    check(Teller(at_acme, ann, bea, "POINT"), STORIES[story])


@pytest.mark.parametrize("story", IN_POUNDS)
def test_pounds(at_acme, ann, bea, story):
    """The ledger alone moves money to a payout here; batches of payouts have tests of their own."""
    check(Teller(at_acme, ann, bea, "GBP"), IN_POUNDS[story])


def test_a_wrong_figure_in_a_story_is_noticed(at_acme, ann, bea):
    wrong = STORIES["taken over, adjusted by staff"].replace("30/10@never", "30/11@never", 1)
    with pytest.raises(AssertionError):
        check(Teller(at_acme, ann, bea, "POINT"), wrong)
