"""Orders v2: created, approved by the payer, then captured or authorized. An order is kept as the JSON that is shown;
names that begin with _ are ours."""

from http_line import Answer
from paypal_money import PROCESSOR_CODES, amount_of, invalid, minor_of, not_found, source_of, unprocessable
from peer import page, with_query

INTENTS = ("CAPTURE", "AUTHORIZE")
MAX_TEXT = 127  # of custom_id and invoice_id


class Orders:
    """A part of PayPalPeer, which has the memory: `orders`, `authorizations`, `captures`, `effects`."""

    def create_order(self, request, body):
        if body.get("intent") not in INTENTS:
            raise invalid("INVALID_PARAMETER_VALUE" if "intent" in body else "MISSING_REQUIRED_PARAMETER", "/intent")
        units = body.get("purchase_units")
        if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
            raise invalid("INVALID_ARRAY_MIN_ITEMS" if not units else "INVALID_ARRAY_MAX_ITEMS", "/purchase_units")
        currency, minor = minor_of(units[0].get("amount"), "/purchase_units/@reference_id=='default'/amount")
        for name in ("custom_id", "invoice_id", "reference_id"):
            if not isinstance(units[0].get(name, "-"), str) or not 0 < len(units[0].get(name, "-")) <= MAX_TEXT:
                raise invalid("INVALID_STRING_LENGTH", f"/purchase_units/@reference_id=='default'/{name}")
        source = source_of(body)
        key = request.headers.get("paypal-request-id")
        if source and source.immediate and key is None:
            raise invalid("PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id")
        if source and source.kind != "card" and source.outcome in PROCESSOR_CODES:
            raise unprocessable("INSTRUMENT_DECLINED", stored=True)
        context = (source.context if source else None) or body.get("application_context") or {}
        unit = {"reference_id": "default"} | units[0] | {"amount": amount_of(currency, minor)}
        order = {"id": self.order_id(), "intent": body["intent"], "status": "CREATED", "purchase_units": [unit],
                 "create_time": self.now(), "_key": key, "_source": source, "_minor": minor, "_currency": currency,
                 "_return": context.get("return_url"), "_cancel": context.get("cancel_url"), "_declines": False,
                 "_payer": None}
        self.orders[order["id"]] = order
        if source and (not source.immediate or source.outcome == "challenge"):
            order["status"] = "PAYER_ACTION_REQUIRED"
        elif source:
            order["_payer"] = source
            self.carry_out(order)
            return Answer(201, self.shown_order(order))
        minimal = "representation" not in request.headers.get("prefer", "")
        return Answer(201, self.shown_order(order, minimal))

    def show_order(self, _request, _body, name):
        return self.shown_order(self.order_of(name))

    def capture_order(self, request, _body, name):
        return self.complete(name, "CAPTURE", "ORDER_ALREADY_CAPTURED", request)

    def authorize_order(self, request, _body, name):
        return self.complete(name, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED", request)

    def complete(self, name, intent, done_already, request):
        order = self.order_of(name)
        if order["intent"] != intent:
            raise unprocessable("ACTION_DOES_NOT_MATCH_INTENT")
        if order["status"] == "COMPLETED":
            raise unprocessable(done_already)
        link = [{"href": self.approval_url(order), "rel": "payer-action", "method": "GET"}]
        if order["status"] != "APPROVED":
            challenged = order["_source"] and order["_source"].outcome == "challenge"
            raise unprocessable("PAYER_ACTION_REQUIRED" if challenged else "ORDER_NOT_APPROVED", links=link)
        if order["_declines"]:
            order.update(status="PAYER_ACTION_REQUIRED", _declines=False)
            raise unprocessable("INSTRUMENT_DECLINED", stored=True,
                                links=[{"href": link[0]["href"], "rel": "redirect", "method": "GET"}])
        order["_key"] = request.headers.get("paypal-request-id") or order["_key"]
        self.carry_out(order)
        return Answer(201, self.shown_order(order))

    def carry_out(self, order):
        """Moves the money, or holds it. A card that is refused is a completed order with a refused payment."""
        unit, source = order["purchase_units"][0], order["_payer"]
        invoice = unit.get("invoice_id")
        if invoice is not None and self.invoices.setdefault(invoice, order["id"]) != order["id"]:
            raise unprocessable("DUPLICATE_INVOICE_ID", stored=True)
        order["status"] = "COMPLETED"
        outcome = source.outcome if source else None
        code = PROCESSOR_CODES.get(outcome, "0000")
        more = {"processor_response": {"response_code": code}} if source and source.kind != "paypal" else {}
        if order["intent"] == "CAPTURE":
            status = "DECLINED" if code != "0000" else "PENDING" if outcome == "pending" else "COMPLETED"
            self.add_capture(order, order["_minor"], status, True, invoice, None, more)
        else:
            self.add_authorization(order, "DENIED" if code != "0000" else "CREATED", more)
        if code == "0000":
            self.effects["authorize"] += 1
        elif invoice is not None:
            del self.invoices[invoice]

    def approve(self, request, _body, name):
        """The payer's page: ?outcome=approve, decline (approves with what will be refused) or cancel."""
        order = self.orders.get(name)
        if order is None:
            return Answer(404, {"error": "no such order"})
        outcome = dict(request.query).get("outcome")
        if outcome is None:
            return page(f"Approve {name}", ("approve", "decline", "cancel"))
        self.payer_says(name, outcome)
        where = order["_cancel"] if outcome == "cancel" else order["_return"]
        payer = {} if outcome == "cancel" else {"PayerID": "QYR5Z8XDVJNXQ"}
        return Answer(303, None, Location=with_query(where or f"{self.base}/", token=name, **payer))

    def decided(self, order, outcome):
        if outcome == "expire":
            del self.orders[order["id"]]
            return "EXPIRED"
        if outcome != "cancel" and order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED"):
            payer = order["_source"] or source_of({"payment_source": {"paypal": {"id": "payer"}}})
            order.update(status="APPROVED", _declines=outcome in ("fail", "decline"), _payer=payer)
        return order["status"]

    def order_of(self, name):
        if name not in self.orders:
            raise not_found()
        return self.orders[name]

    def approval_url(self, order):
        return f"{self.base}/approve/{order['id']}"

    def shown_order(self, order, minimal=False):
        url = f"{self.base}/v2/checkout/orders/{order['id']}"
        links = [{"href": url, "rel": "self", "method": "GET"}]
        if order["status"] in ("CREATED", "PAYER_ACTION_REQUIRED"):
            links.append({"href": self.approval_url(order), "rel": "payer-action" if order["_source"] else "approve",
                          "method": "GET"})
        if order["status"] in ("CREATED", "APPROVED"):
            verb = order["intent"].lower()
            links.append({"href": f"{url}/{verb}", "rel": verb, "method": "POST"})
        shown = {"id": order["id"], "status": order["status"], "links": links}
        source = order["_payer"] or order["_source"]
        if source:
            shown["payment_source"] = source.shown() if order["_payer"] else {source.kind: {}}
        if minimal:
            return shown
        payments = {name: [self.public(one) for one in rows.values() if one["_order"] == order["id"]]
                    for name, rows in (("authorizations", order.get("_authorizations", {})),
                                       ("captures", order.get("_captures", {})), ("refunds", order.get("_refunds", {})))}
        payments = {name: rows for name, rows in payments.items() if rows}
        unit = order["purchase_units"][0] | ({"payments": payments} if payments else {})
        return shown | {"intent": order["intent"], "create_time": order["create_time"], "purchase_units": [unit],
                        "update_time": self.now()}
