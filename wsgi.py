"""The entry point of WSGI servers: builds the application from the environment, nothing else."""

from survey import create_app

app = create_app()
