#pragma once

#include <string>
#include <string_view>

#include "http/client.hpp"

/// What PayPal's refusals mean, as tables. Sources: the lists of issues in PayPal's OpenAPI files of Orders
/// v2 (2.13) and Payments v2 (2.5); for `response_code`, its enumeration of processor response codes.
namespace pay::paypal {

struct Refusal {
  enum class Meaning : std::uint8_t {
    declined,      ///< it said no, with `decline_code`
    not_executed,  ///< it refused to look at it: nothing was done
    look,          ///< what it is about has another state than was thought: ask for it
    unknown        ///< nobody knows
  } meaning = Meaning::unknown;
  int status = 0;
  std::string_view decline_code{};
  std::string issue{};  ///< PayPal's word, when it is one: `INSTRUMENT_DECLINED`
  std::string why{};    ///< for operators: `422 INSTRUMENT_DECLINED`
};

/// Of an answer whose status is not 2xx.
Refusal refusal_of(const http::Answer& answer);

/// Why a card was refused, by `processor_response.response_code`; `generic_decline` for one that says no
/// more.
std::string_view decline_code_of(std::string_view response_code);

}  // namespace pay::paypal
