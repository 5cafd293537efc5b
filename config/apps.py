from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The topmost app: it alone knows who listens to what."""

    name = "config"
    label = "wiring"

    def ready(self):
        from config.wiring import LISTENERS, MERGING
        from crm.operations import merging
        from tenancy import events

        events.wire(LISTENERS)
        merging.wire(MERGING)
