"""Messages to people: Slack, mail, the status page, and the outbox they are written to first."""
