#include "provider/stripe/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "base/bug.hpp"
#include "provider/stripe/amounts.hpp"
#include "provider/stripe/answers.hpp"
#include "provider/stripe/requests.hpp"

namespace pay::stripe {
namespace {

namespace json = boost::json;

// Stripe may forget a key after 24 hours, and would then do it again
// (https://docs.stripe.com/api/idempotent_requests).
constexpr std::chrono::hours key_is_safe_for{23};

// Stripe finds what was made by its metadata in less than a minute, as a rule
// (https://docs.stripe.com/search#data-freshness). A search is one request, whatever else the account sells.
constexpr std::chrono::minutes found_after{10};

bool is_success(const http::Answer& answer) {
  return answer.status >= 200 && answer.status < 300;
}

/// What an answer to a request that writes proves.
Outcome judge_answer(const Question& question, const http::CallOutcome& answer) {
  if (!answer) return outcome_of(answer.error());
  if (!is_success(*answer)) return judge_failure(question, *answer);
  const auto shown = read_object(answer->body);
  if (!shown) return Unknown{.why = "the answer is no JSON"};
  return judge(question, *shown);
}

/// What was shown, or why nothing was. That an object cannot be shown never means that nothing was done.
std::expected<json::object, Unknown> shown_by(const http::CallOutcome& answer) {
  if (!answer) return std::unexpected(Unknown{.why = "not shown: " + std::string(name(answer.error()))});
  if (!is_success(*answer))
    return std::unexpected(Unknown{.why = "not shown: HTTP status " + std::to_string(answer->status)});
  auto shown = read_object(answer->body);
  if (!shown) return std::unexpected(Unknown{.why = "the answer is no JSON"});
  return std::move(*shown);
}

Step judge_shown(const Question& question, const http::CallOutcome& answer) {
  const auto shown = shown_by(answer);
  if (!shown) return shown.error();
  return judge(question, *shown);
}

/// The stored answer to the first try tells nothing, or the first try looked otherwise: the account was
/// configured anew since. What was made, if anything, is still there.
bool tells_nothing(const http::CallOutcome& answer) {
  if (!answer) return false;
  if (answer->status >= 500) return true;
  const auto body = answer->status == 400 ? read_object(answer->body) : std::nullopt;
  const auto* const error = body ? object_of(*body, "error") : nullptr;
  return error != nullptr && text_of(*error, "type") == "idempotency_error";
}

/// The one of a list that was made for the attempt; nothing: none of them.
const json::object* find_ours(const json::object& list, const Attempt& attempt) {
  const auto* const data = list.if_contains("data");
  const auto* const rows = data == nullptr ? nullptr : data->if_array();
  if (rows == nullptr) return nullptr;
  for (const auto& row : *rows) {
    const auto* const object = row.if_object();
    if (object != nullptr && is_of_attempt(*object, attempt)) return object;
  }
  return nullptr;
}

/// Nothing: this was the last page.
std::optional<std::string> last_of_page(const json::object& list) {
  const auto* const more = list.if_contains("has_more");
  const auto* const data = list.if_contains("data");
  const auto* const rows = data == nullptr ? nullptr : data->if_array();
  if (more == nullptr || !more->is_bool() || !more->get_bool() || rows == nullptr || rows->empty()) return {};
  const auto* const last = rows->back().if_object();
  if (last == nullptr || text_of(*last, "id").empty()) return {};
  return std::string(text_of(*last, "id"));
}

Step find_intent(const Instruction& instruction, const http::CallOutcome& answer) {
  const auto list = shown_by(answer);
  if (!list) return list.error();
  if (const auto* const ours = find_ours(*list, instruction.attempt))
    return show_intent(text_of(*ours, "id"), Ask::show);
  if (const auto last = last_of_page(*list)) return page_of_intents(instruction, *last);
  return Unknown{.why = "no intent of this attempt was found"};
}

/// A search finds nothing while Stripe's index is behind, and is refused to accounts of some countries: the
/// list knows too.
Step after_search(const Instruction& instruction, const http::CallOutcome& answer) {
  const bool has_found_nothing =
      answer && is_success(*answer) &&
      !find_ours(read_object(answer->body).value_or(json::object{}), instruction.attempt);
  const bool is_refused = answer && (answer->status == 400 || answer->status == 404);
  if (has_found_nothing || is_refused) return page_of_intents(instruction, {});
  return find_intent(instruction, answer);
}

Step find_refund(const Question& question, const http::CallOutcome& answer) {
  const auto list = shown_by(answer);
  if (!list) return list.error();
  if (const auto* const ours = find_ours(*list, question.instruction.attempt)) return judge(question, *ours);
  if (const auto last = last_of_page(*list)) return page_of_refunds(question.instruction, *last);
  return Unknown{.why = "no refund of this attempt was found"};
}

/// Whether the intent waits for the capture or the void as if nobody had asked for it.
bool waits_for_it(const Instruction& instruction, const json::object& intent) {
  const auto status = text_of(intent, "status");
  if (text_of(intent, "id") != call_of(instruction).about) return false;
  if (status == "requires_capture") return true;
  return instruction.attempt.kind == AttemptKind::void_authorization &&
         (status == "requires_action" || status == "requires_payment_method" ||
          status == "requires_confirmation");
}

/// After the intent of a capture or a void was shown.
Step go_on_with(const Question& question, const http::CallOutcome& answer) {
  const auto intent = shown_by(answer);
  if (!intent) return intent.error();
  const auto& instruction = question.instruction;
  if (!waits_for_it(instruction, *intent)) return judge(question, *intent);
  if (instruction.attempt.kind == AttemptKind::capture)
    return capture_intent({instruction, question.amount}, Ask::capture_again);
  return cancel_intent(instruction, Ask::cancel_again);
}

}  // namespace

Step StripeWire::carry_out(const Instruction& instruction) const {
  const auto amount = amount_of(call_of(instruction).amount_minor, instruction.currency);
  if (!amount) return Declined{"invalid_amount"};
  const Verb verb{instruction, *amount};
  switch (instruction.attempt.kind) {
    case AttemptKind::authorize:
      if (call_of(instruction).source.kind == KeptSource::Kind::raw_card && !instruction.card)
        return NotExecuted{"the card that was typed is gone"};
      return create_intent(verb, Ask::create);
    case AttemptKind::capture:
      return capture_intent(verb, Ask::capture);
    case AttemptKind::void_authorization:
      return cancel_intent(instruction, Ask::cancel);
    case AttemptKind::refund:
      return create_refund(verb, Ask::refund);
  }
  bug("an enumeration has another value");
}

Step StripeWire::look_up(const Instruction& instruction) const {
  const auto& attempt = instruction.attempt;
  const auto& call = call_of(instruction);
  const auto amount = amount_of(call.amount_minor, instruction.currency);
  if (!amount) return Declined{"invalid_amount"};
  switch (attempt.kind) {
    case AttemptKind::authorize:
      if (!call.reference.empty()) return show_intent(call.reference, Ask::show);
      if (call.source.kind == KeptSource::Kind::raw_card) {
        return is_older_than(attempt, found_after) ? search_intent(instruction)
                                                   : page_of_intents(instruction, {});
      }
      if (is_older_than(attempt, key_is_safe_for)) return search_intent(instruction);
      return create_intent({instruction, *amount}, Ask::create_again);
    case AttemptKind::capture:
      return show_intent(call.about, Ask::show_for_capture);
    case AttemptKind::void_authorization:
      return show_intent(call.about, Ask::show_for_cancel);
    case AttemptKind::refund:
      if (!call.reference.empty()) return show_refund(call.reference);
      if (is_older_than(attempt, key_is_safe_for)) return page_of_refunds(instruction, {});
      return create_refund({instruction, *amount}, Ask::refund_again);
  }
  bug("an enumeration has another value");
}

Step StripeWire::next(const Instruction& instruction, const ProviderRequest& asked,
                      const http::CallOutcome& answer) const {
  const auto amount = amount_of(call_of(instruction).amount_minor, instruction.currency);
  if (!amount) bug("an amount was sent that cannot be written");
  const Question question{instruction, *amount};
  switch (static_cast<Ask>(asked.step)) {
    case Ask::create_again:
      if (tells_nothing(answer)) return page_of_intents(instruction, {});
      return judge_answer(question, answer);
    case Ask::refund_again:
      if (tells_nothing(answer)) return page_of_refunds(instruction, {});
      return judge_answer(question, answer);
    case Ask::create:
    case Ask::capture:
    case Ask::capture_again:
    case Ask::cancel:
    case Ask::cancel_again:
    case Ask::refund:
      return judge_answer(question, answer);
    case Ask::show:
    case Ask::show_refund:
      return judge_shown(question, answer);
    case Ask::show_for_capture:
    case Ask::show_for_cancel:
      return go_on_with(question, answer);
    case Ask::search:
      return after_search(instruction, answer);
    case Ask::search_page:
      return find_intent(instruction, answer);
    case Ask::list_refunds:
      return find_refund(question, answer);
  }
  bug("an enumeration has another value");
}

bool StripeWire::is_older_than(const Attempt& attempt, std::chrono::minutes age) const {
  return clock_.now() - attempt.created_at >= age;
}

}  // namespace pay::stripe
