from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The topmost app: it alone knows who listens to what."""

    name = "config"
    label = "wiring"

    def ready(self):
        from config.wiring import CONFIGURATION, LISTENERS
        from tenancy import configuration, events

        events.wire(LISTENERS)
        configuration.wire(CONFIGURATION)
