#include "provider/paypal/wire.hpp"

#include "base/bug.hpp"
#include "provider/paypal/amount.hpp"
#include "provider/paypal/issues.hpp"
#include "provider/paypal/json.hpp"
#include "provider/paypal/judge.hpp"
#include "provider/paypal/requests.hpp"

namespace pay::paypal {
namespace {

using boost::json::object;

constexpr int no_content = 204;
constexpr int not_found = 404;

Outcome unknown(std::string why, std::string_view reference = {}) {
  return Unknown{.why = std::move(why), .reference = std::string(reference)};
}

bool is_successful(int status) {
  return status >= 200 && status <= 299;
}

/// The order that this attempt made, as far as it is known.
std::string_view order_of(const Instruction& instruction, const ProviderRequest& asked) {
  const auto& call = call_of(instruction);
  if (instruction.attempt.kind != AttemptKind::authorize) return {};
  return call.reference.empty() ? order_in(asked) : std::string_view{call.reference};
}

/// What an attempt other than to authorize asks for. `again`: it may have been asked for before.
Step ask_about(const Instruction& instruction, bool again) {
  const auto& call = call_of(instruction);
  const auto amount = amount_text(call.amount_minor, instruction.currency);
  if (is_being_taken(call.about)) return unknown("the order is being taken");
  if (!is_name(call.about)) return NotExecuted{"there is no name of PayPal's for what it is about"};
  switch (instruction.attempt.kind) {
    case AttemptKind::authorize:
      break;
    case AttemptKind::capture:
      if (!amount) return Declined{"invalid_amount"};
      return capture(instruction, *amount);
    case AttemptKind::void_authorization:
      return void_authorization(instruction);
    case AttemptKind::refund:
      if (!amount) return Declined{"invalid_amount"};
      return refund(instruction, *amount, again ? Ask::refund_again : Ask::refund);
  }
  bug("an authorization is about nothing");
}

Step after_order(const Instruction& instruction, Ask ask, const object& order) {
  auto judgement = judge_order(instruction, order);
  if (auto* const outcome = std::get_if<Outcome>(&judgement)) return std::move(*outcome);
  const auto id = text_of(order, "id");
  const bool was_shown = ask == Ask::show_order || ask == Ask::show_order_again;
  if (std::get<Next>(judgement) == Next::show) {
    if (was_shown) return unknown("an order is shown without what was taken", id);
    return show(Ask::show_order_again, id);
  }
  // Approved still, after it was asked to be taken: PayPal is at it.
  if (ask == Ask::take_order || ask == Ask::show_order_again) return still_taken(instruction, id);
  return take_order(instruction, id);
}

/// A capture or a refund that was made, or is shown. Short answers are asked for in full.
Step after_payment(const Instruction& instruction, Ask ask, const object& payment) {
  const bool is_refund = instruction.attempt.kind == AttemptKind::refund;
  const auto id = text_of(payment, "id");
  const bool was_shown = ask == Ask::show_capture || ask == Ask::show_refund;
  if (object_of(payment, "amount") == nullptr && !was_shown && is_name(id))
    return show(is_refund ? Ask::show_refund : Ask::show_capture, id);
  return is_refund ? judge_refund(instruction, payment) : judge_capture(instruction, payment);
}

/// An authorization that is in another state than was thought. What was captured before it was asked for, its
/// order tells; what holds nothing any more needs no voiding.
Step after_authorization(const Instruction& instruction, const object& authorization) {
  if (instruction.attempt.kind == AttemptKind::void_authorization)
    return judge_voided(instruction, authorization);
  const auto* const more = object_of(authorization, "supplementary_data");
  const auto* const related = more != nullptr ? object_of(*more, "related_ids") : nullptr;
  const auto order = related != nullptr ? text_of(*related, "order_id") : std::string_view{};
  if (!is_name(order)) return unknown("it was captured before, and its order is not named");
  return show(Ask::show_captured_order, order);
}

/// An order that was not taken needs no voiding: nothing is held unless this side asks for it, which it does
/// for every order that its payer has approved, perhaps at this moment.
Step after_order_let_go(const object& order) {
  const auto status = text_of(order, "status");
  const bool is_open =
      status == "CREATED" || status == "SAVED" || status == "PAYER_ACTION_REQUIRED" || status == "VOIDED";
  if (is_open) return Succeeded{};
  if (status == "APPROVED") return unknown("the payer has agreed meanwhile");
  return unknown("the order was taken meanwhile");
}

Step after_success(const Instruction& instruction, const ProviderRequest& asked, const http::Answer& answer) {
  const auto ask = asked_for(asked);
  if (ask == Ask::void_authorization && answer.status == no_content) return Succeeded{};
  const auto body = read_object(answer.body);
  if (!body) return unknown("the answer is no JSON", order_of(instruction, asked));
  switch (ask) {
    case Ask::make_order:
    case Ask::take_order:
    case Ask::show_order:
    case Ask::show_order_again:
      return after_order(instruction, ask, *body);
    case Ask::capture:
    case Ask::show_capture:
    case Ask::refund:
    case Ask::refund_again:
    case Ask::show_refund:
      return after_payment(instruction, ask, *body);
    case Ask::show_authorization:
      return after_authorization(instruction, *body);
    case Ask::show_captured_order:
      return judge_captured_order(instruction, *body);
    case Ask::void_authorization:
      return judge_voided(instruction, *body);
    case Ask::show_order_let_go:
      return after_order_let_go(*body);
  }
  bug("an enumeration has another value");
}

/// PayPal forgets orders that nobody approved, once their time is over. One that PayPal was asked to take is
/// none of them; an attempt whose last answer was lost is `unknown`, and may be one; an order that is not
/// found earlier is at another account.
bool has_waited_in_vain(const Instruction& instruction, Timestamp now) {
  const auto& attempt = instruction.attempt;
  const auto& call = call_of(instruction);
  return attempt.outcome == AttemptOutcome::pending && !is_direct(call.source) &&
         !is_being_taken(call.reference) && now >= attempt.created_at + time_to_approve;
}

/// Nothing was done by looking; what is looked for may have been.
Outcome after_refused_look(const Instruction& instruction, const ProviderRequest& asked,
                           const Refusal& refusal, Timestamp now) {
  const bool is_gone = asked_for(asked) == Ask::show_order && refusal.status == not_found;
  if (is_gone && has_waited_in_vain(instruction, now)) return Declined{"approval_expired"};
  return unknown(refusal.why, order_of(instruction, asked));
}

Step after_other_state(const Instruction& instruction, const ProviderRequest& asked, const Refusal& refusal) {
  switch (asked_for(asked)) {
    case Ask::take_order:
      return show(Ask::show_order_again, order_in(asked));
    case Ask::capture:
    case Ask::void_authorization:
      return show(Ask::show_authorization, call_of(instruction).about);
    case Ask::make_order:
    case Ask::show_order:
    case Ask::show_order_again:
    case Ask::show_capture:
    case Ask::show_authorization:
    case Ask::show_captured_order:
    case Ask::show_order_let_go:
    case Ask::refund:
    case Ask::refund_again:
    case Ask::show_refund:
      break;
  }
  return unknown(refusal.why, order_of(instruction, asked));
}

Step after_refusal(const Instruction& instruction, const ProviderRequest& asked, const http::Answer& answer,
                   Timestamp now) {
  const auto refusal = refusal_of(answer);
  if (asked.method == "GET") return after_refused_look(instruction, asked, refusal, now);
  // An attempt that is given up while its payer is at PayPal's page has an order, and nothing held yet.
  if (asked_for(asked) == Ask::void_authorization && refusal.status == not_found)
    return show(Ask::show_order_let_go, call_of(instruction).about);
  switch (refusal.meaning) {
    case Refusal::Meaning::declined:
      // The first time may be what used up what is left to refund.
      if ((asked_for(asked) == Ask::refund_again || answer.was_sent_twice) &&
          refusal.decline_code == "already_refunded")
        return unknown(refusal.why);
      return Declined{std::string(refusal.decline_code)};
    case Refusal::Meaning::not_executed:
      // The request may run beside its twin, which another look has sent: the order tells.
      if (asked_for(asked) == Ask::take_order) return after_other_state(instruction, asked, refusal);
      return NotExecuted{refusal.why};
    case Refusal::Meaning::look:
      return after_other_state(instruction, asked, refusal);
    case Refusal::Meaning::unknown:
      return unknown(refusal.why, order_of(instruction, asked));
  }
  bug("an enumeration has another value");
}

/// The order may be made, or what is looked for done, though this request never left.
Outcome after_silence(const Instruction& instruction, const ProviderRequest& asked,
                      http::CallFailure failure) {
  auto outcome = outcome_of(failure);
  const auto* const never_sent = std::get_if<NotExecuted>(&outcome);
  if (never_sent != nullptr && asked.method != "GET") return outcome;
  const auto& why = never_sent != nullptr ? never_sent->why : std::get<Unknown>(outcome).why;
  return unknown(why, order_of(instruction, asked));
}

}  // namespace

Step PayPalWire::carry_out(const Instruction& instruction) const {
  if (instruction.attempt.kind != AttemptKind::authorize) return ask_about(instruction, false);
  const auto& call = call_of(instruction);
  const auto amount = amount_text(call.amount_minor, instruction.currency);
  if (!amount) return NotExecuted{"PayPal cannot write this amount"};
  if (call.source.kind == KeptSource::Kind::raw_card && !instruction.card)
    return NotExecuted{"the card that was typed is gone"};
  return make_order(instruction, *amount);
}

Step PayPalWire::look_up(const Instruction& instruction) const {
  const auto& reference = call_of(instruction).reference;
  switch (instruction.attempt.kind) {
    case AttemptKind::authorize:
      return look_up_order(instruction);
    case AttemptKind::capture:
      if (is_name(reference)) return show(Ask::show_capture, reference);
      break;
    case AttemptKind::refund:
      if (is_name(reference)) return show(Ask::show_refund, reference);
      break;
    case AttemptKind::void_authorization:
      break;
  }
  return ask_about(instruction, true);
}

Step PayPalWire::look_up_order(const Instruction& instruction) const {
  const auto& call = call_of(instruction);
  if (is_name(call.reference)) return show(Ask::show_order, order_named(call.reference));
  if (call.source.kind == KeptSource::Kind::raw_card)
    return unknown("the card that was typed is gone, and the order has no name yet");
  if (is_direct(call.source) && clock_.now() > instruction.attempt.created_at + order_is_known)
    return unknown("PayPal no longer knows this order by its request id");
  return carry_out(instruction);
}

Step PayPalWire::next(const Instruction& instruction, const ProviderRequest& asked,
                      const http::CallOutcome& answer) const {
  if (!answer) return after_silence(instruction, asked, answer.error());
  if (is_successful(answer->status)) return after_success(instruction, asked, *answer);
  return after_refusal(instruction, asked, *answer, clock_.now());
}

}  // namespace pay::paypal
