#include "http/client.hpp"

#include <string.h>

namespace pay::http {

void wipe(OutgoingRequest& request) {
  ::explicit_bzero(request.body.data(), request.body.size());
}

std::string_view name(CallFailure failure) {
  switch (failure) {
    case CallFailure::bad_url:
      return "bad_url";
    case CallFailure::unresolved:
      return "unresolved";
    case CallFailure::refused:
      return "refused";
    case CallFailure::untrusted:
      return "untrusted";
    case CallFailure::not_sent:
      return "not_sent";
    case CallFailure::unreachable:
      return "unreachable";
    case CallFailure::timed_out:
      return "timed_out";
    case CallFailure::broken:
      return "broken";
    case CallFailure::too_large:
      return "too_large";
    case CallFailure::aborted:
      return "aborted";
  }
  return "";
}

}  // namespace pay::http
