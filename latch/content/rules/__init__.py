"""What good content is: each module holds the rules of one kind and yields faults."""
