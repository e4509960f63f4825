"""Measuring what Latch costs, beside the pipeline and policies of `rasa init` on the same topics (`make bench`)."""
