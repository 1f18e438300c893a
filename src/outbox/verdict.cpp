#include "outbox/verdict.hpp"

#include "base/bug.hpp"

namespace pay {
namespace {

Sign sign_of(http::CallFailure failure) {
  using enum http::CallFailure;
  switch (failure) {
    case unresolved:
    case refused:
    case unreachable:
    case timed_out:
      return Sign::silent;
    case too_large:
      return Sign::answered;
    case bad_url:
    case untrusted:
    case not_sent:
    case broken:
    case aborted:
      return Sign::none;
  }
  bug("a call failure without a sign");
}

}  // namespace

Verdict judge(NotifyStyle style, const http::CallOutcome& outcome) {
  if (!outcome) {
    const auto why = http::name(outcome.error());
    const bool aborted = outcome.error() == http::CallFailure::aborted;
    return {.sign = sign_of(outcome.error()),
            .was_tried = !aborted && outcome.error() != http::CallFailure::not_sent,
            .aborted = aborted,
            .error = std::string(why),
            .cause = why};
  }
  if (auto why = complaint(style, *outcome))
    return {.sign = Sign::answered, .error = *std::move(why), .cause = "complaint"};
  return {.sign = Sign::answered};
}

}  // namespace pay
