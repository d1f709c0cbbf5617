"""The runbook file format: model, loader, templates, lint, cadence."""
