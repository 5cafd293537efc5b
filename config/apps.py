from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The topmost app: it alone knows who listens to what."""

    name = "config"
    label = "wiring"

    def ready(self):
        from config.wiring import CONFIGURATION, FACTS, LISTENERS, MERGING, SEGMENT_FOLLOWERS, SEGMENT_USES
        from crm.operations import merging
        from crm.queries import facts, following, segments
        from tenancy import configuration, events

        events.wire(LISTENERS)
        configuration.wire(CONFIGURATION)
        facts.wire(FACTS)
        segments.wire(SEGMENT_USES)
        following.wire(SEGMENT_FOLLOWERS)
        merging.wire(MERGING)
