"""The client: sends calls. The only room that imports httpx."""
