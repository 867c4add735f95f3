"""`python -m triagebot` is the command line."""

from triagebot.cli import main

if __name__ == "__main__":
    main()
