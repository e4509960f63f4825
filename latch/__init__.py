"""Latch: curated, sourced answers about breastfeeding on Rasa Open Source."""

__version__ = "0.1.0"
