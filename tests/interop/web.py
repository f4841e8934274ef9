"""Files over HTTP on the loopback, from memory."""

import contextlib
import http.server
import threading


@contextlib.contextmanager
def serving(answer):
    """The address of a server, without a slash at its end. `answer` gives the body at a path, or None."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = answer(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            pass

    with running(Handler) as address:
        yield address


@contextlib.contextmanager
def running(handler):
    """The address of a server of this kind."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
