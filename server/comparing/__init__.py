"""Comparing: what two versions have alike and what not; pure but for its pages."""
