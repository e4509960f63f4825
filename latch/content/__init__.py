"""What Latch says: articles, topics and danger-sign lines, read from `data/` and checked without loading Rasa."""
