#pragma once

#include "provider/provider.hpp"

namespace pay {

/// How an open attempt is asked about.
enum class Inquiry : std::uint8_t {
  look_up,  ///< what became of it?
  give_up   ///< the payer is not waited for any more: it is voided, unless it has succeeded meanwhile
};

/// Asks. Of an attempt that was given up, the outcome is `Declined` with `why_given_up`.
void inquire(Provider& provider, const Instruction& instruction, Inquiry inquiry, std::string why_given_up,
             Provider::Done done);

/// The codes of attempts that were given up: by whoever asked for it, and by time.
inline constexpr std::string_view approval_canceled = "approval_canceled";
inline constexpr std::string_view approval_expired = "approval_expired";

}  // namespace pay
