"""``python -m examples.agency_service tax rows.csv --trust onestop=connector.pub``: serve until Ctrl-C."""

import argparse
import ssl
from pathlib import Path

import uvicorn

from domain.words import Agency
from examples.agency_service.service import service


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description="An agency's records, served from its exchange file.")
    parser.add_argument("agency", type=Agency, choices=list(Agency))
    parser.add_argument("rows", type=Path, help="exchange file (CSV)")
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--register", type=Path, default=Path("given-out.jsonl"), help="what was given out, for whom")
    parser.add_argument("--trust", metavar="ID=FILE", action="append", default=[], help="whose signatures are accepted")
    parser.add_argument("--certificate", type=Path, help="the service's certificate (PEM)")
    parser.add_argument("--certificate-key", type=Path, help="its key (PEM)")
    parser.add_argument("--client-ca", type=Path, help="ask for a client's certificate that these certificates signed")
    given = parser.parse_args()
    if not given.trust and not given.client_ca:
        parser.error("--trust or --client-ca: somebody must keep the door")
    trusted = {name: Path(file) for name, _, file in (pair.partition("=") for pair in given.trust)}
    uvicorn.run(
        service(given.agency, given.rows, given.register, trusted or None),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        ssl_certfile=given.certificate,
        ssl_keyfile=given.certificate_key,
        ssl_ca_certs=given.client_ca and str(given.client_ca),
        ssl_cert_reqs=ssl.CERT_REQUIRED if given.client_ca else ssl.CERT_NONE,
    )


if __name__ == "__main__":
    main()
