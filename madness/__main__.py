"""`python -m madness`."""

from madness.cli import main

if __name__ == "__main__":
    main()
