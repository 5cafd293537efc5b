"""Half a year of a shop, lived through week by week in the organisation's own time."""

import random
import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from pypinyin import lazy_pinyin

from analytics.operations import score_rfm
from config.demo.shops import Shop
from crm.models import Task
from crm.operations import (
    add_task,
    complete_task,
    record_customer,
    record_interaction,
    record_orders,
    record_refunds,
    update_customer,
)
from crm.reports import CustomerReference, OrderLineReport, OrderReport, RefundReport
from foundation.errors import DomainError
from messaging.models import Message
from messaging.operations import send_due
from referrals import operations as referring
from referrals.models import Invitation, LandingPage, Referral, ReferralCode
from referrals.rules.pages import variant_for
from rewards.operations import expire_lots, follow_spending, note_days, release_waiting, settle_due, turn_periods
from tenancy import door, events
from tenancy.models import Membership, Organisation

WEEKS = 26
CHANNELS = ("wechat", "qr", "poster", "whatsapp", "copy", "email", "weibo", "link")


@dataclass
class Friend:
    """A referred friend and what they will do."""

    email: str
    plan: str  # buys, buys_little, returns_part, returns_all, cancels, waits, never
    customer_id: UUID
    referral_id: UUID
    due_week: int


@dataclass
class Life:
    """One shop's half year up to `today`; every draw comes from the shop's own dice."""

    shop: Shop
    organisation: Organisation
    members: dict[str, Membership]
    today: datetime
    dice: random.Random
    customers: list[UUID] = field(default_factory=list)
    friends: list[Friend] = field(default_factory=list)
    returning: list[tuple[OrderReport, str]] = field(default_factory=list)
    number: int = 0  # of the last order

    def live(self, campaigns: Callable[[int, datetime], list[UUID]]) -> None:
        """Live through the weeks; `campaigns` opens and closes them and names those that run."""
        for week in range(WEEKS):
            start = self.today - timedelta(weeks=WEEKS - week)
            self._set_clock(start + timedelta(days=7))
            self._newcomers(start, 14 if week == 0 else 4)
            self._purchases(start)
            self._talk(start)
            for campaign in campaigns(week, start):
                self._refer(campaign, week, start)
            self._friends_act(week, start)
            self._work()
            if week == WEEKS - 4:
                score_rfm(self.organisation.id)  # so that there is an earlier scoring to compare with
        self._set_clock(None)

    def draw_name(self) -> str:
        return self.shop.full_name(self.dice.choice(self.shop.first_names), self.dice.choice(self.shop.last_names))

    @contextmanager
    def at(self, moment: datetime, role: str = ""):
        """Enter the shop at a moment, as a member of staff or as the system."""
        actor = door.Actor("user", self.members[role].user_id) if role else door.SYSTEM
        with door.organisation(self.organisation.id, actor=actor, moment=moment):
            yield

    def _set_clock(self, moment: datetime | None) -> None:
        with door.organisation(self.organisation.id):
            offset = moment - timezone.now() if moment else timedelta(0)
            Organisation.objects.filter(id=self.organisation.id).update(clock_offset=offset)

    def _some_time(self, start: datetime) -> datetime:
        return start + timedelta(minutes=self.dice.randrange(7 * 24 * 60))

    def mailbox(self, name: str) -> str:
        """Make an address of a name: eliza.ellis.17@example.com, zhangwei.23@example.com."""
        self.number += 1
        latin = ".".join(lazy_pinyin(name.lower().replace(" ", "."), errors="default"))
        return f"{latin}.{self.number}@example.com"

    def draw_phone(self) -> str:
        """Draw a number that reaches nobody: the ranges kept for drama, or nearly so."""
        return (
            f"+4477009{self.dice.randrange(10**5):05}"
            if self.shop.country == "GB"
            else f"+86199{self.dice.randrange(10**8):08}"
        )

    def _newcomers(self, start: datetime, count: int) -> None:
        for _ in range(count):
            with self.at(self._some_time(start), "sales"):
                province, city = self.dice.choice(self.shop.places)
                name = self.draw_name()
                customer = record_customer(
                    name=name,
                    email=self.mailbox(name),
                    phone=self.draw_phone(),
                    source=self.dice.choice(["staff", "store", "form"]),
                    province=province,
                    city=city,
                    occupation=self.dice.choice(self.shop.occupations),
                    owner_id=self.members[self.dice.choice(["sales", "service"])].id,
                )
                if self.dice.random() < 0.35:
                    update_customer(customer.id, tags=[self.dice.choice(self.shop.tags)])
                self.customers.append(customer.id)

    def _purchases(self, start: datetime) -> None:
        """The first tenth of the customers come back most weeks, others now and then, some never again."""
        reports = []
        for place, customer_id in enumerate(self.customers):
            eagerness = 0.55 if place % 10 == 0 else 0.12 if place % 3 else 0.03
            if self.dice.random() < eagerness:
                reports.append(self._order(CustomerReference(customer_id=customer_id), self._some_time(start)))
        self._record(start, reports)
        with self.at(start + timedelta(days=7)):
            self._give_back([report for report in reports if report.status == "paid" and self.dice.random() < 0.05])

    def _order(self, who: CustomerReference, placed_at: datetime, *, products=None, status: str = "paid") -> OrderReport:
        self.number += 1
        chosen = products or self.dice.sample(self.shop.products, self.dice.choice([1, 1, 2, 3]))
        lines = tuple(
            OrderLineReport(
                p.sku, p.name, p.category, (q := self.dice.choice([1, 1, 1, 2])), p.price_minor, q * p.price_minor
            )
            for p in chosen
        )
        return OrderReport(
            source=self.dice.choice(["shop", "shop", "pos"]),
            external_id=f"{1000 + self.number}",
            currency=self.shop.currency,
            total_minor=sum(line.amount_minor for line in lines),
            customer=who,
            status=status,
            placed_at=placed_at,
            channel=self.dice.choice(["online", "online", "store"]),
            lines=lines,
        )

    def _record(self, start: datetime, reports: list[OrderReport]) -> None:
        with self.at(start + timedelta(days=7)):
            record_orders(sorted(reports, key=lambda report: report.placed_at))

    def _give_back(self, reports: list[OrderReport], share: tuple[int, int] = (1, 2)) -> None:
        record_refunds(
            [
                RefundReport(
                    report.source,
                    f"R{report.external_id}",
                    report.external_id,
                    report.currency,
                    report.total_minor * share[0] // share[1],
                    max(door.moment(), report.placed_at),
                    "returned",
                )
                for report in reports
            ]
        )

    def _talk(self, start: datetime) -> None:
        for _ in range(4):
            moment, who = self._some_time(start), self.dice.choice(["sales", "service"])
            with self.at(moment, who):
                kind, text = self.dice.choice(self.shop.talk)
                customer_id = self.dice.choice(self.customers)
                record_interaction(customer_id, kind=kind, text=text, author_id=self.members[who].id)
                if self.dice.random() < 0.4:
                    self._promise_to_call(customer_id, moment, who)

    def _promise_to_call(self, customer_id: UUID, moment: datetime, who: str) -> None:
        task = add_task(
            key=f"demo:{customer_id}:{moment:%Y%m%d}",
            title=self.dice.choice(self.shop.tasks),
            due_at=moment + timedelta(days=self.dice.choice([1, 2, 5])),
            customer_id=customer_id,
            assignee_id=self.members[who].id,
            priority=self.dice.choice([1, 2, 2, 3]),
        )
        if moment < self.today - timedelta(days=6):
            complete_task(task.id, self.shop.talk[0][1])

    # --- referrals ---------------------------------------------------------------------------------

    def _refer(self, campaign_id: UUID, week: int, start: datetime) -> None:
        for _ in range(self.dice.choice([1, 2, 2, 3])):
            code = self._code(campaign_id, start)
            if code is None:
                continue
            for _ in range(self.dice.randrange(1, 7)):
                with self.at(self._some_time(start)):
                    visitor = f"{self.dice.getrandbits(128):032x}"
                    referring.record_touch(
                        code.code,
                        channel=self.dice.choice(CHANNELS),
                        visitor=visitor,
                        variant=self.variant(campaign_id, visitor),
                    )
            if self.dice.random() < 0.85:
                self._friend_comes(code, week, self._some_time(start))

    def variant(self, campaign_id: UUID, visitor: str) -> str:
        """Say which variant of a campaign's page a visitor sees."""
        share = LandingPage.objects.filter(campaign_id=campaign_id).values_list("share_b", flat=True).first() or 0
        return variant_for(campaign_id, visitor, share) if share else ""

    def _code(self, campaign_id: UUID, start: datetime) -> ReferralCode | None:
        """Choose a referrer among the regulars; one who is outside the campaign's target is passed over."""
        try:
            with self.at(start + timedelta(hours=1)):
                return referring.code_for(campaign_id, self.dice.choice(self.customers[: 10 + len(self.customers) // 4]))
        except DomainError:
            return None

    def _friend_comes(self, code: ReferralCode, week: int, moment: datetime) -> None:
        name = self.draw_name()
        email = self.mailbox(name)
        with self.at(moment):
            visitor = f"{self.dice.getrandbits(128):032x}"
            invitation = referring.submit_invitation(
                code=code.code,
                name=name,
                contact=email,
                language=self.shop.language,
                channel=self.dice.choice(CHANNELS),
                visitor=visitor,
                variant=self.variant(code.campaign_id, visitor),
                consents={"referral": True, "marketing": self.dice.random() < 0.5},
            )
            digits = self.digits(invitation)
        if self.dice.random() < 0.12:
            return  # never confirms: the form expires and is emptied
        with self.at(moment + timedelta(minutes=self.dice.randrange(1, 90))):
            referral = referring.confirm_invitation(invitation.id, digits)
        plans = ["buys"] * 7 + ["buys_little", "returns_part", "returns_all", "cancels", "waits", "never", "never"]
        self.friends.append(
            Friend(email, self.dice.choice(plans), referral.referee_id, referral.id, week + self.dice.choice([0, 1, 1, 2]))
        )

    def digits(self, invitation: Invitation) -> str:
        body = Message.objects.filter(kind="confirmation", address=invitation.contact).latest("created_at").body
        return re.search(r"\b\d{6}\b", body, re.ASCII)[0]

    def _friends_act(self, week: int, start: datetime) -> None:
        due = [friend for friend in self.friends if friend.due_week == week]
        for friend in due:
            self._meet(friend, start)
        reports = {friend.email: report for friend in due if (report := self._first_order(friend, start))}
        self._record(start, list(reports.values()))
        self._returns(start)
        self.returning = [(reports[f.email], f.plan) for f in due if f.plan in ("returns_part", "returns_all")]
        self.customers += [friend.customer_id for friend in due if friend.plan == "buys"]

    def _returns(self, start: datetime) -> None:
        """Those who bought last week and regret it send something back, after their rewards were promised."""
        with self.at(start + timedelta(days=3)):
            self._give_back([report for report, plan in self.returning if plan == "returns_part"], (1, 3))
            self._give_back([report for report, plan in self.returning if plan == "returns_all"], (1, 1))

    def _meet(self, friend: Friend, start: datetime) -> None:
        with self.at(start):
            came_at = Referral.objects.values_list("confirmed_at", flat=True).get(id=friend.referral_id)
        with self.at(max(start + timedelta(hours=30), came_at + timedelta(hours=3)), "sales"):
            if friend.plan == "never":
                referring.move_stage(friend.referral_id, "contacted", "called")
                referring.close_referral(friend.referral_id, self.dice.choice(["no_need_now", "unreachable", "price"]))
            else:
                referring.move_stage(friend.referral_id, "contacted", "called")
            for task in Task.objects.filter(key=f"referral:{friend.referral_id}:follow_up", state="open"):
                complete_task(task.id, self.shop.talk[-2][1])

    def _first_order(self, friend: Friend, start: datetime) -> OrderReport | None:
        if friend.plan in ("waits", "never"):
            return None
        cheapest = min(self.shop.products, key=lambda product: product.price_minor)
        dear = [product for product in self.shop.products if product.price_minor > 3 * cheapest.price_minor]
        products = [cheapest] if friend.plan == "buys_little" else self.dice.sample(dear, min(2, len(dear)))
        status = "cancelled" if friend.plan == "cancels" else "paid"
        who = CustomerReference(email=friend.email)
        return self._order(
            who, start + timedelta(days=2, minutes=self.dice.randrange(4 * 24 * 60)), products=products, status=status
        )

    def _work(self) -> None:
        """Do what workers and beat do, in the shop's own time."""
        events.drain(self.organisation.id)
        with door.organisation(self.organisation.id):
            settle_due()
            expire_lots()
            follow_spending()
            turn_periods()
            release_waiting()
            note_days()
            referring.turn_due_campaigns()
            referring.purge_invitations()
        events.drain(self.organisation.id)
        while send_due(self.organisation.id):
            pass
