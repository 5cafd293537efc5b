import hmac
import subprocess
import sys
from hashlib import sha256

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from django.utils import timezone

from analytics.operations import score_rfm
from config.demo import story
from config.demo.shops import ACME, CHUNXI
from crm.models import ContactPoint, Customer
from referrals.models import Campaign, ReferralCode
from tenancy import door, keys
from tenancy.models import Organisation
from tenancy.rules import PERMISSIONS

SHOPS = {
    ACME: ("friend_coupon", "b2b_services", "education_course"),
    CHUNXI: ("beauty_membership", "friend_coupon", "member_circle"),
}


def demo_key(shop) -> str:
    """Derive the shop's API key from this installation's secret, so that none stands in the code."""
    return keys.PREFIX + hmac.new(settings.SECRET_KEY.encode(), f"demo {shop.slug}".encode(), sha256).hexdigest()[:40]


class Command(BaseCommand):
    help = "Make the two shops of the demo (once), and print their addresses, logins and API keys."

    def add_arguments(self, parser):
        parser.add_argument("--print", action="store_true", help="only print")
        parser.add_argument("--shop", help="make this one shop only")

    def handle(self, *args, **options):
        if settings.IS_PRODUCTION:
            raise CommandError("The demo has known passwords; it is not for production.")
        missing = [shop for shop in SHOPS if not Organisation.objects.filter(slug=shop.slug).exists()]
        if options["shop"]:
            for shop in missing:
                if shop.slug == options["shop"]:
                    self._make(shop, SHOPS[shop])
            return
        if not options["print"]:
            self._make_at_once(missing)
        self._print()

    def _make_at_once(self, shops):
        """Make the shops side by side, each in a process of its own."""
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo", "--shop"]
        makers = [subprocess.Popen([*manage, shop.slug]) for shop in shops]
        codes = [maker.wait() for maker in makers]
        if any(codes):
            raise CommandError("The demo could not be made.")

    def _make(self, shop, templates):
        self.stdout.write(f"  making {shop.name} …")
        organisation = story.tell(shop, today=timezone.now(), templates=templates)
        with door.organisation(organisation.id):
            keys.issue(name="Demo shop", scopes=list(PERMISSIONS), created_by=None, secret=demo_key(shop))
        score_rfm(organisation.id)

    def _print(self):
        base = settings.PUBLIC_URL
        for shop in SHOPS:
            organisation = Organisation.objects.filter(slug=shop.slug).first()
            if organisation is None:
                continue
            with door.organisation(organisation.id):
                code, member = _a_code(), _a_member()
            mailboxes = ", ".join(mailbox for _, _, mailbox in shop.staff)
            lines = [
                ("staff", f"{base}/   {story.email_of(shop, 'owner')} / {story.PASSWORD}   (also {mailboxes})"),
                ("landing", f"{base}/o/{shop.slug}/r/{code}"),
                ("members", f"{base}/o/{shop.slug}/member/   {member}   (the code to sign in is in the mailbox)"),
                ("API key", f"{demo_key(shop)}   {base}/api/docs/"),
            ]
            self.stdout.write(f"\n  {shop.name}")
            for name, line in lines:
                self.stdout.write(f"    {name:<10} {line}")
        self.stdout.write(f"\n  What would have been sent by e-mail or as a text: {base}/mailbox/\n")


def _a_code() -> str:
    """Choose a code that still takes friends."""
    running = ReferralCode.objects.filter(campaign__state=Campaign.State.RUNNING, is_active=True)
    return running.order_by("id").values_list("code", flat=True).first() or ""


def _a_member() -> str:
    """Choose the member who has brought the most friends: their e-mail address and phone."""
    best = Customer.objects.annotate(friends=Count("referrals_made")).order_by("-friends", "id").first()
    contacts = ContactPoint.objects.filter(customer=best, kind__in=["email", "phone"], is_primary=True).order_by("kind")
    return " / ".join(contacts.values_list("normalised", flat=True))
