"""Pictures, sound, films and files from wherever they are, sniffed and checked."""

from venice_nb.media.inputs import picture
from venice_nb.media.loading import MAX_BYTES, Kind, Media, load, public_url

__all__ = ["MAX_BYTES", "Kind", "Media", "load", "picture", "public_url"]
