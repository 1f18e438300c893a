"""Measurements that leave payments behind or need some to pay."""

from wrk import UsedUp, run_wrk

CREATING_CONNECTIONS = 64


def ensure_pending(stack, numbers, count):
    """Payments for `process` to pay, made through the API."""
    while numbers.pending < count:
        run_wrk("create", CREATING_CONNECTIONS, 1, stack, numbers)
        numbers.last_payment = stack.create_one(numbers.next_order)
        numbers.next_order += 1


def measure(stack, numbers, workload, connections, seconds, keyed=False):
    cell = run_wrk(workload, connections, seconds, stack, numbers, keyed)
    numbers.last_payment = stack.create_one(numbers.next_order)
    numbers.next_order += 1
    return cell


def measure_paying(stack, numbers, workload, connections, seconds, keyed, creates):
    """Payments are rarely paid faster than they are created; when they are, more are made and it is done again."""
    for times in (1.3, 2.6, 5.2):
        ensure_pending(stack, numbers, int(times * creates) + 1000)
        try:
            return measure(stack, numbers, workload, connections, seconds, keyed)
        except UsedUp as reason:
            last = reason
    raise last
