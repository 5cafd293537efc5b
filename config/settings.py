"""All settings, read from the environment. What is unsafe refuses to start outside demo and test mode."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from foundation import sealing
from tenancy.postgresql.roles import SERVING

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("YINJIAN_STATE_DIR") or BASE_DIR / ".data")


def _flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, str(default)).lower()
    if value not in ("true", "false", "1", "0"):
        raise ImproperlyConfigured(f"{name}={value!r}: use true or false")
    return value in ("true", "1")


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See docs/running.md.")
    return value


MODE = os.environ.get("YINJIAN_MODE", "production")
if MODE not in ("demo", "test", "production"):
    raise ImproperlyConfigured(f"YINJIAN_MODE={MODE!r}: use demo, test or production")
IS_PRODUCTION = MODE == "production"

SECRET_KEY = _required("SECRET_KEY")
if IS_PRODUCTION and len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("SECRET_KEY is too short for production: use 50 random characters")


def _data_keys() -> tuple[bytes, ...]:
    """Read the keys of sealed personal data; only a demo or test may do with one made from SECRET_KEY."""
    if not IS_PRODUCTION and not os.environ.get("DATA_KEYS"):
        return (sealing.derive_key(SECRET_KEY, "sealed personal data"),)
    try:
        return sealing.read_keys(_required("DATA_KEYS"))
    except ValueError as error:
        raise ImproperlyConfigured(f"DATA_KEYS: {error}. See docs/running.md.") from None


DATA_KEYS = _data_keys()
DEBUG = _flag("DEBUG")
if IS_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets; it cannot be on in production")

PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")  # https://crm.example.com; links in messages begin with it
if IS_PRODUCTION and urlsplit(PUBLIC_URL).scheme != "https":
    raise ImproperlyConfigured("PUBLIC_URL must be the https:// address people reach this installation at")
PUBLIC_URL = PUBLIC_URL or "http://127.0.0.1:8000"
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h] or [urlsplit(PUBLIC_URL).hostname]
if not IS_PRODUCTION:
    ALLOWED_HOSTS = ["*"]  # a demo is looked at from a phone in the same network
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "tenancy", "crm", "messaging", "rewards", "loyalty", "referrals", "analytics", "integrations", "dashboard", "portal",
    "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.humanize", "django.contrib.postgres",
    "rest_framework", "django_filters", "drf_spectacular", "drf_spectacular_sidecar", "django_htmx", "axes",
    "config.apps.WiringConfig",
]  # fmt: skip

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenancy.middleware.Sessions",
    "tenancy.middleware.Languages",
    "tenancy.middleware.ReadableMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenancy.middleware.SignedIn",
    "tenancy.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenancy.middleware.Htmx",
    "tenancy.middleware.OrganisationMiddleware",
    "crm.middleware.FollowMergesMiddleware",
    "dashboard.hidden_amounts.HiddenAmountsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.shell",
            ]
        },
    }
]

# --- databases: `default` serves, `owner` migrates ----------------------------------------------


def _database(url: str, **options) -> dict:
    return dj_database_url.parse(url, engine="tenancy.postgresql") | {"CONN_HEALTH_CHECKS": True} | options


_owner_url = _required("DATABASE_URL")
_serving_url = os.environ.get("SERVING_DATABASE_URL", "")
DATABASES = {
    "default": _database(
        _serving_url or _owner_url,
        CONN_MAX_AGE=300,
        DISABLE_SERVER_SIDE_CURSORS=True,  # they do not survive a transaction pooler
    ),
    "owner": _database(_owner_url, CONN_MAX_AGE=0),
}
if not _serving_url:  # one URL is enough: connections of the owner take the serving role as they open
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={SERVING}"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MOVABLE_CLOCK = MODE in ("demo", "test")  # an organisation may live in its own time

# --- broker, cache --------------------------------------------------------------------------------

REDIS_URL = _required("REDIS_URL").rstrip("/")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"{REDIS_URL}/1"}}
RING_DOORBELL = _flag("RING_DOORBELL", True)
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("CELERY_QUEUE", "yinjian")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 540
CELERY_TASK_SOFT_TIME_LIMIT = 480
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # above the time limit: a task that still runs is not handed out twice
    "unacked_restore_interval": 5,  # a killed worker's task comes back in 16 s instead of 102 s (measured)
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
}
# Those that open every organisation's door come seldom; the quick ones may wait behind them without expiring.
CELERY_BEAT_SCHEDULE = {
    "events": {"task": "tenancy.tasks.ring_for_due_events", "schedule": 5.0, "options": {"expires": 300}},
    "settle": {"task": "rewards.tasks.ring_for_due_rewards", "schedule": 15.0, "options": {"expires": 300}},
    "expire": {"task": "rewards.tasks.ring_for_expiring_lots", "schedule": 3600.0, "options": {"expires": 600}},
    "checkouts": {"task": "rewards.tasks.ring_for_due_checkouts", "schedule": 15.0, "options": {"expires": 300}},
    "coupon_codes": {"task": "rewards.tasks.ring_for_unmade_coupons", "schedule": 30.0, "options": {"expires": 300}},
    "coupons": {"task": "rewards.tasks.ring_for_expiring_coupons", "schedule": 3600.0, "options": {"expires": 600}},
    "promises": {"task": "rewards.tasks.ring_for_promises", "schedule": 600.0, "options": {"expires": 600}},
    "messages": {"task": "messaging.tasks.ring_for_due_messages", "schedule": 10.0, "options": {"expires": 300}},
    "texts": {"task": "messaging.tasks.ring_for_doubtful_texts", "schedule": 60.0, "options": {"expires": 300}},
    "reminders": {"task": "messaging.tasks.ring_for_reminders", "schedule": 300.0, "options": {"expires": 300}},
    "surveys": {"task": "messaging.tasks.ring_for_surveys", "schedule": 300.0, "options": {"expires": 300}},
    "care": {"task": "crm.tasks.ring_for_care", "schedule": 300.0, "options": {"expires": 300}},
    "open_ends": {"task": "referrals.reminders.ring_for_open_ends", "schedule": 600.0, "options": {"expires": 600}},
    "milestones": {"task": "referrals.tasks.ring_for_milestones", "schedule": 3600.0, "options": {"expires": 3600}},
    "materials": {"task": "referrals.tasks.ring_for_materials", "schedule": 300.0, "options": {"expires": 300}},
    "campaigns": {"task": "referrals.tasks.ring_for_campaigns", "schedule": 120.0, "options": {"expires": 120}},
    "abuse": {"task": "referrals.tasks.ring_for_abuse", "schedule": 86400.0, "options": {"expires": 3600}},
    "simulations": {"task": "referrals.tasks.ring_for_simulations", "schedule": 300.0, "options": {"expires": 300}},
    "promotions": {"task": "referrals.tasks.ring_for_promotions", "schedule": 120.0, "options": {"expires": 120}},
    "refer": {"task": "referrals.tasks.ring_for_reminders", "schedule": 300.0, "options": {"expires": 300}},
    "tiers": {"task": "loyalty.tasks.ring_for_tiers", "schedule": 3600.0, "options": {"expires": 600}},
    "rfm": {"task": "analytics.tasks.ring_for_rfm", "schedule": 3600.0, "options": {"expires": 600}},
    "webhooks": {"task": "integrations.tasks.ring_for_webhooks", "schedule": 10.0, "options": {"expires": 300}},
    "lists": {"task": "dashboard.tasks.ring_for_list_work", "schedule": 20.0, "options": {"expires": 300}},
    "imports": {"task": "integrations.tasks.ring_for_imports", "schedule": 20.0, "options": {"expires": 300}},
    "addresses": {"task": "rewards.tasks.ring_for_old_addresses", "schedule": 86400.0, "options": {"expires": 3600}},
    "spending": {"task": "rewards.tasks.ring_for_touched_rewards", "schedule": 30.0, "options": {"expires": 300}},
    "budgets": {"task": "rewards.tasks.ring_for_budgets", "schedule": 3600.0, "options": {"expires": 600}},
    "payouts": {"task": "rewards.tasks.ring_for_payouts", "schedule": 30.0, "options": {"expires": 300}},
    "segments": {"task": "crm.tasks.ring_for_segments", "schedule": 21600.0, "options": {"expires": 3600}},
    "following": {"task": "crm.tasks.ring_for_following", "schedule": 900.0, "options": {"expires": 600}},
    "stages": {"task": "crm.tasks.ring_for_stages", "schedule": 86400.0, "options": {"expires": 3600}},
    "leads": {"task": "crm.tasks.ring_for_due_leads", "schedule": 60.0, "options": {"expires": 120}},
    "pool": {"task": "crm.tasks.ring_for_idle_customers", "schedule": 21600.0, "options": {"expires": 3600}},
    "duplicates": {"task": "crm.tasks.ring_for_duplicates", "schedule": 86400.0, "options": {"expires": 3600}},
    "books": {"task": "rewards.tasks.ring_for_books", "schedule": 86400.0, "options": {"expires": 3600}},
}

# --- people -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tenancy.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "dashboard:login"
LOGIN_REDIRECT_URL = "dashboard:home"
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLED = MODE != "test"
SESSION_COOKIE_NAME = "yj_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("BEHIND_TLS_PROXY") else None
SECURE_SSL_REDIRECT = IS_PRODUCTION and _flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- languages, time ----------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "yj_language"
USE_TZ = True
TIME_ZONE = "UTC"

# --- assets: from packages by lock file, an allow-list of folders -------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.assets.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = STATE_DIR / "media"

# --- mail ------------------------------------------------------------------------------------------------

EMAIL_HOST = os.environ.get("SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("SMTP_TLS", True)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Yinjian <no-reply@localhost>")
if IS_PRODUCTION and not EMAIL_HOST:
    raise ImproperlyConfigured("SMTP_HOST is not set: confirmations and notices could not be sent")
KEEP_MAIL_IN_MAILBOX = not EMAIL_HOST  # the demo's mailbox page shows what would have been sent

# --- API --------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenancy.api.KeyAuthentication", "tenancy.api.StaffSessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "tenancy.api.MayDoThis",
        "dashboard.sight.SeesThisRecord",
        "dashboard.sight_named.SeesWhatIsNamed",
    ],
    "DEFAULT_PAGINATION_CLASS": "tenancy.api.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["tenancy.api.StrictFilterBackend", "dashboard.sight.SeenRows"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tenancy.api.Negotiation",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tenancy.parsing.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenancy.api.problem",
    "DEFAULT_THROTTLE_CLASSES": ["tenancy.throttle.KeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {"key": os.environ.get("API_RATE", "1200/min")},
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yinjian API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Customers, orders, referral campaigns, loyalty, rewards and their ledger. "
    "Money and points are integers in the unit's smallest part; times are RFC 3339.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Fields of one name with different choices, told apart by whose they are.
    "ENUM_NAME_OVERRIDES": {
        "SimulationState": "referrals.models.Simulation.State",
        "PromotionState": "referrals.models.Promotion.State",
        "PromotionReceiverState": "referrals.models.PromotionReceiver.State",
        "PromotionWays": "referrals.models.Ways",
        "PromotionWay": "referrals.models.Way",
        "ReminderKind": "referrals.models.Reminder.Kind",
        "PromotionPostState": "referrals.models.PromotionPost.State",
        "GroupRobotKind": "messaging.models.GroupRobot.Kind",
        "WechatTestState": "messaging.models.WechatAccount.TestState",
        "WechatUse": "messaging.models.WechatTemplate.Use",
        "GroupRobotTestState": "messaging.models.GroupRobot.TestState",
        "CustomerSource": "crm.models.Customer.Source",
        "TermsHonour": "referrals.models.RuleVersion.Honour",
        "OrderStatus": "crm.models.Order.Status",
        "TaskPriority": "crm.models.Task.Priority",
        "CustomFieldKind": "crm.models.CustomField.Kind",
        "CustomFieldSubject": "crm.models.CustomField.Subject",
        "SegmentKind": "crm.models.Segment.Kind",
        "CustomerKind": "crm.models.Customer.Kind",
        "DealState": "crm.models.Deal.State",
        "DealSource": "crm.models.Deal.Source",
        "DealMoveKind": "crm.models.DealMove.Kind",
        "CustomerMoveKind": "crm.models.CustomerMove.Kind",
        "ImportVerdict": "integrations.models.ImportTrace.Verdict",
        "AbuseCaseState": "referrals.models.AbuseCase.State",
        "AbuseVerdictKind": "referrals.models.AbuseVerdict.Verdict",
        "AbuseListingKind": "referrals.models.AbuseListing.Kind",
        "HandOverState": "crm.models.HandOver.State",
        "CustomerStage": "crm.models.Customer.Stage",
        "ContactKind": "crm.models.ContactPoint.Kind",
        "InteractionKind": "crm.models.Interaction.Kind",
        "TaskState": "crm.models.Task.State",
        "MembershipRole": "tenancy.models.Membership.Role",
        "SurveyTrigger": "crm.models.Survey.Trigger",
        "ContactPlanTrigger": "crm.models.ContactPlan.Trigger",
        "SurveyKind": "crm.models.Survey.Kind",
        "SurveyState": "crm.models.Survey.State",
        "SurveyAnswerSource": "crm.models.SurveyAnswer.Source",
        "LeadState": "crm.models.Lead.State",
        "LeadSource": "crm.models.Lead.Source",
        "LeadMoveKind": "crm.models.LeadMove.Kind",
        "TaskKind": "crm.models.Task.Kind",
        "TaskRepeats": "crm.models.Task.Repeats",
        "InteractionResult": "crm.models.Interaction.Result",
        "TaskResult": "crm.models.Task.Result",
        "CaseStatus": "crm.models.Case.Status",
        "CasePriority": "crm.models.Case.Priority",
        "CaseChannel": "crm.models.Case.Channel",
        "CaseMessageKind": "crm.models.CaseMessage.Kind",
        "ContactAssigneeRule": "crm.models.ContactStep.Assignee",
        "ContactVisitState": "crm.models.ContactVisit.State",
        "DuplicateState": "crm.models.DuplicatePair.State",
        "MergeField": "crm.operations.merging.fields.CHOSEN_NAMES",
        "MergeWay": "crm.operations.merging.fields.WAYS",
        "MessageState": "messaging.models.Message.State",
        "ClaimState": "referrals.models.Claim.State",
        "ClaimChannel": "referrals.models.Claim.Channel",
        "DecisionOutcome": "referrals.models.Decision.Outcome",
        "AttributionOutcome": "referrals.models.AttributionDecision.Outcome",
        "TraceKind": "referrals.models.Trace.Kind",
        "RewardKind": "rewards.models.Reward.Kind",
        "RewardState": "rewards.models.Reward.State",
        "CouponState": "rewards.models.Coupon.State",
        "CouponEffect": "rewards.models.CouponKind.Effect",
        "CouponScope": "rewards.models.CouponKind.Scope",
        "CouponAudience": "rewards.models.CouponKind.Audience",
        "CouponBatchState": "rewards.models.CouponBatch.State",
        "CheckoutState": "rewards.models.Checkout.State",
        "BudgetPolicy": "rewards.models.Budget.Policy",
        "BudgetPeriod": "rewards.models.Budget.Period",
        "BudgetAlertDirection": "rewards.models.BudgetAlert.Direction",
        "CatalogueItemKind": "rewards.models.CatalogueItem.Kind",
        "GiftOrderState": "rewards.models.GiftOrder.State",
        "GiftOrderWay": "rewards.models.GiftOrder.Way",
        "PayoutProvider": "rewards.models.PayoutProvider",
        "PayoutState": "rewards.models.PayoutBatch.State",
        "PayoutLineState": "rewards.models.PayoutLine.State",
        "PayoutDifferenceKind": "rewards.models.PayoutDifference.Kind",
        "PayoutMethod": "rewards.models.PayoutAccount.Method",
        "JournalEntryKind": "rewards.models.JournalEntry.Kind",
        "AccountKind": "rewards.models.Account.Kind",
        "ReferralSource": "referrals.models.Source",
        "MaterialKind": "referrals.models.MaterialBatch.Kind",
        "MaterialDesign": "referrals.models.MaterialBatch.Design",
        "CampaignState": "referrals.models.Campaign.State",
        "InvitationState": "referrals.models.Invitation.State",
        "AskCause": "referrals.models.Ask.Cause",
        "PromiseCause": "rewards.queries.promises.CAUSE_KEYS",
        "AskState": "referrals.models.Ask.State",
        "ReferralStage": "referrals.models.Referral.Stage",
        "JobState": "tenancy.models.Job.State",
        "ImportKind": "integrations.models.Import.Kind",
        "WebhookDeliveryState": "integrations.models.WebhookDelivery.State",
    },
}

# --- logs: ids and states, never contact data -----------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    # Below that it writes whole addresses, and some of them hold a key or a phone.
    "loggers": {"urllib3": {"level": "INFO"}},
}
