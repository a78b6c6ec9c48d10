"""Work that takes minutes: written down before it is ordered, and waited for from anywhere."""
