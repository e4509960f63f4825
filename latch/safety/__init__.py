"""Danger signs in what a person writes: patterns that always catch one, and a recogniser for other wordings."""
