"""Sound, transcripts with their subtitles, and voices."""
