#include "provider/stripe/judge.hpp"

#include <fmt/format.h>

#include "base/bug.hpp"
#include "provider/stripe/answers.hpp"
#include "provider/stripe/declines.hpp"
#include "provider/stripe/requests.hpp"

namespace pay::stripe {
namespace {

namespace json = boost::json;

bool has_currency(const json::object& object, Currency currency) {
  return Currency::find(text_of(object, "currency")) == currency;
}

Outcome unknown_status(std::string_view status, std::string reference) {
  return Unknown{.why = fmt::format("status {}", as_word(status)), .reference = std::move(reference)};
}

Declined declined(const json::object& error) {
  const auto decline_code = text_of(error, "decline_code");
  return {std::string(decline_of(decline_code.empty() ? text_of(error, "code") : decline_code))};
}

/// What was captured. Nothing: the intent does not say. A charge without `amount_captured` shows what was not
/// taken as refunded.
std::optional<std::int64_t> captured(const json::object& intent) {
  if (const auto received = number_of(intent, "amount_received")) return received;
  const auto* const charge = object_of(intent, "latest_charge");
  if (charge == nullptr) return {};
  if (const auto amount = number_of(*charge, "amount_captured")) return amount;
  const auto amount = number_of(*charge, "amount");
  const auto* const is_captured = charge->if_contains("captured");
  if (!amount || is_captured == nullptr || !is_captured->is_bool() || !is_captured->get_bool()) return {};
  return *amount - number_of(*charge, "amount_refunded").value_or(0);
}

Succeeded authorized(const json::object& intent, std::string reference) {
  const auto* const charge = object_of(intent, "latest_charge");
  return {.method = charge == nullptr ? std::nullopt : method_of_charge(*charge),
          .reference = std::move(reference)};
}

Outcome sent_elsewhere(const json::object& intent, std::string reference) {
  const auto* const action = object_of(intent, "next_action");
  const auto* const redirect = action == nullptr ? nullptr : object_of(*action, "redirect_to_url");
  const auto url = redirect == nullptr ? std::string_view{} : text_of(*redirect, "url");
  if (!is_page(url))
    return Unknown{.why = "an action that is no redirect", .reference = std::move(reference)};
  return ActionRequired{.url = std::string(url), .reference = std::move(reference)};
}

/// Why this intent does not show what became of a capture or a void; nothing: it does.
std::optional<std::string> mismatch(const Instruction& instruction, const json::object& intent) {
  if (text_of(intent, "id") != call_of(instruction).about) return "the answer is about another intent";
  if (!is_of_payment(intent, instruction.attempt.payment_id)) return "the answer is about another payment";
  if (!has_currency(intent, instruction.currency)) return "another currency";
  return {};
}

Outcome judge_authorization(const Question& question, const json::object& intent) {
  const auto& instruction = question.instruction;
  const bool captures = call_of(instruction).captures;
  if (!is_of_attempt(intent, instruction.attempt))
    return Unknown{.why = "the answer is about another payment"};
  std::string id(text_of(intent, "id"));
  if (!id.starts_with("pi_")) return Unknown{.why = "an intent without an id"};
  if (number_of(intent, "amount") != question.amount)
    return Unknown{.why = "another amount", .reference = id};
  if (!has_currency(intent, instruction.currency)) return Unknown{.why = "another currency", .reference = id};

  const auto status = text_of(intent, "status");
  if (status == "succeeded" && captures) {
    if (captured(intent).value_or(question.amount) == question.amount) return authorized(intent, id);
    return Unknown{.why = "another amount was taken", .reference = id};
  }
  if (status == "requires_capture" && !captures) {
    if (number_of(intent, "amount_capturable").value_or(question.amount) == question.amount)
      return authorized(intent, id);
    return Unknown{.why = "another amount is held", .reference = id};
  }
  if (status == "requires_action") return sent_elsewhere(intent, id);
  if (status == "processing") return Pending{id};
  if (status == "canceled") return Declined{"canceled"};
  // Without an error it has not been tried, and whoever pays may still be on the way.
  const auto* const error = object_of(intent, "last_payment_error");
  if (status == "requires_payment_method" && error != nullptr) return declined(*error);
  return unknown_status(status, id);
}

Outcome judge_capture(const Question& question, const json::object& intent) {
  if (auto why = mismatch(question.instruction, intent)) return Unknown{.why = std::move(*why)};
  const auto status = text_of(intent, "status");
  if (status == "canceled") return Declined{"canceled"};
  if (status == "processing") return Pending{};
  if (status != "succeeded") return unknown_status(status, {});
  if (captured(intent) != question.amount) return Unknown{.why = "another amount was taken"};
  return Succeeded{.reference = std::string(text_of(intent, "id"))};
}

Outcome judge_void(const Question& question, const json::object& intent) {
  if (auto why = mismatch(question.instruction, intent)) return Unknown{.why = std::move(*why)};
  if (number_of(intent, "amount") != question.amount) return Unknown{.why = "another amount"};
  const auto status = text_of(intent, "status");
  if (status == "canceled") return Succeeded{.reference = std::string(text_of(intent, "id"))};
  if (status == "succeeded") return Declined{"already_captured"};
  return unknown_status(status, {});
}

Outcome judge_refund(const Question& question, const json::object& refund) {
  const auto& instruction = question.instruction;
  const auto* const expanded = object_of(refund, "payment_intent");
  const auto about = expanded == nullptr ? text_of(refund, "payment_intent") : text_of(*expanded, "id");
  if (!is_of_attempt(refund, instruction.attempt) || about != call_of(instruction).about)
    return Unknown{.why = "the answer is about another payment"};
  std::string id(text_of(refund, "id"));
  if (id.empty()) return Unknown{.why = "a refund without an id"};
  if (number_of(refund, "amount") != question.amount)
    return Unknown{.why = "another amount", .reference = id};
  if (!has_currency(refund, instruction.currency)) return Unknown{.why = "another currency", .reference = id};

  const auto status = text_of(refund, "status");
  if (status == "succeeded") return Succeeded{.reference = id};
  if (status == "pending" || status == "requires_action") return Pending{id};
  if (status == "failed") return Declined{"refund_failed"};
  if (status == "canceled") return Declined{"canceled"};
  return unknown_status(status, id);
}

}  // namespace

Outcome judge(const Question& question, const json::object& shown) {
  switch (question.instruction.attempt.kind) {
    case AttemptKind::authorize:
      return judge_authorization(question, shown);
    case AttemptKind::capture:
      return judge_capture(question, shown);
    case AttemptKind::void_authorization:
      return judge_void(question, shown);
    case AttemptKind::refund:
      return judge_refund(question, shown);
  }
  bug("an enumeration has another value");
}

namespace {

/// A card error. The intent that it shows, if any, must be ours, and must not have been paid after all.
Outcome judge_decline(const Question& question, const json::object& error) {
  const auto* const intent = object_of(error, "payment_intent");
  if (intent == nullptr || question.instruction.attempt.kind != AttemptKind::authorize)
    return declined(error);
  if (!is_of_attempt(*intent, question.instruction.attempt))
    return Unknown{.why = "the answer is about another payment"};
  const auto status = text_of(*intent, "status");
  if (status == "requires_payment_method" || status == "canceled") return declined(error);
  return Unknown{.why = fmt::format("declined with status {}", as_word(status))};
}

/// A capture or a void that the intent's state does not allow: the state tells what it is worth.
std::optional<Outcome> judge_state(const Question& question, const json::object& error) {
  const auto kind = question.instruction.attempt.kind;
  if (kind != AttemptKind::capture && kind != AttemptKind::void_authorization) return {};
  const auto* const intent = object_of(error, "payment_intent");
  if (intent == nullptr || text_of(*intent, "status") == "requires_capture") return {};
  return judge(question, *intent);
}

std::string word_of(const json::object& error) {
  const auto code = text_of(error, "code");
  return std::string(as_word(code.empty() ? text_of(error, "type") : code));
}

/// What the shop gave to pay with does not exist there, and will not at the second try.
std::optional<Outcome> judge_missing(const Question& question, const json::object& error) {
  if (question.instruction.attempt.kind != AttemptKind::authorize) return {};
  if (text_of(error, "code") != "resource_missing") return {};
  if (!text_of(error, "param").starts_with("payment_method")) return {};
  return Declined{"invalid_account"};
}

Outcome judge_bad_request(const Question& question, const json::object& error) {
  const auto type = text_of(error, "type");
  const auto code = text_of(error, "code");
  if (type == "card_error") return judge_decline(question, error);
  if (type != "invalid_request_error") return Unknown{.why = fmt::format("400 {}", as_word(type))};
  if (auto outcome = judge_state(question, error)) return std::move(*outcome);
  if (const auto refused = refusal_of(code)) return Declined{std::string(*refused)};
  return judge_missing(question, error).value_or(NotExecuted{"400 " + word_of(error)});
}

}  // namespace

Outcome judge_failure(const Question& question, const http::Answer& answer) {
  const auto body = read_object(answer.body);
  const auto* const error = body ? object_of(*body, "error") : nullptr;
  switch (answer.status) {
    case 400:
      if (error != nullptr) return judge_bad_request(question, *error);
      break;
    case 402:
      if (error != nullptr) return judge_decline(question, *error);
      break;
    case 404:
      if (error != nullptr)
        return judge_missing(question, *error).value_or(NotExecuted{"404 " + word_of(*error)});
      break;
    case 403:
    case 429:
      return NotExecuted{fmt::to_string(answer.status)};
    default:
      break;
  }
  return Unknown{.why = fmt::format("HTTP status {}", answer.status)};
}

}  // namespace pay::stripe
