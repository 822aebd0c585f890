"""A time authority, an OCSP responder and a place for revocation lists, all answered by openssl.

usage: authority.py FOLDER

FOLDER holds what `authority.rs` makes. Prints the port, then serves:
  POST /tsa   a time stamp (openssl ts)
  POST /ocsp  an OCSP answer (openssl ocsp)
  GET  /crl   the list of revoked certificates (openssl ca -gencrl)
A file `fault-tsa`, `fault-ocsp` or `fault-crl` holds what is to go wrong instead: `down`, `garbage`, or `replay`,
which
gives the last good answer again. A file `ocsp-days` says for how many days an OCSP answer holds; 1 otherwise.
"""
import http.server
import os
import subprocess
import sys
import tempfile
import threading

os.chdir(sys.argv[1])
one_at_a_time = threading.Lock()  # openssl keeps serial numbers in plain files
last = {}


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())


def ocsp_days():
    try:
        with open("ocsp-days") as handle:
            return handle.read()
    except FileNotFoundError:
        return "1"


def ask_openssl(what, body):
    with one_at_a_time, tempfile.TemporaryDirectory() as folder:
        asked, answered = os.path.join(folder, "asked"), os.path.join(folder, "answered")
        with open(asked, "wb") as handle:
            handle.write(body)
        if what == "tsa":
            openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", asked, "-out", answered)
        elif what == "ocsp":
            openssl("ocsp", "-index", "index.txt", "-CA", "root.pem", "-rsigner", "ocsp.pem",
                    "-rkey", "ocsp.key", "-ndays", ocsp_days(), "-reqin", asked, "-respout", answered)
        else:
            openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", asked)
            openssl("crl", "-in", asked, "-outform", "DER", "-out", answered)
        with open(answered, "rb") as handle:
            return handle.read()


class Responder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.reply(self.path.strip("/"), body)

    def do_GET(self):
        self.reply(self.path.strip("/"), b"")

    def reply(self, what, body):
        try:
            with open("fault-" + what) as handle:
                fault = handle.read()
        except FileNotFoundError:
            fault = ""
        if fault == "down" or what not in ("tsa", "ocsp", "crl"):
            self.send_error(503 if fault else 404)
            return
        if fault == "garbage":
            answer = b"<html>this is no answer</html>"
        elif fault == "replay":
            answer = last[what]
        else:
            answer = last[what] = ask_openssl(what, body)
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Responder)
print(server.server_port, flush=True)
server.serve_forever()
