"""Chats on the wire: what a request may say, and whatever may come back, whole or as a stream."""
