"""Templates, the message outbox, channels, reminders."""
