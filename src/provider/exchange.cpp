#include "provider/exchange.hpp"

#include "base/bug.hpp"

namespace pay {

Outcome outcome_of(http::CallFailure failure) {
  switch (failure) {
    case http::CallFailure::bad_url:
    case http::CallFailure::unresolved:
    case http::CallFailure::refused:
    case http::CallFailure::untrusted:
    case http::CallFailure::not_sent:
      return NotExecuted{std::string(http::name(failure))};
    case http::CallFailure::timed_out:
    case http::CallFailure::broken:
    case http::CallFailure::too_large:
    case http::CallFailure::aborted:
      return Unknown{.why = std::string(http::name(failure))};
  }
  bug("an enumeration has another value");
}

}  // namespace pay
