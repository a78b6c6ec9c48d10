"""Speech, music and effects as samples, their files, and listening to them."""
