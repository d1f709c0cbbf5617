"""One run of one runbook: plan, gates, step execution, resume, abort."""
