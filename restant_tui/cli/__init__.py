"""The front door: one file a verb, each the headless twin of something in the console."""
