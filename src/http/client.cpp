#include "http/client.hpp"

namespace pay::http {

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
