"""What was spent, what a call would cost, and how that compares with the bill."""
