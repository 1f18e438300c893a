#pragma once

#include <string>

#include "provider/outcome.hpp"

namespace pay::test {

/// An outcome in one line: `declined insufficient_funds`, `succeeded pi_1`, `unknown timed_out (pi_1)`.
inline std::string show(const Outcome& outcome) {
  struct Shown {
    static std::string with(std::string_view word, const std::string& text) {
      return text.empty() ? std::string(word) : std::string(word) + " " + text;
    }
    std::string operator()(const Succeeded& it) const { return with("succeeded", it.reference); }
    std::string operator()(const Declined& it) const { return with("declined", it.decline_code); }
    std::string operator()(const ActionRequired& it) const {
      return with("action", it.url) + " (" + it.reference + ")";
    }
    std::string operator()(const Pending& it) const { return with("pending", it.reference); }
    std::string operator()(const NotExecuted& it) const { return with("not_executed", it.why); }
    std::string operator()(const Unknown& it) const {
      return with("unknown", it.why) + (it.reference.empty() ? "" : " (" + it.reference + ")");
    }
  };
  return std::visit(Shown{}, outcome);
}

}  // namespace pay::test
