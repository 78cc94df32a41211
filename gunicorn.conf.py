"""How gunicorn serves the program: two cores' worth of workers, and no trace of who visited."""

worker_class = "gthread"
workers = 2
threads = 4
# An access log would note who opened which code and when; errors are still logged, without addresses.
accesslog = None
# Nothing outside the project's own folder.
control_socket_disable = True
