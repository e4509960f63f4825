"""Names under which components pass things on in a Rasa message."""

DOC = "latch_doc"  # the spaCy Doc of the text
SEGMENTS = "latch_segments"  # list[Segment]: the whole text first, then its parts
SEGMENT_VECTORS = "latch_segment_vectors"  # their meaning, shape (len(segments), 384)
UNREADABLE = "unreadable"  # output: why a text cannot be understood, one of the following
EMPTY = "empty"  # nothing, or only characters that no keyboard types
NO_WORDS = "no_words"  # emoji, digits, punctuation
UNKNOWN_WORDS = "unknown_words"  # no word of it stands in any example
QUESTIONS = "questions"  # output: the intents of the separate questions in a message, in the order asked
