"""Talking to a text model: one chat, tools, extraction, conversations. Plans, without input or output."""
