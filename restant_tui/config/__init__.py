"""Inventory and policy: hosts, apps, environments, thresholds."""
