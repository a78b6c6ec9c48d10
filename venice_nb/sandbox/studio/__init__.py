"""Makers of media for the sandbox: pictures, sound and film computed from what was asked, nothing fetched.

Loaded with the first request that needs it: everything here uses NumPy and Pillow or PyAV.
"""
