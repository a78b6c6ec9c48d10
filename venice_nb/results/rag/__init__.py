"""What comes of questions to documents: passages, what was found, answers and how good they were."""
