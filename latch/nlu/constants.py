"""Names under which components pass things on in a Rasa message."""

DOC = "latch_doc"  # the spaCy Doc of the text
SEGMENTS = "latch_segments"  # list[Segment]: the whole text first, then its parts
SEGMENT_VECTORS = "latch_segment_vectors"  # their meaning, shape (len(segments), 384)
ENCODE = "latch_encode"  # what gives further texts of the message their meaning
UNREADABLE = "unreadable"  # output: why a text cannot be understood, one of the following
EMPTY = "empty"  # nothing, or only characters that no keyboard types
NO_WORDS = "no_words"  # emoji, digits, punctuation
UNKNOWN_WORDS = "unknown_words"  # no word of it stands in any example
QUESTIONS = "questions"  # output: the intents of the separate questions in a message, in the order asked
SAID = "latch_said"  # the text as it was typed, before slips and shorthand were written out
FOREIGN = "foreign"  # of a text in another language: UNREADABLE is "foreign_" and its code, or "foreign" alone
CONTEXT_VECTORS = "latch_context_vectors"  # (texts, meanings) of the last topic's title, alone and with the text
FOLLOWS = "follows"  # output: the topic that a follow-up means, "" where none is nearer than the last one
SUBJECTS = "subjects"  # output: how likely each subject is, the likeliest first
DANGER = "danger"  # of a training example: the danger sign that it shows, or "harmless"
RESEMBLES = "resembles"  # of a harmless training example: the danger sign that it only sounds like
DANGERS = "dangers"  # output: the danger signs in a message, the most urgent first
UNSEEN = "latch_unseen"  # of a training example: whether the encoder was adapted without it
LAST_TOPIC = "last_topic"  # the slot
