"""The proxy: nginx with the templates of deploy/nginx/, filled in as the nginx image fills them in."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.request import urlopen

from latch.cluster.processes import ClusterError, check_free, program, stop, wait_until_started

TEMPLATES = Path("deploy/nginx/templates")
WIDGET = Path("widget")
SUFFIX = ".template"
CERTIFICATE, KEY, CONFIGURATION, LOG = "certificate.pem", "key.pem", "nginx.conf", "proxy.log"
START_SECONDS = 10.0
# After one failure the proxy leaves a worker alone for so long; then one request tries it again.
LEFT_ALONE_SECONDS = 2
SERVER = f"server {{}} max_fails=1 fail_timeout={LEFT_ALONE_SECONDS}s{{}};"
NO_PROXY_BEFORE = "unix:"
# As much as one worker takes of one address (latch/channels/web/settings.py), for all of them.
RATE, BURST = "10r/s", "100"


@dataclass(frozen=True)
class Limits:
    """How many requests an address may send: in nginx's form, such as 10r/s, and so many at once."""

    rate: str = RATE
    burst: str = BURST


class Proxy:
    """nginx in a folder of its own, before workers on ports of this machine.

    `trusted` is the address of what stands before it, whose X-Forwarded-For is believed.
    """

    def __init__(
        self,
        folder: Path,
        workers: Sequence[int],
        https: int,
        http: int,
        trusted: str = NO_PROXY_BEFORE,
        limits: Limits | None = None,
    ) -> None:
        self.folder = folder
        self.url = f"https://localhost:{https}"
        self.plain_url = f"http://127.0.0.1:{http}"
        self.certificate = folder / CERTIFICATE
        self.log = folder / LOG
        self._nginx = program("nginx", "nginx")
        self._ports = (https, http)
        self._process: subprocess.Popen[bytes] | None = None
        limits = limits or Limits()
        self._values = {
            "LATCH_PROXY_RUN": str(folder),
            "LATCH_PROXY_LOG": str(folder / "access.log"),
            "LATCH_PROXY_TRUSTED": trusted,
            "LATCH_PROXY_RATE": limits.rate,
            "LATCH_PROXY_BURST": limits.burst,
            "LATCH_PROXY_RESOLVER": "127.0.0.1",  # no name is asked for
            "LATCH_PROXY_WORKERS": servers([f"127.0.0.1:{port}" for port in workers]),
            "LATCH_PROXY_TELEGRAM": servers([f"127.0.0.1:{port}" for port in workers], stand_by=True),
            "LATCH_PROXY_HTTP": f"127.0.0.1:{http}",
            "LATCH_PROXY_HTTPS": f"127.0.0.1:{https}",
            "LATCH_PROXY_ADDRESS": self.url,
            "LATCH_PROXY_CERTIFICATE": str(self.certificate),
            "LATCH_PROXY_KEY": str(folder / KEY),
            "LATCH_PROXY_WIDGET": str(WIDGET.resolve()),
        }

    def start(self) -> None:
        """Make a certificate, fill in the templates and start nginx; return when it answers.

        Raises:
            ClusterError: when nginx does not take the configuration, or a port is in use.
        """
        for port in self._ports:
            check_free(port)
        make_certificate(self.certificate, self.folder / KEY)
        fill_in(self._values, self.folder)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(), "-g", f"daemon off;{_user()}"], stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_until_started("nginx", self._answers, self._process, self.log, START_SECONDS)
        except ClusterError:
            self.stop()
            raise

    def check(self) -> str:
        """Return what `nginx -t` says of the filled in templates; empty where it finds nothing.

        Raises:
            ClusterError: when nginx does not take them.
        """
        make_certificate(self.certificate, self.folder / KEY)
        fill_in(self._values, self.folder)
        done = subprocess.run([*self._command(), "-t", "-q", "-g", _user()], capture_output=True, text=True)
        if done.returncode:
            raise ClusterError(done.stderr.strip())
        return done.stderr.strip()

    def stop(self) -> None:
        """Stop it, behind the requests that are in work."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                stop(self._process)
            self._process = None

    def _command(self) -> list[str]:
        return [self._nginx, "-e", "stderr", "-c", str(self.folder / CONFIGURATION)]

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.plain_url}/healthz", timeout=1):
                return True
        except OSError:
            return False


def servers(addresses: Sequence[str], stand_by: bool = False) -> str:
    """Return the lines of an nginx upstream; with `stand_by`, all but the first only take over from it."""
    return " ".join(
        SERVER.format(address, " backup" if stand_by and number else "") for number, address in enumerate(addresses)
    )


def fill_in(values: Mapping[str, str], folder: Path, templates: Path = TEMPLATES) -> None:
    """Write each template into the folder, with ${NAME} replaced by its value.

    Raises:
        ClusterError: when there is no template, or one names a value that is missing.
    """
    found = sorted(templates.glob(f"*{SUFFIX}"))
    if not found:
        raise ClusterError(f"There is nothing in {templates}: run this in the project's folder.")
    for template in found:
        try:
            filled = _Braced(template.read_text(encoding="utf-8")).substitute(values)
        except KeyError as error:
            raise ClusterError(f"{template} names {error}, which has no value.") from None
        (folder / template.name.removesuffix(SUFFIX)).write_text(filled, encoding="utf-8")


class _Braced(Template):
    """${LATCH_...} alone: what else begins with a dollar is nginx's own."""

    pattern = r"\$\{(?P<braced>LATCH_[A-Z_]+)\}|(?P<escaped>(?!))|(?P<named>(?!))|(?P<invalid>(?!))"  # type: ignore[assignment]


def make_certificate(certificate: Path, key: Path) -> None:
    """Make a certificate for localhost that is its own authority, where there is none.

    Raises:
        ClusterError: when openssl is missing or fails.
    """
    if certificate.exists():
        return
    command = [program("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-noenc", "-days", "30", "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ClusterError(f"openssl made no certificate: {done.stderr.strip().splitlines()[-1]}")


def _user() -> str:
    # Where this is root, nginx would read the widget as a user who may not enter the project's folder.
    return "user root;" if os.geteuid() == 0 else ""
