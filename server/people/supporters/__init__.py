"""Supporters: who helps whom, and when."""
