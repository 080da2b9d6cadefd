"""What pages share; see CONTRIBUTING.md for what lives where."""
