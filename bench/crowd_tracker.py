"""A crowd's tracker: it answers nobody before all have asked, and then names everybody to everybody."""

import http.server
import socket
import threading
import urllib.parse

PATIENCE = 60  # seconds until the last one has asked
INTERVAL = 1800


class Tracker:
    """Listens at every address of the router."""

    def __init__(self, peers):
        tracker = self
        self.peers = peers
        self.known = {}
        self.change = threading.Condition()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, encoding="latin-1"))
                body = tracker.answer(self.client_address[0], int(query.get("port", 0)))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 200
            daemon_threads = True

            def handle_error(self, *_):  # whoever goes does not wait for the answer
                pass

        server = Server(("0.0.0.0", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://11.0.1.1:{server.server_address[1]}/announce"

    def answer(self, host, port):
        """Who else there is, once all have asked."""
        with self.change:
            self.known[host] = port
            self.change.notify_all()
            self.change.wait_for(lambda: len(self.known) >= self.peers, PATIENCE)
            others = [(host, port) for host, port in self.known.items()]
        compact = b"".join(socket.inet_aton(host) + port.to_bytes(2, "big") for host, port in others)
        return b"d8:intervali%de5:peers%d:%se" % (INTERVAL, len(compact), compact)

    def wait_for(self, peers):
        """Until so many have asked."""
        with self.change:
            if not self.change.wait_for(lambda: len(self.known) >= peers, PATIENCE):
                raise TimeoutError(f"{len(self.known)} of {peers} have asked the tracker")
