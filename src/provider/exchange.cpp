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
    case http::CallFailure::unreachable:
      return NotExecuted{std::string(http::name(failure))};
    case http::CallFailure::timed_out:
    case http::CallFailure::broken:
    case http::CallFailure::too_large:
    case http::CallFailure::aborted:
      return Unknown{.why = std::string(http::name(failure))};
  }
  bug("an enumeration has another value");
}

namespace {

Contact contact_of(http::CallFailure failure) {
  switch (failure) {
    case http::CallFailure::bad_url:
    case http::CallFailure::not_sent:
    case http::CallFailure::aborted:
      return Contact::none;
    case http::CallFailure::too_large:
      return Contact::answered;
    case http::CallFailure::unresolved:
    case http::CallFailure::refused:
    case http::CallFailure::untrusted:
    case http::CallFailure::unreachable:
    case http::CallFailure::timed_out:
    case http::CallFailure::broken:
      return Contact::silent;
  }
  bug("an enumeration has another value");
}

}  // namespace

Contact contact_of(const http::CallOutcome& answer) {
  constexpr int unauthorized = 401;
  constexpr int forbidden = 403;
  constexpr int too_many = 429;
  constexpr int server_error = 500;
  if (!answer) return contact_of(answer.error());
  const auto status = answer->status;
  const bool is_unwell =
      status == unauthorized || status == forbidden || status == too_many || status >= server_error;
  return is_unwell ? Contact::silent : Contact::answered;
}

}  // namespace pay
