"""Payments v2: authorizations, captures and refunds. Each is kept as the JSON that is shown; names with _ are ours."""

from http_line import Answer
from paypal_money import amount_of, invalid, minor_of, not_found, unprocessable

OPEN = ("CREATED", "PARTIALLY_CAPTURED")


class Payments:
    """A part of PayPalPeer, which has the memory: `orders`, `authorizations`, `captures`, `refunds`, `effects`."""

    def add_authorization(self, order, status, more):
        row = self.row(order, order["_minor"], status) | more | {"expiration_time": self.now(days=29), "_captured": 0}
        self.authorizations[row["id"]] = order.setdefault("_authorizations", {})[row["id"]] = row

    def add_capture(self, order, minor, status, final, invoice, authorization, more):
        row = self.row(order, minor, status) | more | {"final_capture": final, "_refunded": 0, "_of": authorization}
        if invoice is not None:
            row["invoice_id"] = invoice
        if status == "PENDING":
            row["status_details"] = {"reason": "PENDING_REVIEW"}
        self.captures[row["id"]] = order.setdefault("_captures", {})[row["id"]] = row
        if status == "COMPLETED":
            self.effects["capture"] += 1
        return row

    def row(self, order, minor, status):
        unit = order["purchase_units"][0]
        about = {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}
        return {"id": self.transaction_id(), "status": status, "amount": amount_of(order["_currency"], minor),
                "create_time": self.now(), "_minor": minor, "_order": order["id"]} | about

    def show_authorization(self, _request, _body, name):
        return self.public(row_of(self.authorizations, name))

    def show_capture(self, _request, _body, name):
        return self.public(row_of(self.captures, name))

    def show_refund(self, _request, _body, name):
        return self.public(row_of(self.refunds, name))

    def capture_authorization(self, request, body, name):
        held = row_of(self.authorizations, name)
        if held["status"] not in OPEN:
            raise unprocessable({"VOIDED": "AUTHORIZATION_VOIDED", "DENIED": "AUTHORIZATION_DENIED",
                                 "EXPIRED": "AUTHORIZATION_EXPIRED"}.get(held["status"], "AUTHORIZATION_ALREADY_CAPTURED"))
        order = self.orders[held["_order"]]
        left = held["_minor"] - held["_captured"]
        currency, minor = minor_of(body["amount"], "/amount") if "amount" in body else (order["_currency"], left)
        if currency != order["_currency"]:
            raise unprocessable("AUTH_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
        if minor > left:
            raise unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "/amount/value")
        final = body.get("final_capture", False)
        if not isinstance(final, bool):
            raise invalid("INVALID_PARAMETER_SYNTAX", "/final_capture")
        row = self.add_capture(order, minor, "COMPLETED", final, body.get("invoice_id"), name, {})
        held["_captured"] += minor
        held["status"] = "CAPTURED" if final or minor == left else "PARTIALLY_CAPTURED"
        return Answer(201, self.brief(request, row))

    def void_authorization(self, request, _body, name):
        held = row_of(self.authorizations, name)
        if held["status"] not in OPEN:
            raise unprocessable({"VOIDED": "PREVIOUSLY_VOIDED", "CAPTURED": "PREVIOUSLY_CAPTURED"}.get(
                held["status"], "CANNOT_BE_VOIDED"))
        held["status"] = "VOIDED"
        self.effects["void"] += 1
        if "representation" in request.headers.get("prefer", ""):
            return Answer(200, self.public(held))
        return Answer(204)

    def refund_capture(self, request, body, name):
        capture = row_of(self.captures, name)
        if capture["status"] == "PENDING":
            raise unprocessable("PENDING_CAPTURE")
        if capture["status"] == "REFUNDED":
            raise unprocessable("CAPTURE_FULLY_REFUNDED")
        if capture["status"] == "DECLINED":
            raise unprocessable("REFUND_NOT_ALLOWED")
        order = self.orders[capture["_order"]]
        left = capture["_minor"] - capture["_refunded"]
        currency, minor = minor_of(body["amount"], "/amount") if "amount" in body else (order["_currency"], left)
        if currency != order["_currency"]:
            raise unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH", "/amount/currency_code")
        if minor > left:
            raise unprocessable("REFUND_AMOUNT_EXCEEDED", "/amount/value")
        self.effects["refund"] += 1
        self.give_back(capture, minor)
        row = self.row(order, minor, "PENDING" if self.refunds_take_time else "COMPLETED")
        row |= {name: body[name] for name in ("custom_id", "invoice_id", "note_to_payer") if name in body}
        row |= {"_of": capture["id"], "_key": request.headers.get("paypal-request-id")}
        if row["status"] == "PENDING":
            row["status_details"] = {"reason": "ECHECK"}
        self.refunds[row["id"]] = order.setdefault("_refunds", {})[row["id"]] = row
        return Answer(201, self.brief(request, row))

    def give_back(self, capture, minor):
        capture["_refunded"] += minor
        left = capture["_minor"] - capture["_refunded"]
        capture["status"] = "COMPLETED" if left == capture["_minor"] else "PARTIALLY_REFUNDED" if left else "REFUNDED"

    def settle(self, row, outcome):
        """What a payment that takes time, or one that expires, came to."""
        if row["id"] in self.authorizations:
            row["status"] = "EXPIRED"
        elif row["id"] in self.captures and row["status"] == "PENDING":
            row["status"] = "COMPLETED" if outcome == "approve" else "DECLINED"
            self.effects["capture"] += outcome == "approve"
        elif row["id"] in self.refunds and row["status"] in ("PENDING", "COMPLETED"):
            row["status"] = "COMPLETED" if outcome == "approve" else "FAILED"
            if outcome != "approve":
                self.give_back(self.captures[row["_of"]], -row["_minor"])
        else:
            raise ValueError(f"{row['id']} waits for nobody: {row['status']}")
        row.pop("status_details", None)
        return row["status"]

    def public(self, row):
        kind = next(name for name in ("authorizations", "captures", "refunds") if row["id"] in getattr(self, name))
        links = [{"href": f"{self.base}/v2/payments/{kind}/{row['id']}", "rel": "self", "method": "GET"}]
        if row.get("_of"):
            up = "authorizations" if kind == "captures" else "captures"
            links.append({"href": f"{self.base}/v2/payments/{up}/{row['_of']}", "rel": "up", "method": "GET"})
        more = {"supplementary_data": {"related_ids": {"order_id": row["_order"]}}} if kind != "refunds" else {}
        return {name: value for name, value in row.items() if name[0] != "_"} | more | {"links": links}

    def brief(self, request, row):
        """Without `Prefer: return=representation` an answer says no more than this."""
        shown = self.public(row)
        if "representation" in request.headers.get("prefer", ""):
            return shown
        return {name: shown[name] for name in ("id", "status", "links")}


def row_of(rows, name):
    if name not in rows:
        raise not_found()
    return rows[name]

