#include "base/circuit_breaker.hpp"

namespace pay {

void CircuitBreaker::on_try(Moment now) {
  if (is_open()) next_try_ = now + interval_;
}

void CircuitBreaker::on_silence(Moment now) {
  // Once open, only tries move the interval: those that were under way when it opened fail later than it.
  if (is_open()) return;
  ++failures_;
  if (is_open()) next_try_ = now + interval_;
}

}  // namespace pay
