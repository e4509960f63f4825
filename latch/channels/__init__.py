"""Ways in and out: each channel shows the same words, structured where it can."""
