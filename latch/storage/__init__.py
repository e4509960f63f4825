"""Where conversations are kept: little of each, no word that a person typed, and not for long. See docs/privacy.md."""
