#pragma once

#include <boost/json/object.hpp>
#include <cstdint>

#include "http/client.hpp"
#include "provider/provider.hpp"

/// What Stripe's answers prove: docs/providers.md has the table. Pure. Nothing of an answer's own words is
/// passed on but its codes and statuses.
namespace pay::stripe {

/// An instruction, with the amount as Stripe writes it.
struct Question {
  const Instruction& instruction;
  std::int64_t amount;
};

/// By an intent, or a refund, as Stripe shows it.
Outcome judge(const Question& question, const boost::json::object& shown);

/// By an answer that is no success: 3xx, 4xx (but 401, which is the sender's), 5xx.
Outcome judge_failure(const Question& question, const http::Answer& answer);

}  // namespace pay::stripe
