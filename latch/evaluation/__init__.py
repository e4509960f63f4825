"""Measuring Latch: what it understands (`make evaluate`) and what it costs (`make bench`)."""
