"""The WSGI application; it refuses to serve as a database role that stands above the wall."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from tenancy.checks import refuse_a_role_that_walks_through_walls  # noqa: E402  needs Django set up

refuse_a_role_that_walks_through_walls()
