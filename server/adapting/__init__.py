"""Adapting: our own versions, national updates, and sharing words back."""
