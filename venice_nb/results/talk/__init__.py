"""Answers of text models, and how they look."""
