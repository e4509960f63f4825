"""Measuring what Latch understands (`make evaluate`)."""
