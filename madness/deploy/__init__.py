"""Deployment to AWS: the stack, and the rights of each function."""
