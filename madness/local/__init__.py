"""The laptop's AWS: its home on disk, its processes, its deployment."""
