"""What an account has, spent and allows, and its keys, as tables and cards."""
