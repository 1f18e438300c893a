"""What the service sends PayPal fits PayPal's own OpenAPI documents: between the two stands Prism, which checks every
request and every answer. The peer behind it has the memory, so that all requests come to be sent."""

import http.client
import http.server
import json
import threading

import pytest

from support import payments
from support.provider_peers import PayPalPeer, Prism, paypal_document

ORDERS = "checkout_orders_v2.json"
PAYMENTS = "payments_payment_v2.json"
SAVED_CARD = {"type": "card", "token": "VAULT-1"}
BY_PAGE = {"type": "wallet", "wallet": "paypal"}


class Split(http.server.ThreadingHTTPServer):
    """Sends each request on by the beginning of its path. What was complained about is in `complaints`."""

    daemon_threads = True

    def __init__(self, ways):
        super().__init__(("127.0.0.1", 0), Forward)
        self.ways, self.complaints, self.passed = ways, [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Forward(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        port = next(port for prefix, port in self.server.ways if self.path.startswith(prefix))
        onward = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "expect")}
        onward.request(self.command, self.path, body or None, headers)
        answer = onward.getresponse()
        text = answer.read()
        onward.close()
        self.note(answer, text)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type") or "application/json")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def note(self, answer, text):
        self.server.passed.append(f"{self.command} {self.path}")
        found = answer.getheader("sl-violations") or (b"stoplight.io/prism/errors" in text and text.decode())
        if found:
            self.server.complaints.append(f"{self.command} {self.path}: {found}")

    do_GET = do_POST = forward  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def paypal():
    with PayPalPeer(seed=1) as peer:
        yield peer


@pytest.fixture
def line(paypal):
    """PayPal behind its documents."""
    with Prism(paypal_document(ORDERS), paypal.url) as orders, Prism(paypal_document(PAYMENTS), paypal.url) as money:
        split = Split([("/v1/", paypal.port), ("/v2/checkout/", orders.port), ("/v2/payments/", money.port)])
        yield split
        split.shutdown()
        split.server_close()


@pytest.fixture
def client(on_sqlite, paypal, line):
    service = on_sqlite("--provider", "paypal", "--paypal-allow-raw-cards",
                        env=paypal.environment | {"PAYPAL_API_BASE": line.url})
    return service.client()


def process(client, source, amount="12.34", **fields):
    payment = payments.create(client, json.loads(amount), **fields)
    return payments.ok(client.post(f"/payments/{payment['id']}/process",
                                   {"payment_method": source, "return_url": "https://shop.example/back"}))


def do(client, payment, verb, body=None):
    return payments.ok(client.post(f"/payments/{payment['id']}/{verb}", body))


def test_every_request_and_answer_fits_paypals_documents(client, paypal, line):
    taken = process(client, SAVED_CARD, description="Shoes, été")
    assert do(client, taken, "refund", {"amount": 2})["status"] == "partially_refunded"
    assert do(client, taken, "refund")["status"] == "refunded"
    held = process(client, SAVED_CARD, capture_method="manual")
    assert do(client, held, "capture", {"amount": 10})["status"] == "paid"
    dropped = process(client, SAVED_CARD, capture_method="manual")
    assert do(client, dropped, "cancel")["status"] == "canceled"
    assert process(client, SAVED_CARD, amount="500", currency="JPY")["status"] == "paid"
    assert process(client, {"type": "wallet", "wallet": "paypal", "token": "VAULT-9"})["status"] == "paid"
    typed = {"type": "card", "number": "4111111111111111", "cvc": "123", "exp_month": 12, "exp_year": 2034}
    assert process(client, typed)["payment_method"]["last4"] == "1111"

    for capture_method in ("automatic", "manual"):
        waiting = process(client, BY_PAGE, capture_method=capture_method)
        assert waiting["status"] == "requires_action"
        back = come_back(client, paypal, waiting)
        assert back.status == 303 and back.header("Location").startswith("https://shop.example/back?")
        assert payments.get(client, waiting["id"])["status"] in ("paid", "authorized")

    assert line.complaints == []
    for part in ("/capture", "/authorize", "/void", "/refund", "/v2/checkout/orders"):
        assert any(part in one for one in line.passed), part

    PayPalPeer(port=line.server_port).call("POST", "/v2/checkout/orders", {"intent": "SALE"}, token=paypal.token())
    assert line.complaints, "what does not fit is noticed"


def come_back(client, paypal, payment):
    """As the payer's browser does, from PayPal's page by its redirect."""
    page = payment["next_action"]["url"].removeprefix(paypal.url)
    assert paypal.ask("GET", f"{page}?outcome=approve")[0] == 303
    return client.get("/" + paypal.last_headers["location"].split("/", 3)[3])
