from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The topmost app: it alone knows who listens to what."""

    name = "config"
    label = "wiring"

    def ready(self):
        from config.wiring import FACTS, LISTENERS
        from crm.queries import facts
        from tenancy import events

        events.wire(LISTENERS)
        facts.wire(FACTS)
