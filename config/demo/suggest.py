"""Acme once thanked with a coupon instead of points, and more friends came of it: there is something to compare."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from config.demo.life import Life
from referrals import operations as referring
from rewards.operations import ensure_coupon_kind

_FIRST, _LAST = 6, 9  # weeks
_NAMES = {"zh-hans": "下次光顾立减券", "en": "Off your next bag"}


class Refills:
    """A campaign of four weeks beside the others, with its own dice: the rest of the half year stays as it was."""

    def __init__(self, life: Life):
        self.life, self.own, self.campaign = life, None, None

    def live(self, week: int, start: datetime) -> None:
        if self.life.shop.slug != "acme" or not _FIRST <= week <= _LAST + 2:
            return
        if week == _FIRST:
            self._begin(start)
        if week <= _LAST:
            self._pass_on(week, start)
        self.own._friends_act(week, start)

    def _begin(self, start: datetime) -> None:
        life = self.life
        dice = random.Random("refills")
        self.own = Life(life.shop, life.organisation, life.members, life.today, dice, list(life.customers), number=5000)
        with life.at(start, "marketer"):
            self.campaign = self._campaign(start)

    def _campaign(self, start: datetime) -> UUID:
        ensure_coupon_kind(code="REFILL", name=_NAMES, currency="GBP", value_minor=300, minimum_minor=1000, valid_days=90)
        gives = [("referrer", "REFILL"), ("referee", "WELCOME")]
        campaign = referring.create_campaign(
            template="friend_coupon", name="Refill friends", starts_at=start, ends_at=start + timedelta(weeks=5),
            terms_changes={"rewards": [{"to": to, "kind": "coupon", "coupon": coupon} for to, coupon in gives]},
            budget_limit_minor=100_000, responsible_id=self.life.members["sales"].id,
        )  # fmt: skip
        return referring.start_campaign(campaign.id).id

    def _pass_on(self, week: int, start: datetime) -> None:
        """Eight customers a week pass it on to four or five friends, of whom one or two come, and nearly all buy."""
        for _ in range(8):
            code = self.own._code(self.campaign, start)
            for _ in range(3):
                with self.life.at(self.own._some_time(start)):
                    visitor = f"{self.own.dice.getrandbits(128):032x}"
                    referring.record_touch(code.code, channel="whatsapp", visitor=visitor)
            for _ in range(self.own.dice.choice([1, 1, 1, 2])):
                known = len(self.own.friends)
                self.own._friend_comes(code, week, self.own._some_time(start))
                for friend in self.own.friends[known:]:
                    friend.plan = self.own.dice.choice(["buys", "buys", "buys", "buys", "returns_part"])
