"""The rules of `runbook.lint`, one file an idea. Each takes plain data and yields findings; none raises."""
