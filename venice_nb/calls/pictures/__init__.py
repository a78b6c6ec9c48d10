"""Pictures on the wire: made from words or from other pictures, and read however they come back."""
