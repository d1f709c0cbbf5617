"""What fills the terminal: the app, and one file a screen."""
