"""What is drawn inside a screen: one file a pane or control."""
