"""Stripe's side of a request: nested form fields, the parameters it knows, its error objects."""

import re

from peer import Refused

INTENT = set("""amount currency confirm payment_method payment_method_data payment_method_types payment_method_options
    payment_method_configuration capture_method confirmation_method confirmation_token metadata description return_url
    off_session automatic_payment_methods statement_descriptor statement_descriptor_suffix customer receipt_email
    setup_future_usage shipping transfer_data transfer_group on_behalf_of application_fee_amount expand mandate
    mandate_data radar_options use_stripe_sdk error_on_requires_action excluded_payment_method_types""".split())
CONFIRM = set("""payment_method payment_method_data payment_method_types payment_method_options capture_method mandate
    mandate_data return_url off_session setup_future_usage shipping receipt_email error_on_requires_action expand
    use_stripe_sdk confirmation_token radar_options""".split())
CAPTURE = set("""amount_to_capture application_fee_amount final_capture metadata statement_descriptor expand
    statement_descriptor_suffix transfer_data""".split())
CANCEL = {"cancellation_reason", "expand"}
REFUND = set("""payment_intent charge amount metadata reason refund_application_fee reverse_transfer currency customer
    instructions_email origin expand""".split())
LIST = set("limit created starting_after ending_before customer payment_intent charge expand".split())
MAX_METADATA, MAX_NAME, MAX_VALUE = 50, 40, 500
DIGITS = re.compile(r"-?\d+$")


def error(status, message, kind="invalid_request_error", stored=False, **fields):
    return Refused(status, {"error": {"message": message, "type": kind} | fields}, stored)


def nested(pairs):
    """a[b][]=1 as {"a": {"b": ["1"]}}."""
    result = {}
    for name, value in pairs:
        first, *more = name.replace("]", "").split("[")
        place, key = result, first
        for word in more:
            if word == "" or word.isdigit():
                place = place.setdefault(key, [])
                key = None
                if not isinstance(place, list):
                    raise error(400, f"Invalid array: {name}", param=name)
                break
            place = place.setdefault(key, {})
            key = word
            if not isinstance(place, dict):
                raise error(400, f"Invalid object: {name}", param=name)
        if key is None:
            place.append(value)
        else:
            place[key] = value
    return result


def fields_of(request, known):
    fields = nested(request.query if request.method == "GET" else request.form)
    for name in fields:
        if name not in known:
            raise error(400, f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    check_metadata(fields.get("metadata", {}))
    return fields


def check_metadata(metadata):
    if metadata == "":
        return
    if not isinstance(metadata, dict):
        raise error(400, "Invalid object", param="metadata")
    if len(metadata) > MAX_METADATA:
        raise error(400, "You can only have 50 metadata keys", param="metadata")
    for name, value in metadata.items():
        if len(name) > MAX_NAME or len(value) > MAX_VALUE:
            raise error(400, f"Invalid string: {name}; keys have up to 40 and values up to 500 characters",
                        param=f"metadata[{name}]")


def required(fields, name):
    if fields.get(name, "") == "":
        raise error(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return fields[name]


def object_of(fields, name):
    """The fields below `name`, none when it was not sent."""
    if not isinstance(fields.get(name, {}), dict):
        raise error(400, "Invalid object", param=name)
    return fields.get(name, {})


def integer(fields, name, default=None):
    if name not in fields:
        return default
    if not isinstance(fields[name], str) or not DIGITS.match(fields[name]):
        raise error(400, f"Invalid integer: {fields[name]}", code="parameter_invalid_integer", param=name)
    return int(fields[name])


def boolean(fields, name):
    if fields.get(name, "false") not in ("true", "false"):
        raise error(400, f"Invalid boolean: {fields[name]}", param=name)
    return fields.get(name) == "true"


def choice(fields, name, words, default=None):
    if name in fields and fields[name] not in words:
        raise error(400, f"Invalid {name}: must be one of {', '.join(words)}", param=name)
    return fields.get(name, default)
