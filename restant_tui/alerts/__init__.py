"""Rules over snapshots, and the life of the alerts they raise."""
