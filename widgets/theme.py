"""The two colour schemes. Accent is kept for the word PRODUCTION; red, amber and green only ever mean a state."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="restant-dark",
    primary="#6cb0f5",
    secondary="#5fb3c9",
    accent="#e08bf0",
    success="#7cc47f",
    warning="#e5b454",
    error="#f2777a",
    foreground="#d5d9e0",
    background="#14171c",
    surface="#1a1e25",
    panel="#242a33",
    dark=True,
    variables={"border": "#3a4350", "border-blurred": "#3a4350", "block-cursor-text-style": "none"},
)
LIGHT = Theme(
    name="restant-light",
    primary="#1f5fa8",
    secondary="#1c6b80",
    accent="#8a1fa0",
    success="#23702b",
    warning="#8a5a00",
    error="#b3202a",
    foreground="#22262c",
    background="#f6f7f9",
    surface="#eceef2",
    panel="#dfe3e9",
    dark=False,
    variables={"border": "#aab2bd", "border-blurred": "#aab2bd", "block-cursor-text-style": "none"},
)
